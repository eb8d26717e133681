"""Orders that IFS closed or cancelled end at JAGGAER, within a limit of their own (DESIGN, law 11)."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline.driving import Product
from pipeline.world import World

NOTHING = {"ifs": 0, "jaggaer": 0}


@pytest.fixture(scope="module")
def careful(small_world: World, product: Product, tmp_path_factory: pytest.TempPathFactory) -> Product:
    """20 % of ten orders, and never fewer than one: two a day."""
    file: Path = tmp_path_factory.mktemp("profile") / "profile.toml"
    file.write_text("[limits]\nbrake_least = 1\nclosed_orders_percent = 20\n")
    return product.with_settings(PROFILE=file)


@pytest.fixture(scope="module")
def orders(small_world: World, careful: Product) -> list[str]:
    supplier = small_world.supplier()
    numbers = [small_world.order(supplier) for _ in range(10)]
    careful.run("suppliers")
    careful.run("gl-accounts")
    careful.run("purchase-orders")
    return numbers


def end(world: World, order: str, state: str) -> None:
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": order}, {"Objstate": state})


def status(world: World, order: str) -> str:
    (record,) = world.orders_there(order)
    return str(record["header"]["status"])


def test_few_go_in_the_same_run_many_wait_for_a_person(orders: list[str], world: World, careful: Product) -> None:
    end(world, orders[0], "Closed")
    end(world, orders[1], "Cancelled")
    ran = careful.run("purchase-orders")
    assert [status(world, order) for order in orders[:3]] == ["Completed", "Cancelled", "Sent"]
    assert (ran.state, ran.counts) == ("completed", {"updated": 2})
    world.calm()
    careful.run("purchase-orders")
    assert world.writes() == NOTHING

    end(world, orders[2], "Closed")
    end(world, orders[3], "Cancelled")
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": orders[4]}, {"NoteText": "eilt"})
    ran = careful.run("purchase-orders")
    assert (ran.state, ran.counts) == ("attention", {"updated": 1, "held": 2})
    assert any("4 orders closed or cancelled in IFS in 24 hours exceed the limit of 2" in n for n in ran.result.notes)
    assert [status(world, order) for order in orders[2:4]] == ["Sent", "Sent"]
    assert world.orders_there(orders[4])[0]["header"]["note"] == "eilt", "all others go"

    end(world, orders[5], "Cancelled")  # after the list was looked at
    dry = careful.run("purchase-orders", replay="brake", dry_run=True)
    assert dry.result.counts.updated == 2
    careful.run("purchase-orders", replay="brake")
    assert [status(world, order) for order in orders[2:6]] == ["Completed", "Cancelled", "Sent", "Sent"]
    careful.run("purchase-orders")
    assert [item.key for item in careful.open_items()] == [orders[5]]


def test_the_general_limit_is_another(orders: list[str], world: World, careful: Product) -> None:
    """Held ends of orders do not hold what clears a field, nor the other way round."""
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": orders[7]}, {"PayTermId": None})
    ran = careful.run("purchase-orders")
    assert world.orders_there(orders[7])[0]["header"]["terms"] == {"standardPaymentTermsCode": ""}
    assert ran.state == "completed"
    assert status(world, orders[5]) == "Sent"


def test_one_that_is_opened_again_is_held_no_longer(orders: list[str], world: World, careful: Product) -> None:
    end(world, orders[5], "Released")
    careful.run("purchase-orders")
    assert (status(world, orders[5]), careful.open_items()) == ("Sent", [])
