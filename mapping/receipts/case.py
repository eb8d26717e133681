"""All that one receipt is decided from: JAGGAER's record, what carries our mark in IFS, and the order."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from mapping.export_status import SUCCESS
from mapping.money import canonical
from mapping.purchasing.lines import numbered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.ifs.models import PurchaseOrder, PurchaseOrderLine
    from connectors.ifs.models import Receipt as IfsReceipt
    from connectors.jaggaer.receipts import Receipt
    from connectors.wire import Row
    from ifs_jaggaer.errors import Rejected
    from mapping.kinds import Link, Snapshot
    from mapping.purchasing.lines import LineKey
    from mapping.watching import Watch

OrderLineKey: TypeAlias = tuple[str, str, str]
"""OrderNo, LineNo, ReleaseNo."""

LINE, RETURN = "line:", "return:"
"""What the snapshot keeps, by line number: the receipt in IFS; what IFS showed of a return, or `DONE`."""

FACT, LEFT = "ifs:", "left:"
"""Likewise: what IFS said of what is registered for a line; the receipt that a person left cancelled there."""

DONE = "done"

SEEN = "seen"
"""The snapshot's name for lastUpdate as it was last seen: the list is read no further back."""

COMPANY = "company"
"""Its name for the company of the order, by which a run for other companies leaves the receipt alone."""

REFUSED = "refused:"
"""What it keeps, by the name in items, of a write that IFS refused: the state that it was refused in, the reason."""


@dataclass(frozen=True, slots=True)
class Registered:
    """A receipt in IFS that carries our mark, and the row it was read from."""

    record: IfsReceipt
    row: Row

    @property
    def number(self) -> str:
        """Its ReceiptSequence."""
        return self.row.key[-1]

    @property
    def order_line(self) -> OrderLineKey:
        return (self.record.order_no or "", self.record.line_no or "", self.record.release_no or "")

    @property
    def cancelled(self) -> bool:
        return self.record.objstate == "Cancelled"

    @property
    def fact(self) -> str:
        """What it says that came from JAGGAER, and whether it still counts."""
        record = self.record
        day = record.arrival_date.isoformat() if record.arrival_date else ""
        quantity = "" if record.qty_arrived is None else canonical(record.qty_arrived)
        said = f"{self.number}: {quantity} {record.uom} of {'/'.join(self.order_line)} on {day}"
        return f"{said}, cancelled" if self.cancelled else said


@dataclass(frozen=True, slots=True)
class KnownOrder:
    """The order in IFS that a receipt names; `link` is None while it has not gone to JAGGAER.

    `watch`: its lines as they stood, for what somebody has to correct there.
    """

    head: PurchaseOrder
    lines: Mapping[LineKey, PurchaseOrderLine]
    link: Link | None
    watch: Watch

    def line(self, number: str) -> PurchaseOrderLine | None:
        """The line that JAGGAER calls by this number: by the link, else computed."""
        key = numbered(self.link.detail if self.link else None, self.lines).get(number)
        return self.lines.get(key) if key else None


@dataclass(frozen=True, slots=True)
class ReceiptCase:
    """One receipt; `receipt` is None when JAGGAER does not show it.

    `registered`: what carries our mark, by line number. `returned`: what IFS counts as sent back of an order
    line, arrived less received. `earlier`: what other receipts of the same batch register first of an order
    line; `claimed`: what their returns take of it. `received`: what JAGGAER counts as received, less returns, by
    its line number; read only for returns. `glanced`: seen in IFS alone, where it stands; JAGGAER was not asked.
    """

    receipt_id: str
    receipt: Receipt | None
    faults: tuple[Rejected, ...] = ()
    link: Link | None = None
    snapshot: Snapshot | None = None
    registered: Mapping[str, tuple[Registered, ...]] = field(default_factory=dict)
    order: KnownOrder | None = None
    returned: Mapping[OrderLineKey, Decimal] = field(default_factory=dict)
    earlier: Mapping[OrderLineKey, Decimal] = field(default_factory=dict)
    claimed: Mapping[OrderLineKey, Decimal] = field(default_factory=dict)
    received: Mapping[str, Decimal] = field(default_factory=dict)
    glanced: bool = False

    @property
    def key(self) -> str:
        return self.receipt_id

    @property
    def references(self) -> tuple[str, ...]:
        return (f"jaggaer:{self.receipt_id}", f"ifs:{mark_of(self.receipt_id)}")

    def kept(self, name: str) -> str:
        """What the snapshot keeps under that name; "" for nothing."""
        return (self.snapshot.fields.get(name) if self.snapshot else None) or ""

    @property
    def company(self) -> str:
        """The order's, as it is or as it was when the receipt was settled; "" where it is not known."""
        return (self.order.head.company if self.order else None) or self.kept(COMPANY)

    @property
    def kept_lines(self) -> tuple[str, ...]:
        """Numbers of the lines that were registered."""
        names = self.snapshot.fields if self.snapshot else {}
        return tuple(name.removeprefix(LINE) for name in names if name.startswith(LINE))

    @property
    def line_numbers(self) -> tuple[str, ...]:
        """Numbers of all its lines, those that JAGGAER shows and those that were registered."""
        shown = self.receipt.lines if self.receipt else None
        return tuple(dict.fromkeys((*(line.line_number for line in shown or ()), *self.kept_lines)))

    @property
    def facts(self) -> dict[str, str]:
        """What IFS says of each line, as the snapshot keeps it."""
        return {
            f"{FACT}{number}": "; ".join(one.fact for one in self.registered[number])
            for number in self.line_numbers
            if self.registered.get(number)
        }

    def unchanged_in_ifs(self) -> bool | None:
        """Whether IFS says of a receipt that JAGGAER was told of what it said then; None where that is not known.

        What is open of a return, and what was cancelled before anything was kept of it, needs a look.
        """
        fields = self.snapshot.fields if self.snapshot else {}
        waiting = any(name.startswith(RETURN) and kept != DONE for name, kept in fields.items())
        if fields.get("told") != SUCCESS or waiting or self.faults or not self.kept_lines:
            return False
        now = self.facts
        if any(f"{FACT}{number}" not in now for number in self.kept_lines):
            return False
        new = now.keys() - fields.keys()
        if any(fields[name] != now[name] for name in now.keys() - new):
            return False
        stands = all(self.standing(name.removeprefix(FACT)) for name in new)
        return None if new and stands else not new

    def part(self, number: str, before: int) -> str:
        """The key of a line's receipt; of one that was cancelled and registered again it says which it is."""
        own = f"{self.receipt_id}|{number}"
        return f"{own}|{before + 1}" if before else own

    def standing(self, number: str) -> tuple[Registered, ...]:
        """What is registered for a line and not cancelled."""
        return tuple(one for one in self.registered.get(number, ()) if not one.cancelled)


_MARK = "JAG:"


def mark_of(receipt_id: str) -> str:
    """What the references of all its lines begin with."""
    return f"{_MARK}{receipt_id}"


def reference(receipt_id: str, line_number: str) -> str:
    """`ReceiptReference` of a line's receipt in IFS, our natural key (contracts/mapping.md)."""
    return f"{mark_of(receipt_id)}:{line_number}"


def receipt_of(mark: object) -> str:
    """The receipt that a reference, or what it begins with, names; "" for what is none of ours."""
    if not isinstance(mark, str) or not mark.startswith(_MARK):
        return ""
    named = mark.removeprefix(_MARK)
    return named.rpartition(":")[0] or named
