"""Receipts, agreements and payments compared with what mapping.md says; nothing is given when all is well."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from foreign.lab import Lab
from foreign.seed_contracts import Contract
from foreign.seed_receipts import Receipt
from foreign.serving import dec


def receipts(lab: Lab) -> Iterator[str]:
    """One receipt in IFS for each line, quantities and days as stated; JAGGAER is told once."""
    rows = {row["ReceiptReference"]: row for row in lab.ifs.all("PurchaseReceiptSet")}
    if len(rows) != len(lab.ifs.all("PurchaseReceiptSet")):
        yield "two receipts with one reference"
    arrived: dict[tuple[str, str, str], Decimal] = {}
    for receipt in lab.receipts:
        for number, (at, quantity) in receipt.stands.items():
            row = rows.pop(f"JAG:{receipt.ident}:{number}", None)
            yield from _registered(lab, receipt, at, quantity, row)
            if row and row["Objstate"] != "Cancelled":
                key = (row["OrderNo"], row["LineNo"], row["ReleaseNo"])
                arrived[key] = arrived.get(key, Decimal(0)) + row["QtyArrived"]
        told = [each["status"] for each in lab.j1p.records["receipts"][receipt.ident].get("told", [])]
        if told != receipt.told:
            yield f"receipt {receipt.ident} is {receipt.fate}, told {told}"
        if receipt.fate == "returned":  # a person registered it
            rows.pop(f"JAG:{receipt.ident}:1", None)
    yield from (f"nobody asked for receipt {mark}" for mark in rows)
    for key, quantity in arrived.items():
        (line,) = lab.ifs.all("PurchaseOrderLineSet", **dict(zip(("OrderNo", "LineNo", "ReleaseNo"), key, strict=True)))
        if line["QtyReceived"] != quantity:
            yield f"{key}: {quantity} arrived, {line['QtyReceived']} counted"


def _registered(lab: Lab, receipt: Receipt, at: str, quantity: Decimal, row: dict[str, Any] | None) -> Iterator[str]:
    where = f"receipt {receipt.ident} of {receipt.order} {at}"
    if row is None:
        yield f"{where} is not registered"
        return
    number, release = at.split("-")
    (line,) = lab.ifs.all("PurchaseOrderLineSet", OrderNo=receipt.order, LineNo=number, ReleaseNo=release)
    wanted = {
        "OrderNo": receipt.order,
        "LineNo": number,
        "ReleaseNo": release,
        "QtyArrived": quantity,
        "Uom": line["BuyUnitMeas"],
        "ArrivalDate": receipt.day,
    }
    for name, value in wanted.items():
        if row[name] != value:
            yield f"{where}.{name}: {value!r} wanted, {row[name]!r} found"
    if (row["Objstate"] == "Cancelled") != (receipt.fate == "voided"):
        yield f"{where}: {receipt.fate}, and {row['Objstate']} in IFS"


def contracts(lab: Lab) -> Iterator[str]:
    """One agreement for each contract, its prices to the last digit; nothing of others."""
    marked = {row["ExternalReference"]: row for row in lab.ifs.all("SupplierAgreementSet")}
    if len(marked) != len(lab.ifs.all("SupplierAgreementSet")):
        yield "two agreements with one mark"
    for contract in lab.contracts:
        row = marked.pop(f"JAG:{contract.code}", None)
        if (row is not None) != contract.stands:
            yield f"contract {contract.code} is {contract.fate}, agreement {bool(row)}"
        elif row:
            yield from _agreement(lab, contract, row)
    yield from (f"nobody asked for agreement {mark}" for mark in marked)


def _agreement(lab: Lab, contract: Contract, row: dict[str, Any]) -> Iterator[str]:
    for name, value in contract.agreement().items():
        if row[name] != value:
            yield f"{contract.code}.{name}: {value!r} wanted, {row[name]!r} found"
    wanted = contract.rows() if lab.j1p.habits.gives_prices else {}
    there = lab.ifs.all("SupplierAgreementPartSet", AgreementId=row["AgreementId"])
    found = {(each["PartNo"], each["MinQuantity"], each["ValidFrom"]): each for each in there}
    for key in sorted(wanted.keys() | found.keys(), key=str):
        if key not in wanted or key not in found:
            yield f"{contract.code} price {key}: wanted {key in wanted}, found {key in found}"
            continue
        for name, value in wanted[key].items():
            if found[key][name] != value:
                yield f"{contract.code} price {key}.{name}: {value!r} wanted, {found[key][name]!r} found"


def payments(lab: Lab) -> Iterator[str]:
    """Told once, with what IFS paid; nothing where something is open."""
    for invoice in lab.invoices:
        paid = lab.j1p.records["invoices"][invoice.ident].get("paid", [])
        wanted = lab.paid.get(invoice.ident)
        if len(paid) != (wanted is not None):
            yield f"{invoice.ident}: told {len(paid)} times that it is paid"
        elif wanted is not None:
            amount, day, reference = wanted
            got = (dec(paid[0]["amount"]), paid[0]["paymentDate"][:10], paid[0].get("reference"))
            if got != (amount, day.isoformat(), reference):
                yield f"{invoice.ident}: paid {got}, should be {wanted}"
