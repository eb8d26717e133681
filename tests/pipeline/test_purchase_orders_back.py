"""What suppliers say of our orders at JAGGAER comes back to IFS, status only, over real HTTP (mapping.md, orders)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pipeline.driving import Product
from pipeline.world import World

from mapping.kinds import Instructions

NOTHING = {"ifs": 0, "jaggaer": 0}
RESOURCE = "purchaseorders"


@pytest.fixture(scope="module")
def supplier(small_world: World, product: Product) -> str:
    number = small_world.supplier()
    product.run("suppliers")
    product.run("gl-accounts")
    return number


@pytest.fixture
def order(world: World, supplier: str, product: Product) -> str:
    """An order of two lines that is at JAGGAER."""
    number = world.order(supplier)
    world.line(number, "2")
    product.run("purchase-orders")
    world.calm()
    return number


def there(world: World, order: str) -> dict[str, Any]:
    (record,) = world.orders_there(order)
    return record


def acknowledge(world: World, order: str, number: str | None = "AB-1", **promised: str | None) -> None:
    """As the supplier does at JAGGAER; lines by `line1`, None takes a promise back."""
    record = there(world, order)
    lines = [dict(line) for line in record["lineList"]["poLine"]]
    for line in lines:
        day = promised.get(f"line{line['lineNumber'].partition('-')[0]}", "")
        if day is None:
            line.pop("promisedDeliveryDate", None)
        elif day:
            line["promisedDeliveryDate"] = f"{day}T00:00:00.000Z"
    header = {"acknowledgement": {"number": number, "date": "2026-02-20T00:00:00.000Z"}} if number is not None else {}
    key = {"poId": record["header"]["poId"]}
    world.change("jaggaer", RESOURCE, key, {"header": header, "lineList": {"poLine": lines}})


def in_ifs(world: World, order: str) -> dict[str, Any]:
    (head,) = (row for row in world.records("ifs", "PurchaseOrderSet") if row["OrderNo"] == order)
    lines = (row for row in world.records("ifs", "PurchaseOrderLineSet") if row["OrderNo"] == order)
    promised = {f"line{row['LineNo']}": day(row["PromisedDeliveryDate"]) for row in lines}
    return {"number": head["AckOrderNo"], "date": day(head["AckDate"]), **promised}


def day(value: str | None) -> str | None:
    return value[:10] if value else None


def change_line(world: World, order: str, line: str = "1", **values: Any) -> None:
    world.change("ifs", "PurchaseOrderLineSet", {"OrderNo": order, "LineNo": line, "ReleaseNo": "1"}, values)


def open_fields(product: Product, order: str) -> dict[str, str]:
    return {item.field: str(item.kind) for item in product.items_of(order)}


def whole_orders_read(world: World) -> int:
    stats = world.admin("jaggaer", "GET", "log")
    return sum(entry["method"] == "GET" and "/purchaseorders/" in entry["path"] for entry in stats)


def test_an_acknowledgement_comes_back_with_the_version_that_was_read(
    order: str, world: World, product: Product
) -> None:
    acknowledge(world, order, line1="2026-03-09", line2="2026-03-11")
    world.calm()
    dry = product.run("purchase-orders", dry_run=True)
    assert (dry.result.counts.updated, world.writes()) == (1, NOTHING)
    ran = product.run("purchase-orders")
    assert in_ifs(world, order) == {
        "number": "AB-1", "date": "2026-02-20", "line1": "2026-03-09", "line2": "2026-03-11",
    }  # fmt: skip
    assert (ran.state, ran.counts, ran.result.amounts) == ("completed", {"updated": 1}, {})
    assert world.writes() == {"ifs": 3, "jaggaer": 0}
    for sent in world.sent("ifs"):
        assert sent["method"] == "PATCH"
        assert sent["headers"]["if-match"].startswith('W/"')
    bodies = [json.loads(sent["body"]) for sent in world.sent("ifs")]
    assert {"AckOrderNo": "AB-1", "AckDate": "2026-02-20"} in bodies
    world.calm()
    product.run("purchase-orders")
    assert world.writes() == NOTHING, "what came back is no change of the order"
    assert whole_orders_read(world) == 0
    assert there(world, order)["header"]["revisionNumber"] == 0
    product.verify_audit()


def test_our_own_writes_cost_no_reading_of_orders(world: World, supplier: str, product: Product) -> None:
    orders = [world.order(supplier) for _ in range(5)]
    world.calm()
    product.run("purchase-orders")
    product.run("purchase-orders")
    assert (world.writes(), whole_orders_read(world)) == ({"ifs": 0, "jaggaer": 5}, 0)
    for order in orders:
        change_line(world, order, WantedDeliveryDate="2026-04-02")
    world.calm()
    product.run("purchase-orders")
    product.run("purchase-orders")
    product.run("purchase-orders")
    assert (world.writes(), whole_orders_read(world)) == ({"ifs": 0, "jaggaer": 5}, 5), "once for each revision"


@pytest.mark.parametrize("wanted", ["2026-03-01", None])
def test_a_promise_revises_no_order_and_a_later_one_comes_too(
    wanted: str | None, world: World, supplier: str, product: Product
) -> None:
    number = world.order(supplier)
    change_line(world, number, WantedDeliveryDate=wanted, PlannedReceiptDate="2026-03-02")
    product.run("purchase-orders")
    acknowledge(world, number, None, line1="2026-03-20")
    product.run("purchase-orders")
    assert in_ifs(world, number)["line1"] == "2026-03-20"
    (row,) = (row for row in world.records("ifs", "PurchaseOrderLineSet") if row["OrderNo"] == number)
    assert day(row["PlannedReceiptDate"]) == "2026-03-20", "IFS derives it"
    acknowledge(world, number, "AB-2", line1="2026-03-25")
    world.calm()
    product.run("purchase-orders")
    assert (in_ifs(world, number)["line1"], in_ifs(world, number)["number"]) == ("2026-03-25", "AB-2")
    assert world.writes() == {"ifs": 2, "jaggaer": 0}
    (line,) = there(world, number)["lineList"]["poLine"]
    assert line["requestedDeliveryDate"][:10] == (wanted or "2026-03-02")
    product.run("purchase-orders")
    assert world.writes() == {"ifs": 2, "jaggaer": 0}


def test_an_order_changed_on_both_sides_goes_both_ways_in_one_run(order: str, world: World, product: Product) -> None:
    acknowledge(world, order, line1="2026-03-09")
    change_line(world, order, "2", WantedDeliveryDate="2026-04-01")
    world.calm()
    product.run("purchase-orders")
    assert in_ifs(world, order)["line1"] == "2026-03-09"
    record = there(world, order)
    assert record["header"]["revisionNumber"] == 1
    assert record["lineList"]["poLine"][0]["promisedDeliveryDate"][:10] == "2026-03-09", "JAGGAER keeps it"
    assert world.writes() == {"ifs": 2, "jaggaer": 1}
    product.run("purchase-orders")
    assert world.writes() == {"ifs": 2, "jaggaer": 1}
    acknowledge(world, order, None, line2="2026-04-03")
    product.run("purchase-orders")
    assert in_ifs(world, order)["line2"] == "2026-04-03", "after our own revision too"


def test_what_ifs_changed_of_it_is_a_conflict_for_a_person(order: str, world: World, product: Product) -> None:
    acknowledge(world, order, line1="2026-03-09")
    product.run("purchase-orders")
    field = "lines[1-1].promisedDeliveryDate"
    change_line(world, order, PromisedDeliveryDate="2026-03-30")
    ran = product.run("purchase-orders")
    assert (ran.state, open_fields(product, order)) == ("attention", {field: "conflict"})
    assert in_ifs(world, order)["line1"] == "2026-03-30"
    product.run("purchase-orders", keys=(order,), told=winners({order: {field: "jaggaer"}}))
    assert (in_ifs(world, order)["line1"], open_fields(product, order)) == ("2026-03-09", {})
    change_line(world, order, PromisedDeliveryDate="2026-03-31")
    product.run("purchase-orders")
    product.run("purchase-orders", keys=(order,), told=winners({order: {field: "ifs"}}))
    world.calm()
    product.run("purchase-orders", keys=(order,))
    assert (in_ifs(world, order)["line1"], open_fields(product, order)) == ("2026-03-31", {})
    assert world.writes() == NOTHING
    acknowledge(world, order, None, line1="2026-04-05")
    product.run("purchase-orders")
    assert in_ifs(world, order)["line1"] == "2026-04-05", "JAGGAER's next word counts"


def winners(told: dict[str, dict[str, Any]]) -> dict[str, Instructions]:
    return {key: Instructions(winners=fields) for key, fields in told.items()}


def test_a_promise_that_was_taken_back_is_cleared_as_the_brake_allows(
    order: str, world: World, product: Product, tmp_path: Path
) -> None:
    acknowledge(world, order, line1="2026-03-09", line2="2026-03-10")
    product.run("purchase-orders")
    strict = with_profile(product, tmp_path, "[limits]\nbrake_least = 0\nbrake_percent = 0\n")
    acknowledge(world, order, None, line1=None)
    strict.run("purchase-orders")
    assert open_fields(product, order) == {"lines[1-1].promisedDeliveryDate": "held"}
    assert in_ifs(world, order)["line1"] == "2026-03-09"
    strict.run("purchase-orders", replay="brake")
    assert in_ifs(world, order) == {"number": "AB-1", "date": "2026-02-20", "line1": None, "line2": "2026-03-10"}
    assert open_fields(product, order) == {}


def test_a_line_that_ifs_refuses_is_a_dead_letter_and_the_others_go(order: str, world: World, product: Product) -> None:
    world.fault("ifs", "modified_by_another", method="PATCH", path="LineNo='1'", times=9, args={"code": "20110"})
    acknowledge(world, order, line1="2026-03-09", line2="2026-03-11")
    product.run("purchase-orders")
    assert in_ifs(world, order) == {"number": "AB-1", "date": "2026-02-20", "line1": None, "line2": "2026-03-11"}
    assert open_fields(product, order) == {"lines[1-1].promisedDeliveryDate": "dead_letter"}
    world.calm()
    product.run("purchase-orders", replay="open")
    assert (in_ifs(world, order)["line1"], open_fields(product, order)) == ("2026-03-09", {})
    assert world.writes() == {"ifs": 1, "jaggaer": 0}


def test_somebody_changes_the_line_at_the_same_moment(order: str, world: World, product: Product) -> None:
    acknowledge(world, order, line1="2026-03-09")
    world.fault("ifs", "edit_first", method="PATCH", path="PurchaseOrderLineSet", args={"values": {"NoteText": "eilt"}})
    product.run("purchase-orders")
    assert in_ifs(world, order)["line1"] == "2026-03-09"
    assert open_fields(product, order) == {}


@pytest.mark.parametrize("fault", ["timeout_after_commit", "drop_before_commit", "drop_after_commit", "html_502"])
def test_whatever_happens_on_the_wire(fault: str, order: str, world: World, product: Product) -> None:
    acknowledge(world, order, line1="2026-03-09")
    seconds = {"args": {"seconds": 1.5}} if fault.startswith("timeout") else {}
    world.fault("ifs", fault, method="PATCH", **seconds)
    product.attempt("purchase-orders")
    world.calm()
    product.run("purchase-orders")
    assert (in_ifs(world, order)["line1"], in_ifs(world, order)["number"]) == ("2026-03-09", "AB-1")
    world.calm()
    product.run("purchase-orders")
    assert world.writes() == NOTHING


def test_a_revision_made_at_jaggaer_shows_when_jaggaer_moves(order: str, world: World, product: Product) -> None:
    record = there(world, order)
    lines = [{**line, "quantity": 11} for line in record["lineList"]["poLine"]]
    key = {"poId": record["header"]["poId"]}
    world.change("jaggaer", RESOURCE, key, {"header": {"revisionNumber": 1}, "lineList": {"poLine": lines}})
    ran = product.run("purchase-orders")
    assert (ran.state, open_fields(product, order)) == ("attention", {"header": "conflict"})
    world.calm()
    acknowledge(world, order, line1="2026-03-09")
    product.run("purchase-orders")
    assert in_ifs(world, order)["line1"] == "2026-03-09", "one way does not stand in the other's"
    product.run("purchase-orders", keys=(order,), told=winners({order: {"header": "jaggaer"}}))
    world.calm()
    product.run("purchase-orders", keys=(order,))
    assert (open_fields(product, order), world.writes()) == ({}, NOTHING)
    change_line(world, order, BuyQtyDue=12)
    product.run("purchase-orders")
    assert [line["quantity"] for line in there(world, order)["lineList"]["poLine"]] == [12, 10]
    assert there(world, order)["header"]["revisionNumber"] == 2


@pytest.mark.parametrize("changed", [{"status": "Completed"}, {"externalReference": "somebody's"}])
def test_an_order_ended_or_unmarked_by_others(
    changed: dict[str, str], order: str, world: World, product: Product
) -> None:
    world.change("jaggaer", RESOURCE, {"poId": there(world, order)["header"]["poId"]}, {"header": changed})
    product.run("purchase-orders")
    ended = "status" in changed
    assert open_fields(product, order) == ({"header": "conflict"} if ended else {}), "a lost mark alone changes nothing"
    product.run("purchase-orders", keys=(order,), told=winners({order: {"header": "jaggaer"}}))
    world.calm()
    product.run("purchase-orders", keys=(order,))
    assert (open_fields(product, order), world.writes()) == ({}, NOTHING)


def test_orders_of_others_at_jaggaer_are_none_of_ours(world: World, supplier: str, product: Product) -> None:
    old = world.order(supplier)
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": old}, {"LastModifiedDate": "2019-01-01T00:00:00Z"})
    change_line(world, old, LastModifiedDate="2019-01-01T00:00:00Z")
    for number in (old, world.number("X")):
        world.create("jaggaer", RESOURCE, foreign(number, supplier))
    world.calm()
    ran = product.run("purchase-orders")
    assert (ran.state, world.writes(), product.items_of(old)) == ("completed", NOTHING, [])
    assert whole_orders_read(world) == 0


def foreign(number: str, supplier: str) -> dict[str, Any]:
    header = {"poNumber": number, "revisionNumber": 0, "status": "Sent", "supplier": {"supplierNumber": supplier}}
    line = {"lineNumber": "1", "quantity": 1, "promisedDeliveryDate": "2026-03-09T00:00:00.000Z"}
    told = {"poDate": "2026-02-14T00:00:00.000Z", "currency": "EUR", "total": {"currency": "EUR", "value": 1}}
    return {"header": header | told | {"acknowledgement": {"number": "Z"}}, "lineList": {"poLine": [line]}}


def test_a_lost_store_and_reset_watermarks_cost_no_write(order: str, world: World, product: Product) -> None:
    acknowledge(world, order, line1="2026-03-09")
    product.run("purchase-orders")
    before = in_ifs(world, order)
    product.run("purchase-orders", dry_run=True)
    world.calm()
    product.reset_watermarks()
    product.run("purchase-orders")
    assert world.writes() == NOTHING
    product.delete_store()
    product.run("suppliers")
    product.run("gl-accounts")
    world.calm()
    product.run("purchase-orders")
    product.run("purchase-orders")
    assert world.writes() == NOTHING
    assert in_ifs(world, order) == before
    acknowledge(world, order, None, line2="2026-03-12")
    product.run("purchase-orders")
    assert in_ifs(world, order)["line2"] == "2026-03-12"


def test_under_revision_the_suppliers_word_comes_back_all_the_same(order: str, world: World, product: Product) -> None:
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": order}, {"Objstate": "Stopped"})
    change_line(world, order, BuyQtyDue=15)
    acknowledge(world, order, line1="2026-03-09")
    product.run("purchase-orders")
    assert in_ifs(world, order)["line1"] == "2026-03-09"
    assert open_fields(product, order) == {"Objstate": "held"}
    assert there(world, order)["lineList"]["poLine"][0]["quantity"] == 10
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": order}, {"Objstate": "Released"})
    product.run("purchase-orders")
    assert there(world, order)["lineList"]["poLine"][0]["quantity"] == 15
    assert open_fields(product, order) == {}


def test_ifs_confirms_the_order_by_setting(order: str, world: World, product: Product, tmp_path: Path) -> None:
    def state() -> str:
        return next(row["Objstate"] for row in world.records("ifs", "PurchaseOrderSet") if row["OrderNo"] == order)

    acknowledge(world, order)
    product.run("purchase-orders")
    assert state() == "Released", "not by default"
    confirming = with_profile(product, tmp_path, "[purchase_orders]\nconfirm = true\n")
    confirming.run("purchase-orders", keys=(order,))
    assert state() == "Confirmed"
    world.calm()
    confirming.run("purchase-orders", keys=(order,))
    confirming.run("purchase-orders")
    assert world.writes() == NOTHING


def test_put_back_by_setting(order: str, world: World, product: Product, tmp_path: Path) -> None:
    acknowledge(world, order, line1="2026-03-09")
    product.run("purchase-orders")
    change_line(world, order, PromisedDeliveryDate="2026-03-30")
    with_profile(product, tmp_path, "[purchase_orders]\nput_back = true\n").run("purchase-orders")
    assert (in_ifs(world, order)["line1"], open_fields(product, order)) == ("2026-03-09", {})


def with_profile(product: Product, folder: Path, text: str) -> Product:
    file = folder / "profile.toml"
    file.write_text(text)
    return product.with_settings(PROFILE=file)
