"""Invoices at JAGGAER, and what IFS's finance department does with what came of them."""

from __future__ import annotations

from simulation.edits import Desk, Row, edit, keyed
from simulation.edits_orders import LIVE

LEDGER = ("Company", "Identity", "PartyType", "LedgerItemId")


@edit(3, "invoices")
def new_invoice(desk: Desk) -> str:
    supplier = desk.pick(desk.users.records("ifs", "SupplierInfoGeneralSet"))["SupplierId"]
    return str(desk.users.invoice(supplier))


@edit(3, "invoices")
def new_order_invoice(desk: Desk) -> str:
    order = desk.pick(row for row in desk.users.records("ifs", "PurchaseOrderSet") if row["Objstate"] in LIVE)
    return f"{desk.users.invoice(order['VendorNo'], order['OrderNo'])} of {order['OrderNo']}"


@edit(2, "invoices")
def goods_arrive(desk: Desk) -> str:
    """Keyed in IFS itself, so that what waits for the goods can go."""
    order = desk.pick(row for row in desk.users.records("ifs", "PurchaseOrderSet") if row["Objstate"] in LIVE)
    desk.users.receive(order["OrderNo"])
    return str(order["OrderNo"])


@edit(1, "invoices")
def resend_invoice(desk: Desk) -> str:
    invoice = desk.pick(i["header"] for i in desk.users.records("jaggaer", "invoices") if _is(i, "Exported"))
    values = {"header": {"exportStatus": "NotExported"}}
    desk.change_jaggaer("invoices", {"invoiceId": invoice["invoiceId"]}, values)
    return str(invoice["invoiceId"])


@edit(1, "invoices")
def touch_invoice(desk: Desk) -> str:
    """Nothing that matters changes, but its time."""
    invoice = desk.pick(desk.users.records("jaggaer", "invoices"))["header"]["invoiceId"]
    desk.change_jaggaer("invoices", {"invoiceId": invoice}, {"header": {}})
    return str(invoice)


@edit(1, "invoices")
def approve_late(desk: Desk) -> str:
    """One that could not be posted yet, until now."""
    supplier = desk.pick(desk.users.records("ifs", "SupplierInfoGeneralSet"))["SupplierId"]
    pending = [
        i["header"] for i in desk.users.records("jaggaer", "invoices") if i["header"]["workflowStatus"] == "Pending"
    ]
    if not pending:
        return str(desk.users.invoice(supplier, workflowStatus="Pending"))
    invoice = desk.pick(pending)["invoiceId"]
    values = {"header": {"workflowStatus": "Completed"}}
    desk.change_jaggaer("invoices", {"invoiceId": invoice}, values)
    return str(invoice)


@edit(2, "payments")
def pay(desk: Desk) -> str:
    """A balanced proposal is posted, or a posted one paid."""
    unpaid = [row for row in desk.users.records("ifs", "InvoiceLedgerItemSet") if row["OpenAmount"]]
    if unpaid:
        item = desk.pick(unpaid)
        told = {"PaidAmount": item["OpenAmount"], "OpenAmount": 0, "PaymentDate": "2026-03-31"}
        desk.change_ifs("InvoiceLedgerItemSet", keyed(item, *LEDGER), told)
        return f"paid {item['InvoiceNo']}"
    heads = desk.users.records("ifs", "PostingProposalHeadSet")
    head = desk.pick(row for row in heads if row["Objstate"] == "Balanced")
    desk.change_ifs("PostingProposalHeadSet", keyed(head, "Company", "ProposalId"), {"Objstate": "Posted"})
    return f"posted {head['SourceReference']}"


def _is(invoice: Row, export_status: str) -> bool:
    return bool(invoice["header"].get("exportStatus") == export_status)


@edit(1, "invoices")
def close_period(desk: Desk) -> str:
    """February's, or opens it again."""
    row = desk.pick(
        r
        for r in desk.users.records("ifs", "AccountingPeriodSet")
        if (r["Company"], r["AccountingPeriod"]) == ("10", 2)
    )
    status = "Closed" if row["PeriodStatus"] == "Open" else "Open"
    key = keyed(row, "Company", "AccountingYear", "AccountingPeriod")
    desk.change_ifs("AccountingPeriodSet", key, {"PeriodStatus": status})
    return status


@edit(1, "invoices")
def key_by_hand(desk: Desk) -> str:
    """Somebody posts in IFS what JAGGAER will send, too."""
    invoice = desk.pick(i for i in desk.users.records("jaggaer", "invoices") if _is(i, "NotExported"))["header"]
    told = {
        "Company": "10",
        "Identity": invoice["supplier"]["supplierNumber"],
        "PartyType": "Supplier",
        "LedgerItemId": desk.users.number("L"),
        "InvoiceNo": invoice["supplierInvoiceNumber"],
        "PaidAmount": 0,
        "OpenAmount": invoice["total"]["value"],
    }
    desk.users.ifs("InvoiceLedgerItemSet", **told)
    return str(invoice["invoiceId"])
