"""Invoices without an order as GL vouchers, where the company wants them (contracts/mapping.md, invoices)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from rows import invoice, invoice_line, splits
from world import World

from mapping.kinds import Action, IfsCreate, Instructions, ItemKind, JaggaerPost

FREE = {"poNumber": None, "poLineNumber": None}


@pytest.fixture
def free(billed: World) -> World:
    """The invoice without an order, in a company that wants vouchers; split over two accounts."""
    company = billed.profile.company_defaults.model_copy(update={"invoices_without_order": "voucher"})
    billed.profile = billed.profile.model_copy(update={"company_defaults": company, "company": {}})
    parts = splits(("33.33", {"Account": "4010", "CostCenter": "1100"}), ("66.67", {"Account": "4020"}))
    billed.invoices["991"] = invoice(invoice_line(**FREE, splittableFieldSetGroupList=parts))
    return billed


def rows_of(world: World) -> list[dict[str, Any]]:
    (write,) = [one for one in world.written if isinstance(one, IfsCreate)]
    assert {name for name, _ in write.lines} == {"VoucherRowArray"}
    mark = {"ReferenceSerie": "JAG", "ReferenceNumber": "991"}
    rows = [dict(values) for _, values in write.lines]
    assert all(mark.items() <= values.items() for values in rows)
    return [{name: value for name, value in values.items() if name not in {*mark, "Text"}} for values in rows]


def header(world: World) -> dict[str, Any]:
    found: dict[str, Any] = world.invoices["991"]["header"]
    return found


def test_debit_the_accounts_and_the_tax_credit_the_supplier(free: World) -> None:
    free.run("jaggaer:991")
    write, told = free.written
    assert (write.set, write.key, write.enforced) == ("voucher", "JAG:991", False)
    assert write.values == {
        "Company": "10",
        "VoucherType": "I",
        "AccountingYear": 2026,
        "AccountingPeriod": 3,
        "VoucherDate": "2026-03-02",
        "Text": "RE-1",
        "ReferenceSerie": "JAG",
        "ReferenceNumber": "991",
    }
    eur = {"CurrencyCode": "EUR"}
    assert rows_of(free) == [
        {"Account": "4010", "CodeB": "1100", "CurrencyDebetAmount": Decimal("33.33"), **eur},
        {"Account": "4020", "CurrencyDebetAmount": Decimal("66.67"), **eur},
        {"Account": "1576", "OptionalCode": "V19", "CurrencyDebetAmount": Decimal(19), **eur},
        {"Account": "1590", "PartyTypeId": "1001", "CurrencyCreditAmount": Decimal(119), **eur},
    ]
    assert isinstance(told, JaggaerPost)
    assert told.body == {
        "status": "SUCCESS",
        "erpNumber": "4000",
        "erpDate": "2026-03-02T00:00:00.000Z",
        "message": "voucher 10:I:2026:4000",
    }
    assert [(one.ifs_key, one.jaggaer_key) for one in free.links if one.kind == "invoice"] == [
        ("10:I:2026:4000", "991")
    ]


def test_a_credit_note_swaps_the_sides_and_a_fee_swaps_back(free: World) -> None:
    free.invoices["991"] = invoice(
        invoice_line(
            **FREE, quantity=Decimal(-10), taxCharge1=Decimal(-19), **splits_of("4010")
        ),
        invoice_line(
            2, **FREE, quantity=Decimal(1), unitPrice=Decimal(5), taxCharge1=Decimal("0.95"), **splits_of("4020")
        ),
        invoiceType="Credit memo",
        total={"currency": "EUR", "value": Decimal("-113.05")},
    )  # fmt: skip
    free.run("jaggaer:991")
    sides = [
        (each["Account"], each.get("CurrencyDebetAmount"), each.get("CurrencyCreditAmount")) for each in rows_of(free)
    ]
    assert sides == [
        ("4010", None, Decimal(100)),
        ("4020", Decimal(5), None),
        ("1576", None, Decimal("18.05")),
        ("1590", Decimal("113.05"), None),
    ]


def splits_of(account: str) -> dict[str, Any]:
    return {"splittableFieldSetGroupList": splits(("100", {"Account": account}))}


def test_an_order_always_means_a_proposal(free: World) -> None:
    free.invoices["991"] = invoice()
    free.run("jaggaer:991")
    assert free.written[0].set == "posting_proposal"


def test_at_rest_nothing_is_written_also_with_a_lost_store(free: World) -> None:
    free.run("jaggaer:991")
    free.written.clear()
    assert free.run("jaggaer:991").action is Action.SKIP
    free.lose_store()
    assert free.run("jaggaer:991").action is Action.SKIP
    assert free.run("ifs:10:I:2026:4000").action is Action.SKIP
    assert free.written == []


def test_a_setting_changed_afterwards_posts_nothing_again(free: World) -> None:
    free.run("jaggaer:991")
    free.written.clear()
    company = free.profile.company_defaults.model_copy(update={"invoices_without_order": "proposal"})
    free.profile = free.profile.model_copy(update={"company_defaults": company})
    free.lose_store()
    assert free.run("jaggaer:991").action is Action.SKIP
    assert free.written == []


@pytest.mark.parametrize("lost", [False, True])
def test_changed_after_it_was_posted(free: World, lost: bool) -> None:
    free.run("jaggaer:991")
    free.written.clear()
    if lost:
        free.lose_store()
    header(free)["total"]["value"] += 1
    header(free)["lastUpdate"] = "2026-03-11T10:00:00.000Z"
    assert [item.kind for item in free.run("jaggaer:991").items] == [ItemKind.CONFLICT]
    assert free.run("jaggaer:991", told=Instructions(winners={"*": "ifs"})).items == ()
    assert free.written == []


def test_one_in_error_is_held(free: World) -> None:
    (decision,) = free.decide("jaggaer:991")
    free._carry_out(decision.writes[0])
    free.change("voucher", "10", "I", "2026", "4000", Objstate="Error")
    (item,) = free.run("jaggaer:991").items
    assert (item.kind, item.reason) == (ItemKind.HELD, "voucher 10:I:2026:4000 is Error")


def test_a_voucher_beside_a_proposal_is_a_conflict(free: World) -> None:
    free.run("jaggaer:991")
    free._proposal(
        {"Company": "10", "SupplierId": "1", "InvoiceNo": "X", "SourceReference": "JAG:991", "NetAmount": "0",
         "TaxAmount": "0", "GrossAmount": "0"}, (),
    )  # fmt: skip
    (item,) = free.run("jaggaer:991").items
    assert item.kind is ItemKind.CONFLICT
    assert "twice" in item.reason


def nothing(*lines: dict[str, Any]) -> dict[str, Any]:
    return invoice(*lines, total={"currency": "EUR", "value": Decimal(0)})


def of_nothing(number: int = 1, price: int = 0, **changed: Any) -> dict[str, Any]:
    tax = {"taxCharge1": Decimal(price * 10) * Decimal("0.19")}
    return invoice_line(number, **tax | {"poNumber": None, "poLineNumber": None, "unitPrice": Decimal(price)} | changed)


def test_where_nothing_is_owed_there_is_no_voucher(free: World) -> None:
    free.invoices["991"] = nothing(of_nothing())
    decision = free.run("jaggaer:991")
    assert (decision.action, decision.writes, decision.items) == (Action.OUT_OF_SCOPE, (), ())
    assert decision.notes == ("nothing to post: each of its amounts is 0, and company 10 posts vouchers",)
    assert free.written == []
    assert free.run("jaggaer:991").action is Action.OUT_OF_SCOPE


def test_amounts_that_cancel_out_are_held(free: World) -> None:
    free.invoices["991"] = nothing(of_nothing(1, 10), of_nothing(2, -10, splittableFieldSetGroupList=None))
    decision = free.run("jaggaer:991")
    assert [(item.kind, item.field, item.value) for item in decision.items] == [(ItemKind.HELD, "total", "0.00")]
    assert free.written == []


def test_a_proposal_of_nothing_stands_with_its_lines(billed: World) -> None:
    billed.change("purchase_order_line", "P1001", "1", "1", FbuyUnitPrice="0")
    free_goods = of_nothing(poNumber="P1001", poLineNumber="1-1")
    billed.invoices["991"] = nothing(free_goods)
    billed.run("jaggaer:991")
    (write, told) = billed.written
    assert (write.set, write.values["GrossAmount"], len(write.lines)) == ("posting_proposal", 0, 1)
    assert told.body["status"] == "SUCCESS"
    billed.written.clear()
    assert (billed.run("jaggaer:991").action, billed.written) == (Action.SKIP, [])
