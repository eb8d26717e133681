"""All that is known of one order or requisition on both sides, and what JAGGAER should have of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from mapping.fingerprint import Mark, canonical_json, fingerprint_of, read_mark
from mapping.purchasing.accounts import Chart
from mapping.purchasing.compare import braked, differences, with_ended
from mapping.purchasing.model import Words, kept, of_wire, unkept

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.jaggaer.models import OrderHeader, RequisitionHeader
    from ifs_jaggaer.errors import Rejected
    from mapping.kinds import Change, Item, Link, Snapshot
    from mapping.profile import Profile
    from mapping.profile_tables import Company
    from mapping.purchasing.document import DocumentType
    from mapping.purchasing.model import Order, Wired
    from mapping.purchasing.reading import Reading, Rows


@dataclass(frozen=True, slots=True)
class DocumentCase:
    """One document. `rows` is None when IFS does not show its header; `faults` are rows that cannot be read.

    `there` is JAGGAER's header where it was asked for and found, `whole` the record with its lines.
    `chart` is what IFS has of its accounts and code parts.
    """

    type: ClassVar[DocumentType]

    number: str
    rows: Rows | None
    faults: tuple[Rejected, ...] = ()
    link: Link | None = None
    snapshot: Snapshot | None = None
    there: Wired | None = None
    whole: Wired | None = None
    chart: Chart = field(default_factory=Chart)

    # --- what each type has of its own ---

    def switched_off(self, company: Company) -> str:  # noqa: ARG002 - for those that a company may switch off
        """The setting by which a company sends none of them; "" where it does."""
        return ""

    @property
    def waits(self) -> tuple[Item, ...]:
        """What it waits for, besides accounts and code parts."""
        return ()

    @property
    def owner(self) -> str:
        """Whose JAGGAER's record is, as far as it shows."""
        return (self.header and self.header.external_reference) or ""

    # --- who it is ---

    @property
    def key(self) -> str:
        return self.number

    @property
    def references(self) -> tuple[str, ...]:
        return (f"ifs:{self.number}",)

    @property
    def there_as(self) -> str:
        """JAGGAER's key, by link or from our own record there; "" where there is none.

        A tenant that shows no id is known by the document's number, which is unique there too.
        """
        if self.link:
            return self.link.jaggaer_key
        return (self.header.own_id or self.number) if self.header and self.mark else ""

    # --- in IFS ---

    @property
    def state(self) -> str:
        return self.rows.state if self.rows else ""

    @property
    def opened(self) -> bool:
        """Whether it is carried over and not at its end."""
        return self.type.states.get(self.state) == self.type.open

    @property
    def cancelled(self) -> bool:
        return self.type.states.get(self.state) == "Cancelled"

    def rule(self, profile: Profile) -> str:
        """The rule by which it is no matter of ours; "" where it is, or its company is not known."""
        company = self.rows.company if self.rows else ""
        if not company:
            return ""
        if company not in profile.companies:
            return profile.leaves_out(company)
        setting = self.switched_off(profile.of_company(company))
        return f"company {company} sends no {self.type.words}s: {setting}" if setting else ""

    # --- at JAGGAER ---

    @property
    def header(self) -> OrderHeader | RequisitionHeader | None:
        return self.there.header if self.there else None

    @property
    def mark(self) -> Mark | None:
        """Our mark for this very document on JAGGAER's record."""
        mark = read_mark(self.header.external_reference) if self.header else None
        return mark if mark and mark.number == self.number else None

    @property
    def revision(self) -> int:
        """The revision that JAGGAER has."""
        return (self.header and self.header.revision_number) or 0

    @property
    def foreign(self) -> bool:
        """Whether JAGGAER's record was changed or replaced by somebody else, and nobody has settled that."""
        if self.header is None or self.accepted:
            return False
        return self.mark is None or self.revision > max(self.mark.revision, int(self.kept("revision") or 0))

    @property
    def outward(self) -> str:
        """What somebody else may have changed at JAGGAER, as its header shows it."""
        header = self.header
        told = (header.revision_number, header.status, header.external_reference) if header else ()
        return canonical_json([None if part is None else str(part) for part in told])

    # --- as it was settled ---

    @property
    def doubted(self) -> bool:
        """Whether a person named it: then JAGGAER's record is read whole, whatever its mark says."""
        return self.snapshot is not None and self.snapshot.doubted

    @property
    def sent(self) -> str:
        """The fingerprint of what was last settled; "" for nothing."""
        return self.kept("fingerprint")

    @property
    def accepted(self) -> bool:
        """Whether a person let JAGGAER have its own, and it still stands so."""
        return self.header is not None and self.kept("accepted") == self.outward

    @property
    def unsettled(self) -> bool:
        """Whether what JAGGAER has is not, as far as its mark is believed, what was last settled."""
        if self.accepted:
            return False
        return self.doubted or self.mark is None or self.foreign or self.mark.fingerprint != self.sent

    def base(self, words: Words) -> Order | None:
        """What JAGGAER has, as read there where somebody else may have changed it, else as last settled."""
        if self.whole and self.unsettled:
            return of_wire(self.whole, words)
        document = self.kept("document")
        return unkept(document, words) if document else None

    def kept(self, name: str) -> str:
        """One field of what was last settled, "" for none."""
        return (self.snapshot and self.snapshot.fields.get(name)) or ""

    @property
    def version(self) -> int:
        return self.snapshot.version if self.snapshot else 0


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


def aim(case: DocumentCase, profile: Profile, approved: Mapping[str, str | None]) -> Target:
    """The document as JAGGAER should have it, against what it has; IFS must show it.

    What would clear a field, or cancel a line because IFS no longer shows it, is held by the brake until
    it is `approved` (DESIGN, law 11).
    """
    assert case.rows is not None  # noqa: S101 - told to the type checker; callers have looked
    words = Words.of(profile, case.type)
    base = case.base(words)
    reading = case.rows.read(profile, base)
    order = with_ended(reading.order, base)
    changes = differences(base, order)
    items = reading.items or tuple(
        item
        for item in braked(reading.order, base, changes, case.type.sync)
        if approved.get(item.field, item) != item.value
    )
    document = kept(order, words)
    return Target(reading, order, document, fingerprint_of(document), changes, items)
