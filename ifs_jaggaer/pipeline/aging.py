"""Open items that grow old: a person is told once of each (DESIGN, law 6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ifs_jaggaer.store.audit import Event
from mapping.kinds import ItemKind

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun
    from ifs_jaggaer.store import OpenItem
    from mapping.profile_tables import Limits

GROWS_OLD = frozenset({ItemKind.WAITING, ItemKind.HELD})
"""What is open in the hope that it goes by itself; of a dead letter or a conflict a person was told when it opened."""

MOST_NAMED = 10
"""Documents that the run's note names."""


def is_too_old(item: OpenItem, now: datetime, limits: Limits) -> bool:
    """Whether it stands open longer than `waiting_alert_hours`."""
    return item.kind in GROWS_OLD and item.since + timedelta(hours=float(limits.waiting_alert_hours)) <= now


def alert_by_age(run: SyncRun) -> None:
    """At the end of a run: what is too old by now, and no run has said so, is this run's to tell.

    Remembered by item. A run that looked at a part of the documents tells of those alone, a dry run of none.
    """
    if run.request.dry_run:
        return
    now, limits = run.wiring.clock(), run.wiring.profile.limits
    with run.scribe.unit() as unit:
        old = [
            item
            for item in unit.items.open(sync=run.sync)
            if not item.alerted_by and is_too_old(item, now, limits)
            if not run.request.narrowed or item.key in run.tally.lines
        ]
        unit.items.alerted((item.id for item in old), run.request.run_id)
        for item in old:
            told = {"field": item.field, "reason": item.reason, "since": item.since.isoformat()}
            run.scribe.note(Event("too old", "note", entity=run.sync, key=item.key, payload=told))
    run.tally.too_old = tuple(old)
    if old:
        run.warn(f"open longer than {limits.waiting_alert_hours} hours: {_listed(old)}")


def _listed(old: list[OpenItem]) -> str:
    keys = list(dict.fromkeys(item.key for item in old))
    more = f" and {len(keys) - MOST_NAMED} more" if len(keys) > MOST_NAMED else ""
    return f"{', '.join(keys[:MOST_NAMED])}{more} (ifs-jaggaer items list --sync {old[0].sync})"
