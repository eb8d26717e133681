"""All that is known of one order on both sides, and what JAGGAER should have of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mapping.fingerprint import Mark, fingerprint, fingerprint_of, read_mark
from mapping.kinds import Change, Item, ItemKind
from mapping.purchase_orders_model import Line, Order, Words, fields, kept, of_wire, unkept
from mapping.purchase_orders_reading import STATUS, OrderRows, read_order

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.jaggaer.models import OrderHeader, PurchaseOrder
    from ifs_jaggaer.errors import Rejected
    from mapping.kinds import Link, Snapshot
    from mapping.profile import Profile


@dataclass(frozen=True, slots=True)
class OrderCase:
    """One order. `rows` is None when IFS does not show its header; `faults` are rows that cannot be read.

    `there` is JAGGAER's header where it was asked for and found, `whole` the record with its lines.
    `unknown` are accounts and code parts, (custom field, value), that neither side is known to have.
    """

    number: str
    rows: OrderRows | None
    faults: tuple[Rejected, ...]
    supplier: Link | None = None
    link: Link | None = None
    snapshot: Snapshot | None = None
    there: PurchaseOrder | None = None
    whole: PurchaseOrder | None = None
    unknown: frozenset[tuple[str, str]] = frozenset()

    @property
    def key(self) -> str:
        return self.number

    @property
    def references(self) -> tuple[str, ...]:
        own = (f"ifs:{self.number}",)
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
        return (self.snapshot and self.snapshot.fields.get("fingerprint")) or ""

    @property
    def settled_revision(self) -> int:
        return int((self.snapshot and self.snapshot.fields.get("revision")) or 0)

    @property
    def revision(self) -> int:
        """The revision that JAGGAER has."""
        return (self.header and self.header.revision_number) or 0

    @property
    def foreign(self) -> bool:
        """Whether JAGGAER's record was changed or replaced by somebody else."""
        if self.header is None:
            return False
        return self.mark is None or self.revision > max(self.mark.revision, self.settled_revision)

    @property
    def state(self) -> str:
        return (self.rows and self.rows.head.objstate) or ""

    @property
    def cancelled(self) -> bool:
        return STATUS.get(self.state) == "Cancelled"

    def base(self, words: Words) -> Order | None:
        """What JAGGAER has, as read there, else as last settled."""
        if self.whole:
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


def cancelled_print(number: str) -> str:
    """The fingerprint of a cancelled order: of its header nothing else counts any more."""
    return fingerprint({"poNumber": number, "status": "Cancelled"})


def aim(rows: OrderRows, profile: Profile, base: Order | None, approved: Mapping[str, str | None]) -> Target:
    """The order as JAGGAER should have it, compared with what it has.

    What would clear a field, or cancel a line because IFS no longer shows it, is held by the brake until
    it is `approved` (DESIGN, law 11).
    """
    words = Words.of(profile)
    reading = read_order(rows, profile, base)
    order = _with_ended(reading.order, base)
    changes = differences(base, order)
    items = reading.items or tuple(
        item for item in _braked(reading.order, base, changes) if approved.get(item.field, item) != item.value
    )
    document = kept(order, words)
    return Target(order, document, fingerprint_of(document), changes, items, reading.notes)


def codes_of(case: OrderCase, profile: Profile) -> frozenset[tuple[str, str]]:
    """Every custom field and value that an order to be sent names."""
    if case.rows is None or case.state not in STATUS or case.cancelled:
        return frozenset()
    lines = read_order(case.rows, profile, case.base(Words.of(profile))).order.lines
    shares = (share for line in lines if line.distribution for share in line.distribution.shares)
    return frozenset(code for share in shares for code in share.codes)


def differences(before: Order | None, after: Order) -> tuple[Change, ...]:
    """Field by field; nothing where both are equal."""
    old, new = (fields(before) if before else {}), fields(after)
    return tuple(
        Change(name, old.get(name) or None, new.get(name) or None)
        for name in dict.fromkeys((*new, *old))
        if (old.get(name) or "") != (new.get(name) or "")
    )


def _with_ended(order: Order, base: Order | None) -> Order:
    """Lines that IFS no longer shows stay in the document, cancelled."""
    ended = tuple(replace(line, status="Cancelled") for line in _ended(order, base))
    return replace(order, lines=order.lines + ended)


def _ended(order: Order, base: Order | None) -> tuple[Line, ...]:
    """A line missing from a list that is not empty has ended; from an empty one nothing follows."""
    if base is None or not order.lines:
        return ()
    return tuple(line for line in base.lines if order.line(line.number) is None)


def _braked(order: Order, base: Order | None, changes: tuple[Change, ...]) -> list[Item]:
    ended = [
        Item(
            ItemKind.HELD,
            f"lines[{line.number}]",
            "ended",
            "IFS no longer shows this line: it would be cancelled at JAGGAER",
            "look at the order in IFS; 'replay --held brake' lets it go",
            brake=True,
        )
        for line in _ended(order, base)
        if line.status != "Cancelled"
    ]
    cleared = [
        Item(
            ItemKind.HELD,
            change.field,
            change.before,
            "is empty in IFS: it would be cleared at JAGGAER",
            "look at the order in IFS; 'replay --held brake' lets it go",
            brake=True,
        )
        for change in changes
        if change.before and not change.after
    ]
    return ended + cleared
