"""Requisitions, receipts and contracts."""

from __future__ import annotations

from pipeline.deals import Deals, price
from pipeline.documents import receipt_of, requisition_for
from simulation.edits import Desk, Row, edit, keyed
from simulation.edits_orders import order_there

MOST = 4
"""Of each kind."""


@edit(2, "requisitions")
def new_requisition(desk: Desk) -> str:
    rows = desk.users.records("ifs", "PurchaseRequisitionSet")
    if sum(row["Objstate"] == "Released" for row in rows) >= MOST:
        return end_requisition(desk)
    supplier = desk.pick(desk.users.records("ifs", "SupplierInfoGeneralSet"))["SupplierId"]
    return requisition_for(desk.users, supplier)


@edit(2, "requisitions")
def note_requisition(desk: Desk) -> str:
    number, note = _requisition(desk), desk.word("bald")
    desk.change_ifs("PurchaseRequisitionSet", {"RequisitionNo": number}, {"NoteText": note})
    return f"{number}: {note}"


@edit(1, "requisitions")
def require_more(desk: Desk) -> str:
    line = desk.pick(r for r in desk.users.records("ifs", "PurchaseReqLineSet") if r["Objstate"] == "Released")
    quantity = desk.chance.randint(1, 40)
    key = keyed(line, "RequisitionNo", "LineNo", "ReleaseNo")
    desk.change_ifs("PurchaseReqLineSet", key, {"OriginalQty": quantity})
    return f"{line['RequisitionNo']}: quantity {quantity}"


@edit(1, "requisitions")
def end_requisition(desk: Desk) -> str:
    number, state = _requisition(desk), desk.chance.choice(("Closed", "Cancelled"))
    desk.change_ifs("PurchaseRequisitionSet", {"RequisitionNo": number}, {"Objstate": state})
    return f"{number}: {state}"


@edit(3, "receipts")
def new_receipt(desk: Desk) -> str:
    order = desk.pick(desk.users.records("ifs", "PurchaseOrderSet"))["OrderNo"]
    return f"{receipt_of(desk.users, order)} of {order}"


@edit(2, "receipts")
def void_receipt(desk: Desk) -> str:
    receipts = desk.users.records("jaggaer", "receipts")
    number = desk.pick(r["header"]["receiptId"] for r in receipts if r["header"]["status"] == "Completed")
    desk.change_jaggaer("receipts", {"receiptId": number}, {"header": {"status": "Voided"}})
    return str(number)


@edit(2, "contracts")
def new_contract(desk: Desk) -> str:
    standing = [c for c in desk.users.records("jaggaer", "contracts") if c["deletedStatus"] == "NOT-DELETED"]
    if len(standing) >= MOST:
        return reprice_contract(desk)
    companies = desk.users.records("jaggaer", "companyprofiles")
    bravo = desk.pick(record["returnCompanyInfo"]["bravoId"] for record in companies)
    prices = [price(), price(quantity=100, value=11.0)][: desk.chance.randint(1, 2)]
    return Deals(desk.users).with_company(bravo, *prices)


@edit(2, "contracts")
def reprice_contract(desk: Desk) -> str:
    code, value = _contract(desk), desk.chance.randint(100, 4000) / 100
    prices = [price(value=value), price(quantity=100, value=value / 2)][: desk.chance.randint(1, 2)]
    desk.change_jaggaer("contracts", {"contractReferenceCode": code}, {"priceList": {"price": prices}})
    return f"{code}: {len(prices)} prices, {value}"


@edit(1, "contracts")
def end_contract(desk: Desk) -> str:
    code = _contract(desk)
    desk.change_jaggaer("contracts", {"contractReferenceCode": code}, {"status": "Terminated"})
    return code


@edit(1, "requisitions")
def order_from_requisition(desk: Desk) -> str:
    """Its number shows at the requisition on both sides."""
    line = desk.pick(r for r in desk.users.records("ifs", "PurchaseReqLineSet") if r["Objstate"] == "Released")
    order = order_there(desk)["header"]["poNumber"]
    key = keyed(line, "RequisitionNo", "LineNo", "ReleaseNo")
    desk.change_ifs("PurchaseReqLineSet", key, {"OrderNo": order})
    return f"{line['RequisitionNo']}: {order}"


def _requisition(desk: Desk) -> str:
    rows = desk.users.records("ifs", "PurchaseRequisitionSet")
    return str(desk.pick(row for row in rows if row["Objstate"] == "Released")["RequisitionNo"])


def _contract(desk: Desk) -> str:
    contracts: list[Row] = desk.users.records("jaggaer", "contracts")
    live = (c for c in contracts if (c["status"], c["deletedStatus"]) == ("ExecutedInEffect", "NOT-DELETED"))
    return str(desk.pick(live)["contractReferenceCode"])


@edit(1, "contracts")
def delete_contract(desk: Desk) -> str:
    """It leaves the list, so that those behind it move up a place."""
    code = _contract(desk)
    desk.change_jaggaer("contracts", {"contractReferenceCode": code}, {"deletedStatus": "DELETED"})
    return code


@edit(1, "contracts")
def renew_contract(desk: Desk) -> str:
    contracts: list[Row] = desk.users.records("jaggaer", "contracts")
    code = desk.pick(c for c in contracts if (c["status"], c["deletedStatus"]) == ("Terminated", "NOT-DELETED"))[
        "contractReferenceCode"
    ]
    desk.change_jaggaer("contracts", {"contractReferenceCode": code}, {"status": "ExecutedInEffect"})
    return str(code)


@edit(1, "receipts")
def cancel_receipt_by_hand(desk: Desk) -> str:
    rows = desk.users.records("ifs", "PurchaseReceiptSet")
    row = desk.pick(r for r in rows if r["ReceiptReference"] and r["Objstate"] != "Cancelled")
    desk.change_ifs("PurchaseReceiptSet", keyed(row, "ReceiptSequence"), {"Objstate": "Cancelled"})
    return str(row["ReceiptReference"])
