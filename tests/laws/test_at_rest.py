"""Laws 4 and 5: when both systems rest, runs write nothing, whatever the product has forgotten meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pipeline.driving import Product
from pipeline.fixtures import FAST
from pipeline.world import World
from programs import sandbox_program

NOTHING = {"ifs": 0, "jaggaer": 0}
SEED = ("--seed", "5", "--suppliers", "12", "--orders", "20", "--invoices", "15")


@pytest.fixture(scope="module")
def seeded() -> Iterator[World]:
    with sandbox_program(*SEED) as sandbox:
        world = World(sandbox)
        yield world
        world.wire.close()


@pytest.fixture(scope="module")
def settled(seeded: World, tmp_path_factory: pytest.TempPathFactory) -> Product:
    """A product that has synchronised everything, among it what cannot go."""
    product = Product(seeded.sandbox.settings(tmp_path_factory.mktemp("store"))).with_settings(**FAST)
    product.run_all()
    assert seeded.writes()["jaggaer"] > 20
    assert seeded.writes()["ifs"] > 10
    assert product.open_items(), "the seed has what cannot go"
    return product


def test_a_second_run_writes_nothing_and_says_so(settled: Product, seeded: World) -> None:
    seeded.calm()
    for ran in settled.run_all().values():
        assert (ran.state, ran.result.counts.created, ran.result.counts.updated) == ("completed", 0, 0)
    assert seeded.writes() == NOTHING


def test_nor_after_the_watermarks_were_reset(settled: Product, seeded: World) -> None:
    items = settled.open_items()
    seeded.calm()
    settled.reset_watermarks()
    settled.run_all()
    assert seeded.writes() == NOTHING
    assert [(item.key, item.field) for item in settled.open_items()] == [(item.key, item.field) for item in items]


def test_nor_does_a_backfill(settled: Product, seeded: World) -> None:
    """A window looks at every document, whatever is known of it."""
    seeded.calm()
    for ran in settled.run_all(since=settled.settings.start_from).values():
        assert ran.result.counts.unchanged + len(ran.items) > 0
    assert seeded.writes() == NOTHING


def test_nor_after_the_store_was_lost(settled: Product, seeded: World) -> None:
    items = {(item.sync, item.key, item.field) for item in settled.open_items()}
    seeded.calm()
    settled.delete_store()
    settled.run_all()
    assert seeded.writes() == NOTHING
    assert {(item.sync, item.key, item.field) for item in settled.open_items()} >= items
    settled.run_all()
    assert seeded.writes() == NOTHING


def test_each_change_is_written_once_and_comes_back_as_none(world: World, product: Product) -> None:
    """One change in each direction of each kind: as many writes as there are changes."""
    supplier, account = world.supplier(), world.number("5")
    world.account(account)
    order = world.order(supplier)
    product.run_all()
    world.calm()
    bravo = world.bravo(supplier)
    world.change("ifs", "SupplierInfoGeneralSet", {"SupplierId": supplier}, {"CorporateForm": "KG"})
    info = {"bizEmail": "neu@example.com"}
    world.change("jaggaer", "companyprofiles", {"bravoId": bravo}, {"returnCompanyInfo": info})
    world.change("ifs", "AccountSet", {"Company": "10", "Account": account}, {"Description": "umbenannt"})
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": order}, {"NoteText": "eilt"})
    product.run_all()
    assert world.writes() == {"ifs": 1, "jaggaer": 3}
    assert world.contacts(supplier)["E_MAIL"] == "neu@example.com"
    assert world.info(supplier)["bizLegalStruct"] == "KG"
    assert world.values_there(account)[0]["description"] == "umbenannt"
    assert world.orders_there(order)[0]["header"]["note"] == "eilt"
    world.calm()
    product.run_all()
    product.reset_watermarks()
    product.run_all()
    assert world.writes() == NOTHING
