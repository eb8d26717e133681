"""Receipts over real HTTP: registered once, told, voided, returned, whatever fails in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from pipeline.driving import Product, in_a_process
from pipeline.world import DAY, World

from ifs_jaggaer.errors import System
from mapping.kinds import Instructions

MOST_SECONDS = 30


@pytest.fixture(scope="module")
def supplier(small_world: World, product: Product) -> str:
    product.run("gl-accounts")
    number: str = small_world.supplier()
    product.run("suppliers")
    return number


@pytest.fixture
def order(supplier: str, world: World, product: Product) -> str:
    """An order of ten pieces that JAGGAER has, too."""
    number: str = world.order(supplier)
    product.run("purchase-orders")
    world.calm()
    return number


def line(number: str = "1", quantity: float = 4, **changed: Any) -> dict[str, Any]:
    told = {"lineNumber": number, "poLineNumber": "1-1", "quantity": quantity, "unitOfMeasure": "EA", "type": "Receive"}
    return told | changed


def receive(world: World, order: str, *lines: dict[str, Any], **header: Any) -> str:
    """A receipt at JAGGAER; gives its id."""
    told = {"poNumber": order, "receiptDate": f"{DAY}T00:00:00.000Z", "status": "Completed"}
    told |= {"exportStatus": "NotExported", "receiptNumber": world.number("RC")}
    record = {"header": told | header, "lineList": {"receiptLine": list(lines or (line(),))}}
    return str(world.create("jaggaer", "receipts", record)["header"]["receiptId"])


def change(world: World, receipt: str, **header: Any) -> None:
    world.change("jaggaer", "receipts", {"receiptId": receipt}, {"header": header})


def at_jaggaer(world: World, receipt: str) -> dict[str, Any]:
    found: dict[str, Any] = next(
        one["header"] for one in world.records("jaggaer", "receipts") if one["header"]["receiptId"] == receipt
    )
    return found


def in_ifs(world: World, receipt: str) -> dict[str, dict[str, Any]]:
    """What carries the receipt's mark, by line number; each at most once."""
    rows = [
        row
        for row in world.records("ifs", "PurchaseReceiptSet")
        if str(row["ReceiptReference"]).startswith(f"JAG:{receipt}:")
    ]
    found = {row["ReceiptReference"].rpartition(":")[2]: row for row in rows}
    assert len(found) == len(rows), "registered twice"
    return found


def reasons(product: Product, receipt: str) -> dict[str, str]:
    return {item.field: item.reason for item in product.items_of(receipt)}


def at_rest(world: World, product: Product) -> None:
    """Neither this run nor one after all watermarks were reset writes anything, in any direction."""
    for reset in (False, True):
        if reset:
            product.reset_watermarks()
        world.calm()
        product.run("purchase-orders")
        product.run("receipts")
        assert not [*world.sent("ifs"), *world.sent("jaggaer")]


def test_registered_told_and_at_rest(order: str, world: World, product: Product) -> None:
    world.line(order, "2", BuyUnitMeas="KG")
    product.run("purchase-orders")
    receipt = receive(world, order, line(), line("2", 2.125, poLineNumber="2-1", unitOfMeasure="KGM"))
    world.calm()
    dry = product.run("receipts", dry_run=True)
    assert dry.counts["created"] == 1
    assert world.writes() == {"ifs": 0, "jaggaer": 0}
    planned = dry.lines[receipt].changes
    ran = product.run("receipts")
    assert ran.state == "completed"
    assert ran.lines[receipt].changes[: len(planned)] == planned
    assert world.writes() == {"ifs": 2, "jaggaer": 1}
    rows = in_ifs(world, receipt)
    assert {at: (row["OrderNo"], row["LineNo"], row["QtyArrived"], row["Uom"]) for at, row in rows.items()} == {
        "1": (order, "1", 4, "PCS"),
        "2": (order, "2", 2.125, "KG"),
    }
    assert {row["ArrivalDate"] for row in rows.values()} == {DAY}
    header = at_jaggaer(world, receipt)
    assert header["exportStatus"] == "Exported"
    assert header["erpNumber"] == f"{rows['1']['ReceiptSequence']}, {rows['2']['ReceiptSequence']}"
    assert header["erpDate"] == f"{DAY}T00:00:00.000Z"
    with product.store() as store:
        events = store.audit.trace([str(rows["2"]["ReceiptSequence"])])
    assert [(event.action, event.phase) for event in events] == [("create", "sending"), ("create", "outcome")]
    at_rest(world, product)
    product.verify_audit()


