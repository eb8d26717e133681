"""Both systems compared document by document: what differs, and why (docs/reconcile.md).

The same code decides as in a run, but as if the store were lost: what a kind knows of its own documents is kept
from it, so that it looks at both systems. What it would still do then is a difference; why it stands is told by
what the run itself would decide, and by what the store knows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from connectors.wire import Json, JsonValue, Row
from mapping.fingerprint import read_mark
from mapping.kinds import Action, Change, ItemKind, Link, Links, Snapshot, Snapshots, announced_kind

if TYPE_CHECKING:
    from datetime import datetime

    from ifs_jaggaer.errors import System
    from mapping.kinds import Answers, Case, Gathering, WireAsk

_NO_PRINT = "0" * 16
_MARK = "externalReference"
_IDS = {"purchaseorders": ("poNumber", "poId"), "requisitions": ("requisitionNumber", "requisitionId")}


class Cause(StrEnum):
    """Why two systems differ in a document; only the last fails a run."""

    IN_FLIGHT = "in flight"
    CHANGED_SINCE = "changed since"
    PROFILE_CHANGED = "profile changed"
    WAITING = "waiting"
    DEAD_LETTER = "dead letter"
    HELD = "held"
    CONFLICT = "conflict"
    DECIDED = "decided"
    OUT_OF_SCOPE = "out of scope"
    UNEXPLAINED = "unexplained"


REMEDIES = {
    Cause.IN_FLIGHT: "nothing to do: the next run carries it",
    Cause.DECIDED: "nothing to do: a person decided that it stays so",
    Cause.OUT_OF_SCOPE: "nothing to do, or change the rule in the profile",
}
OF_KIND = {
    ItemKind.DEAD_LETTER: Cause.DEAD_LETTER,
    ItemKind.WAITING: Cause.WAITING,
    ItemKind.HELD: Cause.HELD,
    ItemKind.CONFLICT: Cause.CONFLICT,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field of one document. `source` and `target` are what either side says, in words fit for a person.

    `target_system` is where it would be written: of a kind that goes both ways, field by field. `sided`: False where
    `source` is but the value that an open item names, and neither side's field.
    """

    sync: str
    key: str
    other_key: str
    field: str
    source: str | None
    target: str | None
    cause: Cause
    reason: str
    remedy: str
    target_system: System = "jaggaer"
    sided: bool = True

    @property
    def source_system(self) -> System:
        """The other one."""
        return "ifs" if self.target_system == "jaggaer" else "jaggaer"


@dataclass(frozen=True, slots=True)
class Listed:
    """An open item as the store lists it. `brake`: no run tries it again before a person lets it go."""

    kind: ItemKind
    field: str
    reason: str
    remedy: str
    brake: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of one document.

    `intent`: something was sent of which nobody knows yet whether it was carried out. `reachable`: its source
    changed since it was last dealt with, and the next run will see that; `overlooked`: it changed, and no
    watermark shows it; `earlier_profile`: it was last dealt with under another profile, `earlier_hook`: or under
    the same one while the code of its hook, of that name, was another.
    `decided_at`: when a person last decided about it, `discarded`: closed its dead letter.
    `touched`: when either side last changed it, as far as that was read.
    """

    items: tuple[Listed, ...] = ()
    intent: bool = False
    reachable: bool = False
    overlooked: bool = False
    earlier_profile: bool = False
    earlier_hook: str = ""
    decided_at: datetime | None = None
    discarded: str = ""
    touched: datetime | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """How one document stands. `rule`: why it is out of scope. Without differences both sides agree.

    `elsewhere`: it belongs to a company that is not in scope.
    """

    key: str
    other_key: str
    action: Action
    rule: str = ""
    differences: tuple[Difference, ...] = ()
    elsewhere: bool = False

    @property
    def cause(self) -> Cause | None:
        """The gravest of its causes; None where it agrees."""
        if self.differences:
            return max((one.cause for one in self.differences), key=list(Cause).index)
        return Cause.OUT_OF_SCOPE if self.action is Action.OUT_OF_SCOPE else None

    @property
    def why(self) -> str:
        """The reason of that cause, in words."""
        grave = self.cause
        found = (one.reason for one in self.differences if one.cause is grave)
        return next(found, self.rule)


@dataclass(frozen=True, slots=True)
class Compared:
    """What a closer look at one document found."""

    key: str
    changes: tuple[Change, ...]

    @property
    def references(self) -> tuple[str, ...]:
        return ()


# --- a fresh look -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Distrusting:
    """Answers without what the store believes of the kind's own documents.

    `ids`: JAGGAER's ids by IFS's keys, as the links have them. A list of a tenant need not show the id that its
    records are read by, and one that leads to another document shows as such.
    """

    answers: Answers
    record: str
    ids: dict[str, str]

    def rows(self, ask: WireAsk) -> list[Row]:
        return [_identified(_unmarked(row), self.ids) for row in self.answers.rows(ask)]

    def links(self, ask: Links) -> dict[str, Link]:
        found = self.answers.links(ask)
        if ask.kind != self.record:
            return found
        self.ids.update((link.ifs_key, link.jaggaer_key) for link in found.values())
        return {}

    def snapshots(self, ask: Snapshots) -> dict[str, Snapshot]:
        return {} if ask.kind in {self.record, announced_kind(self.record)} else self.answers.snapshots(ask)


def fresh(gathering: Gathering, record: str) -> Gathering:
    """The same gathering as on an empty store; marks say whose a record is, but not what it holds."""
    ids: dict[str, str] = {}
    try:
        asks = next(gathering)
        while True:
            answers: Answers = yield asks
            asks = gathering.send(_Distrusting(answers, record, ids))
    except StopIteration as done:
        cases: list[Case] = done.value
        return cases


def _identified(row: Row, ids: Mapping[str, str]) -> Row:
    """The same record with its id, where the list does not show it and the link has it."""
    number, own = _IDS.get(row.kind, ("", ""))
    header = row.values.get("header")
    if not isinstance(header, dict) or header.get(own) or str(header.get(number)) not in ids:
        return row
    told: Json = {**header, own: ids[str(header[number])]}
    values: dict[str, JsonValue] = {**row.values, "header": told}
    return replace(row, values=values)


def _unmarked(row: Row) -> Row:
    """The fingerprint in our mark says what was sent, not what stands there now: without it the lines are read."""
    header = row.values.get("header")
    if not isinstance(header, dict):
        return row
    told = header.get(_MARK)
    mark = read_mark(told) if isinstance(told, str) else None
    if mark is None:
        return row
    silent: Json = {**header, _MARK: str(replace(mark, fingerprint=_NO_PRINT))}
    values: dict[str, JsonValue] = {**row.values, "header": silent}
    return replace(row, values=values)


# --- counting ---------------------------------------------------------------------------------


def counted(seen: Iterable[Seen]) -> Mapping[str, int]:
    """Documents by how they stand: "agreed", or the gravest cause."""
    counts: dict[str, int] = {}
    for one in seen:
        name = str(one.cause or "agreed")
        counts[name] = counts.get(name, 0) + 1
    return counts
