"""Rules of orders, their lines, requisitions and receipts."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from ifs_jaggaer.sandbox.ifs.errors import database_error
from ifs_jaggaer.sandbox.ifs.money import PRICING, net_of_line
from ifs_jaggaer.sandbox.ifs.rules import Rule, Work, default
from ifs_jaggaer.sandbox.kernel import Row

_ORDER, _LINE = "PurchaseOrderSet", "PurchaseOrderLineSet"
_REQUISITION, _REQUISITION_LINE = "PurchaseRequisitionSet", "PurchaseReqLineSet"
_RECEIPT = "PurchaseReceiptSet"
_OPEN: Final = frozenset({"Released", "Confirmed", "Arrived", "Received"})
_ENDED: Final = frozenset({"Closed", "Cancelled"})
#: States that a header hands down to its lines.
_HANDED_DOWN: Final = frozenset({"Planned", "Released", "Confirmed", "Stopped", "Closed", "Cancelled"})


def _order(work: Work, row: Row) -> None:
    site = work.records.find("CompanySiteSet", row["Contract"])
    default(
        row,
        Company=site["Company"] if site else None,
        OrderDate=work.records.today(),
        Revision=1,
        TotalAmount=Decimal(0),
    )


def _order_changed(work: Work, before: Row | None, after: Row | None) -> None:
    if before and after and before["Objstate"] != after["Objstate"]:
        _hand_down(work, _LINE, "OrderNo", before, after)
        if after["Objstate"] == "Cancelled":
            _total(work, after["OrderNo"])


def _requisition_changed(work: Work, before: Row | None, after: Row | None) -> None:
    if before and after:
        _hand_down(work, _REQUISITION_LINE, "RequisitionNo", before, after)


def _hand_down(work: Work, lines: str, key: str, before: Row, after: Row) -> None:
    state = after["Objstate"]
    if state == before["Objstate"] or state not in _HANDED_DOWN:
        return
    for line in work.records.where(lines, key, after[key]):
        if line["Objstate"] not in _ENDED | {"Received", state}:
            work.records.update(lines, line, {"Objstate": state})


def _line(work: Work, row: Row) -> None:
    head = work.records.find(_ORDER, row["OrderNo"]) or {}
    taken = [int(each["LineNo"]) for each in _lines(work, row["OrderNo"]) if each["LineNo"].isdecimal()]
    default(
        row,
        LineNo=str(max(taken, default=0) + 1),
        ReleaseNo="1",
        Contract=head.get("Contract"),
        Objstate=head.get("Objstate"),
        BuyQtyDue=Decimal(0),
        PriceConvFactor=Decimal(1),
        PriceUnitMeas=row["BuyUnitMeas"],
        Discount=Decimal(0),
        AdditionalCost=Decimal(0),
        QtyReceived=Decimal(0),
        QtyInvoiced=Decimal(0),
    )
    default(row, NetAmtCurr=net_of_line(row, head.get("CurrencyCode")))


def _line_derived(work: Work, row: Row, changes: Mapping[str, Any]) -> dict[str, Any]:
    derived: dict[str, Any] = {}
    promised = changes.get("PromisedDeliveryDate")
    if promised and "PlannedReceiptDate" not in changes:
        derived["PlannedReceiptDate"] = promised
    if PRICING & changes.keys() and "NetAmtCurr" not in changes:
        head = work.records.find(_ORDER, row["OrderNo"]) or {}
        derived["NetAmtCurr"] = net_of_line({**row, **changes}, head.get("CurrencyCode"))
    return derived


def _line_changed(work: Work, before: Row | None, after: Row | None) -> None:
    row = after or before or {}
    if before and after and all(before[name] == after[name] for name in ("NetAmtCurr", "Objstate")):
        return
    _total(work, row["OrderNo"])


def _total(work: Work, order_no: str) -> None:
    """The order's total, calculated from its lines."""
    head = work.records.find(_ORDER, order_no)
    if head:
        nets = (line["NetAmtCurr"] or 0 for line in _lines(work, order_no) if line["Objstate"] != "Cancelled")
        work.records.recalculate(_ORDER, head, {"TotalAmount": sum(nets, Decimal(0))})


def _lines(work: Work, order_no: str) -> list[Row]:
    return work.records.where(_LINE, "OrderNo", order_no)


def _requisition_line(work: Work, row: Row) -> None:
    head = work.records.find(_REQUISITION, row["RequisitionNo"]) or {}
    default(row, ReleaseNo="1", Objstate=head.get("Objstate"))