def test_partial_deliveries_of_one_line(order: str, world: World, product: Product) -> None:
    receipts = [receive(world, order, line(quantity=quantity)) for quantity in (4, 4, 4)]
    product.run("receipts")
    assert [len(in_ifs(world, receipt)) for receipt in receipts] == [1, 1, 0]
    assert [at_jaggaer(world, receipt)["exportStatus"] for receipt in receipts] == ["Exported", "Exported", "Failed"]
    assert "open quantity" in reasons(product, receipts[2])["lines[1].quantity"]
    at_rest(world, product)
    change(world, receipts[0], status="Voided")
    product.run("receipts")
    product.run("receipts")
    assert [row["Objstate"] == "Cancelled" for row in in_ifs(world, receipts[0]).values()] == [True]
    assert at_jaggaer(world, receipts[2])["exportStatus"] == "Exported"
    assert not product.items_of(receipts[2])
    at_rest(world, product)


def test_a_receipt_waits_for_its_order_and_goes_by_itself(supplier: str, world: World, product: Product) -> None:
    number = world.number("P")
    receipt = receive(world, number)
    ran = product.run("receipts")
    assert (ran.state, ran.counts) == ("completed", {"waiting": 1})
    world.order(supplier, number)
    product.run("receipts")
    assert product.items_of(receipt)[0].waits_for == f"purchase_order:{number}"
    product.run("purchase-orders")
    product.run("receipts")
    assert len(in_ifs(world, receipt)) == 1
    assert not product.items_of(receipt)


def test_one_bad_line_stops_no_other(order: str, world: World, product: Product) -> None:
    receipt = receive(world, order, line("1", unitOfMeasure="PF"), line("2", 3), line("3", poLineNumber="77-1"))
    ran = product.run("receipts")
    assert ran.state == "attention"
    assert list(in_ifs(world, receipt)) == ["2"]
    assert list(reasons(product, receipt)) == ["lines[1].unitOfMeasure", "lines[3].poLineNumber"]
    header = at_jaggaer(world, receipt)
    assert header["exportStatus"] == "Failed"
    assert "lines[3].poLineNumber 77-1: unknown line" in header["exportMessage"]
    at_rest(world, product)


def test_what_ifs_refuses_is_a_dead_letter_of_its_line(order: str, world: World, product: Product) -> None:
    """The order was closed between the decision and the write."""
    world.line(order, "2")
    product.run("purchase-orders")
    receipt = receive(world, order, line("1"), line("2", 3, poLineNumber="2-1"))
    key = {"OrderNo": order, "LineNo": "1", "ReleaseNo": "1"}
    ran = product.attempt(
        "receipts", meanwhile=lambda: world.change("ifs", "PurchaseOrderLineSet", key, {"Objstate": "Closed"})
    )
    assert ran.error is None
    assert list(in_ifs(world, receipt)) == ["2"]
    assert any("Closed" in reason for reason in reasons(product, receipt).values())
    assert at_jaggaer(world, receipt)["exportStatus"] == "Failed"


def test_resend_void_and_conflict(order: str, world: World, product: Product) -> None:
    receipt = receive(world, order)
    product.run("receipts")
    world.calm()
    change(world, receipt, exportStatus="NotExported")
    product.run("receipts")
    assert world.writes() == {"ifs": 0, "jaggaer": 1}
    assert at_jaggaer(world, receipt)["exportStatus"] == "Exported"
    world.change("jaggaer", "receipts", {"receiptId": receipt}, {"lineList": {"receiptLine": [line(quantity=5)]}})
    world.calm()
    assert product.run("receipts").counts == {"conflicts": 1}
    assert world.writes() == {"ifs": 0, "jaggaer": 0}
    change(world, receipt, status="Voided")
    product.run("receipts")
    (row,) = in_ifs(world, receipt).values()
    assert row["Objstate"] == "Cancelled"
    assert not product.items_of(receipt)
    (sent,) = world.sent("ifs")
    assert sent["path"].endswith("PurchaseReceipt_Cancel")
    assert sent["headers"]["if-match"].startswith("W/")
    at_rest(world, product)


