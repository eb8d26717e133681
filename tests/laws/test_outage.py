"""Laws 1 and 2: a system that goes away in the middle of a run. Nothing is lost, nothing doubled, the run says so."""

from __future__ import annotations

import pytest
from pipeline.documents import Documents
from pipeline.driving import IN_ORDER, Product
from pipeline.world import World

from ifs_jaggaer.errors import SettingsError, Unreachable
from ifs_jaggaer.pipeline.request import SyncName

FOR_GOOD = 10_000


@pytest.fixture(scope="module")
def accounts(product: Product) -> Product:
    product.run("gl-accounts")
    return product


@pytest.mark.parametrize("system", ["ifs", "jaggaer"])
def test_orders(system: str, world: World, accounts: Product) -> None:
    suppliers = [world.supplier() for _ in range(6)]
    accounts.run("suppliers")
    orders = [
        world.order(number, LastModifiedDate=f"2026-11-2{3 if system == 'ifs' else 4}T01:00:0{turn}Z")
        for turn, number in enumerate(suppliers)
    ]
    before = accounts.watermarks().get(("purchase-orders", "ifs.purchase_order"), "")
    world.calm()
    if system == "ifs":  # from the third page on
        world.fault("ifs", "html_503", path=r"PurchaseOrderSet.*orderby", skip=2, times=FOR_GOOD)
    else:  # from the third order on, and whoever asks how it is gets no answer either
        world.fault("jaggaer", "html_503", method="POST", path="purchaseorders", skip=2, times=FOR_GOOD)
        world.fault("jaggaer", "html_503", method="GET", path="lastUpdate", times=FOR_GOOD)
    ran = accounts.attempt("purchase-orders", page_size=2)
    assert isinstance(ran.error, Unreachable)
    assert ran.state == "failed"
    arrived = [bool(world.orders_there(order)) for order in orders]
    assert any(arrived)
    assert not all(arrived)
    mark = accounts.watermarks().get(("purchase-orders", "ifs.purchase_order"), before)
    rows = {row["OrderNo"]: row["LastModifiedDate"] for row in world.records("ifs", "PurchaseOrderSet")}
    missing = [order for order, there in zip(orders, arrived, strict=True) if not there]
    assert mark < min(rows[order] for order in missing), "the watermark stays before what did not go"
    world.calm()
    accounts.run("purchase-orders")
    assert [len(world.orders_there(order)) for order in orders] == [1] * 6
    assert not accounts.open_items()


@pytest.mark.parametrize("system", ["ifs", "jaggaer"])
def test_suppliers_both_ways(system: str, world: World, accounts: Product) -> None:
    suppliers, companies = [world.supplier() for _ in range(4)], [world.company() for _ in range(4)]
    world.calm()
    world.fault(system, "html_503", skip={"ifs": 16, "jaggaer": 4}[system], times=FOR_GOOD)
    ran = accounts.attempt("suppliers")
    assert isinstance(ran.error, Unreachable)
    world.calm()
    accounts.run("suppliers")
    accounts.run("suppliers")
    infos = [record["returnCompanyInfo"].get("extCode") for record in world.records("jaggaer", "companyprofiles")]
    assert [infos.count(number) for number in suppliers] == [1] * 4
    marks = [row["Cf_JaggaerId"] for row in world.records("ifs", "SupplierInfoGeneralSet")]
    assert [marks.count(bravo) for bravo in companies] == [1] * 4
    purchase = {row["VendorNo"] for row in world.records("ifs", "SupplierSet")}
    made = {r["SupplierId"] for r in world.records("ifs", "SupplierInfoGeneralSet") if r["Cf_JaggaerId"] in companies}
    assert made <= purchase, "none is left half made"
    assert not accounts.open_items()


@pytest.mark.parametrize("system", ["ifs", "jaggaer"])
def test_invoices(system: str, world: World, accounts: Product) -> None:
    supplier = world.supplier()
    accounts.run("suppliers")
    invoices = [world.invoice(supplier) for _ in range(6)]
    before = accounts.watermarks().get(("invoices", "jaggaer.invoices"))
    world.calm()
    world.fault(system, "html_503", skip={"ifs": 10, "jaggaer": 8}[system], times=FOR_GOOD)
    ran = accounts.attempt("invoices")
    assert isinstance(ran.error, Unreachable)
    assert accounts.watermarks().get(("invoices", "jaggaer.invoices")) == before
    world.calm()
    accounts.run("invoices")
    accounts.run("invoices")
    assert [len(world.proposals(invoice)) for invoice in invoices] == [1] * 6
    assert {world.invoice_there(invoice)["header"]["exportStatus"] for invoice in invoices} == {"Exported"}
    assert not accounts.open_items()


