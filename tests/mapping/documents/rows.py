"""Records of both systems as they come over the wire, small and complete."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from connectors.wire import ETag, Row

CODES = {f"Code{part}": None for part in "ABCDEFGHIJ"}


def row(kind: str, *key: str, **values: Any) -> Row:
    return Row(kind, key, values, etag=ETag(f'W/"{kind}-{"-".join(key)}"'), modified="2026-02-14T08:30:00Z")


def head(number: str = "P1001", **changed: Any) -> Row:
    values = {
        "OrderNo": number,
        "VendorNo": "1001",
        "Contract": "101",
        "BuyerCode": "MEIER",
        "OrderDate": "2026-02-14",
        "CurrencyCode": "EUR",
        "Objstate": "Released",
        "Company": "10",
        "PayTermId": "30",
        "DeliveryAddress": "101",
        "NoteText": "An Tor 4",
        "TotalAmount": "100.00",
    }
    return row("purchase_order", number, **values | changed)


def line(number: str = "P1001", line_no: str = "1", release_no: str = "1", **changed: Any) -> Row:
    values = {
        "OrderNo": number,
        "LineNo": line_no,
        "ReleaseNo": release_no,
        "PartNo": "4711",
        "Description": "Welle Ø 40",
        "BuyQtyDue": "10",
        "BuyUnitMeas": "PCS",
        "FbuyUnitPrice": "10",
        "NetAmtCurr": "100.00",
        "Discount": "0",
        "WantedDeliveryDate": "2026-03-01",
        "PlannedReceiptDate": "2026-03-04",
        "PromisedDeliveryDate": None,
        **CODES,
        "CodeA": "4010",
        "CodeB": "1100",
        "PriceUnitMeas": "PCS",
        "PriceConvFactor": "1",
        "Contract": "101",
        "Objstate": "Released",
        "ServiceType": None,
        "FeeCode": "V19",
        "PreAccountingId": None,
        "AdditionalCost": "0",
        "QtyReceived": "10",
        "QtyInvoiced": "0",
    }
    return row("purchase_order_line", number, line_no, release_no, **values | changed)


def share(row_no: int, percent: str, account: str, **changed: Any) -> Row:
    values = {
        "PreAccountingId": 77,
        "RowNo": row_no,
        "Percent": percent,
        **CODES,
        "CodeA": account,
        "OrderNo": "P1001",
        "LineNo": "1",
        "ReleaseNo": "1",
    }
    return row("pre_accounting", "77", str(row_no), **values | changed)


def site(contract: str = "101") -> Row:
    return row(
        "site",
        contract,
        Contract=contract,
        Company="10",
        Address1="Fritz-Müller-Straße 14",
        Address2="Tor 4",
        ZipCode="73730",
        City="Esslingen",
        State=None,
        Country="DE",
    )


def money(text: str) -> Decimal:
    return Decimal(text)