def cancel_in_ifs(world: World, receipt: str) -> str:
    """By hand; gives the number of the one that stood."""
    rows = [row for row in world.records("ifs", "PurchaseReceiptSet") if row["ReceiptReference"] == f"JAG:{receipt}:1"]
    (row,) = [row for row in rows if row["Objstate"] != "Cancelled"]
    world.change("ifs", "PurchaseReceiptSet", {"ReceiptSequence": row["ReceiptSequence"]}, {"Objstate": "Cancelled"})
    return str(row["ReceiptSequence"])


def states(world: World, receipt: str) -> list[bool]:
    """Whether each that carries the mark of the first line is cancelled, in the order of their numbers."""
    rows = [row for row in world.records("ifs", "PurchaseReceiptSet") if row["ReceiptReference"] == f"JAG:{receipt}:1"]
    return [row["Objstate"] == "Cancelled" for row in sorted(rows, key=lambda row: int(row["ReceiptSequence"]))]


def resolve(product: Product, receipt: str, winner: System, key: str = "") -> None:
    """What `conflicts resolve` does."""
    told = {key or receipt: Instructions(winners={"*": winner})}
    product.run("receipts", keys=(key or receipt,), told=told)


@pytest.mark.parametrize("by_key", [False, True], ids=["ordinary", "key"])
def test_cancelled_in_ifs_by_hand(by_key: bool, order: str, world: World, product: Product) -> None:
    receipt = receive(world, order)
    product.run("receipts")
    number = cancel_in_ifs(world, receipt)
    world.calm()
    assert product.run("receipts", dry_run=True).counts == {"conflicts": 1}
    ran = product.run("receipts", keys=(receipt,) if by_key else ())
    assert ran.counts == {"conflicts": 1}
    (item,) = product.items_of(receipt)
    assert (item.kind, item.field, item.value) == ("conflict", "lines[1].receipt", number)
    command = f"ifs-jaggaer conflicts resolve {receipt} --sync receipts --winner"
    assert item.remedy == (
        f"void it at JAGGAER; or register it again: `{command} jaggaer`; or leave it cancelled: `{command} ifs`"
    )
    assert (states(world, receipt), at_jaggaer(world, receipt)["exportStatus"]) == ([True], "Exported")
    at_rest(world, product)
    assert [one.kind for one in product.items_of(receipt)] == ["conflict"]
    change(world, receipt, status="Voided")
    product.run("receipts")
    assert (states(world, receipt), product.items_of(receipt)) == ([True], [])
    at_rest(world, product)


def test_registered_again_by_a_person(order: str, world: World, product: Product) -> None:
    receipt = receive(world, order)
    product.run("receipts")
    for before in (1, 2):
        number = cancel_in_ifs(world, receipt)
        product.run("receipts")
        resolve(product, receipt, "jaggaer", number if before == 1 else "")
        assert states(world, receipt) == [True] * before + [False]
        assert product.items_of(receipt) == []
        rows = world.records("ifs", "PurchaseReceiptSet")
        numbers = [str(row["ReceiptSequence"]) for row in rows if row["ReceiptReference"] == f"JAG:{receipt}:1"]
        last = max(numbers, key=int)
        assert at_jaggaer(world, receipt)["erpNumber"] == last, "JAGGAER is told the new number"
        with product.store() as store:
            assert ("create", "outcome") in [(event.action, event.phase) for event in store.audit.trace([last])]
        product.run("receipts")
        at_rest(world, product)
    product.delete_store()
    product.runs.clear()
    world.calm()
    for sync in ("gl-accounts", "suppliers", "purchase-orders", "receipts"):
        product.run(sync)
    assert not [*world.sent("ifs"), *world.sent("jaggaer")]
    assert product.items_of(receipt) == []


def test_left_cancelled_by_a_person(order: str, world: World, product: Product) -> None:
    receipt = receive(world, order)
    product.run("receipts")
    cancel_in_ifs(world, receipt)
    product.run("receipts")
    world.calm()
    resolve(product, receipt, "ifs")
    assert (states(world, receipt), product.items_of(receipt)) == ([True], [])
    at_rest(world, product)
    change(world, receipt, exportStatus="NotExported")
    product.run("receipts")
    assert world.writes() == {"ifs": 0, "jaggaer": 0}, "JAGGAER is not told that it stands"


