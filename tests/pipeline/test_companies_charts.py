"""Several companies over real HTTP: business units, charts, settings and suppliers that differ."""

from __future__ import annotations

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
    vouchers,
    with_profile,
)
from pipeline.world import COMPANIES, World

ORDERS = "purchase-orders"


def order_of(world: World, supplier: str, company: str, **values: Any) -> str:
    return world.order(supplier, Company=company, **{"Contract": f"{company}1"} | values)


def bill_of(world: World, supplier: str, company: str, *, account: str = "") -> int:
    return bill(world, supplier, line("10", "12.50", account=account), total=gross("10", "12.50"), businessUnit=company)


@pytest.fixture(scope="module")
def supplier(small_world: World, product: Product) -> str:
    """A supplier of both companies, linked."""
    number = small_world.supplier()
    product.run("gl-accounts")
    product.run("suppliers")
    return number


# --- business units ---


def test_a_site_with_a_business_unit_of_its_own_there_and_back(
    supplier: str, world: World, product: Product, tmp_path: Path
) -> None:
    units = '[maps.business_unit]\ndefault = "closed"\n[maps.business_unit.values]\n'
    own = with_profile(product, tmp_path, f'{units}10 = "BU-DE"\n20 = "BU-CH"\n"20/202" = "BU-CH-WERK2"\n')
    own = own.with_settings(CONNECTION="units")
    if not any(row["Contract"] == "202" for row in world.records("ifs", "CompanySiteSet")):
        world.ifs("CompanySiteSet", Contract="202", Company="20", Description="Werk 2", City="Chur")
    own.run("gl-accounts")
    own.run("suppliers")
    made = {
        "BU-DE": order_of(world, supplier, "10"),
        "BU-CH": order_of(world, supplier, "20"),
        "BU-CH-WERK2": order_of(world, supplier, "20", Contract="202"),
    }
    own.run(ORDERS)
    for unit, order in made.items():
        [there] = world.orders_there(order)
        assert there["header"]["businessUnit"]["internalName"] == unit
    world.receive(made["BU-CH-WERK2"])
    ordered = line("10", "12.50", order=made["BU-CH-WERK2"])
    by_order = bill(world, supplier, ordered, total=gross("10", "12.50"), businessUnit="BU-CH-WERK2")
    without = {
        unit: bill(world, supplier, line("1", "10"), total=gross("1", "10"), businessUnit=unit)
        for unit in (*made, "BU-FR")
    }
    own.run("invoices")
    assert proposal(world, by_order)["Company"] == "20"
    companies = {unit: [row["Company"] for row in world.proposals(one)] for unit, one in without.items()}
    assert companies == {"BU-DE": ["10"], "BU-CH": ["20"], "BU-CH-WERK2": ["20"], "BU-FR": []}
    assert stands(own, without["BU-FR"]) == {"businessUnit": "dead_letter"}


# --- charts and settings that differ ---

CHARTS = """
[company."20".code_parts]
A = "Account20"
B = "CostCenter20"
[company."20".match]
price_percent = 50
[company."20"]
invoices_without_order = "voucher"
clearing_account = "1591"
tax_account = "1577"
"""


@pytest.fixture(scope="module")
def charts(small_world: World, product: Product, supplier: str, tmp_path_factory: pytest.TempPathFactory) -> Product:
    """Company 20 has accounts, custom fields, tolerances and vouchers of its own."""
    for account in ("6100", "1577", "1591"):
        small_world.account(account, company="20", Description=f"Compte {account}")
    small_world.account("6200", company="10")
    mine = with_profile(product, tmp_path_factory.mktemp("charts"), CHARTS).with_settings(CONNECTION="charts")
    mine.run("gl-accounts")
    mine.run("suppliers")
    return mine


def custom(world: World, field: str) -> dict[str, str]:
    """Values of a custom field with their descriptions."""
    records = world.records("jaggaer", "customfieldvalues")
    return {record["value"]: record["description"] for record in records if record["customField"] == field}


def test_each_chart_has_its_custom_fields(charts: Product, world: World) -> None:
    own, other = custom(world, "Account20"), custom(world, "Account")
    assert own["6100"] == "Compte 6100"
    assert "6200" not in own
    assert "6200" in other
    assert "CC1" in custom(world, "CostCenter20")


def test_an_order_states_its_own_company_s_fields(charts: Product, supplier: str, world: World) -> None:
    order = order_of(world, supplier, "20", account="6100")
    foreign = order_of(world, supplier, "20", account="6200")
    charts.run(ORDERS)
    assert "Account20" in str(world.orders_there(order)[0]["lineList"])
    assert not world.orders_there(foreign)
    [item] = charts.items_of(foreign)
    assert (item.kind, item.value) == ("waiting", "6200")
    assert item.reason.startswith("account 6200 is not in the chart of company 20")


