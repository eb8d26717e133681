"""Laws 4 and 5: when both systems rest, runs write nothing, whatever the product has forgotten meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pipeline.documents import Documents
from pipeline.driving import Product
from pipeline.fixtures import FAST
from pipeline.paying import pay_all
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
    """A product that has synchronised everything, among it what cannot go, and what was paid since."""
    product = Product(seeded.sandbox.settings(tmp_path_factory.mktemp("store"))).with_settings(**FAST)
    product.run_all()
    assert pay_all(seeded.sandbox)
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
    for sync, ran in settled.run_all(since=settled.settings.start_from).items():
        assert ran.result.counts.unchanged + len(ran.items) > 0, sync
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
    documents = Documents.make(world)
    product.run_all()
    world.calm()
    documents.change(world, 1)
    product.run_all()
    changed = documents.changed(world, 1)
    assert changed == dict.fromkeys(changed, True)
    in_ifs = ("registration", "acknowledgement", "promise", "price", "receipt")
    assert world.writes() == {"ifs": len(in_ifs), "jaggaer": len(changed) - len(in_ifs)}
    assert not product.open_items()
    world.calm()
    product.run_all()
    product.reset_watermarks()
    product.run_all()
    product.delete_store()
    product.run_all()
    assert world.writes() == NOTHING
    assert not product.open_items()