def test_a_registration_again_whose_answer_was_lost(order: str, world: World, product: Product) -> None:
    receipt = receive(world, order)
    product.run("receipts")
    cancel_in_ifs(world, receipt)
    product.run("receipts")
    world.fault("ifs", "drop_after_commit", method="POST", path="PurchaseReceiptSet$")
    told = {receipt: Instructions(winners={"*": "jaggaer"})}
    product.attempt("receipts", keys=(receipt,), told=told)
    product.attempt("receipts", keys=(receipt,), told=told)
    time.sleep(1.6)
    product.run("receipts", keys=(receipt,), told=told)
    assert (states(world, receipt), product.items_of(receipt)) == ([True, False], [])


def test_a_quantity_changed_in_ifs_by_hand(order: str, world: World, product: Product) -> None:
    receipt = receive(world, order)
    product.run("receipts")
    product.run("receipts")
    (row,) = in_ifs(world, receipt).values()
    key = {"ReceiptSequence": row["ReceiptSequence"]}
    world.calm()
    world.change("ifs", "PurchaseReceiptSet", key, {"QtyArrived": 3})
    assert product.run("receipts").counts == {"conflicts": 1}
    assert reasons(product, receipt) == {
        "lines[1].quantity": "changed after it was registered: quantity: 4 at JAGGAER, 3 in receipt "
        f"{row['ReceiptSequence']}"
    }
    world.change("ifs", "PurchaseReceiptSet", key, {"QtyArrived": 4})
    product.run("receipts")
    assert product.items_of(receipt) == []
    assert world.writes() == {"ifs": 0, "jaggaer": 0}
    world.change("ifs", "PurchaseReceiptSet", key, {"Objstate": "Received"})
    ran = product.run("receipts")
    assert (ran.lines, ran.result.requests["jaggaer"]) == ({}, 1), "a receipt's way through the store house is IFS's"
    at_rest(world, product)


def test_what_others_receive_leads_nowhere(order: str, world: World, product: Product) -> None:
    product.run("receipts")
    world.receive(order)
    ran = product.run("receipts")
    assert (ran.lines, ran.result.requests["jaggaer"]) == ({}, 1)


def test_a_voided_receipt_that_is_invoiced_is_a_dead_letter(order: str, world: World, product: Product) -> None:
    receipt = receive(world, order, line("1", 4), line("2", 3))
    product.run("receipts")
    key = {"OrderNo": order, "LineNo": "1", "ReleaseNo": "1"}
    world.change("ifs", "PurchaseOrderLineSet", key, {"QtyInvoiced": "4"})
    change(world, receipt, status="Voided")
    product.run("receipts")
    states = {at: row["Objstate"] == "Cancelled" for at, row in in_ifs(world, receipt).items()}
    assert sorted(states.values()) == [False, True], "one of both fits"
    ((field, reason),) = reasons(product, receipt).items()
    left = next(row for row in in_ifs(world, receipt).values() if row["Objstate"] != "Cancelled")
    assert field == f"receipt {left['ReceiptSequence']}"
    assert "invoiced" in reason
    assert at_jaggaer(world, receipt)["exportStatus"] == "Failed"
    at_rest(world, product)
    assert reasons(product, receipt) == {field: reason}
    an_hour_later(product)
    product.run("receipts")
    assert world.writes() == {"ifs": 1, "jaggaer": 0}, "tried again"
    at_rest(world, product)
    assert reasons(product, receipt) == {field: reason}
    world.change("ifs", "PurchaseOrderLineSet", key, {"QtyInvoiced": "0"})
    product.run("receipts")
    assert {row["Objstate"] for row in in_ifs(world, receipt).values()} == {"Cancelled"}
    assert at_jaggaer(world, receipt)["exportStatus"] == "Exported"
    at_rest(world, product)


