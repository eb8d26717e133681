"""What becomes of receipts, line by line (DESIGN, invoices and receipts; contracts/mapping.md, receipts)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from receipt_world import ORDER, World, receipt, receipt_line

from ifs_jaggaer.errors import Rejected
from mapping.kinds import Action, IfsAct, IfsCreate, IfsRows, Instructions, Item, ItemKind, JaggaerPost, Link, Partial
from mapping.profile import Profile
from mapping.receipts.kind import RECEIPTS
from mapping.watching import Watch

PROFILE = Profile.load()


@pytest.fixture
def world() -> World:
    return World(PROFILE)


@pytest.fixture
def registered(world: World) -> World:
    """Receipt 7001 of four pieces stands in IFS, and JAGGAER was told."""
    world.show(receipt())
    world.run()
    assert world.done() == ["create", "SUCCESS"]
    return world


def items(world: World, receipt_id: str = "7001") -> dict[str, Item]:
    (decision,) = world.decide(receipt_id)
    return {item.field: item for item in decision.items}


def header(world: World, receipt_id: str = "7001") -> dict[str, Any]:
    found: dict[str, Any] = world.receipts[receipt_id]["header"]
    return found


def line(world: World, place: int = 0, receipt_id: str = "7001") -> dict[str, Any]:
    found: dict[str, Any] = world.receipts[receipt_id]["lineList"]["receiptLine"][place]
    return found


def lines_of_the_order(world: World) -> Watch:
    rows = world.rows(IfsRows("purchase_order_line", "OrderNo", frozenset({ORDER})))
    return Watch.of("purchase_order_line", "OrderNo", ORDER, rows)


# --- registered ---


def test_a_line_becomes_one_receipt_under_our_mark(world: World) -> None:
    world.show(receipt())
    world.run()
    create, success = world.written
    assert isinstance(create, IfsCreate)
    assert create.values == {
        "OrderNo": ORDER,
        "LineNo": "1",
        "ReleaseNo": "1",
        "QtyArrived": Decimal(4),
        "Uom": "PCS",
        "ArrivalDate": "2026-03-02",
        "ReceiptReference": "JAG:7001:1",
    }
    assert not create.enforced, "nothing but the look-up guards it"
    assert success.body == {
        "status": "SUCCESS",
        "erpNumber": "5001",
        "erpDate": "2026-03-02T00:00:00.000Z",
        "message": "line 1: receipt 5001",
    }
    assert world.links[-1] == Link("receipt", "5001", "7001")


def test_at_rest_nothing_is_written_nor_settled(registered: World) -> None:
    (decision,) = registered.decide("7001")
    assert (decision.action, decision.writes, decision.items) == (Action.SKIP, (), ())
    registered.run()
    (decision,) = registered.decide("7001")
    assert decision.settlement is None


def test_a_lost_store_is_rebuilt_from_the_marks(registered: World) -> None:
    registered.run()
    before = registered.snapshots["7001"].fields
    registered.lose_store()
    registered.run()
    assert registered.done() == []
    assert registered.snapshots["7001"].fields == before
    assert registered.links[-1] == Link("receipt", "5001", "7001")


def test_line_links_that_were_lost_are_computed(world: World) -> None:
    world.links = [Link("purchase_order", ORDER, "88001")]
    world.show(receipt("7001", receipt_line(poLineNumber="2-1")))
    world.run()
    assert world.registered[0]["LineNo"] == "2"


def test_the_link_knows_the_line_better_than_its_number_does(world: World) -> None:
    world.links = [Link("purchase_order", ORDER, "88001", {"A": '["2", "1"]'})]
    world.show(receipt("7001", receipt_line(poLineNumber="A")))
    world.run()
    assert world.registered[0]["LineNo"] == "2"


@pytest.mark.parametrize(
    ("changed", "field", "value", "reason"),
    [
        ({"poLineNumber": "99-1"}, "poLineNumber", "99-1", "no such line"),
        ({"unitOfMeasure": "PF"}, "unitOfMeasure", "PF", "value map 'unit'"),
        ({"unitOfMeasure": "KGM"}, "unitOfMeasure", "KGM", "order line is in PCS"),
        ({"quantity": Decimal("10.5")}, "quantity", "10.5", "open quantity of order P1001 line 1 release 1"),
        ({"quantity": 0}, "quantity", "0", "not above zero"),
        ({"quantity": -1}, "quantity", "-1", "not above zero"),
        ({"quantity": None}, "quantity", None, "not above zero"),
        ({"quantity": Decimal("0.0000001")}, "quantity", "0.0000001", "finer"),
        ({"type": "Inspect"}, "type", "Inspect", "neither"),
        ({"lineNumber": "9" * 60}, "lineNumber", "9" * 60, "50 characters"),
    ],
)
def test_a_line_that_cannot_go_is_a_dead_letter_and_the_others_go(
    world: World, changed: dict[str, object], field: str, value: str | None, reason: str
) -> None:
    world.show(receipt("7001", receipt_line("1", **changed), receipt_line("2", 3, poLineNumber="2-1")))
    last = world.run()
    assert world.done() == ["create", "FAILED"]
    assert world.registered[0]["ReceiptReference"] == "JAG:7001:2"
    (item,) = last.items
    number = changed.get("lineNumber", "1")
    assert (item.kind, item.field, item.value) == (ItemKind.DEAD_LETTER, f"lines[{number}].{field}", value)
    assert reason in item.reason
    assert item.remedy
    assert reason in world.written[1].body["message"]


@pytest.mark.parametrize(
    ("state", "kind"), [("Closed", "dead_letter"), ("Cancelled", "dead_letter"), ("Planned", "held")]
)
def test_an_order_line_that_receives_nothing(world: World, state: str, kind: str) -> None:
    world.order_lines["1", "1"]["Objstate"] = state
    world.show(receipt())
    (item,) = world.run().items
    assert (item.kind, item.field) == (kind, "lines[1].poLineNumber")
    assert state in item.reason
    assert world.done() == (["FAILED"] if kind == "dead_letter" else [])
    assert item.waits_for == items(world)["lines[1].poLineNumber"].waits_for == str(lines_of_the_order(world))
    world.order_lines["1", "1"]["Objstate"] = "Released"
    assert item.waits_for != str(lines_of_the_order(world))


def test_two_lines_of_one_number_cannot_be_told_apart(world: World) -> None:
    world.show(receipt("7001", receipt_line("1", 1), receipt_line("1", 2)))
    last = world.run()
    assert world.done() == ["FAILED"]
    assert [item.field for item in last.items] == ["lines[1, 1 of 2].lineNumber", "lines[1, 2 of 2].lineNumber"]


def test_failure_is_told_once_for_a_reason(world: World) -> None:
    world.show(receipt("7001", receipt_line(quantity=11)))
    world.run()
    assert world.done() == ["FAILED"]
    world.run()
    assert world.done() == []
    line(world)["quantity"] = 12
    world.run()
    assert world.done() == ["FAILED"], "another content"
    world.lose_store()
    world.run()
    assert world.done() == [], "the header shows it already"
    line(world)["quantity"] = 10
    world.run()
    assert world.done() == ["create", "SUCCESS"]


def test_what_ifs_refuses_is_told_with_its_words(world: World) -> None:
    world.show(receipt("7001", receipt_line("1"), receipt_line("2", 3, poLineNumber="2-1")))
    told = Instructions(without=frozenset({"lines[1]"}), refused={"lines[1]": "the site is closed"})
    assert isinstance(RECEIPTS, Partial)
    (first,) = world.decide("7001")
    assert RECEIPTS.refused(first.writes[0], Rejected("no"), PROFILE) == {"lines[1]"}
    (item,) = world.run(told=told).items
    assert world.done() == ["create", "FAILED"]
    assert world.written[1].body["message"] == "lines[1]: the site is closed"
    world.run(told=told)
    assert world.done() == []
    assert world.run().items == (item,)
    assert world.done() == [], "nothing changed since but that JAGGAER was told"
    assert world.decide("7001", told=Instructions(anew=True))[0].writes, "the hour is over"
    world.order_lines["1", "1"]["QtyReceived"] += 1
    assert world.decide("7001")[0].writes, "its order line changed"


def test_what_ifs_refused_is_tried_again_when_jaggaer_asks_for_it(world: World) -> None:
    world.show(receipt())
    world.run(told=Instructions(refused={"lines[1]": "the site is closed"}))
    header(world).update(exportStatus="NotExported", lastUpdate="2026-03-11T08:00:00.000Z")
    assert [write.action for write in world.decide("7001")[0].writes] == ["create"]
    world.run(told=Instructions(refused={"lines[1]": "the site is closed"}))
    assert world.done() == []
    assert not world.decide("7001")[0].writes, "once"


def test_what_jaggaer_is_told_names_the_value(world: World) -> None:
    world.show(receipt("7001", receipt_line(unitOfMeasure="PF")))
    world.run()
    (told,) = world.written
    assert told.body["message"] == "lines[1].unitOfMeasure PF: value map 'unit' has no counterpart for it"


def test_an_order_that_is_not_linked_yet_is_waited_for(world: World) -> None:
    world.links.clear()
    world.show(receipt())
    (item,) = world.run().items
    assert (item.kind, item.waits_for) == (ItemKind.WAITING, f"purchase_order:{ORDER}")
    assert world.done() == []
    header(world)["poNumber"] = "P4711"
    assert items(world)["lines[1].poNumber"].waits_for == "purchase_order:P4711"


def test_what_stands_needs_no_link_of_its_order(registered: World) -> None:
    registered.lose_store()
    registered.links.clear()
    registered.run()
    assert registered.done() == []
    assert "7001" in registered.snapshots


def test_several_receipts_of_one_line_in_one_page(world: World) -> None:
    """Partial deliveries: the third one is too much, whoever is written first."""
    world.show(*(receipt(key, receipt_line(quantity=4)) for key in ("7001", "7002", "7003")))
    first, second, third = world.decide("7001", "7002", "7003")
    assert (first.action, second.action, third.action) == (Action.CREATE, Action.CREATE, Action.NONE)
    assert "2 PCS are open" in third.items[0].remedy
    for write in (*first.writes, *second.writes):
        world.carry_out(write)
    (third,) = world.decide("7003")
    assert "2 PCS are open" in third.items[0].remedy


def test_several_lines_of_one_order_line(world: World) -> None:
    world.show(receipt("7001", receipt_line("1", 6), receipt_line("2", 4), receipt_line("3", 1)))
    last = world.run()
    assert [one["QtyArrived"] for one in world.registered] == [6, 4]
    assert [item.field for item in last.items] == ["lines[3].quantity"]


def test_exported_before_us_is_out_of_scope(world: World) -> None:
    world.show(receipt(exportStatus="Exported"))
    assert world.run().action is Action.OUT_OF_SCOPE


def test_another_company_is_out_of_scope(world: World) -> None:
    world.company = "99"
    world.show(receipt())
    assert world.run().action is Action.OUT_OF_SCOPE


def test_neither_completed_nor_voided_is_out_of_scope(world: World) -> None:
    world.show(receipt(status="InProgress"))
    assert world.run().action is Action.OUT_OF_SCOPE


@pytest.mark.parametrize("lines", [{}, {"receiptLine": []}])
def test_lines_that_did_not_come_are_unknown(registered: World, lines: dict[str, Any]) -> None:
    registered.receipts["7001"]["lineList"] = lines
    assert items(registered)["lineList"].kind is ItemKind.HELD


def test_a_receipt_that_jaggaer_no_longer_shows_is_unknown(registered: World) -> None:
    del registered.receipts["7001"]
    assert items(registered)["receiptId"].kind is ItemKind.HELD
    registered.lose_store()
    assert registered.run().action is Action.OUT_OF_SCOPE


def test_the_list_is_read_from_the_oldest_last_change_on(world: World) -> None:
    world.show(receipt("7001", lastUpdate="2026-03-03T08:00:00.125Z"), receipt("7002", receipt_line(quantity=99)))
    assert world.decide("7001", "7002")
    assert world.since is None
    world.run("7001")
    world.run("7002")
    assert world.decide("7001", "7002")
    assert world.since == datetime(2026, 3, 3, 8, 0, 0, tzinfo=UTC)
    assert world.decide("7001", "7009")
    assert world.since is None, "nothing is known of 7009"


# --- changed afterwards ---


def test_resend_is_one_success_and_no_second_receipt(registered: World) -> None:
    header(registered)["exportStatus"] = "NotExported"
    last = registered.run()
    assert registered.done() == ["SUCCESS"]
    assert last.notes
    registered.run()
    assert registered.done() == []
    assert len(registered.registered) == 1


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"quantity": 5}, "quantity"),
        ({"poLineNumber": "2-1"}, "poLineNumber"),
        ({"unitOfMeasure": "KGM"}, "unitOfMeasure"),
    ],
)
def test_a_line_changed_after_it_was_registered_is_a_conflict(
    registered: World, changed: dict[str, Any], field: str
) -> None:
    before = dict(line(registered))
    line(registered).update(changed)
    header(registered)["exportStatus"] = "NotExported"
    (item,) = registered.run().items
    assert (item.kind, item.field) == (ItemKind.CONFLICT, f"lines[1].{field}")
    assert "5001" in item.reason
    assert registered.done() == []
    line(registered).update(before)
    registered.run()
    assert registered.done() == ["SUCCESS"], "they agree again"


def test_a_quantity_changed_in_ifs_is_a_conflict(registered: World) -> None:
    registered.registered[0]["QtyArrived"] = Decimal(3)
    assert items(registered)["lines[1].quantity"].kind is ItemKind.CONFLICT


def test_cancelled_in_ifs_by_hand_is_a_conflict_and_not_made_again(registered: World) -> None:
    registered.cancel(registered.registered[0])
    for lost in (False, True):
        if lost:
            registered.lose_store()
        (item,) = registered.run().items
        assert (item.kind, item.value) == (ItemKind.CONFLICT, "5001")
        assert registered.done() == []


def test_registered_twice_in_ifs_is_a_conflict(registered: World) -> None:
    registered.register(**{name: registered.registered[0][name] for name in registered.registered[0]})
    assert items(registered)["lines[1].receipt"].kind is ItemKind.CONFLICT


def test_what_ifs_no_longer_shows_is_unknown_and_not_made_again(registered: World) -> None:
    registered.registered.clear()
    (item,) = registered.run().items
    assert (item.kind, item.value) == (ItemKind.HELD, "5001")
    assert registered.done() == []


def test_what_was_exported_is_not_made_again_although_ifs_shows_a_part_alone(world: World) -> None:
    world.show(receipt("7001", receipt_line("1"), receipt_line("2", 3)))
    world.run()
    world.lose_store()
    del world.registered[1]
    (item,) = world.run().items
    assert (item.kind, item.field) == (ItemKind.HELD, "lines[2].receipt")
    assert world.done() == []


def test_a_line_that_is_gone_is_never_cancelled_by_that(world: World) -> None:
    world.show(receipt("7001", receipt_line("1"), receipt_line("2", 3, poLineNumber="2-1")))
    world.run()
    del world.receipts["7001"]["lineList"]["receiptLine"][1]
    (item,) = world.run().items
    assert (item.kind, item.field) == (ItemKind.CONFLICT, "lines[2]")
    assert world.done() == []


def test_a_line_that_was_added_is_registered(registered: World) -> None:
    registered.receipts["7001"]["lineList"]["receiptLine"].append(receipt_line("2", 3))
    registered.run()
    assert registered.done() == ["create"], "JAGGAER has it as exported"
    assert len(registered.registered) == 2


# --- voided ---


def test_a_voided_receipt_is_cancelled_with_the_etag_that_was_read(registered: World) -> None:
    header(registered)["status"] = "Voided"
    registered.run()
    (cancel,) = registered.written
    assert isinstance(cancel, IfsAct)
    assert (cancel.key, cancel.action, cancel.etag) == (("5001",), "cancel", 'W/"5001-Received"')
    registered.run()
    assert registered.done() == []
    registered.lose_store()
    registered.run()
    assert registered.done() == []


def test_voided_without_its_lines_is_cancelled_by_what_is_kept(registered: World) -> None:
    header(registered)["status"] = "Voided"
    registered.receipts["7001"]["lineList"] = {}
    registered.run()
    assert registered.done() == ["cancel"]


def test_voided_before_it_was_registered_is_out_of_scope(world: World) -> None:
    world.show(receipt(status="Voided"))
    assert world.run().action is Action.OUT_OF_SCOPE
    assert world.done() == []


def test_cancelled_already_is_left(registered: World) -> None:
    header(registered)["status"] = "Voided"
    registered.cancel(registered.registered[0])
    registered.run()
    assert registered.done() == []


def test_voided_and_told_again(registered: World) -> None:
    header(registered).update(status="Voided", exportStatus="NotExported")
    registered.run()
    assert registered.done() == ["cancel", "SUCCESS"]
    assert registered.written[1].body["message"] == "cancelled: receipt 5001"


def test_what_ifs_will_not_cancel_is_told_and_the_others_are_cancelled(world: World) -> None:
    world.show(receipt("7001", receipt_line("1"), receipt_line("2", 3, poLineNumber="2-1")))
    world.run()
    header(world)["status"] = "Voided"
    (first,) = world.decide("7001")
    assert RECEIPTS.refused(first.writes[0], Rejected("no"), PROFILE) == {"receipt 5001"}
    (item,) = world.run(told=Instructions(refused={"receipt 5001": "it is invoiced"})).items
    assert world.done() == ["cancel", "FAILED"]
    assert world.written[1].body["message"] == "receipt 5001: it is invoiced"
    assert [one["Objstate"] for one in world.registered] == ["Received", "Cancelled"]
    assert item.waits_for == str(lines_of_the_order(world))
    assert world.run().items == (item,)
    assert world.done() == []
    assert world.decide("7001", told=Instructions(anew=True))[0].writes
    world.order_lines["1", "1"]["QtyInvoiced"] = 0
    assert world.decide("7001")[0].writes


# --- returns ---


@pytest.fixture
def returned(registered: World) -> World:
    """Of the four pieces of receipt 7001 one went back by receipt 7002."""
    registered.show(receipt("7002", receipt_line(quantity=1, type="Return")))
    (item,) = registered.run("7002").items
    assert (item.kind, item.field, item.value) == (ItemKind.HELD, "lines[1].quantity", "1 PCS")
    assert "P1001 line 1 release 1" in item.reason
    assert item.remedy == (
        "register the return in IFS: the next run closes this once the received quantity of the order line, 4 PCS now, "
        "is lower by 1 PCS; where IFS does not count it off there, enter JAG:7002:1 in IFS as the receipt reference of "
        "the return; or, if it is registered already: "
        "`ifs-jaggaer conflicts resolve 7002 --sync receipts --winner jaggaer`"
    )
    assert item.waits_for == str(lines_of_the_order(registered))
    assert registered.done() == []
    return registered


def send_back(world: World, quantity: int) -> None:
    world.order_lines["1", "1"]["QtyReceived"] -= quantity


def test_a_return_closes_when_the_received_quantity_fell(returned: World) -> None:
    send_back(returned, 1)
    assert not returned.run("7002").items
    assert returned.done() == ["SUCCESS"]
    assert returned.run("7002").action is Action.SKIP
    assert returned.done() == []


def test_a_return_closes_by_a_receipt_of_its_reference(returned: World) -> None:
    returned.register(OrderNo=ORDER, LineNo="1", ReleaseNo="1", QtyArrived=Decimal(0), ReceiptReference="JAG:7002:1")
    assert not returned.run("7002").items
    assert returned.done() == ["SUCCESS"]


def test_further_deliveries_hide_no_return(returned: World) -> None:
    returned.show(receipt("7003", receipt_line(quantity=5)))
    returned.run("7003")
    assert returned.run("7002").items
    send_back(returned, 1)
    assert not returned.run("7002").items


def test_a_cancelled_receipt_is_no_return(returned: World) -> None:
    header(returned)["status"] = "Voided"
    returned.run("7001")
    assert returned.run("7002").items


def test_one_return_in_ifs_closes_one_of_two(returned: World) -> None:
    returned.show(receipt("7003", receipt_line(quantity=1, type="Return")))
    returned.run("7003")
    send_back(returned, 1)
    first, second = returned.decide("7002", "7003")
    assert not first.items
    assert second.items
    returned.run("7002")
    returned.net_at_jaggaer = {"1-1": 2}
    (item,) = returned.run("7003").items
    assert "3 PCS count as received there, 2 at JAGGAER" in item.remedy, "JAGGAER counts one piece less than IFS"
    send_back(returned, 1)
    assert not returned.run("7003").items


def test_a_return_that_was_closed_stays_closed_after_a_lost_store(returned: World) -> None:
    send_back(returned, 1)
    returned.run("7002")
    returned.lose_store()
    assert not returned.run("7002").items
    assert returned.done() == []


def test_what_was_there_before_is_not_this_return(registered: World) -> None:
    send_back(registered, 2)
    registered.show(receipt("7002", receipt_line(quantity=1, type="Return")))
    assert registered.run("7002").items


def test_a_voided_return_that_was_registered_is_undone_by_a_person(returned: World) -> None:
    header(returned, "7002")["status"] = "Voided"
    assert not items(returned, "7002")
    header(returned, "7002")["status"] = "Completed"
    send_back(returned, 1)
    returned.run("7002")
    header(returned, "7002")["status"] = "Voided"
    (item,) = returned.run("7002").items
    assert item.kind is ItemKind.HELD
    assert "--field 'lines[1].type' --winner jaggaer" in item.remedy
    assert returned.done() == []
    assert not returned.run("7002", Instructions(winners={"lines[1].type": "jaggaer"})).items
    assert not returned.run("7002").items, "undone, as a person said"
    assert returned.done() == []


def test_a_voided_return_of_a_reference_closes_when_that_is_cancelled(returned: World) -> None:
    one = returned.register(
        OrderNo=ORDER, LineNo="1", ReleaseNo="1", QtyArrived=Decimal(0), ReceiptReference="JAG:7002:1"
    )
    returned.run("7002")
    header(returned, "7002")["status"] = "Voided"
    (item,) = returned.run("7002").items
    assert (item.value, item.remedy) == ("5002", "cancel it in IFS; this closes by itself then")
    returned.cancel(one)
    assert not returned.run("7002").items
    assert not returned.run("7002").items
    assert returned.done() == []


def test_a_return_that_a_person_says_is_registered(registered: World) -> None:
    """Registered in IFS before JAGGAER showed it: no fall of the received quantity tells it."""
    send_back(registered, 1)
    registered.show(receipt("7002", receipt_line(quantity=1, type="Return")))
    assert registered.run("7002").items
    assert not registered.run("7002", Instructions(winners={"*": "jaggaer"})).items
    assert registered.done() == ["SUCCESS"]
    assert not registered.run("7002").items


# --- always ---

QUANTITIES = st.one_of(st.none(), st.integers(-2, 12), st.decimals(-1, 12, places=3, allow_nan=False))
LINES = st.lists(
    st.builds(
        receipt_line,
        st.sampled_from(["1", "2", "3", "4"]),
        QUANTITIES,
        poLineNumber=st.sampled_from(["1-1", "2-1", "9-9", None]),
        unitOfMeasure=st.sampled_from(["EA", "KGM", "PF", None]),
        type=st.sampled_from(["Receive", "Receive", "Receive", "Return", "Inspect", None]),
    ),
    max_size=6,
)


@given(lines=LINES, linked=st.booleans())
def test_each_line_gives_exactly_one_receipt_or_one_item(lines: list[dict[str, Any]], linked: bool) -> None:
    world = World(PROFILE)
    if not linked:
        world.links.clear()
    world.show(receipt("7001", *lines))
    last = world.run()
    marks = [str(one["ReceiptReference"]) for one in world.registered]
    assert len(set(marks)) == len(marks)
    shown = world.receipts["7001"]["lineList"]["receiptLine"]
    assert len(marks) + len(last.items) == len(shown)
    assert len({item.field for item in last.items}) == len(last.items)
    registered = {mark.rpartition(":")[2]: one for mark, one in zip(marks, world.registered, strict=True)}
    for each in shown:
        if each["lineNumber"] in registered:
            assert registered[each["lineNumber"]]["QtyArrived"] == each["quantity"]
    told = [one.body["status"] for one in world.written if isinstance(one, JaggaerPost)]
    dead = any(item.kind is ItemKind.DEAD_LETTER for item in last.items)
    assert told == (["FAILED"] if dead else [] if last.items else ["SUCCESS"])
    world.run()
    assert world.done() == []
    world.lose_store()
    world.run()
    assert world.done() == []


@given(
    quantities=st.lists(st.integers(1, 7), min_size=1, max_size=6),
    steps=st.lists(st.sampled_from(["void", "run", "lose", "resend"]), max_size=8),
    data=st.data(),
)
def test_whatever_happens_ifs_has_what_is_completed(
    quantities: list[int], steps: list[str], data: st.DataObject
) -> None:
    """Several receipts of one line: never more than was ordered, each at most once, voided ones cancelled."""
    world = World(PROFILE)
    ids = [f"{7001 + place}" for place in range(len(quantities))]
    world.show(*(receipt(key, receipt_line(quantity=q)) for key, q in zip(ids, quantities, strict=True)))
    for step in (*steps, "run"):
        one = data.draw(st.sampled_from(ids))
        if step == "void":
            header(world, one)["status"] = "Voided"
        if step == "lose":
            world.lose_store()
        if step == "resend":
            header(world, one)["exportStatus"] = "NotExported"
        for key in ids if step == "run" else []:
            world.run(key)
    for key in ids:  # what was voided last may have made room for those before it
        world.run(key)
    standing = [one for one in world.registered if one["Objstate"] != "Cancelled"]
    assert sum(one["QtyArrived"] for one in standing) == world.order_lines["1", "1"]["QtyReceived"] <= 10
    marks = [one["ReceiptReference"] for one in world.registered]
    assert len(set(marks)) == len(marks)
    assert not {one["ReceiptReference"] for one in standing} & {
        f"JAG:{key}:1" for key in ids if header(world, key)["status"] == "Voided"
    }
    for key in ids:
        world.run(key)
        assert world.done() == []
