"""Of each document at its source one at its target, by mark and by natural key; no more, no less."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from simulation.standing import Standing

LIVE = {"Released", "Confirmed", "Arrived", "Received"}


def nothing_is_doubled(now: Standing) -> Iterator[str]:
    names: dict[str, Iterable[object]] = {
        "company by extCode": (info.get("extCode") for info in now.companies),
        "supplier by mark": (row["Cf_JaggaerId"] for row in now.ifs("SupplierInfoGeneralSet")),
        "address": (row["SupplierId"] for row in now.ifs("SupplierInfoAddressSet")),
        "contact": ((row["Identity"], row["MethodId"]) for row in now.ifs("CommMethodSet")),
        "finance row": ((row["Identity"], row["Company"]) for row in now.ifs("IdentityInvoiceInfoSet")),
        "order": (order["header"]["poNumber"] for order in now.jaggaer("purchaseorders")),
        "requisition": (one["header"]["requisitionNumber"] for one in now.jaggaer("requisitions")),
        "receipt by mark": (row["ReceiptReference"] for row in now.ifs("PurchaseReceiptSet")),
        "proposal by mark": (row["SourceReference"] for row in now.ifs("PostingProposalHeadSet")),
        "proposal": ((row["SupplierId"], row["InvoiceNo"]) for row in now.ifs("PostingProposalHeadSet")),
        "agreement by mark": (row["ExternalReference"] for row in now.ifs("SupplierAgreementSet")),
        "price": (
            (row["AgreementId"], row["PartNo"], row["MinQuantity"])
            for row in now.ifs("SupplierAgreementPartSet")
            if str(row["ValidUntil"])[:4] == "2049"
        ),
    }
    for name, keys in names.items():
        counts = Counter(key for key in keys if key)
        yield from (f"{name} {key}: {number} times" for key, number in counts.items() if number > 1)
    linked = sum(bool(info.get("extCode")) for info in now.companies)
    marked = sum(bool(row["Cf_JaggaerId"]) for row in now.ifs("SupplierInfoGeneralSet"))
    if linked != marked:
        yield f"{linked} companies know their number in IFS, {marked} suppliers know theirs at JAGGAER"


def nothing_is_lost(now: Standing) -> Iterator[str]:
    for sync, key in _without_counterpart(now):
        if not now.is_open(sync, key):
            yield f"{sync} {key} has no counterpart, and nothing says so"


def _without_counterpart(now: Standing) -> Iterator[tuple[str, object]]:
    numbers = {info.get("extCode") for info in now.companies}
    yield from (
        ("suppliers", row["SupplierId"])
        for row in now.ifs("SupplierInfoGeneralSet")
        if row["SupplierId"] not in numbers
    )
    marks = {row["Cf_JaggaerId"] for row in now.ifs("SupplierInfoGeneralSet")}
    yield from (
        ("suppliers", info["bravoId"])
        for info in now.companies
        if info["bravoId"] not in marks and info["status"] == "ACTIVE"
    )
    orders = {order["header"]["poNumber"] for order in now.jaggaer("purchaseorders")}
    yield from (
        ("purchase-orders", row["OrderNo"])
        for row in now.ifs("PurchaseOrderSet")
        if row["Objstate"] in LIVE and row["OrderNo"] not in orders
    )
    requisitions = {one["header"]["requisitionNumber"] for one in now.jaggaer("requisitions")}
    yield from (
        ("requisitions", row["RequisitionNo"])
        for row in now.ifs("PurchaseRequisitionSet")
        if row["Objstate"] == "Released" and row["RequisitionNo"] not in requisitions
    )
    standing = {row["ReceiptReference"] for row in now.ifs("PurchaseReceiptSet") if row["Objstate"] != "Cancelled"}
    yield from (
        ("receipts", receipt["receiptId"])
        for receipt in now.receipts
        if (receipt["status"] == "Completed") != (f"JAG:{receipt['receiptId']}:1" in standing)
    )
    posted = {row["SourceReference"] for row in now.ifs("PostingProposalHeadSet")}
    ready = ("Payable", "Completed")
    yield from (
        ("invoices", invoice["invoiceId"])
        for invoice in now.invoices
        if (invoice["paymentStatus"], invoice["workflowStatus"]) == ready
        if f"JAG:{invoice['invoiceId']}" not in posted or invoice["exportStatus"] != "Exported"
    )
    agreements = {row["ExternalReference"]: row["Objstate"] for row in now.ifs("SupplierAgreementSet")}
    for contract in now.contracts:
        code = contract["contractReferenceCode"]
        state = agreements.get(f"JAG:{code}")
        if state != "Active" if contract["status"] == "ExecutedInEffect" else state == "Active":
            yield "contracts", code
    yield from _unpaid(now)
    yield from _accounts(now)


def _unpaid(now: Standing) -> Iterator[tuple[str, object]]:
    """Invoices that IFS has paid and JAGGAER does not know of."""
    paid = {
        (row["Company"], row["Identity"], row["InvoiceNo"])
        for row in now.ifs("InvoiceLedgerItemSet")
        if not row["OpenAmount"]
    }
    ours = {
        row["SourceReference"].removeprefix("JAG:")
        for row in now.ifs("PostingProposalHeadSet")
        if (row["Company"], row["SupplierId"], row["InvoiceNo"]) in paid
    }
    for invoice in now.invoices:
        if str(invoice["invoiceId"]) in ours and invoice["paymentStatus"] != "Paid":
            yield "payments", invoice["invoiceId"]


def _accounts(now: Standing) -> Iterator[tuple[str, object]]:
    values = {record["value"] for record in now.jaggaer("customfieldvalues") if record["customField"] == "Account"}
    yield from (
        ("gl-accounts", f"Account:{row['Account']}") for row in now.ifs("AccountSet") if row["Account"] not in values
    )
