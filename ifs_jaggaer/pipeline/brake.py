"""The brake: what clears, blocks or follows from absence is put aside and counted before it goes (DESIGN, law 11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from mapping.kinds import Item, ItemKind, Limit

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun
    from mapping.profile_tables import Limits

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
        """What may go: all that was put aside in the last 24 hours, or nothing of a limit where that is too much."""
        limits: tuple[Limit, ...] = ("", "closed_orders")
        return [released for limit in limits for released in self._release(run, limit)]

    def _release(self, run: SyncRun, limit: Limit) -> list[tuple[str, Item]]:
        now = run.wiring.store.now()
        mine = [(key, item) for key, items in self.aside.items() for item in items if item.limit == limit]
        with run.wiring.store.look() as unit:
            counted = unit.items.brake_count(run.sync, now - WINDOW, limit)
            known = unit.links.count(run.kind.record)
            earlier = [
                (
                    item.key,
                    Item(ItemKind.HELD, item.field, item.value, item.reason, item.remedy, brake=True, limit=limit),
                )
                for item in unit.items.open(sync=run.sync)
                if item.brake and item.limit == limit and item.since >= now - WINDOW and item.key not in self.aside
            ]
        if run.request.dry_run:
            counted += len(mine)
        told = run.wiring.profile.limits
        percent, what = _COUNTED[limit](told)
        most = max(told.brake_least, int(known * percent / 100))
        if counted > most:
            run.warn(
                f"{counted} {what} in 24 hours exceed the limit of {most}: all stay held; look at them with "
                f"`ifs-jaggaer items list --sync {run.sync}`, then let them go with "
                f"`ifs-jaggaer replay {run.sync} --held brake`"
            )
            return []
        return mine + ([] if run.request.narrowed else earlier)


_COUNTED: Mapping[Limit, Callable[[Limits], tuple[Decimal, str]]] = {
    "": lambda told: (told.brake_percent, "clearing, blocking or absent values"),
    "closed_orders": lambda told: (told.closed_orders_percent, "orders closed or cancelled in IFS"),
}
