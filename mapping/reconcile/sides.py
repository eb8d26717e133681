"""What a document says of itself on the wire, and where documents of one kind stand on both sides.

Nothing here asks what mapping would make of a document: it reads key, mark, amount, currency and supplier, so that a
fault of the mapping shows as a difference of the totals.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from connectors.wire import Row
from ifs_jaggaer.errors import Rejected, System
from mapping.dates import day
from mapping.invoices.case import mark_of
from mapping.kinds import Answers, Ask
from mapping.money import decimal
from mapping.reconcile.totals import Entry

if TYPE_CHECKING:
    from mapping.kinds import WireAsk
    from mapping.profile import Profile

MARK = mark_of("")
"""What our marks in IFS begin with (contracts/mapping.md)."""

Filling: TypeAlias = "Generator[tuple[Ask, ...], Answers, list[Entry]]"


@dataclass(frozen=True, slots=True)
class Side:
    """One set or resource of documents.

    `entries` gives none for a row that is none of ours, several for one of several documents. `look` asks for
    documents by the source's keys, at the source also by the keys of the decisions about them. `fill` completes
    entries that state no amount themselves, and may name them anew. `only`: attribute and value that narrow the set,
    `company` the attribute that the scope filters on.
    """

    system: System
    name: str
    entries: Callable[[Row, Profile], Sequence[Entry]]
    look: Callable[[frozenset[str]], WireAsk]
    fill: Callable[[list[Entry], Profile], Filling] | None = None
    only: tuple[str, str] | None = None
    company: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """The records of one kind on both sides.

    `counted`: they are counted alone, for they have no amount. `both_ways`: what changed on either side is compared.
    `unshown`: the rule that leaves out what only the target has and nobody carried there. `other`: by which prefix a
    decision's other key names the target's record; None where that names none.
    """

    sources: tuple[Side, ...]
    targets: tuple[Side, ...]
    counted: bool = False
    both_ways: bool = False
    unshown: str = ""
    other: str | None = None

    @property
    def source(self) -> Side:
        """The set of the source that the records are known by."""
        return self.sources[0]


# --- reading ----------------------------------------------------------------------------------


def text(row: Row, *path: str) -> str:
    """What stands at a path, "" for nothing."""
    value: object = row.values
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return "" if value is None or isinstance(value, Mapping | list) else str(value)


def amount(row: Row, *path: str) -> Decimal | None:
    """The same as a number, None where it is none."""
    said = text(row, *path)
    try:
        return decimal(said, path[-1]) if said else None
    except Rejected:
        return None


def day_at(row: Row, *path: str) -> date | None:
    """The same as a day, None where it is none."""
    try:
        return day(text(row, *path), path[-1])
    except Rejected:
        return None
