"""Invoices that IFS has paid and those that JAGGAER shows as paid, to be counted against each other.

IFS has the amount paid; JAGGAER shows the status alone, so that there the total of the invoice counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.wire import Row
from mapping.kinds import IfsRows, JaggaerDetails
from mapping.money import exact_sum, plain
from mapping.payments.case import CUSTOMER, key_of
from mapping.reconcile.bills import from_lines, invoice_entry
from mapping.reconcile.documents import Cause
from mapping.reconcile.sides import MARK, Book, Filling, Side, amount, text
from mapping.reconcile.totals import Entry

if TYPE_CHECKING:
    from mapping.profile import Profile

_PARTS = 3
_ZERO = Decimal(0)


def _item(row: Row, profile: Profile) -> Sequence[Entry]:  # noqa: ARG001 - entries of other sets need it
    """The invoice that an instalment is of; what of it is paid all of them say together."""
    key = key_of(*(text(row, name) for name in ("Company", "Identity", "InvoiceNo")))
    if not key or text(row, "PartyType") == CUSTOMER:
        return ()
    supplier, company = text(row, "Identity"), text(row, "Company")
    return (Entry(key, key, supplier, "", None, company=company, document=key, what="paid invoice"),)


def _paid(entries: list[Entry], profile: Profile) -> Filling:  # noqa: ARG001 - likewise
    """Named by JAGGAER's id as our mark has it. What is not paid whole, or was not ours, counts for nothing."""
    items = _ledger(frozenset(one.key for one in entries))
    parts = [tuple(one.key.split(":", _PARTS - 1)) for one in entries]
    companies, suppliers, numbers = (frozenset(part[at] for part in parts) for at in range(_PARTS))
    ours = IfsRows("posting_proposal", "InvoiceNo", numbers, (("Company", companies), ("SupplierId", suppliers)))
    answers = yield (items, ours)
    items_of: dict[str, list[Row]] = {}
    for row in answers.rows(items):
        if text(row, "PartyType") != CUSTOMER:
            key = key_of(*(text(row, name) for name in ("Company", "Identity", "InvoiceNo")))
            items_of.setdefault(key, []).append(row)
    posted_of: dict[str, list[Row]] = {}
    for row in answers.rows(ours):
        if text(row, "SourceReference").startswith(MARK) and text(row, "Objstate") != "Cancelled":
            key = key_of(*(text(row, name) for name in ("Company", "SupplierId", "InvoiceNo")))
            posted_of.setdefault(key, []).append(row)
    return [_with_payment(one, items_of.get(one.key, []), posted_of.get(one.key, [])) for one in entries]


def _with_payment(entry: Entry, items: list[Row], posted: list[Row]) -> Entry:
    still_open = [amount(row, "OpenAmount") for row in items]
    paid = exact_sum(amount(row, "PaidAmount") or _ZERO for row in items)
    if len(posted) != 1:
        return replace(entry, void=True)
    (proposal,) = posted
    entry = replace(entry, key=text(proposal, "SourceReference").removeprefix(MARK), own=entry.key)
    if not paid or any(one is None or one for one in still_open):
        return replace(entry, void=True)
    worth = -paid if text(proposal, "InvoiceType") == "Credit" and paid > 0 else paid
    told = f"{plain(worth)} is paid and nothing open: the rest is settled otherwise (a discount, written off)"
    return replace(entry, currency=text(proposal, "CurrencyCode"), amount=worth, apart=(Cause.DECIDED, told))


def _ledger(keys: frozenset[str]) -> IfsRows:
    """Ledger items by company, supplier and number; JAGGAER's ids among the keys name none."""
    parts = [tuple(key.split(":", _PARTS - 1)) for key in keys if key.count(":") >= _PARTS - 1]
    companies, suppliers, numbers = (frozenset(part[at] for part in parts) for at in range(_PARTS))
    return IfsRows("paid_invoice", "InvoiceNo", numbers, (("Company", companies), ("Identity", suppliers)))


def _shown(row: Row, profile: Profile) -> Sequence[Entry]:
    paid = text(row, "header", "paymentStatus") == profile.words("invoice").to_jaggaer("Paid")
    return (replace(invoice_entry(row, profile), void=not paid, what="invoice shown as paid", unmarked=True),)


def _ids(keys: frozenset[str]) -> frozenset[str]:
    """JAGGAER's; invoices that were keyed by hand in IFS have none."""
    return frozenset(key for key in keys if ":" not in key)


PAYMENTS = Book(
    (Side("ifs", "paid_invoice", _item, _ledger, fill=_paid, company="Company"),),
    (Side("jaggaer", "invoices", _shown, lambda keys: JaggaerDetails("invoices", _ids(keys)), fill=from_lines),),
    other="",
)
