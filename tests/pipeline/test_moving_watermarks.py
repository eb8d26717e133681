"""Law 1: what a watermark has passed is settled; which runs move one, and which do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pipeline.driving import Product
from pipeline.world import World

from ifs_jaggaer.errors import SettingsError

LEG = ("purchase-orders", "ifs.purchase_order")


@pytest.fixture(scope="module")
def suppliers(small_world: World, product: Product) -> list[str]:
    """Suppliers that orders can be of, linked."""
    product.run("gl-accounts")
    numbers = [small_world.supplier() for _ in range(2)]
    product.run("suppliers")
    return numbers


def _after(mark: str | None) -> str:
    """A second later, so that a run that may does move it."""
    return f"{datetime.fromisoformat(mark or stamp(minutes=10)) + timedelta(seconds=1):%Y-%m-%dT%H:%M:%S}Z"


def stamp(**ago: float) -> str:
    return f"{datetime.now(UTC) - timedelta(**ago):%Y-%m-%dT%H:%M:%S}Z"


@pytest.mark.parametrize(
    "asked",
    [
        {"keys": ("P1",)},
        {"since": datetime(2020, 1, 1, tzinfo=UTC)},
        {"until": datetime(2040, 1, 1, tzinfo=UTC)},
        {"company": "10"},
        {"dry_run": True},
        {"replay": "open"},
        {"replay": "brake"},
    ],
    ids=lambda asked: next(iter(asked)),
)
def test_a_narrowed_run_moves_none(asked: dict[str, Any], suppliers: list[str], world: World, product: Product) -> None:
    before = product.watermarks()
    world.order(suppliers[0], LastModifiedDate=_after(before.get(LEG)))
    product.run("purchase-orders", **asked)
    assert product.watermarks() == before
    product.run("purchase-orders")
    assert product.watermarks()[LEG] > before.get(LEG, "")


def test_a_narrowed_run_does_what_was_asked_all_the_same(suppliers: list[str], world: World, product: Product) -> None:
    mine, other = world.order(suppliers[0]), world.order(suppliers[0])
    product.run("purchase-orders", keys=(mine,))
    assert (len(world.orders_there(mine)), len(world.orders_there(other))) == (1, 0)
    late = world.order(suppliers[0], LastModifiedDate="2026-05-05T05:05:05Z")
    world.line(late, "2", LastModifiedDate="2026-05-05T05:05:05Z")
    window = {"since": datetime(2026, 5, 5, tzinfo=UTC), "until": datetime(2026, 5, 6, tzinfo=UTC)}
    product.run("purchase-orders", **window)
    assert (len(world.orders_there(late)), len(world.orders_there(other))) == (1, 0)
    product.run("purchase-orders", company="20")
    assert not world.orders_there(other)
    product.run("purchase-orders")
    assert len(world.orders_there(other)) == 1


def test_rows_of_one_second_across_page_ends(suppliers: list[str], world: World, product: Product) -> None:
    """A dry run on an empty store sees the same with pages of any size; a real one makes each once."""
    moment = stamp(minutes=1)
    orders = {world.order(suppliers[0], LastModifiedDate=moment) for _ in range(9)}
    empty = product.with_settings(CONNECTION="sees-everything")
    seen = [set(empty.run("purchase-orders", dry_run=True, page_size=size).lines) for size in (1, 7, 100)]
    assert orders <= seen[0]
    assert seen[0] == seen[1] == seen[2]
    product.run("purchase-orders", page_size=2)
    assert [len(world.orders_there(order)) for order in orders] == [1] * 9
    assert {world.orders_there(order)[0]["header"]["revisionNumber"] for order in orders} == {0}


def test_what_became_visible_late_is_found_within_the_overlap(
    suppliers: list[str], world: World, product: Product
) -> None:
    world.order(suppliers[0])
    product.run("purchase-orders")
    mark = product.watermarks()[LEG]
    late = world.order(suppliers[0], LastModifiedDate=stamp(minutes=3))
    assert next(r for r in world.records("ifs", "PurchaseOrderSet") if r["OrderNo"] == late)["LastModifiedDate"] < mark
    product.run("purchase-orders")
    assert len(world.orders_there(late)) == 1
    assert product.watermarks()[LEG] == mark, "it never goes back"


def test_a_change_time_in_the_future_does_not_hide_what_comes_after_it(
    suppliers: list[str], world: World, product: Product
) -> None:
    early = world.order(suppliers[0])
    odd = world.order(suppliers[0], LastModifiedDate="2099-01-01T00:00:00Z")
    product.run("purchase-orders")
    assert len(world.orders_there(odd)) == 1
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": early}, {"NoteText": "eilt"})
    product.run("purchase-orders")
    assert world.orders_there(early)[0]["header"]["note"] == "eilt"
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": odd}, {"LastModifiedDate": stamp(seconds=0)})


def test_what_was_read_again_in_the_overlap_costs_no_more(suppliers: list[str], world: World, product: Product) -> None:
    for _ in range(3):
        world.order(suppliers[0])
    product.run("purchase-orders")
    world.calm()
    ran = product.run("purchase-orders")
    orders = len(world.records("ifs", "PurchaseOrderSet"))
    assert 3 <= ran.result.counts.unchanged == ran.result.counts.read <= orders, "each once, by its rows on both sides"
    assert ran.result.requests == {"ifs": 3, "jaggaer": 1}, "one page of each set"


def test_a_row_that_changes_between_its_page_and_its_decision_goes_as_it_is_then(
    suppliers: list[str], world: World, product: Product
) -> None:
    orders = [world.order(suppliers[0]) for _ in range(3)]
    note = {"NoteText": "inzwischen"}
    product.run(
        "purchase-orders", meanwhile=lambda: world.change("ifs", "PurchaseOrderSet", {"OrderNo": orders[1]}, note)
    )
    product.run("purchase-orders")
    headers = [world.orders_there(order)[0]["header"] for order in orders]
    assert [header.get("note") for header in headers] == [None, "inzwischen", None]
    assert [header["revisionNumber"] for header in headers] == [0, 1, 0]


def test_an_order_that_moves_to_a_later_page_is_not_lost(suppliers: list[str], world: World, product: Product) -> None:
    orders = [world.order(suppliers[0], LastModifiedDate=stamp(seconds=60 - turn)) for turn in range(6)]
    move = {"NoteText": "verschoben"}
    product.run(
        "purchase-orders",
        page_size=2,
        meanwhile=lambda: world.change("ifs", "PurchaseOrderSet", {"OrderNo": orders[3]}, move),
    )
    assert [len(world.orders_there(order)) for order in orders] == [1] * 6
    assert world.orders_there(orders[3])[0]["header"]["note"] == "verschoben"


def test_documents_need_a_cut_over(product: Product, world: World) -> None:
    fresh = product.with_settings(CONNECTION="no-cut-over", START_FROM="")
    for sync in ("purchase-orders", "invoices"):
        ran = fresh.attempt(sync)
        assert isinstance(ran.error, SettingsError)
        assert ran.error.field == "start_from"
    assert world.writes() == {"ifs": 0, "jaggaer": 0}


def test_what_was_changed_before_the_cut_over_stays_out(suppliers: list[str], world: World, product: Product) -> None:
    old, moment = world.number("P"), "2026-03-03T03:03:03Z"
    world.ifs(
        "PurchaseOrderSet",
        OrderNo=old,
        VendorNo=suppliers[0],
        Company="10",
        CurrencyCode="EUR",
        Objstate="Released",
        OrderDate="2026-03-03",
        Contract="101",
        PayTermId="30",
        LastModifiedDate=moment,
    )
    world.line(old, LastModifiedDate=moment)
    late = product.with_settings(CONNECTION="late-cut-over", START_FROM="2026-04-01")
    assert old not in late.run("purchase-orders", dry_run=True).lines
    early = product.with_settings(CONNECTION="early-cut-over", START_FROM="2026-03-01")
    assert old in early.run("purchase-orders", dry_run=True).lines


def test_a_sweep_of_jaggaer_moves_its_watermark_only_when_it_is_complete(
    suppliers: list[str], world: World, product: Product
) -> None:
    """The second page fails for good: nothing of the leg is passed, though the first page was settled."""
    world.tune("jaggaer", server_page=3)
    invoices = [world.invoice(suppliers[0]) for _ in range(5)]
    before = product.watermarks().get(("invoices", "jaggaer.invoices"))
    world.calm()
    world.fault("jaggaer", "html_503", method="GET", path=r"invoices\?.*start=[2-9]", times=100)
    ran = product.attempt("invoices")
    assert ran.error is not None
    assert product.watermarks().get(("invoices", "jaggaer.invoices")) == before
    world.calm()
    product.run("invoices")
    world.tune("jaggaer", server_page=100)
    assert [len(world.proposals(invoice)) for invoice in invoices] == [1] * 5
    assert product.watermarks()["invoices", "jaggaer.invoices"] > (before or "")


def test_a_reset_holds_although_a_run_was_going_on(suppliers: list[str], world: World, product: Product) -> None:
    """The run's next page would otherwise put the mark back, and nothing would be read again."""
    world.order(suppliers[0])
    product.run("purchase-orders")
    assert LEG in product.watermarks()
    mine = world.order(suppliers[0])
    product.run("purchase-orders", meanwhile=product.reset_watermarks)
    assert LEG not in product.watermarks()
    assert len(world.orders_there(mine)) == 1
    product.run("purchase-orders")
    assert LEG in product.watermarks()
