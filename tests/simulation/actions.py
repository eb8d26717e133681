"""What happens in a simulated life, decided beforehand by one seed: a list, so that less of it can be tried."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from simulation import edits_goods, edits_invoices, edits_orders, edits_suppliers
from simulation.edits import EDITS

from ifs_jaggaer.errors import System

# Their functions are found by name.
__all__ = ["edits_goods", "edits_invoices", "edits_orders", "edits_suppliers"]

Sync: TypeAlias = Literal[
    "all",
    "suppliers",
    "gl-accounts",
    "contracts",
    "requisitions",
    "purchase-orders",
    "receipts",
    "invoices",
    "payments",
]

How: TypeAlias = Literal["delta", "dry run", "sweep", "replay", "backfill"]

DAY = 86_400

SYNCS: tuple[Sync, ...] = (
    "suppliers", "gl-accounts", "contracts", "requisitions", "purchase-orders", "receipts", "invoices", "payments",
)  # fmt: skip

HOW: dict[How, int] = {"delta": 12, "dry run": 1, "sweep": 2, "replay": 1, "backfill": 1}
"""How often."""

FAULTS: dict[System, tuple[str, ...]] = {
    "ifs": (
        "timeout_before_commit", "timeout_after_commit", "drop_before_commit", "drop_after_commit", "drop_mid_answer",
        "truncated_json", "html_502", "html_503", "html_504", "html_200", "server_error_after_commit", "throttle",
        "unauthorized", "expire_tokens", "late_commit",
        "mi_modified", "modified_by_another", "edit_first", "locked", "duplicate_after_commit",
    ),
    "jaggaer": (
        "timeout_before_commit", "timeout_after_commit", "drop_before_commit", "drop_after_commit", "drop_mid_answer",
        "truncated_json", "html_502", "html_503", "html_504", "html_200", "server_error_after_commit", "throttle",
        "unauthorized", "expire_tokens", "late_commit",
        "busy", "warnings", "hidden_duplicate", "bad_content_type_401",
    ),
}  # fmt: skip

BEGINNING = (*["new_supplier"] * 3, *["new_company"] * 2, *["new_order"] * 4)

LATE = 100
"""Most seconds after its answer that work is done: less than either system's settle delay."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A user of one of the systems does something; `chance` says to which record."""

    what: str
    chance: int


@dataclass(frozen=True, slots=True)
class Wait:
    seconds: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Meets so many requests after `skip` others of that method."""

    system: System
    fault: str
    method: str | None
    skip: int
    times: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """While the next run goes on, just before its n-th request is carried out, a user does something."""

    edit: Edit
    request: int


@dataclass(frozen=True, slots=True)
class Kill:
    """The process of the next run dies at its n-th step; `writing`: counted from its first write on."""

    step: int
    writing: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """So many seconds after the next run another process runs this sync."""

    sync: Sync
    seconds: float


@dataclass(frozen=True, slots=True)
class Run:
    """As the schedule or a person asks for it."""

    sync: Sync
    how: How = "delta"


@dataclass(frozen=True, slots=True)
class Forget:
    """The product's operator resets all watermarks, or loses the store."""

    what: Literal["watermarks", "store"]


@dataclass(frozen=True, slots=True)
class Rest:
    """Users rest, faults end, time passes: the laws are looked at."""


Action: TypeAlias = Edit | Wait | Fault | Meanwhile | Kill | Beside | Run | Forget | Rest


def life_of(seed: int, days: int) -> list[Action]:
    """The same for the same seed and length."""
    chance = random.Random(f"{seed} actions")  # noqa: S311 - a seed is the point
    actions: list[Action] = [Edit(what, chance.randrange(10**9)) for what in BEGINNING]
    actions += [Run("all")] if chance.random() < 0.5 else []
    for _ in range(days):
        actions += _day(chance)
    return [*actions, Rest()] if not isinstance(actions[-1], Rest) else actions


def _day(chance: random.Random) -> Iterator[Action]:
    for _ in range(chance.randint(3, 7)):
        sync = chance.choice(SYNCS) if chance.random() < 0.8 else None
        for _ in range(chance.choice((0, 1, 1, 2, 3, 5))):
            yield _edit(chance, sync)
            if chance.random() < 0.3:
                yield Wait(chance.choice((1, 1, 20, 400)))
        yield from _run(chance, sync)
        yield Wait(chance.choice((1, 5, 60, 300, 900, 4000)))
        if chance.random() < 0.03:
            yield Forget(chance.choice(("watermarks", "watermarks", "store")))
    if chance.random() < 0.5:
        yield Rest()
    yield Wait(DAY // 4)


def _run(chance: random.Random, sync: Sync | None) -> Iterator[Action]:
    """Of the sync that the edits were work for, mostly."""
    if chance.random() < 0.4:
        writing = chance.random() < 0.6
        yield Kill(int(2 ** chance.uniform(0, 5 if writing else 9)), writing)
    for _ in range(chance.choice((0, 0, 1, 1, 2, 4))):
        yield _fault(chance)
    for _ in range(chance.choice((0, 0, 1, 2))):
        yield Meanwhile(_edit(chance, sync), int(2 ** chance.uniform(0, 6)))
    main: Sync = chance.choice(("all", sync, sync)) if sync else "all"
    if chance.random() < 0.15:
        yield Beside(chance.choice((main, main, "all")), round(10 ** chance.uniform(-2, 1), 2))
    yield Run(main, *chance.choices(list(HOW), list(HOW.values())))


def _edit(chance: random.Random, sync: Sync | None) -> Edit:
    """Of one kind's, or of any."""
    names: Sequence[str] = [name for name, told in EDITS.items() if sync in {None, told.sync}]
    (what,) = chance.choices(names, [EDITS[name].weight for name in names])
    return Edit(what, chance.randrange(10**9))


def _fault(chance: random.Random) -> Fault:
    system: System = chance.choice(("ifs", "jaggaer"))
    method = (
        chance.choice(("POST", "POST", "PATCH", None)) if system == "ifs" else chance.choice(("POST", "POST", None))
    )
    skip = int(2 ** chance.uniform(0, 3 if method else 5)) - 1
    times = chance.choice((1, 1, 1, 1, 2, 6))
    return Fault(system, chance.choice(FAULTS[system]), method, skip, times, chance.randint(1, LATE))
