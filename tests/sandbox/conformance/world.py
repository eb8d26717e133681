"""A small company in an empty sandbox, made as users of the two systems would make it."""

import itertools
from decimal import Decimal
from typing import Any

from .contract import (
    ACCOUNT,
    AGREEMENT,
    CODE_PART,
    FIELD_VALUES,
    INVOICE_INFO,
    LEDGER_ITEM,
    ORDER,
    ORDER_LINE,
    ORDERS,
    PERIOD,
    PURCHASE_DATA,
    REQUISITIONS,
    SITE,
    SUPPLIER,
    SUPPLIERS,
)
from .schema import fitted
from .wire import EntitySet, Ifs, Jaggaer, Row, code

COMPANY = "91"
OTHER_COMPANY = "92"
IFS_SUPPLIER = "SUPPLIER-91"
PARTY = "Supplier"
YEAR = 2026

_numbers = itertools.count(1)
_built: set[str] = set()


def fresh_name(prefix: str) -> str:
    """A key that no other test uses."""
    return f"{prefix}{next(_numbers):05d}"


def make(ifs: Ifs, entity_set: EntitySet, values: Row) -> Row:
    return ifs.steer.create(entity_set.name, fitted(ifs, entity_set, values))


def build_ifs(ifs: Ifs) -> None:
    """Companies 10 and 20 with a site, accounts, code parts and periods each, and a supplier in both."""
    if ifs.host in _built:
        return
    _built.add(ifs.host)
    for company in (COMPANY, OTHER_COMPANY):
        make(ifs, SITE, {"Contract": f"SITE{company}", "Company": company, "Description": "Main", "TimeZone": "UTC"})
        for account, more in {
            "4010": {},
            "4020": {"ReqCodeB": "Blocked"},
            "4090": {"ValidFrom": "2015-01-01", "ValidUntil": "2020-12-31"},
            "1576": {},
            "9100": {},
        }.items():
            values: Row = {
                "Company": company,
                "Account": account,
                "Description": f"Account {account}",
                "ValidFrom": "2020-01-01",
                "ValidUntil": "2049-12-31",
            }
            values |= {f"ReqCode{letter}": "Can" for letter in "BCDEFGHIJ"}
            make(ifs, ACCOUNT, values | more)
        for value, until in {"CC1": "2049-12-31", "CCOLD": "2020-12-31"}.items():
            make(
                ifs,
                CODE_PART,
                {
                    "Company": company,
                    "CodePart": "B",
                    "CodePartValue": value,
                    "Description": f"Cost centre {value}",
                    "ValidFrom": "2015-01-01",
                    "ValidUntil": until,
                },
            )
        for period, status in ((2, "Open"), (3, "Closed")):
            last = {2: 28, 3: 31}[period]
            make(
                ifs,
                PERIOD,
                {
                    "Company": company,
                    "AccountingYear": YEAR,
                    "AccountingPeriod": period,
                    "DateFrom": f"{YEAR}-{period:02d}-01",
                    "DateUntil": f"{YEAR}-{period:02d}-{last}",
                    "PeriodStatus": status,
                },
            )
    make(ifs, SUPPLIER, {"SupplierId": IFS_SUPPLIER, "Name": "Acme Castings", "Country": "DE", "Status": "Active"})
    make(ifs, PURCHASE_DATA, {"VendorNo": IFS_SUPPLIER, "BuyerCode": "BUYER", "CurrencyCode": "EUR"})
    for company in (COMPANY, OTHER_COMPANY):
        make(
            ifs,
            INVOICE_INFO,
            {
                "Company": company,
                "Identity": IFS_SUPPLIER,
                "PartyType": PARTY,
                "GroupId": "1",
                "PayTermId": "30",
                "DefCurrency": "EUR",
            },
        )


def supplier(ifs: Ifs, **values: Any) -> Row:
    return make(
        ifs,
        SUPPLIER,
        {"SupplierId": fresh_name("SUP"), "Name": "A supplier", "Country": "DE", "Status": "Active"} | values,
    )


