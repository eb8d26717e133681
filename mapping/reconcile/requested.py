"""Requisitions of both systems, to be counted against each other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.wire import Row
from ifs_jaggaer.errors import Rejected
from mapping.fingerprint import read_mark
from mapping.kinds import IfsRows, JaggaerRecords
from mapping.money import Currency, exact_product, exact_sum, round_half_even
from mapping.reconcile.documents import Cause
from mapping.reconcile.sides import Book, Filling, Side, amount, text
from mapping.reconcile.totals import Entry

if TYPE_CHECKING:
    from mapping.profile import Profile

_ZERO = Decimal(0)
_PRICE_DIGITS = 6
_NOT_RELEASED = (Cause.OUT_OF_SCOPE, "a line is not released: JAGGAER has it not, or as it was sent before")


def _in_ifs(row: Row, profile: Profile) -> Sequence[Entry]:  # noqa: ARG001 - entries of other sets need it
    number, state = text(row, "RequisitionNo"), text(row, "Objstate")
    void = state == "Cancelled"
    return (Entry(number, number, "", "", None, state=state, void=void, what="requisition"),) if number else ()


def _sums_of_lines(entries: list[Entry], profile: Profile) -> Filling:
    """IFS states no total: the estimates of the lines that count, each rounded to the minor unit."""
    ask = IfsRows("requisition_line", "RequisitionNo", frozenset(one.key for one in entries))
    answers = yield (ask,)
    lines_of: dict[str, list[Row]] = {}
    for row in answers.rows(ask):
        lines_of.setdefault(text(row, "RequisitionNo"), []).append(row)
    return [_with_lines(one, lines_of.get(one.key, []), profile) for one in entries]


def _with_lines(entry: Entry, lines: list[Row], profile: Profile) -> Entry:
    codes = {code for line in lines if (code := text(line, "CurrencyCode"))}
    if len(codes) != 1:
        return entry
    with suppress(Rejected):
        currency = profile.currency(codes.pop())
        states = [text(line, "Objstate") for line in lines]
        counting = [line for line, state in zip(lines, states, strict=True) if state not in {"Cancelled", "Planned"}]
        worth = exact_sum(_estimate(line, currency) for line in counting)
        apart = _NOT_RELEASED if "Planned" in states else None
        return replace(entry, currency=currency.code, amount=worth, apart=apart)
    return entry


def _estimate(line: Row, currency: Currency) -> Decimal:
    price = round_half_even(amount(line, "EstimatedPrice") or _ZERO, _PRICE_DIGITS)
    return round_half_even(exact_product(amount(line, "OriginalQty") or _ZERO, price), currency.digits)


def _at_jaggaer(row: Row, profile: Profile) -> Sequence[Entry]:
    mark = read_mark(text(row, "header", "externalReference"))
    if mark is None:
        return ()
    state = text(row, "header", "status")
    entry = Entry(
        key=mark.number,
        own=text(row, "header", "requisitionId") or text(row, "header", "requisitionNumber"),
        supplier="",
        currency=text(row, "header", "currency") or text(row, "header", "total", "currency"),
        amount=amount(row, "header", "total", "value"),
        state=state,
        void=state == profile.words("requisition").to_jaggaer("Cancelled"),
        what="requisition",
    )
    return (entry,)


REQUISITIONS = Book(
    (
        Side(
            "ifs", "requisition", _in_ifs, lambda keys: IfsRows("requisition", "RequisitionNo", keys),
            fill=_sums_of_lines,
        ),
    ),
    (
        Side(
            "jaggaer", "requisitions", _at_jaggaer,
            lambda keys: JaggaerRecords("requisitions", "requisitionNumber", keys),
        ),
    ),
)  # fmt: skip