def an_hour_later(product: Product) -> None:
    with product.store() as store, store.unit() as unit:
        unit.db.exec_driver_sql("UPDATE open_item SET last_tried = '2020-01-01 00:00:00.000000'")


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        ("BuyQtyDue", 3, 10),
        ("Objstate", "Closed", "Released"),
        ("Objstate", "Planned", "Released"),
        ("BuyUnitMeas", "KG", "PCS"),
    ],
    ids=["quantity", "closed", "planned", "unit"],
)
def test_what_was_corrected_in_ifs_goes_in_the_next_run(
    field: str, before: object, after: object, *, order: str, world: World, product: Product
) -> None:
    key = {"OrderNo": order, "LineNo": "1", "ReleaseNo": "1"}
    world.change("ifs", "PurchaseOrderLineSet", key, {field: before})
    receipt = receive(world, order)
    product.run("receipts")
    product.run("receipts")
    assert len(product.items_of(receipt)) == 1
    assert at_jaggaer(world, receipt)["exportStatus"] == ("NotExported" if before == "Planned" else "Failed")
    world.calm()
    ran = product.run("receipts")
    assert (world.writes(), ran.lines) == ({"ifs": 0, "jaggaer": 0}, {}), "not even looked at"
    world.change("ifs", "PurchaseOrderLineSet", key, {field: after})
    product.run("receipts")
    assert (product.items_of(receipt), list(in_ifs(world, receipt))) == ([], ["1"])
    assert at_jaggaer(world, receipt)["exportStatus"] == "Exported"
    at_rest(world, product)


def test_receipts_of_another_company_are_neither_counted_nor_opened(order: str, world: World, product: Product) -> None:
    receipt = receive(world, order)
    over = receive(world, order, line(quantity=99))
    for _ in range(2):
        ran = product.run("receipts", companies=("20",))
        assert {ran.lines[key].action for key in (receipt, over) if key in ran.lines} <= {"out of scope"}
        counted = ran.result.counts
        assert counted.read == counted.out_of_scope == len(ran.lines)
    assert not [*product.items_of(receipt), *product.items_of(over)]
    product.run("receipts", companies=("10",))
    number = cancel_in_ifs(world, receipt)
    ran = product.run("receipts", companies=("20",))
    assert (product.items_of(receipt), ran.result.counts.unchanged) == ([], 0)
    product.run("receipts", companies=("10",))
    assert [item.value for item in product.items_of(receipt)] == [number]
    world.remove("jaggaer", "receipts", {"receiptId": receipt})
    an_hour_later(product)
    product.run("receipts", companies=("20",))
    assert [item.value for item in product.items_of(receipt)] == [number], "the affair of company 10"
    product.run("receipts")
    assert "no longer shows" in reasons(product, receipt)["receiptId"]


@pytest.mark.parametrize("by_reference", [False, True], ids=["quantity", "reference"])
def test_a_return_is_held_until_ifs_shows_it(by_reference: bool, order: str, world: World, product: Product) -> None:
    product.run("receipts", keys=(receive(world, order),))
    back = receive(world, order, line(quantity=1, type="Return"))
    assert product.run("receipts").counts["held"] == 1
    (item,) = product.items_of(back)
    assert (item.kind, item.value) == ("held", "1 PCS")
    world.calm()
    key = {"OrderNo": order, "LineNo": "1", "ReleaseNo": "1"}
    product.run("receipts")
    assert product.items_of(back)
    if by_reference:
        told = {"QtyArrived": 1, "Uom": "PCS", "ArrivalDate": DAY, "ReceiptReference": f"JAG:{back}:1"}
        world.ifs("PurchaseReceiptSet", **key, **told)
    else:
        world.change("ifs", "PurchaseOrderLineSet", key, {"QtyReceived": "3"})
    product.run("receipts")
    assert not product.items_of(back)
    assert at_jaggaer(world, back)["exportStatus"] == "Exported"
    assert world.writes() == {"ifs": 0, "jaggaer": 1}
    at_rest(world, product)


def test_a_lost_store_doubles_nothing(order: str, world: World, product: Product) -> None:
    receipts = [receive(world, order, line(quantity=2)), receive(world, order, line(quantity=3))]
    product.run("receipts")
    change(world, receipts[1], status="Voided")
    product.run("receipts")
    product.delete_store()
    product.runs.clear()
    world.calm()
    for sync in ("gl-accounts", "suppliers", "purchase-orders", "receipts"):
        product.run(sync)
    assert world.writes()["ifs"] == 0
    assert [len(in_ifs(world, receipt)) for receipt in receipts] == [1, 1]
    assert not product.items_of(receipts[0])
    world.calm()
    product.run("receipts")
    assert world.writes() == {"ifs": 0, "jaggaer": 0}


