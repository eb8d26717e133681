"""Which documents of both systems are counted against each other, and what each says of itself on the wire.

Nothing here asks what mapping would make of a document: it reads key, mark, amount, currency and supplier, so that a
fault of the mapping shows as a difference of the totals.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, TypeAlias

from connectors.jaggaer.invoices import Invoice
from connectors.jaggaer.models import read as read_jaggaer
from ifs_jaggaer.errors import Rejected, System
from mapping.dates import day
from mapping.fingerprint import read_mark
from mapping.invoices_case import mark_of
from mapping.invoices_made import SERIE
from mapping.invoices_model import add_up
from mapping.kinds import Answers, Ask, IfsRows, JaggaerDetails, JaggaerRecords
from mapping.money import decimal, exact_sum
from mapping.reconcile_totals import Entry

if TYPE_CHECKING:
    from connectors.wire import Row
    from mapping.kinds import WireAsk
    from mapping.profile import Profile

READY = "ready"
"""The state of an invoice that is to be posted, or was paid already."""

_OURS = mark_of("")
_ZERO = Decimal(0)

Filling: TypeAlias = "Generator[tuple[Ask, ...], Answers, list[Entry]]"


@dataclass(frozen=True, slots=True)
class Side:
    """One set or resource of documents.

    `entry` gives None for a row that is none of ours. `look` asks for documents by the source's keys. `fill` completes
    entries that state no amount themselves. `only`: attribute and value that narrow the set, `company` the attribute
    that the scope filters on.
    """

    system: System
    name: str
    entry: Callable[[Row, Profile], Entry | None]
    look: Callable[[frozenset[str]], WireAsk]
    fill: Callable[[list[Entry], Profile], Filling] | None = None
    only: tuple[str, str] | None = None
    company: str = ""


@dataclass(frozen=True, slots=True)
class Book:
    """The documents of one kind on both sides."""

    source: Side
    targets: tuple[Side, ...]


# --- reading ----------------------------------------------------------------------------------


def _text(row: Row, *path: str) -> str:
    value: object = row.values
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return "" if value is None or isinstance(value, Mapping | list) else str(value)


def _amount(row: Row, *path: str) -> Decimal | None:
    text = _text(row, *path)
    try:
        return decimal(text, path[-1]) if text else None
    except Rejected:
        return None


def _day(row: Row, *path: str) -> date | None:
    try:
        return day(_text(row, *path), path[-1])
    except Rejected:
        return None


# --- purchase orders --------------------------------------------------------------------------


def _order_in_ifs(row: Row, profile: Profile) -> Entry | None:  # noqa: ARG001 - entries of other sets need it
    number, state = _text(row, "OrderNo"), _text(row, "Objstate")
    return Entry(
        key=number,
        own=number,
        supplier=_text(row, "VendorNo"),
        currency=_text(row, "CurrencyCode"),
        amount=_amount(row, "TotalAmount"),
        company=_text(row, "Company"),
        state=state,
        void=state == "Cancelled",
        what="purchase order",
    )


def _sums_of_lines(entries: list[Entry], profile: Profile) -> Filling:  # noqa: ARG001 - likewise
    """Tenants whose orders state no total: the sum of the lines that are not cancelled."""
    lines = IfsRows("purchase_order_line", "OrderNo", frozenset(one.key for one in entries))
    answers = yield (lines,)
    nets: dict[str, list[Decimal]] = {}
    for row in answers.rows(lines):
        if _text(row, "Objstate") != "Cancelled":
            nets.setdefault(_text(row, "OrderNo"), []).append(_amount(row, "NetAmtCurr") or _ZERO)
    return [replace(one, amount=exact_sum(nets[one.key])) if one.key in nets else one for one in entries]


def _order_at_jaggaer(row: Row, profile: Profile) -> Entry | None:
    mark = read_mark(_text(row, "header", "externalReference"))
    if mark is None:
        return None
    state = _text(row, "header", "status")
    return Entry(
        key=mark.number,
        own=_text(row, "header", "poId") or _text(row, "header", "poNumber"),
        supplier=_text(row, "header", "supplier", "supplierNumber"),
        currency=_text(row, "header", "currency") or _text(row, "header", "total", "currency"),
        amount=_amount(row, "header", "total", "value"),
        state=state,
        void=state == profile.words("order").to_jaggaer("Cancelled"),
        what="purchase order",
    )


ORDERS = Book(
    Side(
        "ifs", "purchase_order", _order_in_ifs, lambda keys: IfsRows("purchase_order", "OrderNo", keys),
        fill=_sums_of_lines, company="Company",
    ),
    (
        Side(
            "jaggaer", "purchaseorders", _order_at_jaggaer,
            lambda keys: JaggaerRecords("purchaseorders", "poNumber", keys),
        ),
    ),
)  # fmt: skip


# --- invoices ---------------------------------------------------------------------------------


def _invoice(row: Row, profile: Profile) -> Entry | None:
    number = _text(row, "header", "invoiceId")
    words = profile.words("invoice")
    paid = _text(row, "header", "paymentStatus") in {words.to_jaggaer("Payable"), words.to_jaggaer("Paid")}
    done = _text(row, "header", "workflowStatus") == words.to_jaggaer("Completed")
    return Entry(
        key=number,
        own=number,
        supplier=_text(row, "header", "supplier", "supplierNumber"),
        currency=_text(row, "header", "total", "currency"),
        amount=_amount(row, "header", "total", "value"),
        company=_company(row, profile),
        state=READY if paid and done else "not payable yet",
        day=_day(row, "header", "accountingDate") or _day(row, "header", "invoiceDate"),
        what="invoice",
    )


def _company(row: Row, profile: Profile) -> str:
    unit = _text(row, "header", "businessUnit") or _text(row, "header", "businessUnit", "internalName")
    try:
        return profile.map("business_unit").to_ifs(unit) if unit else ""
    except Rejected:
        return ""


def _from_lines(entries: list[Entry], profile: Profile) -> Filling:
    """What an invoice does not state itself: its total from its lines, company and currency from order or supplier."""
    details = JaggaerDetails("invoices", frozenset(one.key for one in entries))
    invoices: dict[str, Invoice] = {}
    for row in (yield (details,)).rows(details):
        with suppress(Rejected):  # its dead letter says why
            invoices[row.key[-1]] = read_jaggaer(Invoice, row)
    numbers = {line.po_number for one in invoices.values() for line in one.lines or () if line.po_number}
    orders = IfsRows("purchase_order", "OrderNo", frozenset(numbers))
    finance = IfsRows("supplier_finance", "Identity", frozenset(one.supplier for one in entries if one.supplier))
    answers = yield (orders, finance)
    order_of = {_text(row, "OrderNo"): row for row in answers.rows(orders)}
    currency_of = {(_text(row, "Company"), _text(row, "Identity")): row for row in answers.rows(finance)}

    def filled(entry: Entry) -> Entry:
        invoice = invoices.get(entry.key)
        if invoice is None:
            return entry
        mine = [order_of[line.po_number] for line in invoice.lines or () if line.po_number in order_of]
        company = entry.company or _only(mine, "Company")
        of_supplier = currency_of.get((company, entry.supplier))
        default = _text(of_supplier, "DefCurrency") if of_supplier else ""
        currency = entry.currency or _only(mine, "CurrencyCode") or default
        amount = entry.amount
        if amount is None and currency:
            with suppress(Rejected):
                amount = add_up(invoice, profile.currency(currency)).total
        return replace(entry, company=company, currency=currency, amount=amount)

    return [filled(one) for one in entries]


def _only(rows: list[Row], attribute: str) -> str:
    """The one value that all of them have, "" where they differ."""
    values = {_text(row, attribute) for row in rows}
    return values.pop() if len(values) == 1 else ""


def _proposal(row: Row, profile: Profile) -> Entry | None:  # noqa: ARG001 - likewise
    mark, state, gross = _text(row, "SourceReference"), _text(row, "Objstate"), _amount(row, "GrossAmount")
    if not mark.startswith(_OURS):
        return None
    credit = _text(row, "InvoiceType") == "Credit"
    return Entry(
        key=mark.removeprefix(_OURS),
        own=f"{_text(row, 'Company')}:{_text(row, 'ProposalId')}",
        supplier=_text(row, "SupplierId"),
        currency=_text(row, "CurrencyCode"),
        amount=-gross if gross is not None and credit else gross,
        company=_text(row, "Company"),
        state=state,
        void=state == "Cancelled",
        day=_day(row, "PostingDate") or _day(row, "InvoiceDate"),
        what="posting proposal",
    )


def _voucher(row: Row, profile: Profile) -> Entry | None:  # noqa: ARG001 - likewise
    if _text(row, "ReferenceSerie") != SERIE:
        return None
    parts = ("Company", "VoucherType", "AccountingYear", "VoucherNo")
    return Entry(
        key=_text(row, "ReferenceNumber"),
        own=":".join(_text(row, part) for part in parts),
        supplier="",
        currency="",
        amount=None,
        company=_text(row, "Company"),
        state=_text(row, "Objstate"),
        day=_day(row, "VoucherDate"),
        what="voucher",
    )


def _owed(entries: list[Entry], profile: Profile) -> Filling:  # noqa: ARG001 - likewise
    """A voucher's worth is what its rows owe the supplier."""
    ask = IfsRows(
        "voucher_row",
        "ReferenceNumber",
        frozenset(one.key for one in entries),
        (("ReferenceSerie", frozenset({SERIE})),),
    )
    answers = yield (ask,)
    owed: dict[str, list[Row]] = {}
    for row in answers.rows(ask):
        if _text(row, "PartyTypeId"):
            own = ":".join(_text(row, part) for part in ("Company", "VoucherType", "AccountingYear", "VoucherNo"))
            owed.setdefault(own, []).append(row)
    return [_with_rows(one, owed.get(one.own, [])) for one in entries]


