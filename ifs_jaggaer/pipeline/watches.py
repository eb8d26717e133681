"""Items that wait for rows of IFS to change: each run looks, all rows of a set in as few requests as possible."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from mapping.watching import Watch

if TYPE_CHECKING:
    from connectors.wire import Row
    from ifs_jaggaer.pipeline.run import SyncRun


async def stirred(run: SyncRun) -> set[str]:
    """`waits_for` of the open items whose rows are no longer as they were when the item was stated.

    Raises:
        Unreachable, SettingsError: IFS did not answer, or the set may not be read.
    """
    with run.wiring.store.look() as unit:
        waiting = {item.waits_for for item in unit.items.open(sync=run.sync)}
    watching = {words: Watch.read(words) for words in waiting if words}
    watches: defaultdict[tuple[str, str], set[Watch]] = defaultdict(set)
    for watch in (watch for several in watching.values() for watch in several):
        if watch.set in run.wiring.profile.ifs.sets:
            watches[watch.set, watch.attribute].add(watch)
    changed: set[Watch] = set()
    for (name, attribute), asked in sorted(watches.items()):
        rows = await run.wiring.ifs.rows(name, attribute, sorted({one.value for one in asked}))
        of_value: defaultdict[str, list[Row]] = defaultdict(list)
        for row in rows:
            of_value[str(row.values.get(attribute))].append(row)
        changed |= {one for one in asked if one != one.now(of_value[one.value])}
    return {words for words, several in watching.items() if not changed.isdisjoint(several)}