@pytest.mark.parametrize(
    "fault", ["timeout_after_commit", "drop_after_commit", "server_error_after_commit", "late_commit", "html_504"]
)
def test_a_creation_whose_answer_is_lost(fault: str, order: str, world: World, product: Product) -> None:
    receipt = receive(world, order, line("1", 2), line("2", 3))
    args = {"timeout_after_commit": {"seconds": 2}, "late_commit": {"seconds": 1}}.get(fault, {})
    world.fault("ifs", fault, method="POST", path=r"PurchaseReceiptSet$", args=args)
    _until_settled(product)
    time.sleep(args.get("seconds", 0))  # until the request that was struck has done its work, however late
    assert world.hits("ifs") == [1]
    assert {at: row["QtyArrived"] for at, row in in_ifs(world, receipt).items()} == {"1": 2, "2": 3}
    assert at_jaggaer(world, receipt)["exportStatus"] == "Exported"
    at_rest(world, product)


def test_a_cancellation_whose_answer_is_lost(order: str, world: World, product: Product) -> None:
    receipt = receive(world, order)
    product.run("receipts")
    change(world, receipt, status="Voided")
    world.fault("ifs", "timeout_after_commit", method="POST", path="PurchaseReceipt_Cancel", args={"seconds": 2})
    _until_settled(product)
    (row,) = in_ifs(world, receipt).values()
    assert row["Objstate"] == "Cancelled"
    at_rest(world, product)


def test_lists_without_etags(order: str, world: World, product: Product) -> None:
    receipt = receive(world, order)
    product.run("receipts")
    change(world, receipt, status="Voided")
    world.tune("ifs", missing_etag=["PurchaseReceiptSet"])
    product.run("receipts")
    world.tune("ifs", missing_etag=[])
    (row,) = in_ifs(world, receipt).values()
    assert row["Objstate"] == "Cancelled"


@pytest.mark.parametrize(("nth", "committed"), [(1, False), (3, True)])
def test_killed_while_it_writes(nth: int, committed: bool, order: str, world: World, product: Product) -> None:
    receipts = [receive(world, order, line("1", 1), line("2", 1)) for _ in range(3)]
    fault = "timeout_after_commit" if committed else "timeout_before_commit"
    how = {"method": "POST", "path": r"PurchaseReceiptSet$", "skip": nth - 1, "args": {"seconds": 20}, "times": 100}
    world.fault("ifs", fault, **how)
    with in_a_process(product.with_settings(IFS__READ_TIMEOUT=20), "receipts") as process:
        _until(lambda: sum(world.hits("ifs")) > 0 or process.poll() is not None)
        assert process.poll() is None, "it ended before the n-th write"
        process.kill()
        process.wait(10)
    world.calm()
    _until_settled(product)
    assert [sorted(in_ifs(world, receipt)) for receipt in receipts] == [["1", "2"]] * 3
    assert {at_jaggaer(world, receipt)["exportStatus"] for receipt in receipts} == {"Exported"}
    product.verify_audit()


def test_two_runs_at_once(order: str, world: World, product: Product) -> None:
    receipts = [receive(world, order, line("1", 1)) for _ in range(8)]
    with in_a_process(product, "receipts", wait=True) as one, in_a_process(product, "receipts", wait=True) as two:
        for process in (one, two):
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        for process in (one, two):
            assert process.stdout
            assert process.stdout.readline()
    _until_settled(product)
    assert [len(in_ifs(world, receipt)) for receipt in receipts] == [1] * 8


def _until_settled(product: Product) -> None:
    for _ in range(6):
        if product.attempt("receipts").error is None and not _open(product):
            return
        time.sleep(1)
    assert not _open(product)


def _open(product: Product) -> list[str]:
    return [
        item.key for item in product.open_items("receipts") if (item.waits_for or "").startswith(("until", "intent"))
    ]


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + MOST_SECONDS
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
