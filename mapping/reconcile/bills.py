"""Invoices and their postings, to be counted against each other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.jaggaer.invoices import Invoice
from connectors.jaggaer.models import read as read_jaggaer
from connectors.wire import Row
from ifs_jaggaer.errors import Rejected
from mapping.invoices.case import mark_of
from mapping.invoices.made import SERIE
from mapping.invoices.model import add_up
from mapping.kinds import IfsRows, JaggaerDetails
from mapping.money import exact_sum
from mapping.reconcile.sides import MARK, Book, Filling, Side, amount, day_at, text
from mapping.reconcile.totals import Entry

if TYPE_CHECKING:
    from mapping.profile import Profile

READY = "ready"
"""The state of an invoice that is to be posted, or was paid already."""

_ZERO = Decimal(0)


def _invoice(row: Row, profile: Profile) -> Sequence[Entry]:
    return (invoice_entry(row, profile),)


def invoice_entry(row: Row, profile: Profile) -> Entry:
    """An invoice as its header shows it."""
    number = text(row, "header", "invoiceId")
    words = profile.words("invoice")
    paid = text(row, "header", "paymentStatus") in {words.to_jaggaer("Payable"), words.to_jaggaer("Paid")}
    done = text(row, "header", "workflowStatus") == words.to_jaggaer("Completed")
    return Entry(
        key=number,
        own=number,
        supplier=text(row, "header", "supplier", "supplierNumber"),
        currency=text(row, "header", "total", "currency"),
        amount=amount(row, "header", "total", "value"),
        company=_company(row, profile),
        state=READY if paid and done else "not payable yet",
        day=day_at(row, "header", "accountingDate") or day_at(row, "header", "invoiceDate"),
        what="invoice",
    )


def _company(row: Row, profile: Profile) -> str:
    unit = text(row, "header", "businessUnit") or text(row, "header", "businessUnit", "internalName")
    try:
        return profile.map("business_unit").to_ifs(unit) if unit else ""
    except Rejected:
        return ""


def from_lines(entries: list[Entry], profile: Profile) -> Filling:
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
    order_of = {text(row, "OrderNo"): row for row in answers.rows(orders)}
    currency_of = {(text(row, "Company"), text(row, "Identity")): row for row in answers.rows(finance)}

    def filled(entry: Entry) -> Entry:
        invoice = invoices.get(entry.key)
        if invoice is None:
            return entry
        mine = [order_of[line.po_number] for line in invoice.lines or () if line.po_number in order_of]
        company = entry.company or _only(mine, "Company")
        of_supplier = currency_of.get((company, entry.supplier))
        default = text(of_supplier, "DefCurrency") if of_supplier else ""
        currency = entry.currency or _only(mine, "CurrencyCode") or default
        amount = entry.amount
        if amount is None and currency:
            with suppress(Rejected):
                amount = add_up(invoice, profile.currency(currency)).total
        return replace(entry, company=company, currency=currency, amount=amount)

    return [filled(one) for one in entries]


def _only(rows: list[Row], attribute: str) -> str:
    """The one value that all of them have, "" where they differ."""
    values = {text(row, attribute) for row in rows}
    return values.pop() if len(values) == 1 else ""


def _proposal(row: Row, profile: Profile) -> Sequence[Entry]:  # noqa: ARG001 - likewise
    mark, state, gross = text(row, "SourceReference"), text(row, "Objstate"), amount(row, "GrossAmount")
    if not mark.startswith(MARK):
        return ()
    credit = text(row, "InvoiceType") == "Credit"
    entry = Entry(
        key=mark.removeprefix(MARK),
        own=f"{text(row, 'Company')}:{text(row, 'ProposalId')}",
        supplier=text(row, "SupplierId"),
        currency=text(row, "CurrencyCode"),
        amount=-gross if gross is not None and credit else gross,
        company=text(row, "Company"),
        state=state,
        void=state == "Cancelled",
        day=day_at(row, "PostingDate") or day_at(row, "InvoiceDate"),
        what="posting proposal",
    )
    return (entry,)


def _voucher(row: Row, profile: Profile) -> Sequence[Entry]:  # noqa: ARG001 - likewise
    if text(row, "ReferenceSerie") != SERIE:
        return ()
    parts = ("Company", "VoucherType", "AccountingYear", "VoucherNo")
    entry = Entry(
        key=text(row, "ReferenceNumber"),
        own=":".join(text(row, part) for part in parts),
        supplier="",
        currency="",
        amount=None,
        company=text(row, "Company"),
        state=text(row, "Objstate"),
        day=day_at(row, "VoucherDate"),
        what="voucher",
    )
    return (entry,)


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
        if text(row, "PartyTypeId"):
            own = ":".join(text(row, part) for part in ("Company", "VoucherType", "AccountingYear", "VoucherNo"))
            owed.setdefault(own, []).append(row)
    return [_with_rows(one, owed.get(one.own, [])) for one in entries]


def _with_rows(entry: Entry, rows: list[Row]) -> Entry:
    if not rows:
        return entry
    sides = [
        exact_sum((amount(row, "CurrencyCreditAmount") or _ZERO, -(amount(row, "CurrencyDebetAmount") or _ZERO)))
        for row in rows
    ]
    supplier, currency = text(rows[0], "PartyTypeId"), text(rows[0], "CurrencyCode")
    return replace(entry, amount=exact_sum(sides), supplier=supplier, currency=currency)


def _marks(keys: frozenset[str]) -> IfsRows:
    return IfsRows("posting_proposal", "SourceReference", frozenset(map(mark_of, keys)))


def _references(keys: frozenset[str]) -> IfsRows:
    return IfsRows("voucher", "ReferenceNumber", keys, (("ReferenceSerie", frozenset({SERIE})),))


INVOICES = Book(
    (Side("jaggaer", "invoices", _invoice, lambda keys: JaggaerDetails("invoices", keys), fill=from_lines),),
    (
        Side("ifs", "posting_proposal", _proposal, _marks, company="Company"),
        Side("ifs", "voucher", _voucher, _references, fill=_owed, only=("ReferenceSerie", SERIE), company="Company"),
    ),
)
