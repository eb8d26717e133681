"""What stands in the way of a document, gathered while it is read: at most one item a field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from connectors.ifs.fields import Record, read
from connectors.wire import Row
from ifs_jaggaer.errors import Rejected
from mapping.kinds import Change, Item, ItemKind

T = TypeVar("T")
_MOST_DIGITS = 40
_CHANGES_TOLD = 50


@dataclass(slots=True)
class Findings:
    """Items by field, the first one of each, and notes: what is only worth saying."""

    by_field: dict[str, Item] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def items(self) -> tuple[Item, ...]:
        return tuple(self.by_field.values())

    def add(self, item: Item) -> None:
        self.by_field.setdefault(item.field, item)

    def dead(self, name: str, value: str | None, reason: str, remedy: str, waits_for: str | None = None) -> None:
        self.add(Item(ItemKind.DEAD_LETTER, name, value, reason, remedy, waits_for))

    def rejected(self, name: str, fault: Rejected, waits_for: str | None = None) -> None:
        self.dead(name, fault.value, fault.message, fault.remedy or "correct it in the record", waits_for)

    def attempt(self, name: str, step: Callable[[], T], instead: T, waits_for: str | None = None) -> T:
        """What `step` gives; where it is rejected, a dead letter of that field and `instead`."""
        try:
            return step()
        except Rejected as fault:
            self.rejected(name, fault, waits_for)
            return instead


def few(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """The first changes of a document, and how many more there are."""
    if len(changes) <= _CHANGES_TOLD:
        return changes
    further = Change("…", None, f"{len(changes) - _CHANGES_TOLD} further fields")
    return (*changes[:_CHANGES_TOLD], further)


def check_numbers(row: Row) -> None:
    """Raises Rejected for a number so large that exact arithmetic on it would fail."""
    name = _too_large(row.values)
    if name is not None:
        raise Rejected(
            "is no believable number",
            record=" ".join((row.kind, *row.key)),
            field=name,
            remedy="correct it in the record",
        )


def _too_large(value: object, name: str = "") -> str | None:
    if value is None or isinstance(value, str):
        return None
    if isinstance(value, Mapping):
        found = (_too_large(inner, str(inside)) for inside, inner in value.items())
        return next((each for each in found if each is not None), None)
    if isinstance(value, list):
        return next((each for inner in value if (each := _too_large(inner, name)) is not None), None)
    return name if isinstance(value, Decimal) and value.is_finite() and value.adjusted() > _MOST_DIGITS else None


def readable(model: type[Record], rows: Iterable[Row]) -> tuple[list[Record], list[Rejected]]:
    """The rows of an IFS set that are what the contract says, and what is wrong with the others."""
    good: list[Record] = []
    faults: list[Rejected] = []
    for row in rows:
        try:
            check_numbers(row)
            good.append(read(model, row))
        except Rejected as fault:
            faults.append(fault)
    return good, faults


def needed(value: T | None, name: str) -> T:
    """The value. Raises Rejected where it is empty or did not come."""
    if value is None:
        raise Rejected("is empty or did not come", system="ifs", field=name, remedy="state it in IFS")
    return value
