"""Invoices of any shape at JAGGAER, and what of them stands in IFS."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

from pipeline.driving import Product
from pipeline.world import DAY, World

VAT = Decimal("0.19")


def line(
    quantity: str,
    price: str,
    *,
    order: str = "",
    of_line: str = "1-1",
    tax: str | None = None,
    at: str = "1",
    digits: int = 2,
    account: str = "",
    **values: Any,
) -> dict[str, Any]:
    """One line; 19 % tax unless stated. With an account of its own where one is named."""
    net = Decimal(quantity) * Decimal(price)
    due = Decimal(tax) if tax is not None else round(net * VAT, digits)
    told: dict[str, Any] = {
        "lineNumber": at,
        "item": {"description": f"Öse {at}", "unitOfMeasure": {"dimension": "EA"}},
        "quantity": float(quantity),
        "unitPrice": float(price),
        "taxCharge1": float(due),
    }
    if order:
        told |= {"poNumber": order, "poLineNumber": of_line}
    if account:
        told |= shares(("100", {"Account": account}))
    return told | values


def gross(quantity: str, price: str) -> str:
    """Of one line as `line` makes it, in a currency of two digits."""
    net = Decimal(quantity) * Decimal(price)
    return f"{net + round(net * VAT, 2):.2f}"


def shares(*parts: tuple[str, dict[str, str]], kind: str = "PercentOfPrice") -> dict[str, Any]:
    """A line's split over accounts and code parts."""
    indexes = [
        {
            "splitIndex": place,
            "distributionValue": float(weight),
            "customFieldValueList": {
                "customFieldValue": [{"internalName": name, "value": value} for name, value in codes.items()]
            },
        }
        for place, (weight, codes) in enumerate(parts)
    ]
    split = {"context": "Line", "distributionType": kind, "splittableFieldIndexList": {"splittableFieldIndex": indexes}}
    return {"splittableFieldSetGroupList": {"splittableFieldSetGroup": [{"splittableFieldIndexSet": [split]}]}}


def bill(world: World, supplier: str, *lines: dict[str, Any], total: str, currency: str = "EUR", **header: Any) -> int:
    """An approved invoice of company 10; gives its id."""
    told = {
        "supplierInvoiceNumber": world.number("R"),
        "invoiceType": "Invoice",
        "invoiceDate": f"{DAY}T00:00:00.000Z",
        "accountingDate": f"{DAY}T00:00:00.000Z",
        "businessUnit": "10",
        "supplier": {"supplierNumber": supplier},
        "paymentStatus": "Payable",
        "workflowStatus": "Completed",
        "exportStatus": "NotExported",
        "total": {"currency": currency, "value": float(total)},
    }
    made = world.create("jaggaer", "invoices", {"header": told | header, "lineList": {"invoiceLine": list(lines)}})
    return int(made["header"]["invoiceId"])


def proposal(world: World, invoice: int) -> dict[str, Any]:
    """The one posting proposal of an invoice."""
    [head] = world.proposals(invoice)
    return head


def proposal_lines(world: World, invoice: int) -> list[dict[str, Any]]:
    head = proposal(world, invoice)
    rows = world.records("ifs", "PostingProposalLineSet")
    return [row for row in rows if all(row[key] == head[key] for key in ("Company", "ProposalId"))]


def vouchers(world: World, invoice: int) -> list[dict[str, Any]]:
    return [row for row in world.records("ifs", "VoucherSet") if row["ReferenceNumber"] == str(invoice)]


def voucher_rows(world: World, invoice: int) -> list[tuple[str, str | None, Decimal]]:
    """Account, supplier, and what is debited (negative: credited), in the order of the rows."""
    rows = [row for row in world.records("ifs", "VoucherRowSet") if row["ReferenceNumber"] == str(invoice)]
    return [
        (
            row["Account"],
            row["PartyTypeId"],
            Decimal(str(row["CurrencyDebetAmount"] or 0)) - Decimal(str(row["CurrencyCreditAmount"] or 0)),
        )
        for row in sorted(rows, key=lambda row: int(row["RowNo"]))
    ]


def stands(product: Product, invoice: int) -> dict[str, str]:
    """Kind of each open item of an invoice, by field."""
    return {item.field: item.kind for item in product.items_of(invoice)}


def status(world: World, invoice: int) -> str:
    return str(world.invoice_there(invoice)["header"]["exportStatus"])


def with_profile(product: Product, folder: Path, text: str) -> Product:
    """The same product with a customer's profile."""
    file = folder / "profile.toml"
    file.write_text(text)
    return product.with_settings(PROFILE=file)
