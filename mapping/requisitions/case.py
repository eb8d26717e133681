"""All that is known of one requisition on both sides, and what JAGGAER should have of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mapping.fingerprint import Mark, fingerprint_of, read_mark
from mapping.purchasing.accounts import Chart
from mapping.purchasing.compare import braked, differences, with_ended
from mapping.purchasing.document import REQUISITION
from mapping.purchasing.model import Words, kept, of_wire, unkept
from mapping.requisitions.reading import read_requisition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.jaggaer.models import Requisition, RequisitionHeader
    from ifs_jaggaer.errors import Rejected
    from mapping.kinds import Change, Item, Link, Snapshot
    from mapping.profile import Profile
    from mapping.purchasing.model import Order
    from mapping.requisitions.reading import Reading, RequisitionRows


@dataclass(frozen=True, slots=True)
class RequisitionCase:
    """One requisition. `rows` is None when IFS does not show its header; `faults` are rows that cannot be read.

    `there` is JAGGAER's header where it was asked for and found, `whole` the record with its lines.
    `chart` is what IFS has of its accounts and code parts.
    """

    number: str
    rows: RequisitionRows | None
    faults: tuple[Rejected, ...] = ()
    link: Link | None = None
    snapshot: Snapshot | None = None
    there: Requisition | None = None
    whole: Requisition | None = None
    chart: Chart = field(default_factory=Chart)

    @property
    def key(self) -> str:
        return self.number

    @property
    def references(self) -> tuple[str, ...]:
        return (f"ifs:{self.number}",)

    @property
    def there_as(self) -> str:
        """JAGGAER's key, by link or from our own record there; "" where there is none.

        A tenant that shows no id is known by the requisition's number, which is unique there too.
        """
        if self.link:
            return self.link.jaggaer_key
        return (self.header.requisition_id or self.number) if self.header and self.mark else ""

    @property
    def header(self) -> RequisitionHeader | None:
        return self.there.header if self.there else None

    @property
    def mark(self) -> Mark | None:
        """Our mark for this very requisition on JAGGAER's record."""
        mark = read_mark(self.header.external_reference) if self.header else None
        return mark if mark and mark.number == self.number else None

    @property
    def sent(self) -> str:
        """The fingerprint of what was last settled; "" for nothing."""
        return self._kept("fingerprint")

    @property
    def revision(self) -> int:
        """The revision that JAGGAER has."""
        return (self.header and self.header.revision_number) or 0

    @property
    def foreign(self) -> bool:
        """Whether JAGGAER's record was changed or replaced by somebody else."""
        if self.header is None:
            return False
        return self.mark is None or self.revision > max(self.mark.revision, int(self._kept("revision") or 0))

    @property
    def state(self) -> str:
        return self.rows.state if self.rows else ""

    def base(self, words: Words) -> Order | None:
        """What JAGGAER has, as read there, else as last settled."""
        if self.whole:
            return of_wire(self.whole, words)
        document = self._kept("document")
        return unkept(document, words) if document else None

    def _kept(self, name: str) -> str:
        return (self.snapshot.fields.get(name) if self.snapshot else None) or ""


@dataclass(frozen=True, slots=True)
class Target:
    """What JAGGAER should have, how that differs from what it has, and what must be settled first.

    `document` is its content as text, `fingerprint` that of the content.
    """

    reading: Reading
    order: Order
    document: str
    fingerprint: str
    changes: tuple[Change, ...]
    items: tuple[Item, ...]


def words_of(profile: Profile) -> Words:
    """The tenant's words for requisitions."""
    return Words.of(profile, REQUISITION)


def aim(case: RequisitionCase, profile: Profile, approved: Mapping[str, str | None]) -> Target:
    """The requisition as JAGGAER should have it; what the brake holds stands in its way until it is `approved`."""
    assert case.rows is not None  # noqa: S101 - told to the type checker; callers have looked
    words = words_of(profile)
    base = case.base(words)
    reading = read_requisition(case.rows, profile, base)
    order = with_ended(reading.order, base)
    changes = differences(base, order)
    items = reading.items or tuple(
        item for item in braked(reading.order, base, changes) if approved.get(item.field, item) != item.value
    )
    document = kept(order, words)
    return Target(reading, order, document, fingerprint_of(document), changes, items)
