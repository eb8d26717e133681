"""What becomes of requisitions at JAGGAER (docs/requisitions.md; contracts/mapping.md, requisitions)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from requisition_world import NUMBER, World, head, line, site

from mapping.fingerprint import read_mark
from mapping.kinds import Action, Decision, Instructions, Item, ItemKind, Link
from mapping.profile import Profile

PROFILE = Profile.load()


@pytest.fixture
def world() -> World:
    return World(PROFILE)


@pytest.fixture
def sent(world: World) -> World:
    """R1 stands at JAGGAER as it is in IFS."""
    assert world.run().action == Action.CREATE
    return world


def items(world: World, told: Instructions | None = None) -> dict[str, Item]:
    decision = world.decide(told)
    return {item.field: item for item in decision.items}


def operations(world: World) -> list[object]:
    return [write.body["operationCode"] for write in world.written]


def line_there(world: World, number: str = "1-1") -> dict[str, Any]:
    found: dict[str, Any] = next(
        one for one in world.record["lineList"]["requisitionLine"] if one["lineNumber"] == number
    )
    return found


# --- new ---


def test_a_released_one_becomes_a_requisition_with_our_mark(world: World) -> None:
    decision = world.run()
    header = world.record["header"]
    mark = read_mark(header.pop("externalReference"))
    assert mark
    assert (mark.number, mark.revision) == (NUMBER, 0)
    assert header == {
        "requisitionNumber": NUMBER,
        "requisitionId": "61000",
        "status": "Pending",
        "businessUnit": {"internalName": "10"},
        "currency": "EUR",
        "total": {"currency": "EUR", "value": Decimal("128.35")},
        "requisitionDate": "2026-02-14T00:00:00.000Z",
        "requester": {"username": "GNOWAK"},
        "shipTo": {
            "address": {
                "addressCode": "101",
                "city": "Ulm",
                "postalCode": "89073",
                "isoCountryCode": "DE",
                "addressLineList": {"addressLine": [{"lineNumber": 1, "addressLine": "Am Tor 1"}]},
            }
        },
        "note": "für Halle 3",
        "revisionNumber": 0,
    }
    told = line_there(world)
    assert told.pop("splittableFieldSetGroupList")
    assert told == {
        "lineNumber": "1-1",
        "status": "Open",
        "item": {
            "catalogNumber": "4711",
            "description": "Welle Ø 40",
            "unitOfMeasure": {"dimension": "EA"},
            "productType": "Product",
        },
        "quantity": Decimal(10),
        "unitPrice": {"currency": "EUR", "value": Decimal("12.5")},
        "discountPercent": 0,
        "charges": 0,
        "requestedDeliveryDate": "2026-03-01T00:00:00.000Z",
        "preferredSupplier": {"supplierNumber": "1001"},
    }
    assert line_there(world, "2-1")["unitPrice"]["value"] == Decimal("0.335")
    assert decision.amount
    assert (decision.amount.amount, decision.amount.currency) == (Decimal("128.35"), "EUR")
    assert Link("requisition", NUMBER, "61000", world.links[-1].detail) in world.links


def test_at_rest_nothing_is_written_and_jaggaer_not_asked(sent: World) -> None:
    sent.asked.clear()
    decision = sent.decide()
    assert (decision.action, decision.writes, decision.settlement) == (Action.SKIP, (), None)
    assert not sent.asked["jaggaer list"] + sent.asked["jaggaer detail"]
    assert sent.at_rest()


def test_a_lost_store_costs_one_list_and_no_detail(sent: World) -> None:
    sent.lose_store()
    sent.asked.clear()
    assert sent.run().action == Action.SKIP
    assert (sent.asked["jaggaer list"], sent.asked["jaggaer detail"]) == (1, 0)
    assert sent.snapshots


@pytest.mark.parametrize(
    ("state", "rule"),
    [
        ("Planned", "not released: Planned"),
        ("Closed", "closed before transfer"),
        ("Cancelled", "closed before transfer"),
    ],
)
def test_what_is_not_released_is_not_sent(state: str, rule: str, world: World) -> None:
    world.change("requisition", Objstate=state)
    decision = world.run()
    assert (decision.action, decision.notes, world.written) == (Action.OUT_OF_SCOPE, (rule,), [])


def test_by_setting_of_the_company(world: World) -> None:
    world.company(requisitions=False)
    decision = world.run()
    assert (decision.action, world.written) == (Action.OUT_OF_SCOPE, [])
    assert "requisitions" in decision.notes[0]
    assert not world.asked["jaggaer list"] + world.asked["jaggaer detail"]


def test_the_company_is_that_of_its_site(world: World) -> None:
    world.rows_there = [head(), line(), site("30")]
    assert world.run().notes == ("company 30 is not in 10, 20",)
    world.without("site")
    found = items(world)["Contract"]
    assert (found.kind, found.value) == (ItemKind.DEAD_LETTER, "101")


# --- changed ---


def test_a_change_is_a_new_revision_of_the_same(sent: World) -> None:
    sent.change("requisition_line", OriginalQty="12")
    decision = sent.run()
    assert decision.action == Action.UPDATE
    assert [change.field for change in decision.writes[0].changes] == ["header.total", "lines[1-1].quantity"]
    assert operations(sent) == ["CREATE", "UPDATE"]
    assert sent.record["header"]["revisionNumber"] == 1
    assert len(sent.there) == 1
    assert sent.at_rest()


def test_the_order_that_came_of_it_shows_at_jaggaer(sent: World) -> None:
    sent.change("requisition_line", Objstate="Closed", OrderNo="P77")
    sent.run()
    assert (line_there(sent)["poNumber"], line_there(sent)["status"]) == ("P77", "Closed")
    assert "poNumber" not in line_there(sent, "2-1")
    sent.close()
    sent.run()
    assert [write.action for write in sent.written] == ["create", "update", "close"]
    assert sent.record["header"]["status"] == "Completed"
    assert {one["poNumber"] for one in sent.record["lineList"]["requisitionLine"]} == {"P77"}
    assert sent.at_rest()


def test_an_order_number_that_jaggaer_set_is_kept(sent: World) -> None:
    line_there(sent)["poNumber"] = "P5"
    sent.lose_store()
    sent.change("requisition", NoteText="eilt")
    sent.run()
    assert line_there(sent)["poNumber"] == "P5"
    assert sent.at_rest()


def test_an_order_number_that_jaggaer_set_is_told(sent: World) -> None:
    """On the record once it was read whole; nothing is written on either side."""
    line_there(sent)["poNumber"] = "J-PO-1"
    sent.named = frozenset({NUMBER})
    decision = sent.run()
    assert decision.notes == ("line 1-1: JAGGAER's order J-PO-1, none in IFS",)
    assert decision.settlement, "so that the trace shows it"
    again = sent.run()
    assert (again.notes, again.settlement) == (decision.notes, None)
    assert (len(sent.written), decision.writes) == (1, ())
    sent.named = frozenset()
    sent.change("requisition", NoteText="eilt")
    assert sent.run().notes == decision.notes
    assert line_there(sent)["poNumber"] == "J-PO-1"
    sent.change("requisition_line", OrderNo="P77")
    assert sent.run().notes == ()
    assert line_there(sent)["poNumber"] == "P77"


def test_cancelled_after_transfer_is_cancelled_there(sent: World) -> None:
    sent.change("requisition", Objstate="Cancelled")
    sent.run()
    assert operations(sent) == ["CREATE", "CANCEL"]
    assert sent.record["header"]["status"] == "Cancelled"
    assert sent.at_rest()


def test_back_to_planned_stays_as_it_was_sent(sent: World) -> None:
    sent.change("requisition", Objstate="Planned")
    assert items(sent)["Objstate"].kind == ItemKind.HELD
    assert sent.at_rest()


def test_a_planned_line_is_left_out_until_it_is_released(world: World) -> None:
    world.change("requisition_line", "2", Objstate="Planned")
    assert world.run().notes == ("line 2-1 is not released: not sent",)
    assert len(world.record["lineList"]["requisitionLine"]) == 1
    world.change("requisition_line", "2", Objstate="Released")
    world.run()
    world.change("requisition_line", "2", Objstate="Planned", OriginalQty="99")
    assert world.run().notes == ("line 2-1 is not released: stays as sent",)
    assert line_there(world, "2-1")["quantity"] == 10
    assert operations(world) == ["CREATE", "UPDATE"]


def test_a_line_that_is_gone_is_held_by_the_brake(sent: World) -> None:
    sent.without("requisition_line", "2")
    (held,) = (item for item in sent.decide().items if item.field == "lines[2-1]")
    assert held.brake
    decision = sent.run(Instructions(approved={"lines[2-1]": "ended"}))
    assert decision.action == Action.UPDATE
    assert line_there(sent, "2-1")["status"] == "Cancelled"
    sent.hidden = {"requisition_line"}
    assert set(items(sent)) >= {"lines"}


# --- a preferred supplier ---


def test_a_preference_keeps_nothing_back_and_follows_by_itself(world: World) -> None:
    world.links = []
    decision = world.run()
    assert decision.action == Action.CREATE
    assert {(item.kind, item.field, item.waits_for) for item in decision.items} == {
        (ItemKind.WAITING, "lines[1-1].VendorNo", "supplier:1001"),
        (ItemKind.WAITING, "lines[2-1].VendorNo", "supplier:1001"),
    }
    assert "preferredSupplier" not in line_there(world)
    assert len(items(world)) == 2, "it stays open while nothing else moves"
    assert world.at_rest()
    world.links.append(Link("supplier", "1001", "10442"))
    assert world.run().items == ()
    assert line_there(world)["preferredSupplier"] == {"supplierNumber": "1001"}
    assert world.at_rest()


def test_without_a_preference_none_is_sent(world: World) -> None:
    world.change("requisition_line", VendorNo=None)
    assert world.run().items == ()
    assert "preferredSupplier" not in line_there(world)


# --- what stands in the way ---


@pytest.mark.parametrize(
    ("field", "changed"),
    [
        ("lines[1-1].UnitMeas", {"UnitMeas": "CRATE"}),
        ("lines[1-1].UnitMeas", {"UnitMeas": None}),
        ("lines[1-1].OriginalQty", {"OriginalQty": None}),
        ("lines[1-1].OriginalQty", {"OriginalQty": "0.0000001"}),
        ("lines[1-1].distribution", {"CodeJ": "x"}),
        ("CurrencyCode", {"CurrencyCode": "USD"}),
        ("CurrencyCode", {"CurrencyCode": "XXQ"}),
    ],
)
def test_what_cannot_be_mapped_is_a_dead_letter_of_its_field(field: str, changed: dict[str, Any], world: World) -> None:
    world.change("requisition_line", **changed)
    found = items(world)
    assert found[field].kind == ItemKind.DEAD_LETTER
    assert found[field].remedy
    assert world.run().writes == ()


def test_a_line_without_an_estimate_is_sent_as_0_and_said(world: World) -> None:
    world.change("requisition_line", EstimatedPrice=None)
    assert world.run().notes == ("line 1-1 has no estimated price: sent as 0",)
    assert line_there(world)["unitPrice"]["value"] == 0


def test_an_unknown_account_waits(world: World) -> None:
    world.change("requisition_line", CodeA="4711")
    found = items(world)["lines[1-1].distribution"]
    assert found.kind is ItemKind.WAITING
    assert found.reason == "account 4711 is not in the chart of company 10, as far as IFS shows it"
    assert str(found.waits_for).startswith("rows:account:Account,Company=10:")
    world.accounts.add("Account:4711")
    assert world.run().action == Action.CREATE


def test_a_number_that_is_taken_there_is_a_dead_letter(world: World) -> None:
    world.there["5"] = {"header": {"requisitionNumber": NUMBER, "requisitionId": "5", "revisionNumber": 3}}
    found = items(world)["RequisitionNo"]
    assert found.kind == ItemKind.DEAD_LETTER
    assert "already used" in found.reason
    assert world.run().writes == ()


@pytest.mark.parametrize("winner", ["ifs", "jaggaer"])
def test_a_revision_made_at_jaggaer_is_a_conflict(winner: Any, sent: World) -> None:
    sent.record["header"] |= {"revisionNumber": 1, "note": "anders"}
    sent.change("requisition", NoteText="eilt")
    found = items(sent)["header"]
    assert (found.kind, found.value) == (ItemKind.CONFLICT, "revision 1")
    assert sent.run().writes == ()
    sent.run(Instructions(winners={"header": winner}))
    assert sent.record["header"]["note"] == {"ifs": "eilt", "jaggaer": "anders"}[winner]
    assert sent.run().action == Action.SKIP
    assert sent.run().settlement is None


@pytest.mark.parametrize("gone", [{"revisionNumber": 1}, {"externalReference": ""}])
def test_the_same_change_on_both_sides_is_settled_once(gone: dict[str, Any], sent: World) -> None:
    sent.record["header"] |= {"note": "eilt", **gone}
    sent.change("requisition", NoteText="eilt")
    decision = sent.run()
    assert (decision.action, decision.items) == (Action.SKIP, ())
    sent.asked.clear()
    assert sent.run().settlement is None
    assert not sent.asked["jaggaer list"] + sent.asked["jaggaer detail"]
    assert len(sent.written) == 1


def test_without_our_mark_it_is_compared_with_what_is_there(sent: World) -> None:
    """An order number that JAGGAER set in the meantime stays when IFS wins."""
    sent.record["header"] |= {"externalReference": "", "note": "anders"}
    line_there(sent)["poNumber"] = "P5"
    sent.change("requisition", NoteText="eilt")
    assert items(sent)["header"].reason == "changed at JAGGAER: our mark is gone"
    decision = sent.run(Instructions(winners={"*": "ifs"}))
    assert [(change.before, change.after) for change in decision.writes[0].changes] == [("anders", "eilt")]
    assert line_there(sent)["poNumber"] == "P5"


@pytest.mark.parametrize("status", ["Completed", "Rejected"])
def test_one_that_ended_at_jaggaer_takes_no_revision(status: str, sent: World) -> None:
    sent.record["header"]["status"] = status
    sent.change("requisition", NoteText="eilt")
    found = items(sent)["header"]
    assert (found.kind, found.value) == (ItemKind.CONFLICT, f"status {status}")
    assert sent.run().writes == ()


def test_both_agree_on_the_end(sent: World) -> None:
    sent.record["header"]["status"] = "Completed"
    sent.close()
    decision = sent.run()
    assert (decision.action, decision.writes, decision.items) == (Action.SKIP, (), ())
    assert "has ended at JAGGAER, which keeps its own" in decision.notes[0]
    assert sent.at_rest()


def test_once_ended_no_supplier_follows(world: World) -> None:
    """JAGGAER takes no revision of what has ended, so nothing is waited for."""
    world.change("requisition_line", VendorNo="NOPE")
    assert {item.kind for item in world.run().items} == {ItemKind.WAITING}
    world.close()
    decision = world.run()
    assert (decision.action, decision.items) == (Action.UPDATE, ())
    assert "line 1-1: supplier NOPE is not linked, the line ended without it" in decision.notes
    assert (world.run().items, world.record["header"]["status"]) == ((), "Completed")


def test_ifs_cannot_win_over_an_end(sent: World) -> None:
    """The conflict stays and says why; left as it is, it stays until IFS changes, also where it is named."""
    sent.record["header"]["status"] = "Rejected"
    sent.change("requisition", NoteText="eilt")
    decision = sent.run(Instructions(winners={"*": "ifs"}))
    (item,) = decision.items
    assert (item.kind, decision.writes) == (ItemKind.CONFLICT, ())
    assert "takes no revision of it; Released in IFS" in item.reason
    assert "--winner ifs" not in item.remedy
    assert sent.run(Instructions(winners={"*": "jaggaer"})).items == ()
    sent.named = frozenset({NUMBER})
    assert sent.run().items == ()
    sent.change("requisition", NoteText="sehr eilig")
    assert [one.kind for one in sent.run().items] == [ItemKind.CONFLICT]


# --- named by a person ---


def test_what_was_changed_there_is_seen_where_it_is_named(sent: World) -> None:
    line_there(sent)["quantity"] = 7
    sent.asked.clear()
    assert sent.run().writes == ()
    assert not sent.asked["jaggaer list"] + sent.asked["jaggaer detail"], "it costs an ordinary run nothing"
    sent.named = frozenset({NUMBER})
    (write,) = sent.run().writes
    assert [(one.field, one.before, one.after) for one in write.changes] == [("lines[1-1].quantity", "7", "10")]
    assert (line_there(sent)["quantity"], sent.record["header"]["revisionNumber"]) == (10, 1)
    assert sent.run().action == Action.SKIP


def test_what_a_person_left_there_is_left_where_it_is_named(sent: World) -> None:
    sent.record["header"] |= {"revisionNumber": 1, "note": "anders"}
    sent.named = frozenset({NUMBER})
    assert items(sent)["header"].kind == ItemKind.CONFLICT
    sent.run(Instructions(winners={"*": "jaggaer"}))
    assert (sent.run().action, sent.record["header"]["note"]) == (Action.SKIP, "anders")


def test_one_that_is_gone_there_is_sent_again_by_a_person(sent: World) -> None:
    sent.there.clear()
    assert sent.run().items == ()
    sent.named = frozenset({NUMBER})
    found = items(sent)["RequisitionNo"]
    assert found.kind == ItemKind.HELD
    assert f"conflicts resolve {NUMBER} --sync requisitions --winner ifs` sends it again" in found.remedy
    assert sent.run(Instructions(winners={"*": "ifs"})).action == Action.CREATE
    assert (sent.record["header"]["revisionNumber"], sent.run().action) == (0, Action.SKIP)


def test_what_one_side_no_longer_shows_is_unknown_not_gone(sent: World) -> None:
    rows = list(sent.rows_there)
    sent.without("requisition")
    assert items(sent)["RequisitionNo"].kind == ItemKind.HELD
    sent.rows_there = rows
    sent.there.clear()
    sent.change("requisition", NoteText="eilt")
    assert items(sent)["RequisitionNo"].kind == ItemKind.HELD
    assert len(sent.written) == 1


# --- always ---

CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "Objstate": st.sampled_from(["Released", "Released", "Closed", "Cancelled", "Planned"]),
        "NoteText": st.sampled_from(["a", "b"]),
        "quantity": st.sampled_from(["1", "2.5"]),
        "price": st.sampled_from(["0", "1.005", "9.99"]),
        "order": st.sampled_from(["P1"]),
        "lost": st.booleans(),
    },
)


@given(story=st.lists(CHANGES, min_size=1, max_size=8))
def test_one_requisition_whatever_happens_in_ifs(story: list[dict[str, Any]]) -> None:
    """There is at most one, with our mark, as IFS has it; each state rests once it was carried over."""
    world = World(PROFILE)
    for step in story:
        if step.get("lost"):
            world.lose_store()
        world.change("requisition", **{name: step[name] for name in ("Objstate", "NoteText") if name in step})
        told = {"OriginalQty": step.get("quantity"), "EstimatedPrice": step.get("price"), "OrderNo": step.get("order")}
        world.change("requisition_line", **{name: value for name, value in told.items() if value})
        decision: Decision = world.run()
        assert world.at_rest()
        assert len(world.there) <= 1
        if decision.action in {Action.CREATE, Action.UPDATE}:
            mark = read_mark(world.record["header"]["externalReference"])
            assert mark
            assert (mark.number, mark.revision) == (NUMBER, world.record["header"]["revisionNumber"])
    assert operations(world).count("CREATE") <= 1
