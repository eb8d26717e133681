"""What contracts/mapping.md says a foreign JAGGAER's invoice looks like in IFS."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from typing import Any

from foreign.expected_orders import FIELDS
from foreign.ifs import Ifs
from foreign.seed_invoices import RATES, Invoice
from foreign.seed_orders import CODES, DIGITS, D

PARTS = {name: part for part, name in FIELDS.items()}
TAX_ACCOUNT, CLEARING = "1576", "1590"
ZERO = D(0)
Share = tuple[Decimal, dict[str, str]]


def spread(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Largest remainder in minor units; equally where all weights are 0; ties go to the first.

    Weights may have both signs: a line that takes back lessens the tax of the others (rate x net).
    """
    unit = D(1).scaleb(-DIGITS[currency])
    if not any(weights):
        weights = [D(1)] * len(weights)
    exact = [abs(amount) / unit * weight / sum(weights) for weight in weights]
    whole = [share.to_integral_value(ROUND_FLOOR) for share in exact]
    left = int(abs(amount) / unit - sum(whole))
    for index in sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))[:left]:
        whole[index] += 1
    return [unit * share * (1 if amount >= 0 else -1) for share in whole]


def _shares(ifs: Ifs, invoice: Invoice, line: dict[str, Any], net: Decimal) -> list[Share]:
    groups = line.get("splittableFieldSetGroupList", {}).get("splittableFieldSetGroup", [])
    if groups:
        inner = groups[0]["splittableFieldIndexSet"][0]
        return [
            (
                D(s["distributionValue"]),
                {PARTS[v["internalName"]]: v["value"] for v in s["customFieldValueList"]["customFieldValue"]},
            )
            for s in inner["splittableFieldIndexList"]["splittableFieldIndex"]
        ]
    if line["lineNumber"] in invoice.orders:
        _, row = invoice.orders[line["lineNumber"]]
        rows = [(D(100), row)]
        if row.get("PreAccountingId"):
            parts = ifs.all("PreAccountingSet", PreAccountingId=row["PreAccountingId"])
            rows = [(p["Percent"], p) for p in sorted(parts, key=lambda p: p["RowNo"])]
        return [(share, {c: r[f"Code{c}"] for c in CODES if r.get(f"Code{c}")}) for share, r in rows]
    finance = ifs.get("IdentityInvoiceInfoSet", Company="10", Identity=invoice.supplier)
    codes = {"A": finance["Cf_GlAccount"], "B": finance["Cf_CostCenter"]}
    return [(D(100), {c: v for c, v in codes.items() if v})]


def rows(ifs: Ifs, invoice: Invoice) -> list[dict[str, Any]]:
    """The lines of a proposal, with what decides their amounts; already turned for a credit memo."""
    currency, sign = invoice.currency, invoice.sign
    nets = [invoice.net(line) for line in invoice.lines]
    extras = spread(invoice.charges(), [abs(net) for net in nets], currency)
    codes = [_tax_code(ifs, invoice, line) for line in invoice.lines]
    header_tax = sum((D(invoice.header.get(n, 0)) for n in ("taxCharge1", "taxCharge2")), ZERO)
    weights = [(net + extra) * RATES[code] for net, extra, code in zip(nets, extras, codes, strict=True)]
    taxes = spread(header_tax, weights, currency) if header_tax else [ZERO] * len(nets)
    found = []
    for line, net, extra, tax, code in zip(invoice.lines, nets, extras, taxes, codes, strict=True):
        shares = _shares(ifs, invoice, line, net)
        weight = [abs(share) for share, _ in shares]
        amounts = spread(net + extra, weight, currency)
        own_tax = spread(line["taxCharge1"] + tax, weight, currency)
        order, row = invoice.orders.get(line["lineNumber"], (None, {}))
        for amount, tax_share, (_, parts) in zip(amounts, own_tax, shares, strict=True):
            found.append(
                {
                    "OrderNo": order.number if order else None,
                    "LineNo": row.get("LineNo"),
                    "ReleaseNo": row.get("ReleaseNo"),
                    "NetAmount": sign * amount,
                    "TaxAmount": sign * tax_share,
                    "TaxCode": code,
                    **{f"Code{c}": parts.get(c) for c in "ABCDEFGHIJ"},
                }
            )
    return found


def _tax_code(ifs: Ifs, invoice: Invoice, line: dict[str, Any]) -> str:
    if line["lineNumber"] in invoice.orders:
        return str(invoice.orders[line["lineNumber"]][1]["FeeCode"])
    return str(ifs.get("IdentityInvoiceInfoSet", Company=invoice.company, Identity=invoice.supplier)["DefVatCode"])


def head(invoice: Invoice, lines: list[dict[str, Any]]) -> dict[str, Any]:
    record = invoice.record()["header"]
    net, tax = (sum((line[name] for line in lines), ZERO) for name in ("NetAmount", "TaxAmount"))
    orders = {order.company for order, _ in invoice.orders.values()}
    return {
        "Company": invoice.company if invoice.header.get("businessUnit", "") is not None else orders.pop(),
        "SupplierId": invoice.supplier,
        "InvoiceNo": record.get("supplierInvoiceNumber") or record["invoiceNumber"],
        "InvoiceType": "Credit" if invoice.credit else "Invoice",
        "InvoiceDate": date.fromisoformat(record["invoiceDate"][:10]),
        "DueDate": date.fromisoformat(record["dueDate"][:10]),
        "PostingDate": invoice.posting_date,
        "CurrencyCode": invoice.currency,
        "NetAmount": net,
        "TaxAmount": tax,
        "GrossAmount": net + tax,
        "SourceReference": f"JAG:{invoice.ident}",
        "Objstate": "Balanced",
    }


def voucher_rows(ifs: Ifs, invoice: Invoice) -> list[dict[str, Any]]:
    """Debit rows of accounts and tax, one credit row of the clearing account; negative ones change side."""
    lines = rows(ifs, invoice)
    sign = invoice.sign
    found = [
        _row(line["CodeA"], sign * line["NetAmount"], {f"Code{c}": line[f"Code{c}"] for c in "BCDEFGHIJ"})
        for line in lines
    ]
    tax = sum((line["TaxAmount"] for line in lines), ZERO)
    gross = sum((line["NetAmount"] + line["TaxAmount"] for line in lines), ZERO)
    return [*found, _row(TAX_ACCOUNT, sign * tax, {}), _row(CLEARING, -sign * gross, {})]


def _row(account: str, debit: Decimal, codes: dict[str, Any]) -> dict[str, Any]:
    return {"Account": account, "debit": max(debit, ZERO), "credit": max(-debit, ZERO), **codes}
