"""Rate limits: a 429 is obeyed in full by everybody, and nothing is lost for it."""

from __future__ import annotations

import threading
import time
from datetime import datetime

import pytest
from pipeline.driving import Product
from pipeline.world import World

PAUSE = 3


@pytest.fixture(scope="module")
def accounts(product: Product) -> Product:
    product.run("gl-accounts")
    return product


@pytest.mark.parametrize("said", ["seconds", "date", "none"])
def test_nobody_sends_while_the_server_wants_a_pause(said: str, world: World, accounts: Product) -> None:
    suppliers = [world.supplier() for _ in range(4)]
    accounts.run("suppliers")
    orders = [world.order(number) for number in suppliers]
    world.calm()
    world.tune("jaggaer", retry_after=said)
    world.fault("jaggaer", "throttle", path="purchaseorders", skip=2, args={"seconds": PAUSE})
    ran = accounts.run("purchase-orders")
    world.tune("jaggaer", retry_after="seconds")
    assert ran.result.throttled == {"ifs": 0, "jaggaer": 1}
    assert [len(world.orders_there(order)) for order in orders] == [1] * 4
    log = world.admin("jaggaer", "GET", "log")
    times = [datetime.fromisoformat(entry["at"]) for entry in log]
    [refused] = [at for at, entry in zip(times, log, strict=True) if entry["status"] == 429]
    after = sorted((at - refused).total_seconds() for at in times if at > refused)
    # What was permitted before may still leave within a second; without a word a pause of a second is enough.
    pause = {"seconds": PAUSE, "date": PAUSE, "none": 1}[said]
    assert not [seconds for seconds in after if min(pause, 1.05) < seconds < pause - 0.05]
    assert after[-1] >= pause - 0.05


def test_a_limit_below_ours_slows_us_and_loses_nothing(world: World, accounts: Product) -> None:
    """Another client has used the tenant up; after some seconds there is room again."""
    suppliers = [world.supplier() for _ in range(4)]
    accounts.run("suppliers")
    orders = [world.order(number) for number in suppliers]
    world.calm()
    world.tune("jaggaer", requests_per_minute=1, retry_after="none")
    room = threading.Timer(3, lambda: world.tune("jaggaer", requests_per_minute=1_000_000, retry_after="seconds"))
    room.start()
    try:
        ran = accounts.attempt("purchase-orders")
    finally:
        room.join()
    assert 1 <= ran.result.throttled["jaggaer"] <= 12, "it slowed down instead of knocking on"
    accounts.run("purchase-orders")
    assert [len(world.orders_there(order)) for order in orders] == [1] * 4
    assert not accounts.open_items()


def test_our_own_pace_is_kept(world: World, accounts: Product) -> None:
    suppliers = [world.supplier() for _ in range(8)]
    accounts.run("suppliers")
    orders = [world.order(number) for number in suppliers]
    world.calm()
    slow = accounts.with_settings(JAGGAER__REQUESTS_PER_MINUTE=150, CONNECTION="default")
    began = time.monotonic()
    ran = slow.run("purchase-orders")
    assert ran.result.requests["jaggaer"] >= 9
    assert time.monotonic() - began > 2.5, "nine requests at two a second"
    assert [len(world.orders_there(order)) for order in orders] == [1] * 8
