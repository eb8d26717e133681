"""Orders as IFS keeps them: headers, lines, distributions, what was received of them (contracts/ifs.md 4)."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from ifs_jaggaer.sandbox.seed.companies import Coding
from ifs_jaggaer.sandbox.seed.model import Row
from ifs_jaggaer.sandbox.seed.money import ZERO, plain
from ifs_jaggaer.sandbox.seed.orders import Line, Order
from ifs_jaggaer.sandbox.seed.stamps import Stamps
from ifs_jaggaer.sandbox.seed.supplier_rows import PARTY

PARTS = "ABCDEFGHIJ"


def code_columns(coding: Coding | None) -> Row:
    """CodeA … CodeJ; all empty where the distribution is kept elsewhere."""
    return {f"Code{part}": (coding or {}).get(part) for part in PARTS}


def rows(orders: list[Order], now: datetime, rng: Random) -> dict[str, list[Row]]:
    """An order and its lines were mostly last changed together; one of five by one nightly run."""
    stamps = Stamps(rng, now, bulk=0.2, load_days_ago=12)
    made: dict[str, list[Row]] = {
        "PurchaseOrderSet": [],
        "PurchaseOrderLineSet": [],
        "PreAccountingSet": [],
        "PurchaseReceiptSet": [],
        "InvoiceLedgerItemSet": [],
    }
    for order in orders:
        changed = stamps.next()
        made["PurchaseOrderSet"].append(_header(order, changed))
        for line in order.lines:
            distributed = 10_000 + len(made["PreAccountingSet"]) if len(line.splits) > 1 else None
            at = changed if rng.random() < 0.9 else max(changed, stamps.next())
            made["PurchaseOrderLineSet"].append(_line(order, line, distributed, at))
            if distributed:
                made["PreAccountingSet"] += _distribution(order, line, distributed, at)
            if line.received > 0:
                made["PurchaseReceiptSet"].append(_receipt(order, line, len(made["PurchaseReceiptSet"]), at))
        if order.before_cutover:
            made["InvoiceLedgerItemSet"].append(_ledger_item(order, len(made["InvoiceLedgerItemSet"]), changed))
    return made


def _header(order: Order, changed: datetime) -> Row:
    return {
        "OrderNo": order.number,
        "VendorNo": order.vendor,
        "Contract": order.site.contract,
        "BuyerCode": order.buyer,
        "OrderDate": order.ordered,
        "CurrencyCode": order.currency,
        "Objstate": order.state,
        "Company": order.company.number,
        "PayTermId": order.terms,
        "WantedReceiptDate": order.lines[0].planned,
        "DeliveryAddress": order.site.contract,
        "DocAddressNo": "1",
        "NoteText": order.note,
        "Revision": 1,
        "TotalAmount": order.total,
        "AckOrderNo": None,
        "AckDate": None,
        "LastModifiedDate": changed,
    }


def _line(order: Order, line: Line, distributed: int | None, changed: datetime) -> Row:
    coding = None if distributed else line.splits[0][1]
    return {
        "OrderNo": order.number,
        "LineNo": line.line_no,
        "ReleaseNo": line.release_no,
        "PartNo": line.part,
        "Description": line.text,
        "BuyQtyDue": plain(line.quantity),
        "BuyUnitMeas": line.unit,
        "FbuyUnitPrice": line.price,
        "NetAmtCurr": line.net,
        "Discount": line.discount,
        "WantedDeliveryDate": line.wanted,
        "PlannedReceiptDate": line.planned,
        "PromisedDeliveryDate": None,
        **code_columns(coding),
        "PriceUnitMeas": line.price_unit,
        "PriceConvFactor": line.factor,
        "Contract": order.site.contract,
        "Objstate": line.state,
        "BlanketOrder": None,
        "ServiceType": line.service,
        "NoteText": line.note,
        "FeeCode": line.tax_code,
        "AddressId": "1",
        "PreAccountingId": distributed,
        "AdditionalCost": line.extra,
        "QtyReceived": plain(line.received),
        "QtyInvoiced": plain(line.invoiced),
        "LastModifiedDate": changed,
    }


def _distribution(order: Order, line: Line, distributed: int, changed: datetime) -> list[Row]:
    return [
        {
            "PreAccountingId": distributed,
            "RowNo": place,
            **code_columns(coding),
            "Percent": percent,
            "OrderNo": order.number,
            "LineNo": line.line_no,
            "ReleaseNo": line.release_no,
            "LastModifiedDate": changed,
        }
        for place, (percent, coding) in enumerate(line.splits, 1)
    ]


def _receipt(order: Order, line: Line, place: int, changed: datetime) -> Row:
    return {
        "ReceiptSequence": 500_000 + place,
        "OrderNo": order.number,
        "LineNo": line.line_no,
        "ReleaseNo": line.release_no,
        "ReceiptNo": 1,
        "ReceiptReference": f"LS {order.number[1:]}/{line.line_no}",
        "QtyArrived": plain(line.received),
        "Uom": line.unit,
        "ArrivalDate": min(line.planned, changed.date()),
        "Objstate": "Received",
        "LastModifiedDate": changed,
    }


def _ledger_item(order: Order, place: int, changed: datetime) -> Row:
    billed: Decimal = sum((line.net for line in order.lines if line.invoiced > 0), ZERO)
    return {
        "Company": order.company.number,
        "Identity": order.supplier.number,
        "PartyType": PARTY,
        "LedgerItemId": str(70_000 + place),
        "InvoiceNo": f"ALT-{order.number[1:]}",
        "PaidAmount": billed,
        "OpenAmount": ZERO,
        "PaymentDate": changed.date() - timedelta(days=3),
        "PaymentReference": f"ZL{place:06d}",
        "LastModifiedDate": changed,
    }
