"""What becomes of each line of a completed receipt: registered, to be registered, or why not (contracts/mapping.md)."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from ifs_jaggaer.errors import Rejected
from mapping.extras import differing, for_ifs
from mapping.kinds import Change, IfsCreate, Item, ItemKind
from mapping.money import canonical, exact_sum, json_number, plain, round_half_even
from mapping.receipts.case import DONE, LEFT, LINE, RETURN, reference
from mapping.receipts.stopped import WHERE, StoppedError, conflict, dead, held, unseen, waits
from mapping.remedies import resolve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from connectors.ifs.models import PurchaseOrderLine
    from connectors.jaggaer.receipts import Receipt, ReceiptHeader, ReceiptLine
    from connectors.wire import Json
    from ifs_jaggaer.errors import System
    from mapping.profile import Profile
    from mapping.receipts.case import OrderLineKey, ReceiptCase, Registered

SET = "receipt"
_ZERO = Decimal(0)
_LONGEST = 50
_DIGITS = 6
_RECEIVES = frozenset({"Released", "Confirmed", "Arrived", "Received"})
_ENDED = frozenset({"Closed", "Cancelled"})


@dataclass(frozen=True, slots=True)
class LineEnd:
    """What becomes of one line: exactly one of `item`, `create`, `stands`, `left` and `back`.

    `back` says that a return is done, `left` which receipt a person left cancelled in IFS. `at` names the line in
    items. `moves`: what it takes of, or a return brings back to, an order line. `keeps` is what the snapshot remembers
    of a return.
    """

    at: str
    number: str
    item: Item | None = None
    create: IfsCreate | None = None
    stands: Registered | None = None
    back: bool = False
    left: str = ""
    moves: tuple[OrderLineKey, Decimal] | None = None
    keeps: str = ""


def field_of(number: str) -> str:
    """The name of a line in items."""
    return f"lines[{number}]"


def examine(
    case: ReceiptCase, receipt: Receipt, profile: Profile, winners: Mapping[str, System] = MappingProxyType({})
) -> tuple[LineEnd, ...]:
    """Every line of a completed receipt, and those that were registered and are no longer among its lines.

    `winners`: what a person decided of lines that are cancelled in IFS, by the field of the conflict.
    """
    lines = receipt.lines or ()
    counts = Counter(line.line_number for line in lines)
    examining = _Examining(case, receipt, profile, winners)
    ends: list[LineEnd] = []
    for place, line in enumerate(lines, 1):
        twice = counts[line.line_number] > 1
        at = field_of(f"{line.line_number}, {place} of {len(lines)}" if twice else line.line_number)
        ends.append(examining.line(line, at, twice=twice))
    gone = [number for number in case.kept_lines if number not in counts and case.standing(number)]
    return (*ends, *(_gone(number, case.standing(number)[0]) for number in gone))


def _gone(number: str, one: Registered) -> LineEnd:
    return LineEnd(
        field_of(number),
        number,
        Item(
            ItemKind.CONFLICT,
            field_of(number),
            None,
            f"JAGGAER no longer shows this line, and receipt {one.number} stands in IFS",
            "cancel the receipt in IFS, or restore the line at JAGGAER",
        ),
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a line says in IFS's words."""

    ordered: PurchaseOrderLine
    key: OrderLineKey
    quantity: Decimal
    unit: str

    @property
    def name(self) -> str:
        return "{} line {} release {}".format(*self.key)