def order(ifs: Ifs, **values: Any) -> Row:
    """A released order; its site and company exist once `build_ifs` ran."""
    build_ifs(ifs)
    return make(
        ifs,
        ORDER,
        {
            "OrderNo": fresh_name("P"),
            "VendorNo": IFS_SUPPLIER,
            "Contract": f"SITE{COMPANY}",
            "Company": COMPANY,
            "BuyerCode": "BUYER",
            "OrderDate": "2026-02-02",
            "CurrencyCode": "EUR",
            "PayTermId": "30",
            "TotalAmount": Decimal("123.40"),
            "Objstate": "Released",
        }
        | values,
    )


def order_line(ifs: Ifs, head: Row, **values: Any) -> Row:
    """A released line over ten pieces."""
    return make(
        ifs,
        ORDER_LINE,
        {
            "OrderNo": head["OrderNo"],
            "LineNo": "1",
            "ReleaseNo": "1",
            "PartNo": "PART-1",
            "Description": "A part",
            "BuyQtyDue": Decimal(10),
            "BuyUnitMeas": "PCS",
            "FbuyUnitPrice": Decimal("12.34"),
            "PriceUnitMeas": "PCS",
            "PriceConvFactor": Decimal(1),
            "NetAmtCurr": Decimal("123.40"),
            "Discount": Decimal(0),
            "AdditionalCost": Decimal(0),
            "WantedDeliveryDate": "2026-03-01",
            "Contract": head["Contract"],
            "CodeA": "4010",
            "CodeB": "CC1",
            "Objstate": "Released",
        }
        | values,
    )


def proposal_head(**values: Any) -> Row:
    """The values of a balanced head over 100.00 and 19.00 tax, as a client would send them."""
    return {
        "Company": COMPANY,
        "SupplierId": IFS_SUPPLIER,
        "InvoiceNo": fresh_name("INV"),
        "InvoiceType": "Invoice",
        "InvoiceDate": "2026-02-10",
        "DueDate": "2026-03-10",
        "PostingDate": "2026-02-12",
        "CurrencyCode": "EUR",
        "NetAmount": Decimal("100.00"),
        "TaxAmount": Decimal("19.00"),
        "GrossAmount": Decimal("119.00"),
        "SourceReference": fresh_name("JAG:"),
    } | values


def proposal_line(**values: Any) -> Row:
    return {
        "RowNo": 1,
        "Text": "A part",
        "NetAmount": Decimal("100.00"),
        "TaxAmount": Decimal("19.00"),
        "CodeA": "4010",
        "CodeB": "CC1",
    } | values


def voucher_head(**values: Any) -> Row:
    return {
        "Company": COMPANY,
        "VoucherType": "I",
        "AccountingYear": YEAR,
        "VoucherDate": "2026-02-12",
        "AccountingPeriod": 2,
        "Text": "An invoice",
        "ReferenceSerie": "JAG",
        "ReferenceNumber": fresh_name(""),
    } | values


def voucher_rows(**first: Any) -> list[Row]:
    """Debit 119.00, credit 119.00; `first` changes the debit row."""
    return [
        {
            "RowNo": 1,
            "Account": "4010",
            "CodeB": "CC1",
            "CurrencyCode": "EUR",
            "CurrencyDebetAmount": Decimal("119.00"),
            "Text": "debit",
        }
        | first,
        {
            "RowNo": 2,
            "Account": "9100",
            "CurrencyCode": "EUR",
            "CurrencyCreditAmount": Decimal("119.00"),
            "PartyTypeId": IFS_SUPPLIER,
            "Text": "credit",
        },
    ]


def ledger_item(ifs: Ifs, **values: Any) -> Row:
    build_ifs(ifs)
    return make(
        ifs,
        LEDGER_ITEM,
        {
            "Company": COMPANY,
            "Identity": IFS_SUPPLIER,
            "PartyType": PARTY,
            "LedgerItemId": fresh_name("L"),
            "InvoiceNo": fresh_name("INV"),
            "PaidAmount": Decimal("0.00"),
            "OpenAmount": Decimal("119.00"),
        }
        | values,
    )


