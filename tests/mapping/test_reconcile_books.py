"""What each book counts: keys, amounts and what stands for nothing, read from rows as they come."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from connectors.wire import Row
from ifs_jaggaer.pipeline.kinds import KINDS
from mapping.kinds import IfsRows, JaggaerDetails, WireAsk
from mapping.profile import Profile
from mapping.reconcile.books import BOOKS
from mapping.reconcile.documents import Cause
from mapping.reconcile.sides import Side
from mapping.reconcile.totals import Entry, tie

SHIPPED = Profile.load()


class Told:
    """Answers by set or resource, whatever is asked of them."""

    def __init__(self, **rows: list[Row]) -> None:
        self.all = rows

    def rows(self, ask: WireAsk) -> list[Row]:
        assert isinstance(ask, IfsRows | JaggaerDetails)
        return self.all.get(ask.set if isinstance(ask, IfsRows) else ask.resource, [])

    def links(self, ask: Any) -> dict[str, Any]:
        raise AssertionError(ask)

    snapshots = links


def row(kind: str, *key: str, **values: Any) -> Row:
    return Row(kind, key, values)


def entries(side: Side, *rows: Row) -> list[Entry]:
    return [entry for each in rows for entry in side.entries(each, SHIPPED)]


def filled(side: Side, bare: list[Entry], **rows: list[Row]) -> list[Entry]:
    assert side.fill
    filling = side.fill(bare, SHIPPED)
    next(filling)
    with pytest.raises(StopIteration) as done:
        filling.send(Told(**rows))
    found: list[Entry] = done.value.value
    return found


def test_every_kind_has_one() -> None:
    assert [*BOOKS] == [*KINDS]


# --- suppliers, accounts ----------------------------------------------------------------------


def test_a_supplier_is_known_by_the_number_of_the_erp() -> None:
    book = BOOKS["suppliers"]
    here = entries(book.source, row("supplier_general", "1001", SupplierId="1001", Status="Active"))
    linked = {"bravoId": "88", "extCode": "1001", "status": "ACTIVE", "type": "SELLER"}
    alone, buyer = {"bravoId": "89", "status": "ACTIVE"}, {"bravoId": "90", "type": "BUYER"}
    there = entries(
        book.targets[0], *(row("companyprofiles", "x", returnCompanyInfo=info) for info in (linked, alone, buyer))
    )
    assert [(one.key, one.about) for one in there] == [("1001", "JAGGAER:88"), ("JAGGAER:89", "JAGGAER:89")]
    (one,) = tie(here, there, {"JAGGAER:89": (Cause.OUT_OF_SCOPE, "blocked there")})
    assert (one.source_count, one.target_count, one.ties) == (1, 2, True)
    assert [(each.key, each.count, each.cause) for each in one.named] == [("JAGGAER:89", -1, Cause.OUT_OF_SCOPE)]


def test_one_value_whatever_the_number_of_charts_that_have_it() -> None:
    book = BOOKS["gl-accounts"]
    accounts, parts = book.sources
    rows = [row("account", company, "4010", Company=company, Account="4010") for company in ("10", "20", "99")]
    assert {one.key for one in entries(accounts, *rows)} == {"Account:4010"}
    assert len(entries(accounts, *rows)) == 2, "99 is not among the companies"
    told = {"Company": "10", "CodePart": "B", "CodePartValue": "CC1"}
    assert [one.key for one in entries(parts, row("code_part_value", "x", **told))] == ["CostCenter:CC1"]
    assert entries(parts, row("code_part_value", "x", **(told | {"CodePart": "J"}))) == []
    values = [{"customField": "CostCenter", "value": "CC1"}, {"customField": "Incoterm", "value": "DAP"}]
    there = entries(book.targets[0], *(row("customfieldvalues", "x", **value) for value in values))
    assert [(one.key, one.currency, one.unmarked) for one in there] == [("CostCenter:CC1", "CostCenter", True)]


# --- requisitions -----------------------------------------------------------------------------


def line(state: str = "Released", quantity: str = "3", price: str = "0.335", currency: str = "EUR") -> Row:
    told = {"OriginalQty": quantity, "EstimatedPrice": price, "CurrencyCode": currency, "Objstate": state}
    return row("requisition_line", "R1", RequisitionNo="R1", **told)


@pytest.mark.parametrize(
    ("lines", "currency", "worth"),
    [
        ([line(), line()], "EUR", "2.00"),
        ([line(currency="JPY", quantity="3", price="99.5")], "JPY", "298"),
        ([line(currency="TND", quantity="1", price="1.2345")], "TND", "1.234"),
        ([line(), line("Cancelled")], "EUR", "1.00"),
        ([line(), line("Closed")], "EUR", "2.00"),
    ],
)
def test_a_requisition_is_worth_its_lines_each_rounded(lines: list[Row], currency: str, worth: str) -> None:
    source = BOOKS["requisitions"].source
    bare = entries(source, row("requisition", "R1", RequisitionNo="R1", Objstate="Released"))
    (one,) = filled(source, bare, requisition_line=lines)
    assert (one.currency, one.amount, one.apart) == (currency, Decimal(worth), None)


def test_a_line_that_is_not_released_explains_another_total() -> None:
    source, (target,) = BOOKS["requisitions"].source, BOOKS["requisitions"].targets
    bare = entries(source, row("requisition", "R1", RequisitionNo="R1", Objstate="Released"))
    here = filled(source, bare, requisition_line=[line(), line("Planned")])
    header = {"requisitionNumber": "R1", "externalReference": f"IFS:R1:0:{'a' * 16}", "currency": "EUR"}
    there = entries(target, row("requisitions", "R1", header=header | {"total": {"currency": "EUR", "value": 2}}))
    (one,) = tie(here, there, {})
    assert [(each.amount, each.cause) for each in one.named] == [(Decimal("-1.00"), Cause.OUT_OF_SCOPE)]
    foreign = row("requisitions", "R2", header={"requisitionNumber": "R2", "total": {"value": 2}})
    assert entries(target, foreign) == [], "without our mark it is none of ours"


def test_lines_in_two_currencies_have_no_sum() -> None:
    source = BOOKS["requisitions"].source
    bare = entries(source, row("requisition", "R1", RequisitionNo="R1", Objstate="Released"))
    assert filled(source, bare, requisition_line=[line(), line(currency="USD")]) == bare


# --- payments ---------------------------------------------------------------------------------


def item(paid: str, left: str = "0", **more: str) -> Row:
    told = {"Company": "10", "Identity": "S1", "PartyType": "Supplier", "InvoiceNo": "RE:7"} | more
    return row("paid_invoice", "x", **told, PaidAmount=paid, OpenAmount=left)


def proposal(kind: str = "Invoice", mark: str = "JAG:991", state: str = "Posted") -> Row:
    told = {"Company": "10", "SupplierId": "S1", "InvoiceNo": "RE:7", "CurrencyCode": "EUR"}
    return row("posting_proposal", "10", "1", **told, InvoiceType=kind, SourceReference=mark, Objstate=state)


def paid(items: list[Row], *proposals: Row) -> Entry:
    source = BOOKS["payments"].source
    bare = entries(source, items[0])
    (found,) = filled(source, bare, paid_invoice=items, posting_proposal=[*proposals])
    return found


def test_instalments_are_added_and_the_invoice_is_known_by_our_mark() -> None:
    one = paid([item("100.00"), item("48.75")], proposal())
    assert (one.key, one.document, one.currency, one.amount) == ("991", "10:S1:RE:7", "EUR", Decimal("148.75"))
    assert not one.void


@pytest.mark.parametrize("amount", ["148.75", "-148.75"])
def test_of_a_credit_note_negative(amount: str) -> None:
    assert paid([item(amount)], proposal("Credit")).amount == Decimal("-148.75")


@pytest.mark.parametrize(
    ("items", "proposals"),
    [
        ([item("100", "48.75")], [proposal()]),
        ([item("100"), item("0", "48.75")], [proposal()]),
        ([item("0")], [proposal()]),
        ([item("100")], []),
        ([item("100")], [proposal(mark="by hand")]),
        ([item("100")], [proposal(state="Cancelled")]),
    ],
)
def test_what_is_not_paid_whole_or_not_ours_counts_for_nothing(items: list[Row], proposals: list[Row]) -> None:
    assert paid(items, *proposals).void


def test_customers_are_none_of_ours() -> None:
    assert entries(BOOKS["payments"].source, item("1", PartyType="Customer")) == []


def test_a_discount_is_named_and_a_status_that_differs_is_unexplained() -> None:
    target = BOOKS["payments"].targets[0]

    def shown(status: str, value: float) -> list[Entry]:
        header = {"invoiceId": 991, "paymentStatus": status, "total": {"currency": "EUR", "value": value}}
        return entries(target, row("invoices", "991", header=header))

    here = paid([item("145.00")], proposal())
    (one,) = tie([here], shown("Paid", 148.75), {})
    assert [(each.count, each.amount, each.cause) for each in one.named] == [(0, Decimal("-3.75"), Cause.DECIDED)]
    (missing,) = tie([here], shown("Payable", 148.75), {})
    assert [(each.count, each.cause) for each in missing.named] == [(1, Cause.UNEXPLAINED)]
    (alone,) = tie([], shown("Paid", 148.75), {})
    assert [(each.count, each.cause) for each in alone.named] == [(-1, Cause.UNEXPLAINED)]