@dataclass(slots=True)
class _Examining:
    case: ReceiptCase
    receipt: Receipt
    profile: Profile
    winners: Mapping[str, System]
    taken: dict[OrderLineKey, Decimal] = field(default_factory=dict)
    claimed: dict[OrderLineKey, Decimal] = field(default_factory=dict)

    def line(self, line: ReceiptLine, at: str, *, twice: bool) -> LineEnd:
        try:
            if twice:
                raise dead("lineNumber", line.line_number, "is the number of several lines: no telling which is which")
            kind = self.profile.words("receipt").to_ifs(line.type or "")
            if kind not in {"Receive", "Return"}:
                raise dead("type", line.type, "is neither Receive nor Return", "register it by hand in IFS")
            if len(reference(self.case.receipt_id, line.line_number)) > _LONGEST:
                raise dead(
                    "lineNumber",
                    line.line_number,
                    f"makes a receipt reference of more than {_LONGEST} characters",
                    "register it by hand in IFS",
                )
            return self._received(line, at) if kind == "Receive" else self._returned(line, at)
        except StoppedError as stopped:
            item = replace(stopped.item, field=f"{at}.{stopped.item.field}")
            if stopped.of_order and self.case.order:
                item = replace(item, waits_for=str(self.case.order.watch))
            return LineEnd(at, line.line_number, item)

    # --- what arrived ---

    def _received(self, line: ReceiptLine, at: str) -> LineEnd:
        number = line.line_number
        standing = self.case.standing(number)
        if len(standing) > 1:
            both = " and ".join(one.number for one in standing)
            raise conflict("receipt", both, "IFS has it several times", "cancel all but one of them in IFS")
        if standing:
            self._compare(line, standing[0])
            return LineEnd(at, number, stands=standing[0])
        known = self.case.registered.get(number, ())
        if known:
            return self._cancelled(line, at, known[-1].number)
        if self.case.kept(f"{LINE}{number}"):
            raise unseen(
                self.case.kept(f"{LINE}{number}"), "IFS no longer shows what was registered: unknown, not gone"
            )
        if self._exported and not self.case.snapshot:
            raise unseen(None, "JAGGAER has it as exported, and IFS shows no receipt of this line")
        return self._new(line, at)

    def _cancelled(self, line: ReceiptLine, at: str, last: str) -> LineEnd:
        """Cancelled by hand in IFS: a person says whether it is registered again."""
        winner = self._winner(f"{at}.receipt")
        if winner == "jaggaer":
            return self._new(line, at)
        if winner == "ifs" or self.case.kept(f"{LEFT}{line.line_number}") == last:
            return LineEnd(at, line.line_number, left=last)
        again, left = (resolve("receipts", self.case.receipt_id, winner) for winner in ("jaggaer", "ifs"))
        raise conflict(
            "receipt",
            last,
            f"receipt {last} was cancelled in IFS, and JAGGAER has it Completed",
            f"void it at JAGGAER; or register it again: {again}; or leave it cancelled: {left}",
            ifs=f"{last} Cancelled",
            jaggaer="Completed",
        )

    def _compare(self, line: ReceiptLine, one: Registered) -> None:
        """A change on either side since it was registered; never rewritten."""
        record, differs = one.record, []
        if line.quantity != record.qty_arrived:
            differs.append(("quantity", _text(line.quantity), _text(record.qty_arrived)))
        unit = self._unit_or_none(line)
        if unit and record.uom and unit != record.uom:
            differs.append(("unitOfMeasure", unit, record.uom))
        ordered = self.case.order.line(line.po_line_number or "") if self.case.order else None
        if ordered and _key(ordered) != one.order_line:
            differs.append(("poLineNumber", "/".join(_key(ordered)), "/".join(one.order_line)))
        day = self.receipt.header.receipt_date
        if day and record.arrival_date and day != record.arrival_date:
            differs.append(("receiptDate", day.isoformat(), record.arrival_date.isoformat()))
        differs += self._differing_extras(line, one)
        if differs:
            told = "; ".join(
                f"{name}: {here} at JAGGAER, {there} in receipt {one.number}" for name, here, there in differs
            )
            raise conflict(
                differs[0][0],
                differs[0][1],
                f"changed after it was registered: {told}",
                "correct one of the two by hand; it closes by itself when they agree",
                ifs=differs[0][2],
                jaggaer=differs[0][1],
            )

    def _differing_extras(self, line: ReceiptLine, one: Registered) -> list[tuple[str, str, str]]:
        """What one side lacks is no difference: the field may be newer than the receipt."""
        return [each for part, record in self._parts(line) for each in differing(part, record, one.row, self.profile)]

    def _parts(self, line: ReceiptLine) -> tuple[tuple[str, ReceiptHeader | ReceiptLine], ...]:
        """The extra fields of both are the row's in IFS."""
        return (("receipt", self.receipt.header), ("receipt_line", line))

    def _stated_extras(self, line: ReceiptLine) -> Json:
        stated: Json = {}
        for part, record in self._parts(line):
            said, faults = for_ifs(part, record, self.profile)
            for fault in faults:
                raise dead(fault.field, fault.value, fault.message, fault.remedy or WHERE)
            stated |= {name: text for name, text in said.items() if text is not None}
        return stated

    def _new(self, line: ReceiptLine, at: str) -> LineEnd:
        wanted = self._wanted(line)
        day = self.receipt.header.receipt_date
        if day is None:
            raise dead("receiptDate", None, "the receipt has no date", "enter its date at JAGGAER")
        self._check_open(wanted)
        self.taken[wanted.key] = exact_sum((self.taken.get(wanted.key, _ZERO), wanted.quantity))
        values: Json = {
            **dict(zip(("OrderNo", "LineNo", "ReleaseNo"), wanted.key, strict=True)),
            "QtyArrived": json_number(wanted.quantity),
            "Uom": wanted.unit,
            "ArrivalDate": day.isoformat(),
            "ReceiptReference": reference(self.case.receipt_id, line.line_number),
            **self._stated_extras(line),
        }
        create = IfsCreate(
            set=SET,
            key=self.case.part(line.line_number, len(self.case.registered.get(line.line_number, ()))),
            values=values,
            changes=tuple(
                Change(f"{at}.{name}", None, plain(value) if isinstance(value, Decimal) else str(value))
                for name, value in values.items()
            ),
        )
        return LineEnd(at, line.line_number, create=create, moves=(wanted.key, wanted.quantity))

    def _check_open(self, wanted: _Wanted) -> None:
        state = wanted.ordered.objstate or ""
        if state in _ENDED:
            raise dead(
                "poLineNumber",
                "/".join(wanted.key),
                f"order {wanted.name} is {state}",
                "open it in IFS, the receipt goes by itself then; or void the receipt",
                of_order=True,
            )
        if state and state not in _RECEIVES:
            raise held(
                "poLineNumber",
                "/".join(wanted.key),
                f"order {wanted.name} is {state} in IFS",
                "release the order; it goes by itself then",
                of_order=True,
            )
        if wanted.ordered.buy_qty_due is None:
            return  # IFS has the word
        gone = (wanted.ordered.qty_received or _ZERO, self.case.earlier.get(wanted.key, _ZERO))
        left = exact_sum((wanted.ordered.buy_qty_due, *(-one for one in (*gone, self.taken.get(wanted.key, _ZERO)))))
        if wanted.quantity > left:
            raise dead(
                "quantity",
                plain(wanted.quantity),
                f"exceeds the open quantity of order {wanted.name}",
                # Not in the reason: what else arrives of the line would make it another one, told again.
                f"{canonical(left)} {wanted.unit} are open: correct the receipt at JAGGAER, or raise the quantity of "
                "the order line in IFS; it goes by itself then",
                of_order=True,
            )

    # --- what went back ---

    def _returned(self, line: ReceiptLine, at: str) -> LineEnd:
        """IFS shows a return by a receipt that carries its reference, or by a received quantity that fell by it."""
        number = line.line_number
        if self.case.kept(f"{LINE}{number}"):
            raise conflict(
                "type",
                line.type,
                f"was registered in IFS as received, receipt {self.case.kept(f'{LINE}{number}')}",
                "cancel that receipt in IFS and register the return",
            )
        kept = self.case.kept(f"{RETURN}{number}")
        told_before = self._exported and not self.case.snapshot
        said = self._winner(f"{at}.quantity") == "jaggaer"
        if kept == DONE or told_before or said or self.case.standing(number):
            return LineEnd(at, number, back=True, keeps=DONE)
        wanted = self._wanted(line)
        now = self.case.returned.get(wanted.key, _ZERO)
        before = Decimal(kept) if kept else now
        others = (self.case.claimed.get(wanted.key, _ZERO), self.claimed.get(wanted.key, _ZERO))
        before = exact_sum((before, *others))
        if exact_sum((now, -before)) >= wanted.quantity and not self._more_than_at_jaggaer(line, wanted):
            self.claimed[wanted.key] = exact_sum((others[1], wanted.quantity))
            return LineEnd(at, number, back=True, moves=(wanted.key, wanted.quantity), keeps=DONE)
        much = f"{plain(wanted.quantity)} {wanted.unit}"
        item = Item(
            ItemKind.HELD,
            f"{at}.quantity",
            much,
            f"{much} of order {wanted.name} went back to the supplier",
            self._register(line, wanted, before=before, now=now),
            waits_for=str(self.case.order.watch) if self.case.order else None,
        )
        return LineEnd(at, number, item, keeps=canonical(before))

    def _register(self, line: ReceiptLine, wanted: _Wanted, *, before: Decimal, now: Decimal) -> str:
        """What a storekeeper does in IFS, and what of it shows that it was done."""
        received = canonical(wanted.ordered.qty_received or _ZERO)
        still = exact_sum((wanted.quantity, before, -now))
        own = reference(self.case.receipt_id, line.line_number)
        otherwise = (
            f"enter {own} in IFS as the receipt reference of the return; "
            f"or, if it is registered already: {resolve('receipts', self.case.receipt_id, 'jaggaer')}"
        )
        if still <= _ZERO:
            net = canonical(self.case.received.get(line.po_line_number or "", _ZERO))
            return (
                f"register in IFS whatever else went back of this order line: {received} {wanted.unit} count as "
                f"received there, {net} at JAGGAER, and so long it is not known which return is done; or {otherwise}"
            )
        return (
            f"register the return in IFS: the next run closes this once the received quantity of the order line, "
            f"{received} {wanted.unit} now, is lower by {canonical(still)} {wanted.unit}; where IFS does not count it "
            f"off there, {otherwise}"
        )

    def _more_than_at_jaggaer(self, line: ReceiptLine, wanted: _Wanted) -> bool:
        """Whether another return of the order line is still open: then one that was registered must not close both.

        JAGGAER's received quantity is net of its returns; where it keeps none (0), nothing can be told by it.
        """
        net = self.case.received.get(line.po_line_number or "", _ZERO)
        return bool(net) and (wanted.ordered.qty_received or _ZERO) > net

    # --- parts ---

    def _winner(self, name: str) -> System | None:
        """What a person decided of that field of an item."""
        return self.winners.get(name) or self.winners.get("*")

    def _wanted(self, line: ReceiptLine) -> _Wanted:
        order_no = self.receipt.header.po_number
        if not order_no:
            raise dead("poNumber", None, "the receipt names no order")
        order = self.case.order
        if order is None or order.link is None:
            raise waits(order_no, "not in IFS" if order is None else "not linked yet")
        ordered = order.line(line.po_line_number or "")
        if ordered is None:
            raise dead(
                "poLineNumber",
                line.po_line_number,
                f"unknown line: order {order_no} has no such line",
                "correct the line number at JAGGAER, or add the line to the order in IFS",
                of_order=True,
            )
        return _Wanted(ordered, _key(ordered), self._quantity(line), self._unit(line, ordered))

    def _quantity(self, line: ReceiptLine) -> Decimal:
        quantity = line.quantity
        if quantity is None or quantity <= _ZERO:
            raise dead("quantity", _text(quantity) or None, "is not above zero")
        if quantity != round_half_even(quantity, _DIGITS):
            raise dead("quantity", plain(quantity), "is finer than six decimals")
        return quantity

    def _unit(self, line: ReceiptLine, ordered: PurchaseOrderLine) -> str:
        own = ordered.buy_unit_meas or ""
        if not line.unit_of_measure:
            return own
        try:
            unit = self.profile.map("unit").to_ifs(line.unit_of_measure, "unitOfMeasure")
        except Rejected as fault:
            raise dead("unitOfMeasure", fault.value, fault.message, fault.remedy or WHERE) from None
        if own and unit != own:
            reason = f"is {unit} in IFS, and the order line is in {own}"
            raise dead("unitOfMeasure", line.unit_of_measure, reason, of_order=True)
        return unit

    def _unit_or_none(self, line: ReceiptLine) -> str | None:
        try:
            return self.profile.map("unit").to_ifs(line.unit_of_measure) if line.unit_of_measure else None
        except Rejected:
            return None

    @property
    def _exported(self) -> bool:
        return self.receipt.header.export_status == self.profile.words("receipt").to_jaggaer("Exported")


def _key(ordered: PurchaseOrderLine) -> OrderLineKey:
    return (ordered.order_no or "", ordered.line_no or "", ordered.release_no or "")


def _text(quantity: Decimal | None) -> str:
    return "" if quantity is None else canonical(quantity)