def agreement(ifs: Ifs, **values: Any) -> Row:
    build_ifs(ifs)
    return make(
        ifs,
        AGREEMENT,
        {
            "AgreementId": fresh_name("A"),
            "VendorNo": IFS_SUPPLIER,
            "Description": "Castings",
            "CurrencyCode": "EUR",
            "ValidFrom": "2026-01-01",
            "ValidUntil": "2026-12-31",
            "Objstate": "Active",
        }
        | values,
    )


# -- JAGGAER ------------------------------------------------------------------------------------------------

EXT_CODE = "0099910005"


def create_supplier(jaggaer: Jaggaer, **info: Any) -> Row:
    """Create a supplier over the wire; answers the envelope."""
    values = {"companyName": "Acme Castings GmbH", "isoCountry": "DE", "type": "SELLER"} | info
    company = {"operationCode": "CREATE", "sendEMail": "false", "companyInfo": values}
    return jaggaer.post(SUPPLIERS.path, {"company": company})


def field_values(jaggaer: Jaggaer, custom_field: str, *values: str, active: str = "true") -> Row:
    """Create or update the values of a custom field; answers the envelope."""
    entries = [{"value": value, "description": f"{custom_field} {value}", "active": active} for value in values]
    return jaggaer.post(
        FIELD_VALUES.path,
        {"operationCode": "CREATEUPDATE", "customField": custom_field, "valueList": {"value": entries}},
    )


def build_jaggaer(jaggaer: Jaggaer) -> None:
    """A supplier and a few accounts and cost centres, for documents to refer to."""
    if jaggaer.host in _built:
        return
    _built.add(jaggaer.host)
    assert code(create_supplier(jaggaer, extCode=EXT_CODE, extUniqueCode="DE999000001", status="ACTIVE")) == 0
    assert code(field_values(jaggaer, "Account", "4010", "4020")) == 0
    assert code(field_values(jaggaer, "CostCenter", "CC1", "CC2")) == 0


def money(value: str) -> Row:
    return {"currency": "EUR", "value": Decimal(value)}


def split(index: int, value: str, **fields: str) -> Row:
    return {
        "splitIndex": index,
        "distributionValue": Decimal(value),
        "customFieldValueList": {
            "customFieldValue": [{"internalName": name, "value": text} for name, text in fields.items()]
        },
    }


def distribution(*splits: Row, kind: str = "PercentOfPrice") -> Row:
    index_set = {
        "context": "Line",
        "distributionType": kind,
        "splittableFieldIndexList": {"splittableFieldIndex": list(splits)},
    }
    return {"splittableFieldSetGroup": [{"splittableFieldIndexSet": [index_set]}]}


def wire_line(number: str = "1", **values: Any) -> Row:
    """A line over ten pieces at 12.34."""
    return {
        "lineNumber": number,
        "status": "Open",
        "item": {
            "catalogNumber": "PART-1",
            "description": "A part",
            "unitOfMeasure": {"dimension": "EA"},
            "productType": "Product",
        },
        "quantity": Decimal(10),
        "unitPrice": money("12.34"),
        "discountPercent": Decimal(0),
        "charges": Decimal(0),
        "requestedDeliveryDate": "2026-03-01T00:00:00.000Z",
        "splittableFieldSetGroupList": distribution(split(0, "100", Account="4010", CostCenter="CC1")),
    } | values


def wire_order(*lines: Row, **header: Any) -> Row:
    """A whole document, revision 0."""
    return {
        "header": {
            "poNumber": fresh_name("P"),
            "revisionNumber": 0,
            "poDate": "2026-02-14T00:00:00.000Z",
            "status": "Sent",
            "businessUnit": {"internalName": COMPANY},
            "supplier": {"supplierNumber": EXT_CODE},
            "currency": "EUR",
            "total": money("123.40"),
            "externalReference": "IFS:P:0:abc",
        }
        | header,
        "lineList": {"poLine": list(lines) or [wire_line()]},
    }


def wire_requisition(*lines: Row, **header: Any) -> Row:
    """A whole requisition, revision 0."""
    preferred = {"preferredSupplier": {"supplierNumber": EXT_CODE}}
    return {
        "header": {
            "requisitionNumber": fresh_name("Q"),
            "revisionNumber": 0,
            "requisitionDate": "2026-02-14T00:00:00.000Z",
            "requester": {"username": "ALICE", "email": "alice@example.com"},
            "businessUnit": {"internalName": COMPANY},
            "status": "Pending",
            "currency": "EUR",
            "total": money("123.40"),
            "externalReference": "IFS:Q:0:abc",
        }
        | header,
        "lineList": {"requisitionLine": [line | preferred for line in lines or (wire_line(),)]},
    }


