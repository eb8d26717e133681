"""Sets without a change time: their keys and ETags are compared with those kept, with the laws of all others."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pipeline.driving import Product, in_a_process
from pipeline.sweeping_tenant import LINES, LONG_AGO, SHARES, change_line, line_key, lines_there, profile_of, state
from pipeline.world import World

from ifs_jaggaer.errors import Unreachable
from ifs_jaggaer.pipeline.pages import PageRef, PageStart
from ifs_jaggaer.pipeline.poll import poll, take_up
from ifs_jaggaer.pipeline.request import Request
from ifs_jaggaer.pipeline.run import open_run
from ifs_jaggaer.pipeline.wiring import open_wiring

NOTHING = {"ifs": 0, "jaggaer": 0}
LEG = ("purchase-orders", f"sweep.{LINES}")


@pytest.fixture(scope="module")
def sweeping(small_world: World, product: Product, tmp_path_factory: pytest.TempPathFactory) -> Product:
    """The module's product, told that order lines and distributions do not say when they changed."""
    product.run("gl-accounts")
    return product.with_settings(PROFILE=profile_of(tmp_path_factory.mktemp("profile"), LINES, SHARES))


@pytest.fixture(scope="module")
def supplier(small_world: World, sweeping: Product) -> str:
    number = small_world.supplier()
    sweeping.run("suppliers")
    return number


@pytest.fixture(autouse=True)
def _as_before(small_world: World) -> Iterator[None]:
    yield
    small_world.tune("ifs", missing_etag=[], hidden_companies=[], server_page=5000)


def order_of(world: World, supplier: str, lines: int = 2, **values: Any) -> str:
    order = world.order(supplier, **values)
    for number in range(2, lines + 1):
        world.line(order, str(number))
    return order


def test_what_happens_to_a_line_is_seen_without_a_change_time(world: World, supplier: str, sweeping: Product) -> None:
    order = order_of(world, supplier)
    sweeping.run("purchase-orders")
    assert lines_there(world, order) == [(10, "Open"), (10, "Open")]
    change_line(world, order, BuyQtyDue=12)
    world.line(order, "3", LastModifiedDate=LONG_AGO)
    ran = sweeping.run("purchase-orders")
    assert lines_there(world, order) == [(12, "Open"), (10, "Open"), (10, "Open")]
    assert ran.counts == {"updated": 1}
    sweeping.run("purchase-orders")  # sees what it wrote after JAGGAER's page had been read
    world.calm()
    for _ in range(2):
        assert sweeping.run("purchase-orders").result.requests == {"ifs": 3, "jaggaer": 1}, "a page of each set"
    assert world.writes() == NOTHING


def test_a_removed_line_is_cancelled_as_its_brake_allows(world: World, supplier: str, sweeping: Product) -> None:
    order = order_of(world, supplier)
    sweeping.run("purchase-orders")
    world.remove("ifs", "PurchaseOrderLineSet", line_key(order, "2"))
    before = state(sweeping)
    shown = sweeping.run("purchase-orders", dry_run=True)
    assert state(sweeping) == before
    assert order in shown.items or order in shown.lines
    ran = sweeping.run("purchase-orders")
    assert lines_there(world, order) == [(10, "Open"), (10, "Cancelled")]
    assert any("no longer shown" in note for note in ran.result.notes)
    assert not sweeping.items_of(order)
    world.calm()
    assert not sweeping.run("purchase-orders").result.notes
    assert world.writes() == NOTHING


