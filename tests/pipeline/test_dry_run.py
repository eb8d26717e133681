"""A dry run writes nothing, keeps nothing, and foretells what a real run does."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from pipeline.deals import Deals
from pipeline.documents import Documents
from pipeline.driving import IN_ORDER, Product, Ran
from pipeline.fixtures import FAST
from pipeline.world import World
from programs import sandbox_program

from ifs_jaggaer.pipeline.assumed import PLANNED
from mapping.kinds import Action

NOTHING = {"ifs": 0, "jaggaer": 0}
NO_BUSINESS = ("audit_era", "audit_chain", "audit_event", "audit_payload", "run", "lease", "bucket")


@pytest.fixture(scope="module")
def seeded() -> Iterator[World]:
    with sandbox_program("--seed", "9", "--suppliers", "12", "--orders", "20", "--invoices", "15") as sandbox:
        world = World(sandbox)
        yield world
        world.wire.close()


@pytest.fixture(scope="module")
def on_seed(seeded: World, tmp_path_factory: pytest.TempPathFactory) -> Product:
    return Product(seeded.sandbox.settings(tmp_path_factory.mktemp("store"))).with_settings(**FAST)


def test_everything_on_an_empty_store(seeded: World, on_seed: Product) -> None:
    with on_seed.store():
        before = on_seed.tables(without=NO_BUSINESS)
    dry = on_seed.run_all(dry_run=True)
    assert seeded.writes() == NOTHING
    assert on_seed.tables(without=NO_BUSINESS) == before
    real = on_seed.run_all()
    for sync in IN_ORDER:
        foretold(dry[sync], real[sync])


def test_changes_on_a_store_in_use(seeded: World, on_seed: Product) -> None:
    troubled = {item.key for item in on_seed.open_items()}
    linked = [
        info
        for record in seeded.records("jaggaer", "companyprofiles")
        if (info := record["returnCompanyInfo"]).get("extCode") and info["extCode"] not in troubled
    ]
    orders = [r["header"]["poNumber"] for r in seeded.records("jaggaer", "purchaseorders")]
    key = {"SupplierId": linked[0]["extCode"]}
    seeded.change("ifs", "SupplierInfoGeneralSet", key, {"AssociationNo": "HRB 1", "Status": "Blocked"})
    other = {"bravoId": linked[1]["bravoId"]}
    seeded.change("jaggaer", "companyprofiles", other, {"returnCompanyInfo": {"webSite": "https://a.example"}})
    seeded.change("ifs", "PurchaseOrderSet", {"OrderNo": orders[0]}, {"NoteText": "eilt"})
    seeded.calm()
    before = on_seed.tables(without=NO_BUSINESS)
    dry = on_seed.run_all(dry_run=True)
    again = on_seed.run_all(dry_run=True)
    assert seeded.writes() == NOTHING
    assert on_seed.tables(without=NO_BUSINESS) == before
    real = on_seed.run_all()
    assert sum(seeded.writes().values()) >= 3
    for sync in IN_ORDER:
        foretold(dry[sync], real[sync])
        assert dry[sync].lines == again[sync].lines


def test_a_new_supplier_that_ifs_has_still_to_number_goes_by_its_number_at_jaggaer(
    world: World, product: Product
) -> None:
    bravo = world.company()
    code = Deals(world).with_company(bravo)
    dry = product.run_all(dry_run=True)
    assert f"JAGGAER:{bravo}" in dry["suppliers"].lines, "where a person looks it up"
    [line] = [line for line in dry["contracts"].lines.values() if line.key == code]
    assert [change.after for change in line.changes if change.field == "supplier"] == [f"JAGGAER:{bravo} (new)"]


def test_of_every_kind_that_is_made_and_then_changes(world: World, product: Product) -> None:
    documents = Documents.make(world)
    for change in (lambda: None, partial(documents.change, world, 1)):
        change()
        world.calm()
        dry = product.run_all(dry_run=True)
        assert world.writes() == NOTHING
        real = product.run_all()
        assert min(world.writes().values()) > 3
        for sync in IN_ORDER:
            foretold(dry[sync], real[sync])


def foretold(dry: Ran, real: Ran) -> None:
    """The same documents with the same actions, differences, amounts and open items.

    What follows from a creation (telling JAGGAER of a posting, the rows of a supplier whose number IFS gives)
    shows in the real run alone.
    """
    assert dry.result.amounts == real.result.amounts, real.result.sync
    for name in ("read", "created", "updated", "waiting", "rejected", "conflicts", "held"):
        assert getattr(dry.result.counts, name) == getattr(real.result.counts, name), name
    assert dry.result.items == tuple((key, item) for key, items in dry.items.items() for item in items)
    assert len(dry.lines) == len(real.lines)
    for key, planned in dry.lines.items():
        if key.startswith("JAGGAER:") and planned.action == Action.CREATE:
            continue
        done = real.lines[key]
        assert (planned.action, open_of(dry, key)) == (done.action, open_of(real, key)), key
        if done.action == Action.CREATE:
            told = {
                change for change in planned.changes if PLANNED not in str(change.after)
            }  # a number that IFS will give
            assert told <= set(done.changes), key
        else:
            assert planned.changes == done.changes, key


def open_of(ran: Ran, key: str) -> list[tuple[str, str]]:
    return sorted((item.kind, item.field) for item in ran.items[key])