def _with_rows(entry: Entry, rows: list[Row]) -> Entry:
    if not rows:
        return entry
    sides = [
        exact_sum((_amount(row, "CurrencyCreditAmount") or _ZERO, -(_amount(row, "CurrencyDebetAmount") or _ZERO)))
        for row in rows
    ]
    supplier, currency = _text(rows[0], "PartyTypeId"), _text(rows[0], "CurrencyCode")
    return replace(entry, amount=exact_sum(sides), supplier=supplier, currency=currency)


def _marks(keys: frozenset[str]) -> IfsRows:
    return IfsRows("posting_proposal", "SourceReference", frozenset(map(mark_of, keys)))


def _references(keys: frozenset[str]) -> IfsRows:
    return IfsRows("voucher", "ReferenceNumber", keys, (("ReferenceSerie", frozenset({SERIE})),))


INVOICES = Book(
    Side("jaggaer", "invoices", _invoice, lambda keys: JaggaerDetails("invoices", keys), fill=_from_lines),
    (
        Side("ifs", "posting_proposal", _proposal, _marks, company="Company"),
        Side("ifs", "voucher", _voucher, _references, fill=_owed, only=("ReferenceSerie", SERIE), company="Company"),
    ),
)

BOOKS: Mapping[str, Book] = {"purchase-orders": ORDERS, "invoices": INVOICES}
"""By the name of the kind. A kind without a book is compared document by document alone."""
