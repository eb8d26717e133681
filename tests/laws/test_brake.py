"""Law 11: what clears or blocks is counted before it goes; too much of it waits for a person."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pipeline.driving import Product
from pipeline.world import World

LIMIT = 20


@pytest.fixture(scope="module")
def suppliers(small_world: World, product: Product) -> list[str]:
    numbers = [small_world.supplier(AssociationNo=f"HRB {turn}") for turn in range(LIMIT + 8)]
    product.run("suppliers")
    return numbers


@pytest.fixture(autouse=True)
def _no_yesterday(product: Product) -> Iterator[None]:
    """What earlier tests put aside is no longer among that of the last 24 hours."""
    yield
    with product.store() as store, store.unit() as unit:
        unit.db.exec_driver_sql("UPDATE open_item SET since = '2020-01-01 00:00:00.000000', brake = 0")


def block(world: World, number: str, status: str = "Blocked") -> None:
    world.change("ifs", "SupplierInfoGeneralSet", {"SupplierId": number}, {"Status": status})


def test_few_go_in_the_same_run(suppliers: list[str], world: World, product: Product) -> None:
    for number in suppliers[:3]:
        block(world, number)
    world.change("ifs", "SupplierInfoGeneralSet", {"SupplierId": suppliers[3]}, {"AssociationNo": None})
    ran = product.run("suppliers")
    assert {world.info(number)["status"] for number in suppliers[:3]} == {"SUSPENDED"}
    assert not world.info(suppliers[3]).get("fiscalCode"), "a cleared field goes too"
    assert ran.state == "completed"
    assert not product.open_items()
    for number in suppliers[:3]:
        block(world, number, "Active")
    product.run("suppliers")
    assert {world.info(number)["status"] for number in suppliers} == {"ACTIVE"}


def test_many_stay_held_until_a_person_lets_exactly_those_go(
    suppliers: list[str], world: World, product: Product
) -> None:
    blocked = suppliers[: LIMIT + 2]
    for number in blocked:
        block(world, number)
    world.change("ifs", "SupplierInfoGeneralSet", {"SupplierId": suppliers[0]}, {"CorporateForm": "KG"})
    ran = product.run("suppliers")
    assert (ran.state, ran.counts["held"]) == ("attention", len(blocked))
    assert any("replay suppliers --held brake`" in note for note in ran.result.notes)
    assert {world.info(number)["status"] for number in blocked} == {"ACTIVE"}
    assert world.info(suppliers[0])["bizLegalStruct"] == "KG", "all other fields go"
    latest = max(row["LastModifiedDate"] for row in world.records("ifs", "SupplierInfoGeneralSet"))
    assert product.watermarks()["suppliers", "ifs.supplier_general"] == latest, "the watermark moves"

    again = product.run("suppliers")
    assert again.state == "completed", "they were told already"
    assert {world.info(number)["status"] for number in blocked} == {"ACTIVE"}
    assert len(product.open_items()) == len(blocked)

    later = suppliers[LIMIT + 5]
    block(world, later)  # within the day, so it is held with them
    block(world, blocked[1], "Closed")  # what was listed is no longer what would go
    world.calm()
    dry = product.run("suppliers", replay="brake", dry_run=True)
    assert dry.result.counts.updated == len(blocked) - 1
    assert world.writes()["jaggaer"] == 0
    product.run("suppliers", replay="brake")
    statuses = [world.info(number)["status"] for number in blocked]
    assert statuses == ["SUSPENDED", "ACTIVE", *["SUSPENDED"] * LIMIT]
    assert world.info(later)["status"] == "ACTIVE"
    product.run("suppliers")
    assert {item.key for item in product.open_items()} == {blocked[1], later}
    assert {item.kind for item in product.open_items()} == {"held"}
    product.run("suppliers", replay="brake", keys=(later,))
    assert (world.info(blocked[1])["status"], world.info(later)["status"]) == ("ACTIVE", "SUSPENDED")
    product.run("suppliers", replay="brake")
    assert world.info(blocked[1])["status"] == "INACTIVE"
    assert not product.open_items()


def test_many_small_runs_are_one_large_one(suppliers: list[str], world: World, product: Product) -> None:
    """A few in each run would slip through one by one; the day is counted."""
    for number in suppliers:
        block(world, number, "Active")
    product.run("suppliers")
    for number in suppliers[: LIMIT + 4 : 4]:
        batch = suppliers[suppliers.index(number) :][:4]
        for each in batch:
            block(world, each)
        product.run("suppliers")
    gone = [number for number in suppliers if world.info(number)["status"] == "SUSPENDED"]
    assert len(gone) == LIMIT
    assert len(product.open_items()) == 4
