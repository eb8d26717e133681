"""Invoices of every shape over both APIs: what is posted, to the last unit, and what is refused before it is sent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pipeline.driving import Product
from pipeline.invoicing import (
    bill,
    gross,
    line,
    proposal,
    proposal_lines,
    shares,
    stands,
    status,
    voucher_rows,
    vouchers,
    with_profile,
)
from pipeline.world import World

VOUCHERS = '[company."10"]\ninvoices_without_order = "voucher"\n'


@pytest.fixture(scope="module")
def supplier(small_world: World, product: Product) -> str:
    number = small_world.supplier()
    product.run("gl-accounts")
    product.run("suppliers")
    return number


@pytest.fixture
def by_voucher(product: Product, tmp_path: Path) -> Product:
    """Company 10 wants vouchers for invoices without an order, company 20 does not."""
    return with_profile(product, tmp_path, VOUCHERS)


def exact(value: Any) -> Decimal:
    return Decimal(str(value))


# --- proposals and vouchers ---


def test_vouchers_for_one_company_and_proposals_for_the_other(supplier: str, world: World, by_voucher: Product) -> None:
    here = bill(world, supplier, line("1", "100", account="4020"), total="119.00")
    there = bill(world, supplier, line("1", "100", account="4020"), total="119.00", businessUnit="20")
    by_voucher.run("invoices")
    assert voucher_rows(world, here) == [
        ("4020", None, Decimal(100)),
        ("1576", None, Decimal(19)),
        ("1590", supplier, Decimal(-119)),
    ]
    assert (len(world.proposals(here)), len(world.proposals(there)), vouchers(world, there)) == (0, 1, [])
    assert status(world, here) == status(world, there) == "Exported"
    world.calm()
    by_voucher.run("invoices")
    assert world.writes() == {"ifs": 0, "jaggaer": 0}


def test_one_line_with_an_order_makes_the_whole_invoice_a_proposal(
    supplier: str, world: World, by_voucher: Product
) -> None:
    order = world.order(supplier)
    world.receive(order)
    invoice = bill(
        world, supplier, line("10", "12.50", order=order), line("1", "20", at="2", account="4020"), total="172.55"
    )
    by_voucher.run("invoices")
    assert vouchers(world, invoice) == []
    of_order, free = proposal_lines(world, invoice)
    assert (of_order["OrderNo"], of_order["CodeA"], exact(of_order["NetAmount"])) == (order, "4010", 125)
    assert (free["OrderNo"], free["CodeA"], exact(free["NetAmount"])) == (None, "4020", 20)
    assert exact(proposal(world, invoice)["GrossAmount"]) == Decimal("172.55")


@pytest.mark.parametrize("form", ["proposal", "voucher"])
def test_a_credit_note_with_a_restocking_fee(
    form: str, supplier: str, world: World, product: Product, by_voucher: Product
) -> None:
    invoice = bill(
        world,
        supplier,
        line("-4", "25", account="4010"),
        line("1", "12", at="2", account="4020"),
        total="-104.72",
        invoiceType="Credit memo",
    )
    (by_voucher if form == "voucher" else product).run("invoices")
    if form == "voucher":
        assert voucher_rows(world, invoice) == [
            ("4010", None, Decimal(-100)),
            ("4020", None, Decimal(12)),
            ("1576", None, Decimal("-16.72")),
            ("1590", supplier, Decimal("104.72")),
        ]
    else:
        head = proposal(world, invoice)
        assert (head["InvoiceType"], head["Objstate"]) == ("Credit", "Balanced")
        assert [exact(head[name]) for name in ("NetAmount", "TaxAmount", "GrossAmount")] == [
            Decimal(88),
            Decimal("16.72"),
            Decimal("104.72"),
        ]
        assert [(exact(row["Quantity"]), exact(row["NetAmount"])) for row in proposal_lines(world, invoice)] == [
            (4, 100),
            (-1, -12),
        ]


# --- to the last unit ---

THIRDS = shares(
    ("33.33", {"Account": "4010", "CostCenter": "CC1"}), ("33.33", {"Account": "4020"}), ("33.34", {"Account": "4010"})
)


@pytest.mark.parametrize("form", ["proposal", "voucher"])
@pytest.mark.parametrize(
    ("currency", "digits", "price", "charges"),
    [
        ("EUR", 2, "33.35", {"shippingCharge": 10.01, "handlingCharge": 4.99, "discountAmount": 0.02}),
        ("JPY", 0, "3333", {"shippingCharge": 1000, "handlingCharge": 499, "discountAmount": 1}),
        ("KWD", 3, "33.335", {"shippingCharge": 10.001, "handlingCharge": 4.999, "discountAmount": 0.002}),
    ],
)
def test_charges_and_several_taxes_over_split_lines(
    form: str,
    currency: str,
    digits: int,
    price: str,
    *,
    charges: dict[str, float],
    supplier: str,
    world: World,
    product: Product,
    by_voucher: Product,
) -> None:
    """All that is stated arrives; each line carries its share of the header, each split its share of the line."""
    unit = Decimal(1).scaleb(-digits)
    fee = 7 * unit
    nets = [Decimal(3) * Decimal(price), Decimal(1) * Decimal(price)]
    charged = sum((exact(value) for name, value in charges.items() if name != "discountAmount"), fee)
    charged -= exact(charges["discountAmount"])
    net = sum(nets, charged)
    tax = round(net * Decimal("0.19"), digits)
    on_line = [round(each * Decimal("0.10"), digits) for each in nets]
    second = round(tax / 5, digits)
    invoice = bill(
        world,
        supplier,
        line("3", price, tax=str(on_line[0]), **THIRDS, taxCharge2=0),
        line("1", price, tax="0", at="2", account="4020", taxCharge2=float(on_line[1])),
        total=str(net + tax),
        currency=currency,
        **charges,
        miscFeeList={"miscFee": [{"name": "MiscFee1", "fee": float(fee)}]},
        taxCharge1=float(tax - sum(on_line) - second),
        taxCharge2=float(second),
    )
    (by_voucher if form == "voucher" else product).run("invoices")
    assert stands(product, invoice) == {}
    if form == "voucher":
        rows = voucher_rows(world, invoice)
        amounts = [amount for _, _, amount in rows]
        assert sum(amounts) == 0
        assert rows[-1] == ("1590", supplier, -(net + tax))
        assert rows[-2] == ("1576", None, tax)
        assert sum(amounts[:-2]) == net
    else:
        head = proposal(world, invoice)
        assert [exact(head[name]) for name in ("NetAmount", "TaxAmount", "GrossAmount")] == [net, tax, net + tax]
        assert (head["Objstate"], head["CurrencyCode"]) == ("Balanced", currency)
        lines = proposal_lines(world, invoice)
        amounts = [exact(row["NetAmount"]) for row in lines]
        assert sum(amounts) == net
        assert sum(exact(row["TaxAmount"]) for row in lines) == tax
        assert sum(exact(row["Quantity"]) for row in lines[:3]) == 3
    assert all(amount == round(amount, digits) for amount in amounts)
    assert abs(sum(amounts[:3]) - (nets[0] + charged * 3 / 4)) < 1 * unit, "three quarters of the charges"
    assert max(amounts[:3]) - min(amounts[:3]) <= max(unit, sum(amounts[:3]) * Decimal("0.0002"))


def test_cost_centres_without_an_account(supplier: str, world: World, product: Product) -> None:
    for value in ("CC71", "CC72"):
        world.ifs("CodePartValueSet", Company="10", CodePart="B", CodePartValue=value, ValidFrom="2020-01-01")
    halves = shares(("50", {"CostCenter": "CC71"}), ("50", {"CostCenter": "CC72"}))
    order = world.order(supplier)
    world.receive(order)
    of_order = bill(world, supplier, line("10", "12.50", order=order, **halves), total="148.75")
    unknown = bill(world, supplier, line("1", "100", **shares(("100", {"CostCenter": "CC79"}))), total="119.00")
    misnamed = shares(("50", {"Acount": "4010"}), ("50", {"Acount": "4020"}))
    lost = bill(world, supplier, line("1", "100", **misnamed), total="119.00")
    product.run("invoices")
    assert [(row["CodeA"], row["CodeB"], exact(row["NetAmount"])) for row in proposal_lines(world, of_order)] == [
        ("4010", "CC71", Decimal("62.5")),
        ("4010", "CC72", Decimal("62.5")),
    ]
    assert stands(product, unknown) == {"lines[1].CodeB": "waiting"}
    [item] = product.items_of(lost)
    assert (item.kind, item.field, item.value) == ("dead_letter", "lines[1].splits", "Acount")
    assert status(world, lost) == "Failed"
    world.ifs("CodePartValueSet", Company="10", CodePart="B", CodePartValue="CC79", ValidFrom="2020-01-01")
    product.run("invoices")
    assert [row["CodeB"] for row in proposal_lines(world, unknown)] == ["CC79"], "once it is there"


def test_a_foreign_currency_against_an_order(supplier: str, world: World, product: Product) -> None:
    order = world.order(supplier, CurrencyCode="KWD", price="1.005")
    world.receive(order)
    asked = line("10", "1.005", order=order, digits=3)
    invoice = bill(world, supplier, asked, total="11.960", currency="KWD")
    other = bill(world, supplier, asked, total="11.960", currency="EUR")
    product.run("invoices")
    head = proposal(world, invoice)
    assert (exact(head["NetAmount"]), exact(head["TaxAmount"])) == (Decimal("10.05"), Decimal("1.91"))
    assert stands(product, other)["total.currency"] == "dead_letter"


# --- periods ---


def period(month: int) -> dict[str, Any]:
    return {"Company": "10", "AccountingYear": 2026, "AccountingPeriod": month}


@pytest.fixture
def closed(world: World) -> Iterator[None]:
    """February is closed, March is open; afterwards February again."""
    there = world.records("ifs", "AccountingPeriodSet")
    if not any((row["Company"], row["AccountingPeriod"]) == ("10", 3) for row in there):
        march = {"DateFrom": "2026-03-01", "DateUntil": "2026-03-31", "PeriodStatus": "Open"}
        world.ifs("AccountingPeriodSet", **period(3), **march)
    world.change("ifs", "AccountingPeriodSet", period(2), {"PeriodStatus": "Closed"})
    yield
    world.change("ifs", "AccountingPeriodSet", period(2), {"PeriodStatus": "Open"})


@pytest.mark.usefixtures("closed")
def test_a_closed_period_holds_until_it_is_opened(supplier: str, world: World, product: Product) -> None:
    invoice = bill(world, supplier, line("1", "100"), total="119.00")
    product.run("invoices")
    [item] = product.items_of(invoice)
    assert (item.kind, item.field, item.value) == ("held", "accountingDate", "2026-02-14")
    assert item.reason == "its accounting period is closed in company 10"
    assert product.run("invoices").lines == {}
    world.change("ifs", "AccountingPeriodSet", period(2), {"PeriodStatus": "Open"})
    product.run("invoices")
    assert proposal(world, invoice)["PostingDate"] == "2026-02-14"


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("form", ["proposal", "voucher"])
def test_or_the_next_open_period_by_setting(
    form: str, supplier: str, world: World, product: Product, tmp_path: Path
) -> None:
    text = f'[company."10"]\nclosed_period = "next_open"\ninvoices_without_order = "{form}"\n'
    own = with_profile(product, tmp_path, text)
    invoice = bill(world, supplier, line("1", "100"), total="119.00")
    ran = own.run("invoices")
    if form == "proposal":
        assert proposal(world, invoice)["PostingDate"] == "2026-03-01"
        assert proposal(world, invoice)["InvoiceDate"] == "2026-02-14"
    else:
        [head] = vouchers(world, invoice)
        assert (head["VoucherDate"], head["AccountingPeriod"]) == ("2026-03-01", 3)
    assert any("posted on 2026-03-01" in note for note in ran.lines[str(invoice)].notes)


# --- numbers used twice ---


def test_the_number_of_another_proposal_voucher_or_ledger_item(
    supplier: str, world: World, product: Product, by_voucher: Product
) -> None:
    other = world.supplier()
    product.run("suppliers")
    numbers = {form: world.number("N") for form in ("proposal", "voucher", "keyed")}

    def make(form: str, of: str = supplier, company: str = "10") -> int:
        asked = line("1", "100", account="4020")
        return bill(world, of, asked, total="119.00", supplierInvoiceNumber=numbers[form], businessUnit=company)

    first = make("proposal")
    product.run("invoices")
    second = make("voucher")
    by_voucher.run("invoices")
    world.ifs(
        "InvoiceLedgerItemSet",
        Company="10",
        Identity=supplier,
        PartyType="Supplier",
        LedgerItemId="77",
        InvoiceNo=numbers["keyed"],
        OpenAmount=119,
    )
    assert (len(world.proposals(first)), len(vouchers(world, second))) == (1, 1)
    for form, taken in (
        ("proposal", f"posting proposal {proposal(world, first)['ProposalId']}"),
        ("voucher", f"voucher 10:I:2026:{vouchers(world, second)[0]['VoucherNo']}"),
        ("keyed", "ledger item 77"),
    ):
        for asked in (product, by_voucher):
            again = make(form)
            asked.run("invoices")
            [item] = product.items_of(again)
            assert (item.kind, item.field, item.value) == ("dead_letter", "invoiceNumber", numbers[form])
            assert item.reason == f"number already used by {taken} of supplier {supplier} in company 10"
            assert status(world, again) == "Failed"
        free = [make(form, of=other), make(form, company="20")]
        product.run("invoices")
        assert [len(world.proposals(each)) for each in free] == [1, 1], "another supplier, another company"


def test_the_same_number_with_white_space_or_in_other_capitals(supplier: str, world: World, product: Product) -> None:
    posted, keyed = world.number("Hk-"), world.number("Bl-")
    owed = {"PartyType": "Supplier", "LedgerItemId": "78", "InvoiceNo": keyed, "OpenAmount": 119}
    world.ifs("InvoiceLedgerItemSet", Company="10", Identity=supplier, **owed)

    def make(number: str) -> int:
        asked = line("1", "100", account="4020")
        return bill(world, supplier, asked, total="119.00", supplierInvoiceNumber=number)

    first = make(f" {posted} ")
    product.run("invoices")
    assert proposal(world, first)["InvoiceNo"] == posted
    for number in (posted, keyed):
        twice = [make(number), make(f"{number} ")]
        like = make(number.upper())
        product.run("invoices")
        assert [world.proposals(each) for each in (*twice, like)] == [[], [], []]
        assert [stands(product, each) for each in twice] == [{"invoiceNumber": "dead_letter"}] * 2
        [item] = product.items_of(like)
        assert (item.kind, item.field, item.value) == ("held", "invoiceNumber", number.upper())
        assert f"looks like number {number}, already used by" in item.reason
        assert status(world, like) == "NotExported"
    world.calm()
    product.run("invoices")
    assert world.writes() == {"ifs": 0, "jaggaer": 0}


# --- accounts ---


@pytest.fixture(scope="module")
def ledger(small_world: World) -> None:
    """Accounts that are refused, each for a reason of its own."""
    small_world.account("7001", ValidUntil="2026-02-13")
    small_world.account("7002", ReqCodeB="Mandatory")
    small_world.account("7003", ReqCodeB="Blocked")
    small_world.account("7004", LedgFlag=True)
    small_world.account("7005", ReqCodeE="Mandatory")
    old = {"Company": "10", "CodePart": "B", "CodePartValue": "CC9", "Description": "alt"}
    small_world.ifs("CodePartValueSet", **old, ValidFrom="2020-01-01", ValidUntil="2026-01-31")


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("codes", "field", "value", "kind", "says", "remedy"),
    [
        ({"Account": "7999"}, "CodeA", "7999", "waiting", "account 7999 is not in company 10", "once it is there"),
        ({"Account": "7001"}, "CodeA", "7001", "dead_letter", "is not valid on 2026-02-14", "validity in IFS"),
        ({"Account": "7002"}, "CodeB", None, "dead_letter", "mandatory for account 7002", "state CostCenter"),
        ({"Account": "7003", "CostCenter": "CC1"}, "CodeB", "CC1", "dead_letter", "blocked for", "take CostCenter"),
        ({"Account": "7004"}, "CodeA", "7004", "dead_letter", "is a ledger account", "another account"),
        ({"Account": "7005"}, "CodeE", None, "dead_letter", "mandatory for account 7005", "code_parts of the profile"),
        ({"Account": "4010", "CostCenter": "CC8"}, "CodeB", "CC8", "waiting", "not in company 10", "once it is there"),
        ({"Account": "4010", "CostCenter": "CC9"}, "CodeB", "CC9", "dead_letter", "is not valid on", "validity in IFS"),
    ],
)
def test_a_combination_that_ifs_would_refuse_is_never_sent(
    codes: dict[str, str],
    field: str,
    value: str | None,
    kind: str,
    says: str,
    *,
    remedy: str,
    supplier: str,
    world: World,
    product: Product,
    by_voucher: Product,
) -> None:
    good = line("1", "100", account="4020")
    bad = line("1", "100", at="2", **shares(("100", codes)))
    invoice = bill(world, supplier, good, bad, total="238.00")
    world.calm()
    # Both forms are checked alike.
    (by_voucher if field == "CodeB" else product).run("invoices")
    [item] = product.items_of(invoice)
    assert (item.kind, item.field, item.value) == (kind, f"lines[2].{field}", value)
    assert says in item.reason
    assert remedy in item.remedy
    assert world.writes()["ifs"] == 0
    world.change("jaggaer", "invoices", {"invoiceId": invoice}, {"header": {"workflowStatus": "Rejected"}})
    product.run("invoices")


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("setting", "number", "says"),
    [
        ("clearing_account", "7004", "account 7004 of company 10 is a ledger account"),
        ("clearing_account", "7999", "account 7999 is not in company 10"),
        ("tax_account", "7002", "needs code part B"),
    ],
)
def test_accounts_of_vouchers_are_checked_too(
    setting: str, number: str, says: str, *, supplier: str, world: World, product: Product, tmp_path: Path
) -> None:
    own = with_profile(product, tmp_path, f'{VOUCHERS}{setting} = "{number}"\n')
    invoice = bill(world, supplier, line("1", "100", account="4020"), total="119.00")
    untaxed = bill(world, supplier, line("1", "100", tax="0", account="4020"), total="100.00")
    finance = {"Company": "10", "Identity": supplier, "PartyType": "Supplier"}
    world.change("ifs", "IdentityInvoiceInfoSet", finance, {"DefVatCode": None})
    order = world.order(supplier)
    world.receive(order)
    with_order = bill(world, supplier, line("10", "12.50", order=order), total=gross("10", "12.50"))
    own.run("invoices")
    world.change("ifs", "IdentityInvoiceInfoSet", finance, {"DefVatCode": "V19"})
    assert stands(own, invoice)[setting] == "held"
    item = next(item for item in own.items_of(invoice) if item.field == setting)
    assert says in item.reason
    assert f"{setting} of company 10" in item.remedy
    assert bool(vouchers(world, untaxed)) is (setting == "tax_account"), "without tax there is no row of tax"
    assert len(world.proposals(with_order)) == 1, "a proposal needs neither"
    product.run("invoices", replay="open")