def _receipt(work: Work, row: Row) -> None:
    key = (row["OrderNo"], row["LineNo"], row["ReleaseNo"])
    earlier = [
        each["ReceiptNo"] or 0
        for each in work.records.where(_RECEIPT, "OrderNo", row["OrderNo"])
        if (each["OrderNo"], each["LineNo"], each["ReleaseNo"]) == key
    ]
    if row["ReceiptSequence"] is None:
        row["ReceiptSequence"] = work.records.next_free(
            _RECEIPT, 1, lambda number: work.records.find(_RECEIPT, number) is not None
        )
    line = work.records.find(_LINE, *key)
    default(
        row,
        ReceiptNo=max(earlier, default=0) + 1,
        ArrivalDate=work.records.today(),
        Uom=line["BuyUnitMeas"] if line else None,
    )


def _receipt_fits(work: Work, before: Row | None, after: Row | None) -> None:
    if not after:
        return
    line = work.records.find(_LINE, after["OrderNo"], after["LineNo"], after["ReleaseNo"])
    if line is None:
        return
    if before:
        _check_not_invoiced(line, _counted(before) - _counted(after))
        return
    name = f"{line['OrderNo']} line {line['LineNo']} release {line['ReleaseNo']}"
    if line["Objstate"] not in _OPEN:
        raise database_error(f"Purchase order {name} is {line['Objstate']}; nothing can be received.")
    if after["Uom"] != line["BuyUnitMeas"]:
        raise database_error(f"Unit {after['Uom']} is not the unit {line['BuyUnitMeas']} of purchase order {name}.")
    still = line["BuyQtyDue"] - (line["QtyReceived"] or 0)
    if after["QtyArrived"] <= 0:
        raise database_error(f"The quantity {after['QtyArrived']} for purchase order {name} is not above zero.")
    if after["QtyArrived"] > still:
        raise database_error(
            f"The quantity {after['QtyArrived']} exceeds the open quantity {still} of purchase order {name}.",
            status=500,
        )


def _check_not_invoiced(line: Row, less: Decimal) -> None:
    """What is invoiced stays received."""
    invoiced = line["QtyInvoiced"] or Decimal(0)
    if less > 0 and invoiced > (line["QtyReceived"] or Decimal(0)) - less:
        name = f"{line['OrderNo']} line {line['LineNo']} release {line['ReleaseNo']}"
        raise database_error(f"The receipt cannot be cancelled: {invoiced} of purchase order {name} are invoiced.")


def _received(work: Work, before: Row | None, after: Row | None) -> None:
    """Move the line's received quantity, and the states that follow from it."""
    moved = _counted(after) - _counted(before)
    row = after or before or {}
    line = work.records.find(_LINE, row["OrderNo"], row["LineNo"], row["ReleaseNo"])
    if not moved or line is None:
        return
    quantity = (line["QtyReceived"] or 0) + moved
    work.records.update(_LINE, line, {"QtyReceived": quantity, "Objstate": _line_state(work, line, quantity)})
    head = work.records.find(_ORDER, row["OrderNo"])
    state = _order_state(work, head) if head else None
    if head and state != head["Objstate"]:
        work.records.update(_ORDER, head, {"Objstate": state})


def _counted(receipt: Row | None) -> Decimal:
    if receipt is None or receipt["Objstate"] == "Cancelled":
        return Decimal(0)
    quantity: Decimal = receipt["QtyArrived"] or Decimal(0)
    return quantity


def _line_state(work: Work, line: Row, received: Decimal) -> str:
    if received >= line["BuyQtyDue"]:
        return "Received"
    if received > 0:
        return "Arrived"
    head = work.records.find(_ORDER, line["OrderNo"])
    return "Confirmed" if head and head["AckOrderNo"] else "Released"


def _order_state(work: Work, head: Row) -> str:
    states = {line["Objstate"] for line in _lines(work, head["OrderNo"])} - {"Cancelled"}
    if states <= {"Received", "Closed"}:
        return "Received"
    if states & {"Received", "Arrived"}:
        return "Arrived"
    return "Confirmed" if head["AckOrderNo"] else "Released"


RULES: Final = {
    "PurchaseOrderSet": Rule(prepare=_order, effect=_order_changed),
    "PurchaseOrderLineSet": Rule(prepare=_line, derive=_line_derived, effect=_line_changed),
    "PurchaseRequisitionSet": Rule(effect=_requisition_changed),
    "PurchaseReqLineSet": Rule(prepare=_requisition_line),
    "PurchaseReceiptSet": Rule(prepare=_receipt, check=_receipt_fits, effect=_received),
}