def test_many_removed_lines_are_held_together(
    world: World, supplier: str, sweeping: Product, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = profile_of(tmp_path_factory.mktemp("profile"), LINES, SHARES)
    file.write_text("[limits]\nbrake_least = 2\nbrake_percent = 0\n" + file.read_text())
    careful = sweeping.with_settings(PROFILE=file, CONNECTION="careful")
    careful.run("suppliers")
    orders = [order_of(world, supplier) for _ in range(3)]
    careful.run("purchase-orders")
    for order in orders:
        world.remove("ifs", "PurchaseOrderLineSet", line_key(order, "2"))
    world.calm()
    for _ in range(2):
        careful.run("purchase-orders")
        assert [item.brake for order in orders for item in careful.items_of(order)] == [True] * 3
    assert world.writes() == NOTHING
    careful.run("purchase-orders", replay="brake")
    assert [lines_there(world, order)[1] for order in orders] == [(10, "Cancelled")] * 3


def test_a_set_that_shows_nothing_is_unknown(world: World, supplier: str, sweeping: Product) -> None:
    order_of(world, supplier)
    sweeping.run("purchase-orders")
    kept, items = sweeping.tables()["kept_version"], sweeping.open_items()
    world.tune("ifs", hidden_companies=["10", "20"])
    world.calm()
    ran = sweeping.run("purchase-orders")
    assert any("no row came" in note for note in ran.result.notes)
    assert (sweeping.tables()["kept_version"], sweeping.open_items(), world.writes()) == (kept, items, NOTHING)
    world.tune("ifs", hidden_companies=[])
    assert not sweeping.run("purchase-orders").result.notes


def test_the_share_of_a_line_that_is_gone_leads_to_its_order(world: World, supplier: str, sweeping: Product) -> None:
    """Its key does not name the order: the store does."""
    order, shares = order_of(world, supplier, lines=1), world.number("9")
    change_line(world, order, PreAccountingId=int(shares))
    for row, percent in ((1, 40), (2, 60)):
        told = {"CodeA": "4010", "CodeB": "CC1", "Percent": percent, "OrderNo": order, "LineNo": "1", "ReleaseNo": "1"}
        world.ifs("PreAccountingSet", PreAccountingId=int(shares), RowNo=row, LastModifiedDate=LONG_AGO, **told)
    sweeping.run("purchase-orders")
    assert not sweeping.items_of(order)
    world.remove("ifs", "PreAccountingSet", {"PreAccountingId": int(shares), "RowNo": 2})
    ran = sweeping.run("purchase-orders")
    assert order in ran.lines, "40 percent are no whole"
    assert sweeping.items_of(order)


@pytest.mark.parametrize("size", [1, 3, None])
def test_pages_of_any_size_see_the_same(size: int | None, world: World, supplier: str, sweeping: Product) -> None:
    orders = [order_of(world, supplier) for _ in range(4)]
    sweeping.run("purchase-orders", page_size=size)
    for order in orders:
        change_line(world, order, "2", BuyQtyDue=7)
    world.remove("ifs", "PurchaseOrderLineSet", line_key(orders[1]))
    ran = sweeping.run("purchase-orders", page_size=size)
    there = [sorted(lines_there(world, order)) for order in orders]
    other = [[(7, "Open"), (10, "Open")]]
    assert there == other + [[(7, "Open"), (10, "Cancelled")]] + other * 2
    assert ran.counts["updated"] == 4


def test_lists_without_etags_are_compared_whole(world: World, supplier: str, sweeping: Product) -> None:
    world.tune("ifs", missing_etag=["PurchaseOrderLineSet"])
    order = order_of(world, supplier)
    sweeping.run("purchase-orders")
    change_line(world, order, BuyQtyDue=12)
    sweeping.run("purchase-orders")
    assert lines_there(world, order) == [(12, "Open"), (10, "Open")]
    sweeping.run("purchase-orders")
    world.calm()
    assert sweeping.run("purchase-orders").result.requests == {"ifs": 4, "jaggaer": 1}, "one more tells that none came"
    assert world.writes() == NOTHING


def test_old_orders_stay_out_until_they_change(
    world: World, supplier: str, sweeping: Product, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Nothing tells whether their lines changed since the cut-over; a change after the first sweep is one."""
    late = sweeping.with_settings(CONNECTION="cut-over", START_FROM="2026-04-01")
    late.run("suppliers")
    old, closed = (order_of(world, supplier, LastModifiedDate=LONG_AGO) for _ in range(2))
    for state_ in ({"Objstate": "Closed"}, {"LastModifiedDate": LONG_AGO}):
        world.change("ifs", "PurchaseOrderSet", {"OrderNo": closed}, {"LastModifiedDate": LONG_AGO} | state_)
    new = order_of(world, supplier)
    ran = late.run("purchase-orders")
    assert [len(world.orders_there(order)) for order in (old, closed, new)] == [0, 0, 1]
    assert any("stay out until they change" in note for note in ran.result.notes)
    world.calm()
    assert not late.run("purchase-orders").result.notes
    assert world.writes() == NOTHING
    change_line(world, old, BuyQtyDue=3)
    change_line(world, closed, BuyQtyDue=3)
    late.run("purchase-orders")
    assert [len(world.orders_there(order)) for order in (old, closed)] == [1, 0]


def test_a_narrowed_run_moves_nothing_of_it(world: World, supplier: str, sweeping: Product) -> None:
    ours, theirs = order_of(world, supplier), order_of(world, supplier, Company="20")
    sweeping.run("purchase-orders")
    mark = sweeping.watermarks()[LEG]
    for order in (ours, theirs):
        change_line(world, order, BuyQtyDue=8)
    world.remove("ifs", "PurchaseOrderLineSet", line_key(ours, "2"))
    sweeping.run("purchase-orders", company="10")
    assert (lines_there(world, ours)[0], lines_there(world, theirs)[0]) == ((8, "Open"), (10, "Open"))
    assert sweeping.watermarks()[LEG] == mark
    sweeping.run("purchase-orders")
    assert lines_there(world, theirs)[0] == (8, "Open"), "a run for one company hides nothing of another"
    assert sweeping.watermarks()[LEG] > mark


def test_a_sweep_that_breaks_off_is_done_again(world: World, supplier: str, sweeping: Product) -> None:
    orders = [order_of(world, supplier) for _ in range(3)]
    sweeping.run("purchase-orders")
    for order in orders:
        change_line(world, order, BuyQtyDue=6)
    world.remove("ifs", "PurchaseOrderLineSet", line_key(orders[0], "2"))
    mark = sweeping.watermarks()[LEG]
    world.fault("ifs", "html_503", method="GET", path="PurchaseOrderLineSet.*OrderNo gt", skip=2, times=100)
    assert isinstance(sweeping.attempt("purchase-orders", page_size=2).error, Unreachable)
    assert sweeping.watermarks()[LEG] == mark
    world.calm()
    sweeping.run("purchase-orders", page_size=2)
    assert [lines_there(world, order)[0] for order in orders] == [(6, "Open")] * 3
    assert lines_there(world, orders[0])[1] == (10, "Cancelled")
    world.calm()
    sweeping.run("purchase-orders")
    assert world.writes() == NOTHING


def test_killed_in_the_middle(world: World, supplier: str, sweeping: Product) -> None:
    orders = [order_of(world, supplier) for _ in range(3)]
    sweeping.run("purchase-orders")
    for order in orders:
        change_line(world, order, BuyQtyDue=5)
    world.fault("jaggaer", "timeout_after_commit", method="POST", path="purchaseorders$", skip=1, args={"seconds": 20})
    patient = sweeping.with_settings(JAGGAER__READ_TIMEOUT=20)
    with in_a_process(patient, "purchase-orders") as process:
        while not any(world.hits("jaggaer")):
            assert process.poll() is None
        process.kill()
        process.wait(10)
    world.calm()
    sweeping.run("purchase-orders")
    there = [world.orders_there(order)[0]["header"]["revisionNumber"] for order in orders]
    assert ([lines_there(world, order)[0] for order in orders], there) == ([(5, "Open")] * 3, [1] * 3)


def test_an_attempt_in_another_process_goes_on_from_the_pages_that_were_done(
    world: World, supplier: str, sweeping: Product
) -> None:
    """What the first attempt saw is not taken for gone."""
    orders = [order_of(world, supplier) for _ in range(2)]
    sweeping.run("purchase-orders")
    world.remove("ifs", "PurchaseOrderLineSet", line_key(orders[1], "2"))

    async def first() -> list[PageRef]:
        return await _pages(sweeping, most=2)

    async def second(done: list[PageRef]) -> PageRef:
        return (await _pages(sweeping, done=done))[-1]

    done = asyncio.run(first())
    assert done[-1].following
    last = asyncio.run(second(done))
    assert last.gone == (f"{orders[1]}|2|1",)
    sweeping.run("purchase-orders")


async def _pages(product: Product, *, most: int = 1000, done: list[PageRef] | None = None) -> list[PageRef]:
    """Pages of the sweep as an attempt of a run polls them, after those that an earlier one had done."""
    request = Request("purchase-orders", str(uuid.uuid4()), "test", page_size=2)
    async with open_wiring(product.settings) as wiring, open_run(wiring, request) as run:
        refs = list(done or ())
        for ref in refs:
            take_up(run, ref)
        start = refs[-1].next_start(len(refs) + 1) if refs else PageStart(LEG[1], 1)
        while start and len(refs) < most:
            refs.append(await poll(run, start))
            start = refs[-1].next_start(len(refs) + 1)
        return refs


def test_where_no_set_tells_all_open_orders_are_taken_in(
    world: World, supplier: str, product: Product, tmp_path: Path
) -> None:
    """What JAGGAER shows of orders is no sign that one is new in IFS."""
    order = order_of(world, supplier)
    swept = product.with_settings(
        STORE__URL=f"sqlite:///{tmp_path / 'store.sqlite3'}",
        PROFILE=profile_of(tmp_path, "purchase_order", LINES, SHARES),
    )
    swept.run("suppliers")
    swept.run("gl-accounts")
    swept.run("purchase-orders")
    assert lines_there(world, order) == [(10, "Open"), (10, "Open")]
    world.calm()
    swept.run("purchase-orders")
    assert world.writes() == NOTHING
