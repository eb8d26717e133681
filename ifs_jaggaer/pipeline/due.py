"""Open items that can be tried again: what they wait for came, or an hour passed (DESIGN, law 6 and the store)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ifs_jaggaer.pipeline.kinds import KINDS
from ifs_jaggaer.pipeline.request import ANEW, IN_IFS, INTENT, METADATA, UNTIL
from ifs_jaggaer.store import OpenItem, Unit
from mapping.gl_accounts import RECORD

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.assumed import Assumed
    from ifs_jaggaer.pipeline.run import SyncRun

RETRY_AFTER = timedelta(hours=1)
"""How often an open item is read again by itself (DESIGN, the store)."""


def due_references(run: SyncRun) -> tuple[str, ...]:
    """The documents of these items that this run has not decided yet."""
    now = run.wiring.store.now()
    with run.wiring.store.look() as unit:
        items = unit.items.open(sync=run.sync)
        came = settled(unit, (item.waits_for for item in items), run.assumed) | run.stirred
        written = _written_since(unit, items)
    due = {
        item.key
        for item in items
        if not item.brake
        and not item.key.startswith(METADATA)
        and item.key not in run.tally.lines
        and (_time_came(item, now) or item.waits_for in came or item.id in written)
    }
    return tuple(sorted(run.home_reference(key) for key in due))


def settled(unit: Unit, awaited: Iterable[str | None], assumed: Assumed) -> set[str]:
    """Which of these ("supplier:1001") the store has, or the dry run plans."""
    wanted: dict[str, set[str]] = {}
    for each in awaited:
        if each and not each.startswith((UNTIL, ANEW)):
            kind, _, key = each.partition(":")
            wanted.setdefault(kind, set()).add(key)
    known = {
        f"{kind}:{key}"
        for kind, keys in wanted.items()
        for key in (
            *unit.links.by_ifs(kind, keys),
            *unit.links.by_jaggaer(kind, keys),
            *unit.snapshots.get(kind, keys),
        )
    }
    return known | {f"{kind}:{key}" for kind, keys in wanted.items() for key in assumed.present(kind, keys)}


def awaited(run: SyncRun, waits_for: str | None) -> str | None:
    """What to wait for, now that the target denied it: that the store has it is then no sign that it came."""
    kind, _, key = (waits_for or "").partition(":")
    with run.wiring.store.look() as unit:
        known = bool(settled(unit, [waits_for], run.assumed))
    named_in_part = kind == RECORD and ":" not in key
    return f"{ANEW}{waits_for}" if known or named_in_part else waits_for


def _written_since(unit: Unit, items: Iterable[OpenItem]) -> set[int]:
    """Items that wait for a kind whose sync wrote something after they were last tried."""
    waiting: dict[str, list[OpenItem]] = {}
    for item in items:
        if item.waits_for and item.waits_for.startswith(ANEW):
            waiting.setdefault(item.waits_for.removeprefix(ANEW).partition(":")[0], []).append(item)
    found: set[int] = set()
    for kind in KINDS.values():
        of_kind = waiting.get(kind.record, [])
        wrote = unit.runs.last_that_wrote(kind.name, min(item.last_tried for item in of_kind)) if of_kind else None
        found.update(item.id for item in of_kind if wrote is not None and item.last_tried < wrote)
    return found


def _time_came(item: OpenItem, now: datetime) -> bool:
    if item.waits_for and item.waits_for.startswith((INTENT, *IN_IFS)):
        return True
    if item.waits_for and item.waits_for.startswith(UNTIL):
        return datetime.fromisoformat(item.waits_for.removeprefix(UNTIL)) <= now
    return item.last_tried + RETRY_AFTER <= now
