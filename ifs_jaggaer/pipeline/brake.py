"""The brake: what clears, blocks or follows from absence is put aside and counted before it goes (DESIGN, law 11)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from mapping.kinds import Item, ItemKind

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun

WINDOW = timedelta(hours=24)


@dataclass(slots=True)
class Brake:
    """What this run put aside, by document key."""

    aside: dict[str, list[Item]] = field(default_factory=dict)

    def put(self, key: str, items: Sequence[Item]) -> None:
        braked = [item for item in items if item.brake]
        if braked:
            self.aside[key] = braked
        else:
            self.aside.pop(key, None)

    def release(self, run: SyncRun) -> list[tuple[str, Item]]:
        """What may go: all that was put aside in the last 24 hours, or nothing where that is too much."""
        now = run.wiring.store.now()
        mine = [(key, item) for key, items in self.aside.items() for item in items]
        with run.wiring.store.look() as unit:
            counted = unit.items.brake_count(run.sync, now - WINDOW)
            known = unit.links.count(run.kind.record)
            earlier = [
                (item.key, Item(ItemKind.HELD, item.field, item.value, item.reason, item.remedy, brake=True))
                for item in unit.items.open(sync=run.sync)
                if item.brake and item.since >= now - WINDOW and item.key not in self.aside
            ]
        if run.request.dry_run:
            counted += len(mine)
        limits = run.wiring.profile.limits
        limit = max(limits.brake_least, int(known * limits.brake_percent / 100))
        if counted > limit:
            run.warn(
                f"{counted} clearing, blocking or absent values in 24 hours exceed the limit of {limit}: all stay "
                f"held; look at them with 'items list', then let them go with 'replay --held brake'"
            )
            return []
        return mine + ([] if run.request.narrowed else earlier)
