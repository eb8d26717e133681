"""Changes of receipts, contracts and payments, each with exactly the writes that must follow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from foreign.changes import Change, one
from foreign.lab import Lab
from foreign.seed_contracts import Contract, as_date, day
from foreign.seed_invoices import Invoice
from foreign.seed_orders import D
from foreign.seed_receipts import Receipt, place
from foreign.seed_suppliers import today

_TOLD = ("receipts", "exportstatus")
_RECEIVED = ("PurchaseReceiptSet", "create")
_PRICE = "SupplierAgreementPartSet"
_PAID = ("invoices", "payment")


def _receipt(lab: Lab, order: str, fate: str) -> Receipt:
    return next(r for r in lab.receipts if (r.order, r.fate) == (order, fate))


def _void(lab: Lab) -> None:
    receipt = _receipt(lab, "P1008", "registered")
    receipt.fate, receipt.said = "voided", ["SUCCESS", "SUCCESS"]
    lab.j1p.change_header("receipts", receipt.ident, status="Voided", exportStatus="NotExported")


def _resend(lab: Lab) -> None:
    receipt = _receipt(lab, "P1016", "registered")
    receipt.said = ["SUCCESS", "SUCCESS"]
    lab.j1p.change_header("receipts", receipt.ident, exportStatus="NotExported")


def _corrected(lab: Lab) -> None:
    """It was more than is open; what is left of it goes."""
    receipt = _receipt(lab, "P1024", "rejected")
    (line,) = lab.j1p.records["receipts"][receipt.ident]["lineList"]["receiptLine"]
    line["quantity"] -= D("0.5")
    receipt.fate, receipt.said = "registered", ["FAILED", "SUCCESS"]
    receipt.stands = {"1": (line["poLineNumber"], line["quantity"])}
    lab.j1p.change_header("receipts", receipt.ident)


def _new_receipt(lab: Lab) -> None:
    order = next(order for order in lab.orders if order.number == "P1028")
    receipt = Receipt(550_900, order.number, header={"lastUpdate": lab.j1p.stamp()}).of(order)
    lab.receipts.append(receipt)
    lab.j1p.put("receipts", receipt.record())


def _returned(lab: Lab) -> None:
    """A person registers the return in IFS, with its reference."""
    receipt = _receipt(lab, "P1033", "held")
    order = next(order for order in lab.orders if order.number == "P1033")
    number, release = place(order.lines[0]).split("-")
    lab.ifs.put(
        "PurchaseReceiptSet",
        ReceiptSequence=9001,
        ReceiptNo=1,
        OrderNo="P1033",
        LineNo=number,
        ReleaseNo=release,
        ReceiptReference=f"JAG:{receipt.ident}:1",
        QtyArrived=D(2),
        Uom=order.lines[0]["BuyUnitMeas"],
        ArrivalDate=today(),
        Objstate="Received",
    )
    receipt.fate = "returned"
    lab.j1p.change_header("receipts", receipt.ident)


def _contract(lab: Lab, code: str) -> Contract:
    return next(contract for contract in lab.contracts if contract.code == code)


def _prices(code: str, change: Callable[[Contract], None], **values: Any) -> Callable[[Lab], None]:
    """Changes the prices of a contract, and what is expected of them, alike."""

    def do(lab: Lab) -> None:
        contract = _contract(lab, code)
        change(contract)
        contract.header |= values
        lab.j1p.change_contract(code, **values, priceList={"price": contract.prices})

    return do


def _dearer(contract: Contract) -> None:
    contract.prices[0]["unitPrice"] = {"currency": "EUR", "value": D("5.123456")}


def _one_more(contract: Contract) -> None:
    contract.price("P-1", "9.99", minQuantity=5000)


def _line_gone(lab: Lab) -> None:
    """The list still holds another line: what is gone from it has ended."""
    contract = _contract(lab, "C-13")
    lab.j1p.change_contract("C-13", priceList={"price": contract.prices[:1]})
    contract.prices[1]["validTo"] = day(-1)


def _list_gone(lab: Lab) -> None:
    """With a new title; a list that is empty says nothing of its lines."""
    contract = _contract(lab, "C-3")
    contract.header["title"] = "Rahmen „drei“"
    lab.j1p.change_contract("C-3", title="Rahmen „drei“", priceList={"price": []})


def _terminated(lab: Lab) -> None:
    _contract(lab, "C-4").fate = "closed"
    lab.j1p.change_contract("C-4", status="Terminated")


def _planned_otherwise(lab: Lab) -> None:
    """A planner changes a price in IFS; it stays, and is told."""
    contract = _contract(lab, "C-1")
    (agreement,) = lab.ifs.all("SupplierAgreementSet", ExternalReference="JAG:C-1")
    (row,) = lab.ifs.all(_PRICE, AgreementId=agreement["AgreementId"], PartNo="P/2 ü;(x)")
    key = tuple(row[name] for name in ("AgreementId", "PartNo", "MinQuantity", "ValidFrom"))
    lab.ifs.change(_PRICE, key, Price=D("0.5"))
    _one_more(contract)
    lab.j1p.change_contract("C-1", priceList={"price": [dict(line) for line in contract.prices]})
    next(line for line in contract.prices if line["itemCode"] == row["PartNo"])["unitPrice"] = {"value": D("0.5")}


def _told_of(lab: Lab) -> Iterator[str]:
    if not any(i["key"] == "C-1" and i["kind"] == "conflict" for i in lab.items("contracts")):
        yield f"no conflict of C-1: {lab.items('contracts')}"


# --- acknowledgements -----------------------------------------------------------------------------


def _acknowledged(lab: Lab) -> None:
    """Of P1012, which is revised in the same run, and of P1018, whose only date is the one that IFS plans with."""
    for order in ("P1012", "P1018"):
        lab.j1p.acknowledge(order, f"AB {order}'1", day(-1), {"1-1": day(21)})


def _promised(lab: Lab) -> Iterator[str]:
    for order in ("P1012", "P1018"):
        head = lab.ifs.get("PurchaseOrderSet", OrderNo=order)
        line = lab.ifs.get("PurchaseOrderLineSet", OrderNo=order, LineNo="1", ReleaseNo="1")
        got = (head["AckOrderNo"], head["AckDate"], line["PromisedDeliveryDate"])
        if got != (f"AB {order}'1", as_date(day(-1)), as_date(day(21))):
            yield f"{order} is acknowledged as {got}"


# --- payments -----------------------------------------------------------------------------------


def _posted(lab: Lab) -> list[Invoice]:
    return [invoice for invoice in lab.invoices if invoice.fate == "proposal"]


def _ledger(lab: Lab, invoice: Invoice, number: str, amounts: tuple[Decimal, Decimal], ago: int) -> None:
    """An item of the ledger, with what was paid and what is open."""
    paid, left = amounts
    (head,) = lab.ifs.all("PostingProposalHeadSet", SourceReference=f"JAG:{invoice.ident}")
    if head["Objstate"] != "Posted":
        lab.ifs.change("PostingProposalHeadSet", (head["Company"], head["ProposalId"]), Objstate="Posted")
    lab.ifs.put(
        "InvoiceLedgerItemSet",
        Company=head["Company"],
        Identity=invoice.supplier,
        PartyType="Supplier",
        LedgerItemId=number,
        InvoiceNo=head["InvoiceNo"],
        PaidAmount=paid,
        OpenAmount=left,
        PaymentDate=today() - timedelta(days=ago) if paid else None,
        PaymentReference=f"Z{number}" if paid else None,
    )


def _pay(lab: Lab) -> None:
    """In whole, in two instalments, in part; a credit note; without and with three decimals."""
    zero = D(0)
    _, whole, parts, open_, *others = _posted(lab)
    credit = next(i for i in others if i.credit)
    yen, dinar = (next(i for i in others if i.currency == c and not i.orders) for c in ("JPY", "KWD"))
    for at, invoice in enumerate((whole, credit, yen, dinar)):
        gross = invoice.total()
        paid = abs(gross) if lab.ifs.habits.credit_paid_positive else gross
        _ledger(lab, invoice, f"{at}1", (paid, zero), at)
        lab.paid[invoice.ident] = (gross, today() - timedelta(days=at), f"Z{at}1")
    _ledger(lab, parts, "92", (parts.total() - D("0.07"), zero), 3)
    _ledger(lab, parts, "93", (D("0.07"), zero), 1)
    lab.paid[parts.ident] = (parts.total(), today() - timedelta(days=1), "Z92, Z93")
    _ledger(lab, open_, "94", (D("0.01"), open_.total() - D("0.01")), 1)


def reversed_payment(lab: Lab) -> None:
    """What JAGGAER was told is paid is open again."""
    item = lab.ifs.get("InvoiceLedgerItemSet", LedgerItemId="01")
    key = tuple(item[name] for name in ("Company", "Identity", "PartyType", "LedgerItemId"))
    lab.ifs.change("InvoiceLedgerItemSet", key, OpenAmount=item["PaidAmount"], PaidAmount=D(0))


ARRIVALS = (
    Change("a receipt voided", _void, one(*[("PurchaseReceiptSet", "Cancel")] * 3, _TOLD)),
    Change("a receipt resent", _resend, one(_TOLD)),
    Change("a receipt corrected", _corrected, one(_RECEIVED, _TOLD)),
    Change("a new receipt", _new_receipt, one(_RECEIVED, _TOLD)),
    Change("a return registered in IFS", _returned, one(_TOLD)),
    Change("a price", _prices("C-12", _dearer), one((_PRICE, "change"))),
    Change("a price line gone", _line_gone, one((_PRICE, "change"))),
    Change("a title new, all prices gone", _list_gone, one(("SupplierAgreementSet", "change"))),
    Change("a contract terminated", _terminated, one(("SupplierAgreementSet", "Close"))),
    Change("a price more, and one changed by a planner", _planned_otherwise, one((_PRICE, "create")), _told_of),
    Change(
        "acknowledged",
        _acknowledged,
        one(*[("PurchaseOrderSet", "change"), ("PurchaseOrderLineSet", "change")] * 2),
        _promised,
    ),
    Change("paid", _pay, one(*[_PAID] * 5)),
)