def send_order(jaggaer: Jaggaer, operation: str, document: Row) -> Row:
    """Write an order; answers the envelope."""
    build_jaggaer(jaggaer)
    return jaggaer.post(ORDERS.path, {"operationCode": operation, "purchaseOrder": document})


def invoice(jaggaer: Jaggaer, **header: Any) -> Row:
    """An invoice as a supplier's would come to stand in JAGGAER; answers its record."""
    build_jaggaer(jaggaer)
    values = {
        "header": {
            "invoiceNumber": fresh_name("V"),
            "supplierInvoiceNumber": fresh_name("R"),
            "invoiceType": "Invoice",
            "invoiceLineType": "Non-PO",
            "invoiceDate": "2026-02-10T00:00:00.000Z",
            "dueDate": "2026-03-10T00:00:00.000Z",
            "supplier": {"name": "Acme Castings GmbH", "supplierNumber": EXT_CODE},
            "total": money("119.00"),
            "paymentStatus": "Payable",
            "workflowStatus": "Completed",
            "exportStatus": "NotExported",
        }
        | header,
        "lineList": {
            "invoiceLine": [
                {
                    "lineId": 1,
                    "lineNumber": "1",
                    "item": {"description": "A part", "unitOfMeasure": {"dimension": "EA"}},
                    "quantity": Decimal(1),
                    "unitPrice": Decimal("100.00"),
                    "taxCharge1": Decimal("19.00"),
                }
            ]
        },
    }
    return jaggaer.steer.create("invoices", values)


def receipt(jaggaer: Jaggaer, **header: Any) -> Row:
    build_jaggaer(jaggaer)
    return jaggaer.steer.create(
        "receipts",
        {
            "header": {
                "receiptNumber": fresh_name("R"),
                "receiptDate": "2026-02-12T00:00:00.000Z",
                "poNumber": "P1",
                "status": "Completed",
                "exportStatus": "NotExported",
            }
            | header,
            "lineList": {
                "receiptLine": [
                    {
                        "lineNumber": "1",
                        "poLineNumber": "1",
                        "quantity": Decimal(3),
                        "unitOfMeasure": {"dimension": "EA"},
                        "type": "Receive",
                    }
                ]
            },
        },
    )


def contract(jaggaer: Jaggaer, **values: Any) -> Row:
    build_jaggaer(jaggaer)
    return jaggaer.steer.create(
        "contracts",
        {
            "contractReferenceCode": fresh_name("C"),
            "title": "Castings",
            "status": "ExecutedInEffect",
            "supplier": {"extCode": EXT_CODE},
            "currency": "EUR",
            "validFrom": "2026-01-01T00:00:00.000Z",
            "validTo": "2026-12-31T00:00:00.000Z",
            "deletedStatus": "NOT-DELETED",
            "priceList": {
                "price": [
                    {
                        "itemCode": "PART-1",
                        "unitOfMeasure": "EA",
                        "unitPrice": money("12.34"),
                        "minQuantity": Decimal(1),
                        "validFrom": "2026-01-01T00:00:00.000Z",
                    }
                ]
            },
        }
        | values,
    )


def fill_targets(jaggaer: Jaggaer) -> None:
    """Orders and requisitions, which only a synchronisation makes, so that a seeded sandbox has some of each."""
    build_jaggaer(jaggaer)
    for number in range(24):
        status = ("Sent", "Pending", "Completed")[number % 3]
        lines = [wire_line("1"), wire_line("2", status="Closed")]
        assert code(send_order(jaggaer, "CREATE", wire_order(*lines, status=status, total=money("246.80")))) == 0
        document = wire_requisition(*lines, status="Pending" if number % 2 else "Completed", total=money("246.80"))
        body = {"operationCode": "CREATE", "requisition": document}
        assert code(jaggaer.post(REQUISITIONS.path, body)) == 0
