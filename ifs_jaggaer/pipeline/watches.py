"""Items that wait for rows of IFS to change: each run looks, all rows of a set in as few requests as possible."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from mapping.watching import Watch

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun


async def stirred(run: SyncRun) -> set[str]:
    """`waits_for` of the open items whose rows are no longer as they were when the item was stated.

    Raises:
        Unreachable, SettingsError: IFS did not answer, or the set may not be read.
    """
    with run.wiring.store.look() as unit:
        waiting = {item.waits_for for item in unit.items.open(sync=run.sync)}
    watches: defaultdict[tuple[str, str], dict[str, set[Watch]]] = defaultdict(dict)
    for words in waiting:
        watch = Watch.read(words)
        if watch and watch.set in run.wiring.profile.ifs.sets:
            watches[watch.set, watch.attribute].setdefault(watch.value, set()).add(watch)
    found: set[str] = set()
    for (name, attribute), by_value in sorted(watches.items()):
        rows = await run.wiring.ifs.rows(name, attribute, sorted(by_value))
        for value, now in Watch.each(name, attribute, by_value, rows).items():
            found.update(str(one) for one in by_value[value] if one != now)
    return found
