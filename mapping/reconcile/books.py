"""Which documents of both systems are counted against each other, kind by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.wire import Row
from mapping.fingerprint import read_mark
from mapping.kinds import IfsRows, JaggaerDetails, JaggaerRecords
from mapping.money import exact_sum
from mapping.reconcile.bills import INVOICES
from mapping.reconcile.masters import GL_ACCOUNTS, SUPPLIERS
from mapping.reconcile.paid import PAYMENTS
from mapping.reconcile.requested import REQUISITIONS
from mapping.reconcile.sides import MARK, Book, Filling, Side, amount, text
from mapping.reconcile.totals import Entry

if TYPE_CHECKING:
    from mapping.profile import Profile

_ZERO = Decimal(0)


# --- purchase orders --------------------------------------------------------------------------


def _order_in_ifs(row: Row, profile: Profile) -> Sequence[Entry]:  # noqa: ARG001 - entries of other sets need it
    number, state = text(row, "OrderNo"), text(row, "Objstate")
    entry = Entry(
        key=number,
        own=number,
        supplier=text(row, "VendorNo"),
        currency=text(row, "CurrencyCode"),
        amount=amount(row, "TotalAmount"),
        company=text(row, "Company"),
        state=state,
        void=state == "Cancelled",
        what="purchase order",
    )
    return (entry,)


def _sums_of_lines(entries: list[Entry], profile: Profile) -> Filling:  # noqa: ARG001 - likewise
    """Tenants whose orders state no total: the sum of the lines that are not cancelled."""
    lines = IfsRows("purchase_order_line", "OrderNo", frozenset(one.key for one in entries))
    answers = yield (lines,)
    nets: dict[str, list[Decimal]] = {}
    for row in answers.rows(lines):
        if text(row, "Objstate") != "Cancelled":
            nets.setdefault(text(row, "OrderNo"), []).append(amount(row, "NetAmtCurr") or _ZERO)
    return [replace(one, amount=exact_sum(nets[one.key])) if one.key in nets else one for one in entries]


def _order_at_jaggaer(row: Row, profile: Profile) -> Sequence[Entry]:
    mark = read_mark(text(row, "header", "externalReference"))
    if mark is None:
        return ()
    state = text(row, "header", "status")
    entry = Entry(
        key=mark.number,
        own=text(row, "header", "poId") or text(row, "header", "poNumber"),
        supplier=text(row, "header", "supplier", "supplierNumber"),
        currency=text(row, "header", "currency") or text(row, "header", "total", "currency"),
        amount=amount(row, "header", "total", "value"),
        state=state,
        void=state == profile.words("order").to_jaggaer("Cancelled"),
        what="purchase order",
    )
    return (entry,)


ORDERS = Book(
    (
        Side(
            "ifs", "purchase_order", _order_in_ifs, lambda keys: IfsRows("purchase_order", "OrderNo", keys),
            fill=_sums_of_lines, company="Company",
        ),
    ),
    (
        Side(
            "jaggaer", "purchaseorders", _order_at_jaggaer,
            lambda keys: JaggaerRecords("purchaseorders", "poNumber", keys),
        ),
    ),
)  # fmt: skip


# --- contracts --------------------------------------------------------------------------------


def _contract(row: Row, profile: Profile) -> Sequence[Entry]:  # noqa: ARG001 - likewise
    """Contracts are counted: what they are worth is no sum that IFS keeps."""
    code = text(row, "contractReferenceCode")
    entry = Entry(
        key=code,
        own=code,
        supplier=text(row, "supplier", "extCode"),
        currency=text(row, "currency"),
        amount=_ZERO,
        state=text(row, "status"),
        what="contract",
    )
    return (entry,)


def _agreement(row: Row, profile: Profile) -> Sequence[Entry]:  # noqa: ARG001 - likewise
    mark = text(row, "ExternalReference")
    if not mark.startswith(MARK):
        return ()
    entry = Entry(
        key=mark.removeprefix(MARK),
        own=text(row, "AgreementId"),
        supplier=text(row, "VendorNo"),
        currency=text(row, "CurrencyCode"),
        amount=_ZERO,
        state=text(row, "Objstate"),
        what="supplier agreement",
    )
    return (entry,)


CONTRACTS = Book(
    (Side("jaggaer", "contracts", _contract, lambda keys: JaggaerDetails("contracts", keys)),),
    (Side("ifs", "agreement", _agreement, lambda keys: IfsRows("agreement", "ExternalReference", _marked(keys))),),
    counted=True,
)


# --- receipts ---------------------------------------------------------------------------------

QUANTITY = "quantity"
"""Stands in the place of a currency where quantities are added."""


def _receipt(row: Row, profile: Profile) -> Sequence[Entry]:
    """Each line; returns are a person's to enter, by their reference if they like (docs/receipts.md)."""
    words = profile.words("receipt")
    header, listed = row.values.get("header"), row.values.get("lineList")
    lines = listed.get("receiptLine") if isinstance(listed, Mapping) else None
    number = text(row, "header", "receiptId")
    found = []
    for line in lines if isinstance(header, Mapping) and isinstance(lines, list) else []:
        told = Row("receiptLine", row.key, line) if isinstance(line, dict) else None
        kind = text(told, "type") if told else ""
        if told is None or kind not in {words.to_jaggaer("Receive"), words.to_jaggaer("Return")}:
            continue
        found.append(
            Entry(
                key=f"{number}:{text(told, 'lineNumber')}",
                own=f"{number}:{text(told, 'lineNumber')}",
                supplier="",
                currency=QUANTITY,
                amount=amount(told, "quantity"),
                void=text(row, "header", "status") == words.to_jaggaer("Voided"),
                what="receipt line",
                document=number,
                by_hand=kind == words.to_jaggaer("Return"),
            )
        )
    return found


def _registered(row: Row, profile: Profile) -> Sequence[Entry]:  # noqa: ARG001 - likewise
    mark = text(row, "ReceiptReference")
    if not mark.startswith(MARK):
        return ()
    entry = Entry(
        key=mark.removeprefix(MARK),
        own=text(row, "ReceiptSequence"),
        supplier="",
        currency=QUANTITY,
        amount=amount(row, "QtyArrived"),
        void=text(row, "Objstate") == "Cancelled",
        what="receipt",
        document=mark.removeprefix(MARK).rpartition(":")[0],
    )
    return (entry,)


def _marked(keys: frozenset[str]) -> frozenset[str]:
    return frozenset(f"{MARK}{key}" for key in keys)


RECEIPTS = Book(
    (Side("jaggaer", "receipts", _receipt, lambda keys: JaggaerDetails("receipts", _documents(keys))),),
    (Side("ifs", "receipt", _registered, lambda keys: IfsRows("receipt", "ReceiptReference", _marked(keys))),),
)


def _documents(keys: frozenset[str]) -> frozenset[str]:
    """Their ids: of a line "<receiptId>:<lineNumber>", of the receipt itself the id alone."""
    return frozenset(key.partition(":")[0] for key in keys)


BOOKS: Mapping[str, Book] = {
    "suppliers": SUPPLIERS,
    "gl-accounts": GL_ACCOUNTS,
    "contracts": CONTRACTS,
    "requisitions": REQUISITIONS,
    "purchase-orders": ORDERS,
    "receipts": RECEIPTS,
    "invoices": INVOICES,
    "payments": PAYMENTS,
}
"""By the name of the kind."""
