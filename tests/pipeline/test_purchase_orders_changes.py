"""What happens to an order in IFS is at JAGGAER after one run, and a second run writes nothing (DESIGN, orders)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from pipeline.driving import Product
from pipeline.world import World

NOTHING = {"ifs": 0, "jaggaer": 0}
Line: TypeAlias = dict[str, Any]


@pytest.fixture(scope="module")
def supplier(small_world: World, product: Product) -> str:
    number = small_world.supplier()
    address = {"Address1": "Hafen 3", "ZipCode": "20457", "City": "Hamburg", "Country": "DE"}
    small_world.ifs("CompanySiteSet", Contract="102", Company="10", Description="Lager Nord", **address)
    for part, value in (("C", "PR7"), ("D", "OB1")):
        told = {"Description": value, "ValidFrom": "2020-01-01", "ValidUntil": "2049-12-31"}
        small_world.ifs("CodePartValueSet", Company="10", CodePart=part, CodePartValue=value, **told)
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


def change(world: World, order: str, line: str = "1", **values: Any) -> None:
    key = {"OrderNo": order, "LineNo": line, "ReleaseNo": "1"}
    world.change("ifs", "PurchaseOrderLineSet", key, values)


def settled(world: World, product: Product, order: str, *, revision: int) -> list[Line]:
    """The lines at JAGGAER after one run, when a second one has written nothing."""
    product.run("purchase-orders")
    world.calm()
    product.run("purchase-orders")
    assert world.writes() == NOTHING
    (record,) = world.orders_there(order)
    assert record["header"]["revisionNumber"] == revision
    assert not product.items_of(order)
    lines: list[Line] = record["lineList"]["poLine"]
    open_ = [line for line in lines if line["status"] != "Cancelled"]
    assert record["header"]["total"]["value"] == pytest.approx(sum(net(line) for line in open_), abs=0.005)
    return lines


def net(line: Line) -> float:
    share = 1 - float(line.get("discountPercent", 0)) / 100
    return float(line["quantity"]) * float(line["unitPrice"]["value"]) * share + float(line.get("charges", 0))


def splits(line: Line) -> list[tuple[float, dict[str, str]]]:
    (group,) = line["splittableFieldSetGroupList"]["splittableFieldSetGroup"]
    (inner,) = group["splittableFieldIndexSet"]
    return [
        (
            float(split["distributionValue"]),
            {each["internalName"]: each["value"] for each in split["customFieldValueList"]["customFieldValue"]},
        )
        for split in inner["splittableFieldIndexList"]["splittableFieldIndex"]
    ]


@pytest.mark.parametrize(
    ("changed", "there"),
    [
        ({"BuyQtyDue": 12}, {"quantity": 12}),
        ({"BuyQtyDue": 2.5}, {"quantity": 2.5}),
        ({"FbuyUnitPrice": "13.75"}, {"unitPrice": {"currency": "EUR", "value": 13.75}}),
        ({"WantedDeliveryDate": "2026-05-01"}, {"requestedDeliveryDate": "2026-05-01T00:00:00.000Z"}),
        ({"Discount": 10}, {"discountPercent": 10}),
        ({"AdditionalCost": "7.50"}, {"charges": 7.5}),
        ({"Description": "Öse, groß"}, {"catalogNumber": "69-1", "description": "Öse, groß"}),
        ({"Objstate": "Closed"}, {"status": "Closed"}),
        ({"Objstate": "Cancelled"}, {"status": "Cancelled"}),
        ({"ServiceType": "WARTUNG"}, {"productType": "Service"}),
    ],
)
def test_a_line_changes(changed: dict[str, Any], there: Line, order: str, world: World, product: Product) -> None:
    change(world, order, **changed)
    line, other = settled(world, product, order, revision=1)
    assert there.items() <= (line | line["item"]).items()
    assert (other["quantity"], other["status"]) == (10, "Open")


def test_a_line_is_added_then_all_lines_of_the_order_end(order: str, world: World, product: Product) -> None:
    world.line(order, "3", price="1.10", BuyQtyDue=3)
    lines = settled(world, product, order, revision=1)
    assert [line["lineNumber"] for line in lines] == ["1-1", "2-1", "3-1"]
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": order}, {"Objstate": "Closed"})
    lines = settled(world, product, order, revision=2)
    assert {line["status"] for line in lines} == {"Closed"}
    assert world.orders_there(order)[0]["header"]["status"] == "Completed"


def test_a_line_is_released_in_parts(order: str, world: World, product: Product) -> None:
    """Two releases of one line are two lines at JAGGAER."""
    told = {"OrderNo": order, "LineNo": "1", "ReleaseNo": "2", "Objstate": "Released", "BuyUnitMeas": "PCS"}
    world.ifs("PurchaseOrderLineSet", **told, BuyQtyDue=4, FbuyUnitPrice="2", CodeA="4010", Description="Rest")
    lines = settled(world, product, order, revision=1)
    assert sorted(line["lineNumber"] for line in lines) == ["1-1", "1-2", "2-1"]


def test_partial_deliveries_and_invoices_are_no_revision(order: str, world: World, product: Product) -> None:
    for quantity in (3, 4):
        told = {"QtyArrived": quantity, "Uom": "PCS", "ArrivalDate": "2026-02-20", "Objstate": "Received"}
        world.ifs("PurchaseReceiptSet", OrderNo=order, LineNo="1", ReleaseNo="1", **told)
        settled(world, product, order, revision=0)
    change(world, order, QtyInvoiced=3)
    change(world, order, "2", NoteText="nur für uns")
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": order}, {"Objstate": "Confirmed"})
    settled(world, product, order, revision=0)


def price_units(world: World, order: str) -> None:
    change(world, order, BuyUnitMeas="PCS", PriceUnitMeas="KG", PriceConvFactor="0.125", FbuyUnitPrice="8.40")


def charges_and_discount(world: World, order: str) -> None:
    change(world, order, Discount="12.5", AdditionalCost="4.99", FbuyUnitPrice="3.333")


def thirds(world: World, order: str) -> None:
    change(world, order, PreAccountingId=int(order[1:]))
    for at, (percent, centre) in enumerate((("33.33", "CC1"), ("33.33", None), ("33.34", "CC1")), 1):
        codes = {"CodeA": "4020" if at == 2 else "4010", "CodeB": centre, "CodeC": "PR7" if at == 3 else None}
        key = {"PreAccountingId": int(order[1:]), "RowNo": at, "OrderNo": order, "LineNo": "1", "ReleaseNo": "1"}
        world.ifs("PreAccountingSet", **key, **codes, Percent=percent)


@pytest.mark.parametrize(
    ("step", "priced"),
    [(price_units, (1.05, 10.5)), (charges_and_discount, (3.333, 34.15)), (thirds, (12.5, 125.0))],
)
def test_how_a_line_is_priced_and_shared(
    step: Callable[[World, str], None], priced: tuple[float, float], order: str, world: World, product: Product
) -> None:
    step(world, order)
    line, _ = settled(world, product, order, revision=1)
    assert (line["unitPrice"]["value"], net(line)) == (priced[0], pytest.approx(priced[1], abs=0.005))
    if step is thirds:
        assert splits(line) == [
            (33.33, {"Account": "4010", "CostCenter": "CC1"}),
            (33.33, {"Account": "4020"}),
            (33.34, {"Account": "4010", "CostCenter": "CC1", "Project": "PR7"}),
        ]


def test_a_share_changes(order: str, world: World, product: Product) -> None:
    thirds(world, order)
    settled(world, product, order, revision=1)
    key = {"PreAccountingId": int(order[1:]), "RowNo": 2}
    world.change("ifs", "PreAccountingSet", key, {"CodeA": "4010", "CodeD": "OB1"})
    line, _ = settled(world, product, order, revision=2)
    assert splits(line)[1] == (33.33, {"Account": "4010", "ObjectCode": "OB1"})


def unnamed_shares(world: World, order: str, *percents: str) -> int:
    """Shares of line 1 that do not say whose they are; gives their number."""
    number = int(order[1:])
    for at, percent in enumerate(percents, 1):
        told = {"PreAccountingId": number, "RowNo": at, "OrderNo": None, "CodeA": "4010", "Percent": percent}
        world.ifs("PreAccountingSet", **told)
    return number


@pytest.mark.parametrize("sweep", [False, True])
def test_a_share_that_does_not_name_its_order_changes(sweep: bool, order: str, world: World, product: Product) -> None:
    """Its line names it; one request for all of a page, none where nothing is new."""
    other = world.order(supplier_of(world, order))
    for each in (order, other):
        change(world, each, PreAccountingId=unnamed_shares(world, each, "60", "40"))
    settled(world, product, order, revision=1)
    for each in (order, other):
        moved = {"CodeA": "4020"} | ({"LastModifiedDate": "2026-01-02T00:00:00Z"} if sweep else {})
        world.change("ifs", "PreAccountingSet", {"PreAccountingId": int(each[1:]), "RowNo": 2}, moved)
    world.calm()
    if sweep:
        product.run("purchase-orders")
        assert world.writes() == NOTHING, "no change time shows it"
    product.run("purchase-orders", sweep=sweep)
    for each in (order, other):
        (record,) = world.orders_there(each)
        assert splits(record["lineList"]["poLine"][0])[1] == (40, {"Account": "4020"})
    product.run("purchase-orders")  # sees our revision at JAGGAER
    world.calm()
    ran = product.run("purchase-orders")
    assert (world.writes(), ran.lines) == (NOTHING, {})


def supplier_of(world: World, order: str) -> str:
    (head,) = (row for row in world.records("ifs", "PurchaseOrderSet") if row["OrderNo"] == order)
    return str(head["VendorNo"])


def test_shares_that_come_after_their_order(order: str, world: World, product: Product) -> None:
    change(world, order, PreAccountingId=int(order[1:]))
    product.run("purchase-orders")
    assert [item.field for item in product.items_of(order)] == ["lines[1-1].distribution"]
    unnamed_shares(world, order, "100")
    line, _ = settled(world, product, order, revision=1)
    assert splits(line) == [(100, {"Account": "4010"})]
    world.ifs("PreAccountingSet", PreAccountingId=int(order[1:]), RowNo=2, CodeA="4020", Percent="30")
    world.change("ifs", "PreAccountingSet", {"PreAccountingId": int(order[1:]), "RowNo": 1}, {"Percent": "70"})
    line, _ = settled(world, product, order, revision=2)
    assert splits(line) == [(70, {"Account": "4010"}), (30, {"Account": "4020"})]
    key = {"PreAccountingId": int(order[1:]), "RowNo": 2}
    product.run("purchase-orders", sweep=True)
    world.remove("ifs", "PreAccountingSet", key)
    product.run("purchase-orders", sweep=True)
    assert [item.field for item in product.items_of(order)] == ["lines[1-1].distribution"], (
        "its shares are no longer 100"
    )


def test_blanket_orders_are_orders(world: World, supplier: str, product: Product) -> None:
    """A call-off goes as what it orders; the agreement behind it is known in IFS alone."""
    number = world.order(supplier)
    change(world, number, BlanketOrder="B4711")
    (line,) = settled(world, product, number, revision=0)
    assert line["quantity"] == 10
    change(world, number, BlanketOrder="B4712")
    settled(world, product, number, revision=0)


def test_sites_and_addresses(world: World, supplier: str, product: Product) -> None:
    orders = [world.order(supplier), world.order(supplier, Contract="102"), world.order(supplier, Contract="201")]
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": orders[2]}, {"Company": "20"})
    product.run("purchase-orders")
    headers = [world.orders_there(order)[0]["header"] for order in orders]
    places = [header["shipTo"]["address"] for header in headers]
    assert [place["addressCode"] for place in places] == ["101", "102", "201"]
    assert places[1]["addressLineList"] == {"addressLine": [{"lineNumber": 1, "addressLine": "Hafen 3"}]}
    assert (places[1]["city"], places[1]["postalCode"], places[1]["isoCountryCode"]) == ("Hamburg", "20457", "DE")
    assert [header["businessUnit"]["internalName"] for header in headers] == ["10", "10", "20"]
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": orders[0]}, {"Contract": "102"})
    settled(world, product, orders[0], revision=1)
    assert world.orders_there(orders[0])[0]["header"]["shipTo"]["address"]["addressCode"] == "102"


@pytest.mark.parametrize("state", ["Planned", "Stopped"])
def test_not_released_then_released(state: str, world: World, supplier: str, product: Product) -> None:
    number = world.order(supplier, Objstate=state)
    ran = product.run("purchase-orders")
    assert (world.orders_there(number), product.items_of(number)) == ([], [])
    assert ran.lines[number].notes == (f"not released: {state}",)
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": number}, {"Objstate": "Released"})
    settled(world, product, number, revision=0)


def test_a_number_of_another_ones_mark(world: World, supplier: str, product: Product) -> None:
    number = world.order(supplier)
    header = {
        "poNumber": number,
        "revisionNumber": 0,
        "status": "Sent",
        "externalReference": "IFS:P0:0:0123456789abcdef",
    }
    told = {"poDate": "2026-02-14T00:00:00.000Z", "currency": "EUR", "total": {"currency": "EUR", "value": 1}}
    lines = {"poLine": [{"lineNumber": "1", "quantity": 1}]}
    world.create("jaggaer", "purchaseorders", {"header": header | told, "lineList": lines})
    product.run("purchase-orders")
    (item,) = product.items_of(number)
    assert (item.kind, item.field, item.value) == ("dead_letter", "OrderNo", number)
    assert "already used by another order at JAGGAER (IFS:P0:0:0123456789abcdef)" in item.reason
    assert world.writes()["jaggaer"] == 0


@pytest.mark.parametrize(
    ("codes", "part"),
    [({"ReqCodeB": "Blocked"}, "B"), ({"ReqCodeC": "Mandatory"}, "C"), ({"ValidUntil": "2026-01-31"}, "A")],
)
def test_what_ifs_would_refuse_to_post_is_found_before_it_is_sent(
    codes: dict[str, str], part: str, world: World, supplier: str, product: Product
) -> None:
    account = world.number("6")
    world.account(account, **codes)
    product.run("gl-accounts")
    world.calm()
    number = world.order(supplier, account=account)
    product.run("purchase-orders")
    (item,) = product.items_of(number)
    assert (item.kind, item.field) == ("dead_letter", f"lines[1-1].Code{part}")
    assert account in item.reason
    assert world.writes() == NOTHING, "not even tried"
    other = world.order(supplier, account=account)
    product.run("purchase-orders")
    change(world, number, CodeA="4020")
    settled(world, product, number, revision=0)
    assert world.orders_there(other) == []
    mended = {name: {"ReqCodeB": "Can", "ReqCodeC": "Can", "ValidUntil": "2049-12-31"}[name] for name in codes}
    world.change("ifs", "AccountSet", {"Company": "10", "Account": account}, mended)
    settled(world, product, other, revision=0)
