"""The nightly sweep finds what no change time shows, and nothing else (DESIGN, law 1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pipeline.driving import Product
from pipeline.sweeping_tenant import LONG_AGO, line_key, lines_there, state
from pipeline.world import World

NOTHING = {"ifs": 0, "jaggaer": 0}
LEG = ("purchase-orders", "ifs.purchase_order")


def an_hour_ago() -> str:
    """Before what the overlap reads again."""
    return f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%S}Z"


@pytest.fixture(scope="module")
def supplier(small_world: World, product: Product) -> str:
    """A linked supplier; everything was swept once."""
    number = small_world.supplier()
    product.run_all()
    product.run_all(sweep=True)
    return number


@pytest.fixture(autouse=True)
def _as_before(small_world: World) -> Iterator[None]:
    yield
    small_world.tune("ifs", hidden_companies=[], missing_etag=[])


def order_of(world: World, supplier: str, at: str, **values: str) -> str:
    """An order that becomes visible now, with the change time of then."""
    order = world.order(supplier, LastModifiedDate=at, **values)
    world.change("ifs", "PurchaseOrderLineSet", line_key(order), {"LastModifiedDate": at})
    return order


def test_an_order_that_became_visible_late(supplier: str, world: World, product: Product) -> None:
    world.order(supplier)
    product.run("purchase-orders")
    mark = product.watermarks()[LEG]
    late = order_of(world, supplier, an_hour_ago())
    product.run("purchase-orders")
    assert not world.orders_there(late), "no watermark shows it"
    before = state(product)
    shown = product.run("purchase-orders", sweep=True, dry_run=True)
    assert shown.counts == {"created": 1}
    assert state(product) == before
    ran = product.run("purchase-orders", sweep=True)
    assert (ran.counts, len(world.orders_there(late))) == ({"created": 1}, 1)
    assert any("later than it changed" in note for note in ran.result.notes)
    assert product.watermarks()[LEG] == mark, "it never goes back"


def test_a_change_that_became_visible_late(supplier: str, world: World, product: Product) -> None:
    number, account, order = world.supplier(), world.number("5"), world.order(supplier)
    world.account(account)
    product.run_all()
    then = {"LastModifiedDate": an_hour_ago()}
    world.change("ifs", "SupplierInfoGeneralSet", {"SupplierId": number}, {"CorporateForm": "KG"} | then)
    world.change("ifs", "AccountSet", {"Company": "10", "Account": account}, {"Description": "spät"} | then)
    world.change("ifs", "PurchaseOrderLineSet", line_key(order), {"BuyQtyDue": 11} | then)
    world.calm()
    product.run_all()
    assert world.writes() == NOTHING
    product.run_all(sweep=True)
    assert world.writes() == {"ifs": 0, "jaggaer": 3}
    assert world.info(number)["bizLegalStruct"] == "KG"
    assert world.values_there(account)[0]["description"] == "spät"
    assert lines_there(world, order) == [(11, "Open")]


def test_a_company_that_may_be_seen_from_now_on(supplier: str, world: World, product: Product) -> None:
    world.tune("ifs", hidden_companies=["20"])
    theirs = order_of(world, supplier, an_hour_ago(), Company="20")
    product.run("purchase-orders", sweep=True)
    assert not world.orders_there(theirs)
    world.tune("ifs", hidden_companies=[])
    product.run("purchase-orders")
    assert not world.orders_there(theirs)
    product.run("purchase-orders", sweep=True)
    assert len(world.orders_there(theirs)) == 1


def test_a_company_that_may_no_longer_be_seen(supplier: str, world: World, product: Product) -> None:
    """Its rows are unknown: what follows is an open item, no write; once it is back all is as before."""
    ours, theirs = world.order(supplier), world.order(supplier, Company="20")
    product.run("purchase-orders")
    world.tune("ifs", hidden_companies=["20"])
    world.calm()
    ran = product.run_all(sweep=True)
    assert world.writes() == NOTHING
    [accounts] = [note for note in ran["gl-accounts"].result.notes if note.startswith("account: ")]
    assert "no row of company 20 came" in accounts
    assert "that is unknown, not gone" in accounts
    [orders] = [note for note in ran["purchase-orders"].result.notes if note.startswith("purchase_order: ")]
    assert "removed or not permitted; their documents were looked at" in orders
    assert ([i.kind for i in product.items_of(theirs)], product.items_of(ours)) == (["held"], [])
    world.tune("ifs", hidden_companies=[])
    product.run_all(sweep=True)
    assert world.writes() == NOTHING
    assert not product.items_of(theirs)


def test_a_line_that_was_removed(supplier: str, world: World, product: Product) -> None:
    order = world.order(supplier)
    world.line(order, "2")
    product.run("purchase-orders")
    world.remove("ifs", "PurchaseOrderLineSet", line_key(order, "2"))
    product.run("purchase-orders")
    assert lines_there(world, order)[1] == (10, "Open")
    product.run("purchase-orders", sweep=True)
    assert lines_there(world, order)[1] == (10, "Cancelled")


def test_orders_that_ended_may_be_archived(supplier: str, world: World, product: Product) -> None:
    """IFS moves them away with all their rows: nothing is open for it, and nothing follows."""
    orders = {state: world.order(supplier) for state in ("Closed", "Cancelled", "Released")}
    product.run("purchase-orders")
    for state_, order in orders.items():
        world.change("ifs", "PurchaseOrderSet", {"OrderNo": order}, {"Objstate": state_})
    product.run("purchase-orders")
    there = [world.orders_there(order)[0]["header"]["status"] for order in orders.values()]
    assert there == ["Completed", "Cancelled", "Sent"]
    for order in orders.values():
        world.remove("ifs", "PurchaseOrderLineSet", line_key(order))
        world.remove("ifs", "PurchaseOrderSet", {"OrderNo": order})
    world.calm()
    for _ in range(2):
        product.run("purchase-orders", sweep=True)
        assert [len(product.items_of(order)) for order in orders.values()] == [0, 0, 1]
    assert world.writes() == NOTHING


def test_records_of_jaggaer(supplier: str, world: World, product: Product) -> None:
    """A change behind the mark is found; of one that no longer comes it is said so, once, and nothing follows."""
    bravo = world.bravo(supplier)
    product.run("suppliers")
    told = {"returnCompanyInfo": {"bizEmail": "late@example.com", "lastModTime": f"{LONG_AGO[:-1]}.000Z"}}
    world.change("jaggaer", "companyprofiles", {"bravoId": bravo}, told)
    assert world.info(supplier)["lastModTime"] < "2002"
    product.run("suppliers")
    assert world.contacts(supplier)["E_MAIL"] != "late@example.com"
    product.run("suppliers", sweep=True)
    assert world.contacts(supplier)["E_MAIL"] == "late@example.com"
    gone = world.company()
    product.run("suppliers")
    world.remove("jaggaer", "companyprofiles", {"bravoId": gone})
    world.calm()
    assert [gone in note for note in product.run("suppliers", sweep=True).result.notes] == [True]
    assert not product.run("suppliers", sweep=True).result.notes
    assert world.writes() == NOTHING


def test_what_changed_before_the_cut_over_stays_out(supplier: str, world: World, product: Product) -> None:
    old = order_of(world, supplier, LONG_AGO)
    late = product.with_settings(CONNECTION="late-cut-over", START_FROM="2026-04-01")
    late.run_all()
    for _ in range(2):
        late.run("purchase-orders", sweep=True)
    assert not world.orders_there(old)
    late.run("purchase-orders", keys=(old,))
    assert len(world.orders_there(old)) == 1
    world.calm()
    for _ in range(2):
        late.run("purchase-orders", sweep=True)
    assert world.writes() == NOTHING


@pytest.mark.parametrize("without", [[], ["PurchaseOrderLineSet", "SupplierInfoGeneralSet", "AccountSet"]])
def test_at_rest_it_writes_nothing_and_costs_a_page_of_each_set(
    without: list[str], supplier: str, world: World, product: Product
) -> None:
    world.order(supplier)
    world.tune("ifs", missing_etag=without)
    product.run_all(sweep=True)
    world.calm()
    ordinary, swept = product.run_all(), product.run_all(sweep=True)
    assert world.writes() == NOTHING
    for sync, sets, jaggaer in (
        ("suppliers", 6, 1),
        ("gl-accounts", 2, 1),
        ("purchase-orders", 3, 1),
        ("invoices", 3, 1),
    ):
        requests = swept[sync].result.requests
        again = 1 if without and sync != "invoices" else 0  # without ETags one request tells that none came
        assert requests["ifs"] - ordinary[sync].result.requests["ifs"] == sets + again, sync
        assert requests["jaggaer"] == jaggaer
    assert {note for ran in swept.values() for note in ran.result.notes} == set()


def test_after_the_watermarks_were_reset_nothing_is_written(supplier: str, world: World, product: Product) -> None:
    world.calm()
    product.reset_watermarks()
    product.run_all(sweep=True)
    product.delete_store()
    product.run_all(sweep=True)
    product.run_all(sweep=True)
    assert world.writes() == NOTHING
