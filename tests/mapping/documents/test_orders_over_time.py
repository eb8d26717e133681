"""An order's way through creation, change, end, loss of the store and meddling (DESIGN, purchase orders)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import account, cost_centre, head, line, share, site
from world import World

from mapping.fingerprint import read_mark
from mapping.kinds import Action, Instructions, ItemKind, JaggaerPost, Link
from mapping.profile import Profile
from mapping.purchase_orders.kind import PurchaseOrders
from mapping.purchasing.lines import numbered


def operations(world: World) -> list[tuple[str, str]]:
    return [(write.action, str(write.body["operationCode"])) for write in world.written]


@pytest.fixture
def linked(world: World) -> World:
    """The order is at JAGGAER, revision 0."""
    assert world.run("ifs:P1001").action is Action.CREATE
    world.written.clear()
    world.asked.clear()
    return world


def header(world: World) -> dict[str, object]:
    (record,) = world.orders.values()
    found: dict[str, object] = record["header"]
    return found


def test_created_once_then_linked(world: World) -> None:
    decision = world.run("ifs:P1001")
    assert decision.action is Action.CREATE
    assert operations(world) == [("create", "CREATE")]
    (link,) = [one for one in world.links if one.kind == "purchase_order"]
    assert (link.ifs_key, link.jaggaer_key) == ("P1001", "88000")
    assert numbered(link.detail, []) == {"1-1": ("1", "1")}


def test_at_rest_nothing_is_written_and_no_order_is_read_whole(linked: World) -> None:
    assert linked.run("ifs:P1001").action is Action.SKIP
    assert linked.written == []
    assert (linked.asked["jaggaer orders"], linked.asked["jaggaer order"]) == (1, 0)


def test_a_change_is_a_new_revision(linked: World) -> None:
    linked.change("purchase_order", "P1001", NoteText="An Tor 5")
    decision = linked.run("ifs:P1001")
    assert decision.action is Action.UPDATE
    assert operations(linked) == [("update", "UPDATE")]
    assert header(linked)["revisionNumber"] == 1
    mark = read_mark(str(header(linked)["externalReference"]))
    assert mark
    assert mark.revision == 1
    assert [(c.field, c.before, c.after) for c in decision.writes[0].changes] == [
        ("header.note", "An Tor 4", "An Tor 5")
    ]
    assert linked.asked["jaggaer orders"] == 1
    assert linked.asked["jaggaer order"] == 0, "the snapshot knows what is there"
    assert linked.run("ifs:P1001").action is Action.SKIP


def test_by_jaggaers_key(linked: World) -> None:
    linked.change("purchase_order", "P1001", NoteText="An Tor 5")
    assert linked.run("jaggaer:88000").key == "P1001"
    assert header(linked)["note"] == "An Tor 5"


def test_a_second_line_goes_with_the_whole_document(linked: World) -> None:
    linked.ifs.append(line("P1001", "2", NetAmtCurr="100.00"))
    linked.change("purchase_order", "P1001", TotalAmount="200.00")
    linked.run("ifs:P1001")
    (record,) = linked.orders.values()
    assert [one["lineNumber"] for one in record["lineList"]["poLine"]] == ["1-1", "2-1"]
    (link,) = [one for one in linked.links if one.kind == "purchase_order"]
    assert set(link.detail) == {"1-1", "2-1"}


@pytest.mark.parametrize("state", ["Planned", "Stopped"])
def test_not_released(world: World, state: str) -> None:
    world.change("purchase_order", "P1001", Objstate=state)
    decision = world.run("ifs:P1001")
    assert (decision.action, world.written) == (Action.OUT_OF_SCOPE, [])
    assert "not released" in decision.notes[0]


@pytest.mark.parametrize("state", ["Planned", "Stopped"])
def test_a_linked_one_under_revision_stays(linked: World, state: str) -> None:
    linked.change("purchase_order", "P1001", Objstate=state, NoteText="other")
    decision = linked.run("ifs:P1001")
    assert (decision.action, linked.written) == (Action.NONE, [])
    (item,) = decision.items
    assert (item.kind, item.brake) == (ItemKind.HELD, False)
    assert "under revision" in item.reason


@pytest.mark.parametrize("state", ["Closed", "Cancelled"])
def test_ended_before_it_was_ever_there(world: World, state: str) -> None:
    world.change("purchase_order", "P1001", Objstate=state)
    decision = world.run("ifs:P1001")
    assert (decision.action, decision.notes) == (Action.OUT_OF_SCOPE, ("closed before transfer",))
    assert world.asked["jaggaer orders"] == 1, "by link or look-up"


def held_as_ended(world: World, state: str) -> None:
    decision = world.run("ifs:P1001")
    (item,) = decision.items
    assert (decision.action, world.written) == (Action.NONE, [])
    assert (item.field, item.value, item.brake, item.limit) == ("Objstate", state, True, "closed_orders")


def test_cancelled(linked: World) -> None:
    linked.change("purchase_order", "P1001", Objstate="Cancelled")
    held_as_ended(linked, "Cancelled")
    decision = linked.run("ifs:P1001", told=Instructions(approved={"Objstate": "Cancelled"}))
    assert (decision.action, operations(linked)) == (Action.UPDATE, [("cancel", "CANCEL")])
    assert header(linked)["status"] == "Cancelled"
    linked.asked.clear()
    assert linked.run("ifs:P1001").action is Action.SKIP
    assert len(linked.written) == 1
    linked.lose_store()
    assert linked.run("ifs:P1001").action is Action.SKIP
    assert len(linked.written) == 1


def test_closed(linked: World) -> None:
    linked.change("purchase_order", "P1001", Objstate="Closed")
    linked.change("purchase_order_line", "P1001", "1", "1", Objstate="Closed")
    held_as_ended(linked, "Closed")
    linked.run("ifs:P1001", told=Instructions(approved={"Objstate": "Closed"}))
    assert operations(linked) == [("close", "UPDATE")]
    assert header(linked)["status"] == "Completed"
    assert linked.run("ifs:P1001").action is Action.SKIP
    linked.lose_store()
    assert linked.run("ifs:P1001").action is Action.SKIP
    assert len(linked.written) == 1


@pytest.mark.parametrize("wanted", ["2026-03-01", None])
def test_a_lost_store_costs_no_write(world: World, wanted: str | None) -> None:
    world.change("purchase_order_line", "P1001", "1", "1", WantedDeliveryDate=wanted)
    world.run("ifs:P1001")
    world.change("purchase_order_line", "P1001", "1", "1", PlannedReceiptDate="2026-05-01")
    world.lose_store()
    decision = world.run("ifs:P1001")
    assert (decision.action, len(world.written)) == (Action.SKIP, 1)
    assert world.asked["jaggaer order"] == (0 if wanted else 1)
    assert any(link.kind == "purchase_order" for link in world.links)
    assert world.run("ifs:P1001").action is Action.SKIP
    assert len(world.written) == 1


@pytest.mark.parametrize(("shown", "key"), [("beside", "88000"), ("nowhere", "P1001")])
def test_a_lost_store_finds_its_orders_wherever_the_id_is_shown(linked: World, shown: str, key: str) -> None:
    linked.lose_store()
    linked.id_shown = shown
    assert linked.run("ifs:P1001").action is Action.SKIP
    assert [one.jaggaer_key for one in linked.links if one.kind == "purchase_order"] == [key]
    assert linked.written == []


def test_a_date_that_ifs_derives_stays_as_first_sent(linked: World) -> None:
    linked.change("purchase_order_line", "P1001", "1", "1", WantedDeliveryDate=None, PlannedReceiptDate="2026-05-01")
    assert linked.run("ifs:P1001").action is Action.SKIP
    assert linked.written == []
    linked.change("purchase_order_line", "P1001", "1", "1", WantedDeliveryDate="2026-06-01")
    assert linked.run("ifs:P1001").action is Action.UPDATE


def test_another_fingerprint_without_a_difference_revises_nothing(linked: World) -> None:
    """A new release may compute fingerprints in another way."""
    header(linked)["externalReference"] = "IFS:P1001:0:0123456789abcdef"
    linked.lose_store()
    assert linked.run("ifs:P1001").action is Action.SKIP
    assert linked.asked["jaggaer order"] == 1
    assert linked.written == []


def test_killed_between_write_and_settlement(linked: World) -> None:
    before = dict(linked.snapshots)
    linked.change("purchase_order", "P1001", NoteText="An Tor 5")
    linked.run("ifs:P1001")
    linked.snapshots = before
    assert linked.run("ifs:P1001").action is Action.SKIP
    assert len(linked.written) == 1


def test_killed_then_changed_again_is_compared_with_what_is_there(linked: World) -> None:
    before = dict(linked.snapshots)
    linked.change("purchase_order", "P1001", NoteText="An Tor 5")
    linked.run("ifs:P1001")
    linked.snapshots = before
    linked.change("purchase_order", "P1001", NoteText="An Tor 6")
    decision = linked.run("ifs:P1001")
    assert [(c.before, c.after) for c in decision.writes[0].changes] == [("An Tor 5", "An Tor 6")]
    assert header(linked)["revisionNumber"] == 2


def meddle(world: World) -> None:
    header(world)["revisionNumber"] = 1
    header(world)["note"] = "changed there"


@pytest.mark.parametrize("lost", [False, True])
def test_a_revision_made_at_jaggaer_is_a_conflict(linked: World, lost: bool) -> None:
    meddle(linked)
    linked.change("purchase_order", "P1001", NoteText="An Tor 5")
    if lost:
        linked.lose_store()
    decision = linked.run("ifs:P1001")
    (item,) = decision.items
    assert (item.kind, linked.written) == (ItemKind.CONFLICT, [])
    assert item.reason.startswith("changed at JAGGAER")


@pytest.mark.parametrize("reference", ["", "SAP 4711"])
def test_a_record_that_lost_our_mark_is_a_conflict(linked: World, reference: str) -> None:
    header(linked)["externalReference"] = reference
    linked.change("purchase_order", "P1001", NoteText="An Tor 5")
    (item,) = linked.run("ifs:P1001").items
    assert (item.kind, item.reason) == (ItemKind.CONFLICT, "changed at JAGGAER: our mark is gone")
    assert linked.written == []


def test_a_person_lets_ifs_win(linked: World) -> None:
    meddle(linked)
    linked.change("purchase_order", "P1001", NoteText="An Tor 5")
    decision = linked.run("ifs:P1001", told=Instructions(winners={"*": "ifs"}))
    assert [(c.before, c.after) for c in decision.writes[0].changes] == [("changed there", "An Tor 5")]
    assert header(linked)["revisionNumber"] == 2
    assert linked.run("ifs:P1001").action is Action.SKIP


def test_a_person_lets_jaggaer_win_until_ifs_changes(linked: World) -> None:
    meddle(linked)
    linked.change("purchase_order", "P1001", NoteText="An Tor 5")
    assert linked.run("ifs:P1001", told=Instructions(winners={"*": "jaggaer"})).action is Action.SKIP
    assert linked.run("ifs:P1001").action is Action.SKIP
    assert linked.written == []
    linked.change("purchase_order", "P1001", NoteText="An Tor 6")
    assert linked.run("ifs:P1001").action is Action.UPDATE
    assert header(linked)["note"] == "An Tor 6"


def test_a_cancelled_one_changed_at_jaggaer_is_a_conflict_too(linked: World) -> None:
    meddle(linked)
    linked.change("purchase_order", "P1001", Objstate="Cancelled")
    assert [item.kind for item in linked.run("ifs:P1001").items] == [ItemKind.CONFLICT]
    linked.run("ifs:P1001", told=Instructions(winners={"*": "ifs"}))
    assert header(linked)["status"] == "Cancelled"


def test_ended_at_jaggaer(linked: World) -> None:
    header(linked)["status"] = "Cancelled"
    linked.change("purchase_order", "P1001", NoteText="An Tor 5")
    (item,) = linked.run("ifs:P1001").items
    assert item.kind is ItemKind.CONFLICT
    linked.change("purchase_order", "P1001", Objstate="Cancelled")
    assert linked.run("ifs:P1001").action is Action.SKIP
    assert linked.written == []


def test_released_again_after_its_end_waits_until_jaggaer_reopens_it(linked: World) -> None:
    linked.change("purchase_order", "P1001", Objstate="Closed")
    linked.run("ifs:P1001", told=Instructions(approved={"Objstate": "Closed"}))
    linked.written.clear()
    linked.change("purchase_order", "P1001", Objstate="Released", NoteText="An Tor 5")
    for winner in (None, "ifs"):
        told = Instructions(winners={"*": winner}) if winner else None  # type: ignore[dict-item]
        (item,) = linked.run("ifs:P1001", told=told).items
        assert (item.kind, item.field, linked.written) == (ItemKind.CONFLICT, "header", [])
        assert "takes no revision of it; Released in IFS" in item.reason
        assert "--winner ifs" not in item.remedy
    header(linked)["status"] = "Sent"
    header(linked)["lastUpdate"] = "2026-03-11T08:00:00.000Z"
    assert linked.run("jaggaer:P1001").items == ()
    assert (header(linked)["status"], header(linked)["note"]) == ("Sent", "An Tor 5")


def test_what_a_person_leaves_ended_there_stays_until_ifs_changes(linked: World) -> None:
    header(linked)["status"] = "Completed"
    assert [item.kind for item in linked.run("ifs:P1001").items] == [ItemKind.CONFLICT]
    assert linked.run("ifs:P1001", told=Instructions(winners={"*": "jaggaer"})).items == ()
    assert linked.run("ifs:P1001").items == ()
    linked.named = frozenset({"P1001"})
    assert linked.run("ifs:P1001").items == ()
    linked.change("purchase_order", "P1001", NoteText="An Tor 5")
    assert [item.kind for item in linked.run("ifs:P1001").items] == [ItemKind.CONFLICT]
    assert linked.written == []


def test_ended_on_both_sides_is_revised_no_more(linked: World) -> None:
    header(linked).update(status="Completed", revisionNumber=1)
    linked.change("purchase_order", "P1001", Objstate="Closed", NoteText="An Tor 5")
    decision = linked.run("ifs:P1001")
    assert (decision.items, linked.written) == ((), [])
    assert decision.notes == ("has ended at JAGGAER, which keeps its own header.note",)
    linked.asked.clear()
    assert (linked.run("ifs:P1001").notes, linked.asked["jaggaer order"]) == ((), 0)


# --- named by a person ---


def only_line(world: World) -> dict[str, Any]:
    (record,) = world.orders.values()
    (line_there,) = record["lineList"]["poLine"]
    found: dict[str, Any] = line_there
    return found


def test_what_was_changed_there_without_a_revision_is_seen_where_it_is_named(linked: World) -> None:
    only_line(linked)["quantity"] = Decimal(7)
    linked.asked.clear()
    assert linked.run("ifs:P1001").writes == ()
    assert linked.asked["jaggaer order"] == 0, "it costs an ordinary run nothing"
    linked.named = frozenset({"P1001"})
    decision = linked.run("ifs:P1001")
    assert [(c.field, c.before, c.after) for c in decision.writes[0].changes] == [("lines[1-1].quantity", "7", "10")]
    assert (only_line(linked)["quantity"], header(linked)["revisionNumber"]) == (10, 1)
    assert linked.run("ifs:P1001").action is Action.SKIP


def test_a_note_of_somebody_there_is_held_where_it_is_named(linked: World) -> None:
    linked.change("purchase_order", "P1001", NoteText=None)
    linked.run("ifs:P1001", told=Instructions(approved={"header.note": "An Tor 4"}))
    header(linked)["note"] = "by hand"
    linked.named = frozenset({"P1001"})
    (item,) = linked.run("ifs:P1001").items
    assert (item.kind, item.field, item.value, item.brake) == (ItemKind.HELD, "header.note", "by hand", True)


def test_a_revision_of_others_is_a_conflict_where_it_is_named(linked: World) -> None:
    meddle(linked)
    linked.named = frozenset({"P1001"})
    assert [item.kind for item in linked.run("ifs:P1001").items] == [ItemKind.CONFLICT]
    assert linked.written == []


def test_one_that_is_gone_there_is_sent_again_by_a_person(linked: World) -> None:
    (old,) = linked.orders
    linked.orders.clear()
    assert linked.run("ifs:P1001").action is Action.SKIP
    linked.named = frozenset({"P1001"})
    (item,) = linked.run("ifs:P1001").items
    assert (item.kind, item.field) == (ItemKind.HELD, "OrderNo")
    assert "conflicts resolve P1001 --sync purchase-orders --winner ifs` sends it again" in item.remedy
    linked.orders["1"] = {"header": {"poNumber": "another"}}
    decision = linked.run("ifs:P1001", told=Instructions(winners={"*": "ifs"}))
    (write,) = decision.writes
    assert (write.action, decision.action) == ("send again", Action.CREATE)
    assert ("header.note", None, "An Tor 4") in {(one.field, one.before, one.after) for one in write.changes}
    (link,) = [one for one in linked.links if one.kind == "purchase_order"]
    assert link.jaggaer_key != old
    assert linked.orders[link.jaggaer_key]["header"]["revisionNumber"] == 0
    assert linked.run("ifs:P1001").action is Action.SKIP


def test_of_one_that_ended_nothing_is_missed(linked: World) -> None:
    linked.change("purchase_order", "P1001", Objstate="Closed")
    linked.run("ifs:P1001", told=Instructions(approved={"Objstate": "Closed"}))
    linked.orders.clear()
    linked.named = frozenset({"P1001"})
    assert (linked.run("ifs:P1001").action, linked.run("ifs:P1001").items) == (Action.SKIP, ())


@pytest.mark.parametrize("state", ["Closed", "Cancelled"])
def test_gone_there_before_its_end_was_told(linked: World, state: str) -> None:
    linked.orders.clear()
    linked.change("purchase_order", "P1001", Objstate=state)
    for winner in ("ifs", None):
        told = Instructions(winners={"*": winner}) if winner else None  # type: ignore[dict-item]
        (item,) = linked.run("ifs:P1001", told=told).items
        assert "--winner jaggaer` leaves it so" in item.remedy
    assert linked.run("ifs:P1001", told=Instructions(winners={"*": "jaggaer"})).items == ()
    assert linked.run("ifs:P1001").items == ()
    assert linked.written == []


@pytest.mark.parametrize("reference", ["", "IFS:P1002:0:0123456789abcdef", "SAP 4711"])
def test_a_number_that_is_not_ours(world: World, reference: str) -> None:
    world.orders["5"] = {"header": {"poNumber": "P1001", "poId": "5", "externalReference": reference}}
    decision = world.run("ifs:P1001")
    (item,) = decision.items
    assert (item.kind, world.written) == (ItemKind.DEAD_LETTER, [])
    assert "number already used" in item.reason
    assert not any(link.kind == "purchase_order" for link in world.links)


def test_a_foreign_number_does_not_end_with_ours(world: World) -> None:
    world.orders["5"] = {"header": {"poNumber": "P1001", "poId": "5"}}
    world.change("purchase_order", "P1001", Objstate="Cancelled")
    assert world.run("ifs:P1001").action is Action.OUT_OF_SCOPE


def test_an_order_of_ours_that_cannot_be_updated_is_linked_all_the_same(linked: World) -> None:
    linked.lose_store()
    linked.change("purchase_order_line", "P1001", "1", "1", BuyUnitMeas="PAL")
    decision = linked.run("ifs:P1001")
    assert decision.items
    assert [one.jaggaer_key for one in linked.links if one.kind == "purchase_order"] == ["88000"]


def vanish_header(world: World) -> None:
    world.remove("purchase_order", "P1001")


def vanish_there(world: World) -> None:
    world.orders.clear()
    world.change("purchase_order", "P1001", NoteText="An Tor 5")


@pytest.mark.parametrize("vanish", [vanish_header, vanish_there])
def test_absence_is_unknown(linked: World, vanish: Callable[[World], None]) -> None:
    vanish(linked)
    decision = linked.run("ifs:P1001")
    assert [item.kind for item in decision.items] == [ItemKind.HELD]
    assert linked.written == []


def test_a_company_out_of_scope(world: World) -> None:
    world.change("purchase_order", "P1001", Company="30")
    assert world.run("ifs:P1001").action is Action.OUT_OF_SCOPE


def test_an_unknown_company_is_one_dead_letter_and_its_accounts_are_not_asked_for(world: World) -> None:
    world.change("purchase_order", "P1001", Company=None)
    decision = world.run("ifs:P1001")
    assert [(item.kind, item.field) for item in decision.items] == [(ItemKind.DEAD_LETTER, "Company")]
    assert world.asked["ifs account"] == 0


@pytest.mark.parametrize("changed", [{"Company": "30"}, {"Objstate": "Closed"}])
def test_accounts_of_what_does_not_go_are_not_asked_for(changed: dict[str, str], world: World) -> None:
    world.change("purchase_order", "P1001", **changed)
    world.run("ifs:P1001")
    assert world.asked["ifs account"] == 0


# --- law 11 ---


@pytest.mark.parametrize(
    ("row", "name", "field", "was"),
    [
        (("purchase_order", "P1001"), "NoteText", "header.note", "An Tor 4"),
        (("purchase_order", "P1001"), "PayTermId", "header.terms", "Net 30"),
        (("purchase_order_line", "P1001", "1", "1"), "PartNo", "lines[1-1].catalogNumber", "4711"),
    ],
)
def test_clearing_waits_for_the_brake(linked: World, row: tuple[str, ...], name: str, field: str, was: str) -> None:
    linked.change(*row, **{name: None})
    decision = linked.run("ifs:P1001")
    (item,) = decision.items
    assert (item.kind, item.brake, item.field, item.value) == (ItemKind.HELD, True, field, was)
    assert linked.written == []
    other = Instructions(approved={field: "something else"})
    assert linked.run("ifs:P1001", told=other).items
    assert linked.run("ifs:P1001", told=Instructions(approved={field: was})).action is Action.UPDATE
    assert linked.run("ifs:P1001").action is Action.SKIP


def test_a_cleared_header_field_goes_as_empty_text(linked: World) -> None:
    linked.change("purchase_order", "P1001", NoteText=None)
    linked.run("ifs:P1001", told=Instructions(approved={"header.note": "An Tor 4"}))
    assert header(linked)["note"] == ""


@pytest.mark.parametrize("lost", [False, True])
def test_a_line_that_ended_is_cancelled_after_the_brake(linked: World, lost: bool) -> None:
    linked.ifs.append(line("P1001", "2"))
    linked.change("purchase_order", "P1001", TotalAmount="200.00")
    linked.run("ifs:P1001")
    linked.written.clear()
    linked.remove("purchase_order_line", "P1001", "2", "1")
    linked.change("purchase_order", "P1001", TotalAmount="100.00")
    if lost:
        linked.lose_store()
    (item,) = linked.run("ifs:P1001").items
    assert (item.field, item.value, item.brake) == ("lines[2-1]", "ended", True)
    assert linked.written == []
    linked.run("ifs:P1001", told=Instructions(approved={"lines[2-1]": "ended"}))
    (record,) = linked.orders.values()
    assert [(one["lineNumber"], one["status"]) for one in record["lineList"]["poLine"]] == [
        ("1-1", "Open"),
        ("2-1", "Cancelled"),
    ]
    assert len(linked.written) == 1
    assert linked.run("ifs:P1001").action is Action.SKIP
    linked.lose_store()
    assert linked.run("ifs:P1001").action is Action.SKIP
    assert len(linked.written) == 1


def test_an_empty_list_of_lines_ends_nothing(linked: World) -> None:
    linked.hidden.add("purchase_order_line")
    (item,) = linked.run("ifs:P1001").items
    assert (item.field, item.brake) == ("lines", False)
    assert linked.written == []


def test_an_attribute_that_did_not_come_stays_as_it_is(linked: World) -> None:
    for at, one in enumerate(linked.ifs):
        lost = {"NoteText", "PayTermId", "BuyerCode", "OrderDate", "PartNo", "Description", "ServiceType", "Discount"}
        values = {name: value for name, value in one.values.items() if name not in lost}
        linked.ifs[at] = type(one)(one.kind, one.key, values, one.etag, one.modified)
    linked.hidden.add("site")
    assert linked.run("ifs:P1001").action is Action.SKIP
    linked.change("purchase_order", "P1001", VendorNo="1001", CurrencyCode="EUR", TotalAmount="100.00")
    linked.change("purchase_order_line", "P1001", "1", "1", CodeB="1200")
    decision = linked.run("ifs:P1001")
    assert [change.field for change in decision.writes[0].changes] == ["lines[1-1].distribution"]
    assert header(linked)["note"] == "An Tor 4"


def test_many_changes_are_summarised(world: World) -> None:
    world.ifs += [line("P1001", str(at)) for at in range(2, 30)]
    world.change("purchase_order", "P1001", TotalAmount="2900.00")
    decision = world.run("ifs:P1001")
    assert len(decision.writes[0].changes) == 51
    assert "further fields" in (decision.writes[0].changes[-1].after or "")


# --- for all orders ---

AMOUNTS = st.decimals(min_value=0, max_value=10_000, places=2)


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, object]]:
    """States of one order after another: what the header and each of its lines say."""
    steps = []
    for _ in range(draw(st.integers(1, 4))):
        lines = [
            {
                "BuyQtyDue": str(draw(st.integers(1, 50))),
                "FbuyUnitPrice": str(draw(AMOUNTS)),
                "CodeA": draw(st.sampled_from(["4010", "4020"])),
                "WantedDeliveryDate": draw(st.sampled_from(["2026-03-01", "2026-04-01", None])),
                "PlannedReceiptDate": draw(st.sampled_from(["2026-03-05", "2026-04-05"])),
                "Objstate": draw(st.sampled_from(["Released", "Closed", "Cancelled"])),
            }
            for _ in range(draw(st.integers(1, 3)))
        ]
        steps.append({"lines": lines, "state": draw(st.sampled_from(["Released", "Confirmed", "Stopped", "Closed"]))})
    return steps


@settings(deadline=None, max_examples=60)
@given(history=histories(), lose=st.booleans())
def test_one_order_never_two_and_at_rest_no_write(history: list[dict[str, object]], lose: bool) -> None:
    world = World(PurchaseOrders(), Profile.load(), links=[Link("supplier", "1001", "10442")])
    approve_all = Instructions(approved={"Objstate": "Closed"} | {f"lines[{at}-1]": "ended" for at in range(4)})
    for step in history:
        lines, total = [], Decimal(0)
        for at, told in enumerate(step["lines"], 1):  # type: ignore[arg-type]
            net = Decimal(told["BuyQtyDue"]) * Decimal(told["FbuyUnitPrice"])
            total += net if told["Objstate"] != "Cancelled" else 0
            lines.append(line("P1001", str(at), **told | {"NetAmtCurr": str(net)}))
        ledger = [account("4010"), account("4020"), cost_centre("1100")]
        world.ifs = [head("P1001", TotalAmount=str(total), Objstate=step["state"]), site(), *lines, *ledger]
        ended = any(record["header"]["status"] == "Completed" for record in world.orders.values())
        first = world.run("ifs:P1001", told=approve_all)
        assert not any(item.kind is ItemKind.DEAD_LETTER for item in first.items)
        writes, there = len(world.written), copy.deepcopy(world.orders)
        if lose:
            world.lose_store()
        again = world.run("ifs:P1001", told=approve_all)
        assert again.action in {Action.SKIP, Action.OUT_OF_SCOPE, Action.NONE}
        assert (len(world.written), world.orders) == (writes, there)
        assert len(world.orders) <= 1
        conflict = any(item.kind is ItemKind.CONFLICT for item in first.items)
        assert conflict == (ended and step["state"] in {"Released", "Confirmed"}), "what has ended is not revised"
        if step["state"] != "Stopped" and world.orders and not ended:
            (record,) = world.orders.values()
            assert record["header"]["total"]["value"] == total
    assert all(isinstance(write, JaggaerPost) for write in world.written)


def test_shares_of_another_line_do_not_mix(world: World) -> None:
    world.ifs += [line("P1001", "2", PreAccountingId=77), share(1, "100", "4020", LineNo="2")]
    world.change("purchase_order", "P1001", TotalAmount="200.00")
    world.run("ifs:P1001")
    (record,) = world.orders.values()
    assert "4020" not in str(record["lineList"]["poLine"][0])
    assert "4020" in str(record["lineList"]["poLine"][1])
