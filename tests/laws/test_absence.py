"""Law 11: what is not seen is unknown, not empty: nothing is cleared, blocked or cancelled for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pipeline.documents import Documents
from pipeline.driving import IN_ORDER, Product
from pipeline.world import World

from ifs_jaggaer.errors import SettingsError

NOTHING = {"ifs": 0, "jaggaer": 0}
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
EXTENDED = {
    "CATEGORIES": ["Bearings"],
    "QUALIFICATION": ["Qualified"],
    "GL_ACCOUNT": ["4010"],
}


@pytest.fixture(scope="module")
def settled(small_world: World, product: Product) -> tuple[str, str, str]:
    """A supplier with everything, its bravoId, an order of it; beside it a document of each kind."""
    number = small_world.supplier(AssociationNo="HRB 5")
    product.run("suppliers")
    bravo = small_world.bravo(number)
    info = [
        {"name": name, "type": "TEXT", "values": {"value": [{"deValue": value} for value in values]}}
        for name, values in EXTENDED.items()
    ]
    extended = small_world.extended(bravo)
    info += [each for each in extended if each["name"] not in EXTENDED]
    small_world.change("jaggaer", "companyprofiles", {"bravoId": bravo}, {"deBasic": {"deInfo": info}})
    order = small_world.order(number)
    Documents.make(small_world)
    product.run_all()
    assert small_world.general(number)["Cf_Categories"] == "Bearings"
    return number, bravo, order


@pytest.fixture(autouse=True)
def _as_before(small_world: World) -> Iterator[None]:
    yield
    small_world.tune("ifs", hidden_companies=[], missing_etag=[], forbidden=[])


def test_a_company_that_is_no_longer_seen(settled: tuple[str, str, str], world: World, product: Product) -> None:
    _, _, order = settled
    world.tune("ifs", hidden_companies=["10"])
    product.run_all()
    product.run_all(since=BEGINNING)
    product.run("purchase-orders", keys=(order,))
    assert world.writes() == NOTHING
    assert [item.kind for item in product.items_of(order)] == ["held"]
    world.tune("ifs", hidden_companies=[])
    product.run("purchase-orders", keys=(order,))
    assert world.writes() == NOTHING
    assert not product.items_of(order)


def test_a_set_that_may_not_be_read_any_more(settled: tuple[str, str, str], world: World, product: Product) -> None:
    world.tune("ifs", forbidden=["SupplierInfoAddressSet"])
    ran = product.attempt("suppliers", since=BEGINNING)
    assert isinstance(ran.error, SettingsError)
    assert "SupplierInfoAddress" in str(ran.error) or "supplier_address" in str(ran.error)
    assert world.writes() == NOTHING


def test_a_component_that_jaggaer_does_not_send(settled: tuple[str, str, str], world: World, product: Product) -> None:
    number, bravo, _ = settled
    kept = world.extended(bravo)
    world.change("jaggaer", "companyprofiles", {"bravoId": bravo}, {"deBasic": None})
    before = world.general(number)
    product.run("suppliers")
    product.run("suppliers", since=BEGINNING)
    assert world.general(number) == before
    assert world.writes() == NOTHING
    world.change("jaggaer", "companyprofiles", {"bravoId": bravo}, {"deBasic": {"deInfo": kept}})
    product.run("suppliers")
    assert world.writes() == NOTHING


def test_a_component_that_comes_with_an_empty_field_clears_it(
    settled: tuple[str, str, str], world: World, product: Product
) -> None:
    number, bravo, _ = settled
    kept = world.extended(bravo)
    without = [each for each in kept if each["name"] != "CATEGORIES"]
    world.change("jaggaer", "companyprofiles", {"bravoId": bravo}, {"deBasic": {"deInfo": without}})
    product.run("suppliers")
    assert world.general(number)["Cf_Categories"] is None
    world.change("jaggaer", "companyprofiles", {"bravoId": bravo}, {"deBasic": {"deInfo": kept}})
    product.run("suppliers")
    assert world.general(number)["Cf_Categories"] == "Bearings"


def test_a_row_without_etag_is_read_by_its_key_before_it_is_changed(
    settled: tuple[str, str, str], world: World, product: Product
) -> None:
    number, bravo, _ = settled
    world.tune("ifs", missing_etag=["SupplierInfoGeneralSet"])
    before = world.general(number)["@odata.etag"]
    info = {"returnCompanyInfo": {"bizLegalStruct": "SE"}}
    world.change("jaggaer", "companyprofiles", {"bravoId": bravo}, info)
    product.run("suppliers")
    assert world.general(number)["CorporateForm"] == "SE"
    [patch] = [entry for entry in world.sent("ifs") if entry["method"] == "PATCH"]
    assert patch["headers"]["if-match"] == before
    world.calm()
    product.run("suppliers")
    assert world.writes() == NOTHING


def test_a_row_without_etag_that_changes_meanwhile_is_decided_again(
    settled: tuple[str, str, str], world: World, product: Product
) -> None:
    """The ETag that is read late belongs to what was decided on, or nothing is written."""
    number, bravo, _ = settled
    world.tune("ifs", missing_etag=["SupplierInfoGeneralSet"])
    info = {"returnCompanyInfo": {"bizLegalStruct": "KG"}}
    world.change("jaggaer", "companyprofiles", {"bravoId": bravo}, info)
    key, edit = {"SupplierId": number}, {"CorporateForm": "AG"}
    product.run("suppliers", meanwhile=lambda: world.change("ifs", "SupplierInfoGeneralSet", key, edit))
    assert world.general(number)["CorporateForm"] == "AG", "IFS wins the legal form"
    product.run("suppliers")
    assert world.info(number)["bizLegalStruct"] == "AG"


def test_an_order_line_that_is_gone_is_held_and_an_order_that_is_gone_is_not_cancelled(
    world: World, product: Product
) -> None:
    product.run("gl-accounts")
    supplier = world.supplier()
    product.run("suppliers")
    order = world.order(supplier)
    world.line(order, "2")
    product.run("purchase-orders")
    world.calm()
    for line in world.records("ifs", "PurchaseOrderLineSet"):
        if line["OrderNo"] == order:
            key = {name: line[name] for name in ("OrderNo", "LineNo", "ReleaseNo")}
            world.remove("ifs", "PurchaseOrderLineSet", key)
    world.remove("ifs", "PurchaseOrderSet", {"OrderNo": order})
    product.run("purchase-orders", keys=(order,))
    assert world.writes() == NOTHING
    assert world.orders_there(order)[0]["header"]["status"] == "Sent"
    assert [item.kind for item in product.items_of(order)] == ["held"]


@pytest.mark.parametrize("sync", IN_ORDER)
def test_all_that_ifs_has_is_hidden(sync: str, settled: tuple[str, str, str], world: World, product: Product) -> None:
    world.tune("ifs", hidden_companies=["10", "20"])
    product.run(sync, since=BEGINNING)
    assert world.writes() == NOTHING


def test_a_document_that_is_refused_once_keeps_its_open_item(world: World, product: Product) -> None:
    """What waits to be posted is not out of scope because JAGGAER did not show it when it was looked at again."""
    supplier = world.supplier()
    product.run("suppliers")
    order = world.order(supplier)
    product.run("purchase-orders")
    invoice = world.invoice(supplier, order)
    product.run("invoices")
    assert [item.kind for item in product.items_of(invoice)] == ["held"], "nothing was received"
    world.fault("jaggaer", "hidden_duplicate", method="GET", path=f"invoices/{invoice}$", times=10)
    product.run("invoices", replay="open")
    assert [(item.kind, bool(item.remedy)) for item in product.items_of(invoice)] == [("dead_letter", True)]
    world.calm()
    world.receive(order)
    product.run("invoices", replay="open")
    assert len(world.proposals(invoice)) == 1
    assert not product.items_of(invoice)
