"""All that is known of one order on both sides, and what JAGGAER should have of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from mapping.fingerprint import Mark, canonical_json, fingerprint_of, read_mark
from mapping.purchase_orders.back import read_kept
from mapping.purchase_orders.reading import STATUS, OrderRows, read_order
from mapping.purchasing.accounts import Chart, codes_in
from mapping.purchasing.compare import braked, differences, with_ended
from mapping.purchasing.model import Order, Words, of_wire, unkept
from mapping.purchasing.model import kept as kept_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.jaggaer.models import OrderHeader, PurchaseOrder
    from connectors.wire import ETag
    from ifs_jaggaer.errors import Rejected
    from mapping.kinds import Change, Item, Link, Snapshot
    from mapping.profile import Profile
    from mapping.purchase_orders.back import Kept


ENDED = frozenset({"Completed", "Cancelled"})
"""States of an order at JAGGAER that are its end."""


@dataclass(frozen=True, slots=True)
class OrderCase:
    """One order. `rows` is None when IFS does not show its header; `faults` are rows that cannot be read.

    `there` is JAGGAER's header where it was asked for and found, `whole` the record with its lines. `etags` are those
    of IFS's rows, by set and key. `chart` is what IFS has of its accounts and code parts.
    """

    number: str
    rows: OrderRows | None
    faults: tuple[Rejected, ...]
    supplier: Link | None = None
    link: Link | None = None
    snapshot: Snapshot | None = None
    there: PurchaseOrder | None = None
    whole: PurchaseOrder | None = None
    etags: Mapping[tuple[str, ...], ETag | None] = field(default_factory=dict)
    chart: Chart = field(default_factory=Chart)

    @property
    def key(self) -> str:
        return self.number

    @property
    def references(self) -> tuple[str, ...]:
        own = (f"ifs:{self.number}", f"jaggaer:{self.number}")
        return (*own, f"jaggaer:{self.po_id}") if self.po_id else own

    @property
    def po_id(self) -> str:
        """JAGGAER's key, by link or from our own record there; "" where there is none.

        A tenant that shows no id is known by the order's number, which is unique there too.
        """
        if self.link:
            return self.link.jaggaer_key
        return (self.header.po_id or self.number) if self.header and self.mark else ""

    @property
    def header(self) -> OrderHeader | None:
        return self.there.header if self.there else None

    @property
    def mark(self) -> Mark | None:
        """Our mark for this very order on JAGGAER's record."""
        mark = read_mark(self.header.external_reference) if self.header else None
        return mark if mark and mark.number == self.number else None

    @property
    def sent(self) -> str:
        """The fingerprint of what was last settled; "" for nothing."""
        return self.kept("fingerprint")

    @property
    def settled_revision(self) -> int:
        return int((self.snapshot and self.snapshot.fields.get("revision")) or 0)

    @property
    def revision(self) -> int:
        """The revision that JAGGAER has."""
        return (self.header and self.header.revision_number) or 0

    @property
    def foreign(self) -> bool:
        """Whether JAGGAER's record was changed or replaced by somebody else, and nobody has settled that."""
        if self.header is None or self.accepted:
            return False
        return self.mark is None or self.revision > max(self.mark.revision, self.settled_revision)

    @property
    def unsettled(self) -> bool:
        """Whether what JAGGAER has is not, by its mark, what was last settled."""
        return not self.accepted and (self.mark is None or self.foreign or self.mark.fingerprint != self.sent)

    def quiet(self, words: Words) -> bool:
        """Whether JAGGAER's record is as it was settled, and tells nothing new."""
        if self.header is None or not self.link or self.unsettled or self.news:
            return False
        base, status = self.base(words), words.of_order(self.header.status)
        return self.accepted or status not in ENDED or status == (base.status if base else "Cancelled")

    @property
    def outward(self) -> str:
        """What somebody else may have changed at JAGGAER, as its header shows it."""
        header = self.header
        told = (header.revision_number, header.status, header.external_reference) if header else ()
        return canonical_json([None if part is None else str(part) for part in told])

    @property
    def accepted(self) -> bool:
        """Whether a person let JAGGAER have its own, and it still stands so."""
        return self.header is not None and self.kept("accepted") == self.outward

    @property
    def back(self) -> Kept:
        """What was settled of the acknowledgement."""
        return read_kept(self.kept("acknowledged"))

    @property
    def news(self) -> bool:
        """Whether JAGGAER's record, which is ours, moved since it was dealt with.

        What the supplier says moves lastUpdate alone; so does what we send.
        """
        if self.header is None or not self.po_id:
            return False
        moved = self.header.last_update
        return moved is None or moved.isoformat() != self.kept("seen")

    @property
    def known_there(self) -> bool:
        """Whether some state of JAGGAER's record was dealt with: what is not kept of it was not there."""
        return bool(self.kept("seen") or self.kept("told"))

    @property
    def must_read(self) -> bool:
        """Whether the lines must be read for what the supplier promised.

        At first sight a header without acknowledgement tells that there is nothing (contracts/jaggaer.md 5), unless
        it moved later than our creation was answered: neither a creation nor a lost store costs reading each order.
        """
        if not self.news or self.header is None:
            return False
        moved, told = self.header.last_update, self.kept("told")
        later = bool(told and moved and moved.replace(microsecond=0) > datetime.fromisoformat(told))
        return bool(self.kept("seen") or self.header.acknowledgement or later)

    def kept(self, name: str) -> str:
        """One field of what was last settled, "" for none."""
        return (self.snapshot and self.snapshot.fields.get(name)) or ""

    @property
    def state(self) -> str:
        return (self.rows and self.rows.head.objstate) or ""

    @property
    def cancelled(self) -> bool:
        return STATUS.get(self.state) == "Cancelled"

    def base(self, words: Words) -> Order | None:
        """What JAGGAER has, as read there where somebody else may have changed it, else as last settled."""
        if self.whole and self.unsettled:
            return of_wire(self.whole, words)
        document = self.snapshot and self.snapshot.fields.get("document")
        return unkept(document, words) if document else None


@dataclass(frozen=True, slots=True)
class Target:
    """What JAGGAER should have, how it differs from `base`, and what must be settled first.

    `document` is its content as text, `fingerprint` that of the content.
    """

    order: Order
    document: str
    fingerprint: str
    changes: tuple[Change, ...]
    items: tuple[Item, ...]
    notes: tuple[str, ...]


def aim(rows: OrderRows, profile: Profile, base: Order | None, approved: Mapping[str, str | None]) -> Target:
    """The order as JAGGAER should have it, compared with what it has.

    What would clear a field, or cancel a line because IFS no longer shows it, is held by the brake until
    it is `approved` (DESIGN, law 11).
    """
    words = Words.of(profile)
    reading = read_order(rows, profile, base)
    order = with_ended(reading.order, base)
    changes = differences(base, order)
    items = reading.items or tuple(
        item for item in braked(reading.order, base, changes) if approved.get(item.field, item) != item.value
    )
    document = kept_text(order, words)
    return Target(order, document, fingerprint_of(document), changes, items, reading.notes)


def codes_of(case: OrderCase, profile: Profile) -> frozenset[tuple[str, str]]:
    """Every custom field and value that an order to be sent names."""
    if case.rows is None or case.state not in STATUS or case.cancelled:
        return frozenset()
    return codes_in(read_order(case.rows, profile, case.base(Words.of(profile))).order.lines)