@pytest.mark.parametrize(
    ("sync", "system", "skip"),
    [
        ("contracts", "ifs", 5),
        ("requisitions", "jaggaer", 2),
        ("receipts", "ifs", 4),
        ("receipts", "jaggaer", 2),
        ("payments", "ifs", 1),
        ("payments", "jaggaer", 2),
    ],
)
def test_the_other_kinds(sync: SyncName, system: str, skip: int, world: World, accounts: Product) -> None:
    """In the middle of it, or right away; all other syncs have run, or run then."""
    every = [Documents.make(world) for _ in range(2)]
    before = accounts.watermarks()
    for each in IN_ORDER[: IN_ORDER.index(sync)]:
        accounts.run(each)
    world.calm()
    world.fault(system, "html_503", skip=skip, times=FOR_GOOD)
    ran = accounts.attempt(sync)
    assert isinstance(ran.error, Unreachable)
    assert ran.state == "failed"
    now = accounts.watermarks()
    assert [now.get(leg) for leg in now if leg[0] == sync] == [before.get(leg) for leg in now if leg[0] == sync]
    world.calm()
    accounts.run_all()
    for documents in every:
        there = documents.there(world)
        assert there == dict.fromkeys(there, 1)
    assert not accounts.open_items()


def test_accounts(world: World, accounts: Product) -> None:
    values = [world.number("7") for _ in range(3)]
    for value in values:
        world.account(value)
    world.calm()
    world.fault("jaggaer", "html_503", times=FOR_GOOD)
    ran = accounts.attempt("gl-accounts")
    assert isinstance(ran.error, Unreachable)
    world.calm()
    accounts.run("gl-accounts")
    assert [len(world.values_there(value)) for value in values] == [1] * 3
    assert not accounts.open_items()


def test_only_writes_fail(world: World, accounts: Product) -> None:
    """A server that answers questions and takes nothing: what is in doubt stays open, and goes when it is well."""
    supplier = world.supplier()
    accounts.run("suppliers")
    order, invoice = world.order(supplier), world.invoice(supplier)
    world.calm()
    world.fault("ifs", "html_504", method="POST", times=FOR_GOOD)
    world.fault("jaggaer", "html_504", method="POST", times=FOR_GOOD)
    assert accounts.run("purchase-orders").state == "attention"
    ran = accounts.with_settings(IFS__SETTLE_DELAY=60).run("invoices")
    assert ran.state == "completed", [i.reason for each in ran.items.values() for i in each]
    assert not world.orders_there(order)
    assert not world.proposals(invoice)
    assert [item.kind for item in accounts.items_of(order)] == ["dead_letter"]
    assert [item.kind for item in accounts.items_of(invoice)] == ["waiting"]
    world.calm()
    accounts.run("purchase-orders", keys=(order,))
    accounts.run("invoices", keys=(str(invoice),))
    assert len(world.orders_there(order)) == 1
    assert len(world.proposals(invoice)) == 1
    assert not accounts.open_items()


@pytest.mark.parametrize("system", ["ifs", "jaggaer"])
def test_no_token(system: str, world: World, accounts: Product) -> None:
    world.fault(system, "html_503", path="/auth/", times=FOR_GOOD)
    ran = accounts.attempt("suppliers")
    assert isinstance(ran.error, Unreachable)
    assert ran.error.system == system
    assert ran.result.requests == {"ifs": 0, "jaggaer": 0}


@pytest.mark.parametrize("system", ["ifs", "jaggaer"])
def test_a_wrong_secret_is_the_operators_to_correct(system: str, world: World, accounts: Product) -> None:
    wrong = accounts.with_settings(**{f"{system.upper()}__CLIENT_SECRET": "not-the-secret"})
    ran = wrong.attempt("suppliers")
    assert isinstance(ran.error, SettingsError)
    assert "not-the-secret" not in str(ran.error)
    assert ran.error.remedy
    assert world.writes() == {"ifs": 0, "jaggaer": 0}


@pytest.mark.parametrize("system", ["ifs", "jaggaer"])
def test_nobody_listens(system: str, world: World, accounts: Product) -> None:
    away = accounts.with_settings(**{f"{system.upper()}__HOST": "http://127.0.0.1:9"})
    ran = away.attempt("purchase-orders")
    assert isinstance(ran.error, Unreachable)
    assert ran.state == "failed"
