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
        "AckOrderNo": None,
        "AckDate": None,
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


# --- what invoices need ---


def finance(company: str = "10", **changed: Any) -> Row:
    values = {
        "Company": company,
        "Identity": "1001",
        "PartyType": "Supplier",
        "DefCurrency": "EUR",
        "DefVatCode": "V19",
        "Cf_GlAccount": "6300",
        "Cf_CostCenter": "1100",
    }
    return row("supplier_finance", company, "1001", "Supplier", **values | changed)


def account(number: str, company: str = "10", **changed: Any) -> Row:
    values = {"Company": company, "Account": number, "ValidFrom": "2015-01-01", "ValidUntil": "2099-12-31"}
    requests = {f"ReqCode{part}": "Can" for part in "BCD"} | {f"ReqCode{part}": "Blocked" for part in "EFGHIJ"}
    return row("account", company, number, **values | requests | changed)


def cost_centre(value: str, company: str = "10", **changed: Any) -> Row:
    values = {"Company": company, "CodePart": "B", "CodePartValue": value, "ValidFrom": None, "ValidUntil": None}
    return row("code_part_value", company, "B", value, **values | changed)


def period(month: int, status: str = "Open", company: str = "10") -> Row:
    last = 28 if month == 2 else 30
    return row(
        "accounting_period",
        company,
        "2026",
        str(month),
        Company=company,
        AccountingYear=2026,
        AccountingPeriod=month,
        DateFrom=f"2026-{month:02d}-01",
        DateUntil=f"2026-{month:02d}-{last}",
        PeriodStatus=status,
    )


def books() -> list[Row]:
    """A supplier's finance data, some accounts, those of vouchers too, and cost centres, February to April open."""
    return [
        finance(),
        *(account(number) for number in ("4010", "4020", "4030", "6300", "1590", "1576")),
        *(cost_centre(value) for value in ("1100", "1200")),
        *(period(month) for month in (2, 3, 4)),
    ]


def invoice_line(number: int = 1, **changed: Any) -> dict[str, Any]:
    values = {
        "lineId": 8_870_000 + number,
        "lineNumber": number,
        "item": {"description": "Welle Ø 40", "unitOfMeasure": {"dimension": "EA"}},
        "poNumber": "P1001",
        "poLineNumber": "1-1",
        "quantity": Decimal(10),
        "unitPrice": Decimal(10),
        "taxCharge1": Decimal(19),
        "taxCharge2": Decimal(0),
        "shippingCharge": Decimal(0),
        "handlingCharge": Decimal(0),
        "discountAmount": Decimal(0),
    }
    return {name: value for name, value in (values | changed).items() if value is not None}


def invoice(*lines: dict[str, Any], **changed: Any) -> dict[str, Any]:
    values = {
        "invoiceId": 991,
        "lastUpdate": "2026-03-09T19:58:56.973Z",
        "paymentStatus": "Payable",
        "workflowStatus": "Completed",
        "invoiceNumber": "I000991",
        "supplierInvoiceNumber": "RE-1",
        "invoiceType": "Invoice",
        "invoiceDate": "2026-03-01T00:00:00.000Z",
        "dueDate": "2026-03-31T00:00:00.000Z",
        "accountingDate": "2026-03-02T00:00:00.000Z",
        "businessUnit": "10",
        "supplier": {"id": 10442, "name": "Acme", "supplierNumber": "1001"},
        "taxCharge1": Decimal(0),
        "shippingCharge": Decimal(0),
        "discountAmount": Decimal(0),
        "total": {"currency": "EUR", "value": Decimal("119.00")},
    }
    header = {name: value for name, value in (values | changed).items() if value is not None}
    return {"header": header, "lineList": {"invoiceLine": list(lines or (invoice_line(),))}}


def splits(*shares: tuple[str | None, dict[str, str]], kind: str | None = "PercentOfPrice") -> dict[str, Any]:
    indexes = [
        {
            **({"splitIndex": at, "distributionValue": Decimal(value)} if value else {}),
            "customFieldValueList": {
                "customFieldValue": [
                    {"internalName": name, "value": code, "description": "x"} for name, code in codes.items()
                ]
            },
        }
        for at, (value, codes) in enumerate(shares)
    ]
    index_set = {"context": "Line", "splittableFieldIndexList": {"splittableFieldIndex": indexes}}
    if kind:
        index_set["distributionType"] = kind
    return {"splittableFieldSetGroup": [{"splittableFieldIndexSet": [index_set]}]}