def test_the_same_number_is_known_by_company_though_both_use_one_field(
    supplier: str, world: World, product: Product
) -> None:
    """JAGGAER has the value by company 10; company 20's order waits until its own chart has it."""
    account = world.number("7")
    world.account(account, company="10")
    product.run("gl-accounts")
    orders = {company: order_of(world, supplier, company, account=account) for company in COMPANIES}
    product.run(ORDERS)
    assert {company: len(world.orders_there(order)) for company, order in orders.items()} == {"10": 1, "20": 0}
    world.account(account, company="20")
    product.run("gl-accounts")
    product.run(ORDERS)
    assert len(world.orders_there(orders["20"])) == 1


def test_an_invoice_is_checked_by_its_own_company_s_chart(charts: Product, supplier: str, world: World) -> None:
    known = bill(
        world,
        supplier,
        line("1", "10", tax="1.90", **shares(("100", {"Account20": "6100"}))),
        total="11.90",
        businessUnit="20",
    )
    foreign = bill(
        world,
        supplier,
        line("1", "10", tax="1.90", **shares(("100", {"Account20": "6200"}))),
        total="11.90",
        businessUnit="20",
    )
    charts.run("invoices")
    [head] = vouchers(world, known)
    assert head["Company"] == "20"
    accounts = {row["Account"] for row in world.records("ifs", "VoucherRowSet") if row["ReferenceNumber"] == str(known)}
    assert accounts == {"6100", "1577", "1591"}
    assert not vouchers(world, foreign)
    [item] = charts.items_of(foreign)
    assert (item.kind, item.reason) == ("waiting", "account 6200 is not in company 20")
    ten = bill(world, supplier, line("1", "10", account="6200", tax="1.90"), total="11.90", businessUnit="10")
    charts.run("invoices")
    assert proposal_lines(world, ten)[0]["CodeA"] == "6200"


def test_tolerances_are_those_of_the_company(charts: Product, supplier: str, world: World) -> None:
    orders = {company: order_of(world, supplier, company) for company in COMPANIES}
    charts.run(ORDERS)
    bills = {}
    for company, order in orders.items():
        world.receive(order)
        dear = line("10", "15.00", order=order)
        bills[company] = bill(world, supplier, dear, total=gross("10", "15.00"), businessUnit=company)
    charts.run("invoices")
    assert {company: len(world.proposals(one)) for company, one in bills.items()} == {"10": 0, "20": 1}


def test_a_closed_period_holds_only_its_company_s_invoices(supplier: str, world: World, product: Product) -> None:
    key = {"Company": "20", "AccountingYear": 2026, "AccountingPeriod": 2}
    world.change("ifs", "AccountingPeriodSet", key, {"PeriodStatus": "Closed"})
    try:
        bills = {company: bill_of(world, supplier, company) for company in COMPANIES}
        product.run("invoices")
        assert {company: len(world.proposals(one)) for company, one in bills.items()} == {"10": 1, "20": 0}
        [item] = product.items_of(bills["20"])
        assert (item.kind, item.reason) == ("held", "its accounting period is closed in company 20")
    finally:
        world.change("ifs", "AccountingPeriodSet", key, {"PeriodStatus": "Open"})
    product.run("invoices", companies=("20",))
    assert len(world.proposals(bills["20"])) == 1


# --- suppliers of one company only ---


def finance(company: str, number: str) -> dict[str, str]:
    return {"Company": company, "Identity": number, "PartyType": "Supplier"}


def test_an_invoice_waits_for_the_supplier_s_finance_data_in_its_company(
    supplier: str, world: World, product: Product
) -> None:
    number = world.supplier()
    world.remove("ifs", "IdentityInvoiceInfoSet", finance("20", number))
    product.run("suppliers")
    bills = {company: bill_of(world, number, company, account="4010") for company in COMPANIES}
    product.run("invoices")
    assert {company: len(world.proposals(one)) for company, one in bills.items()} == {"10": 1, "20": 0}
    [item] = product.items_of(bills["20"])
    assert (item.kind, item.reason) == ("waiting", f"supplier {number} has no finance data in company 20")
    assert supplier != number
    world.ifs("IdentityInvoiceInfoSet", **finance("20", number), PayTermId="30", DefCurrency="EUR", DefVatCode="V19")
    product.run("invoices")
    assert len(world.proposals(bills["20"])) == 1


@pytest.mark.parametrize("known", [True, False])
def test_the_leading_company_s_default_account_goes_where_the_chart_has_it(
    known: bool,
    supplier: str,
    world: World,
    product: Product,
) -> None:
    account, number = world.number("8"), world.supplier()
    world.account(account, company="10")
    if known:
        world.account(account, company="20")
    world.change("ifs", "IdentityInvoiceInfoSet", finance("10", number), {"Cf_GlAccount": account})
    world.change("ifs", "IdentityInvoiceInfoSet", finance("20", number), {"Cf_GlAccount": None})
    product.run("gl-accounts")
    product.run("suppliers")
    assert supplier != number
    mine = bill_of(world, number, "20")
    product.run("invoices")
    if known:
        assert [row["CodeA"] for row in proposal_lines(world, mine)] == [account]
        return
    [item] = product.items_of(mine)
    assert item.kind == "dead_letter"
    assert item.value == account
    assert f"account {account} of its default in company 10 is not in company 20" in item.reason
    assert status(world, mine) == "Failed"
