"""What a supplier says of an order, between JAGGAER, IFS and what was settled (contracts/mapping.md, orders)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rows import account, cost_centre, head, line, site
from world import World

from connectors.wire import Row
from mapping.kinds import Action, Decision, Instructions, ItemKind, Link
from mapping.profile import Profile
from mapping.purchase_orders.kind import PurchaseOrders

PROMISED = "lines[1-1].promisedDeliveryDate"
NUMBER = "header.acknowledgement.number"


@pytest.fixture
def linked(world: World) -> World:
    """The order is at JAGGAER, revision 0, and was seen there."""
    world.run("ifs:P1001")
    world.run("jaggaer:P1001")
    world.written.clear()
    world.asked.clear()
    return world


def say(world: World, number: str | None = None, promised: str | None = None, **header: Any) -> None:
    """As the supplier does; None says nothing, "" takes it back."""
    (record,) = world.orders.values()
    world.seconds += 1
    record["header"] |= {"lastUpdate": f"{world.now}.700Z", **header}
    if number is not None:
        record["header"]["acknowledgement"] = {"number": number, "date": "2026-02-20T00:00:00.000Z"} if number else {}
    told = record["lineList"]["poLine"][0]
    if promised == "":
        told.pop("promisedDeliveryDate", None)
    elif promised:
        told["promisedDeliveryDate"] = f"{promised}T00:00:00.000Z"


def in_ifs(world: World) -> tuple[Any, Any]:
    values = {name: value for one in world.ifs for name, value in one.values.items() if one.key[0] == "P1001"}
    return values.get("AckOrderNo"), values["PromisedDeliveryDate"]


def settle(world: World, told: Instructions | None = None) -> Decision:
    """JAGGAER moved; then IFS, by what we wrote."""
    decision = world.run("jaggaer:P1001", "ifs:P1001", told=told)
    world.written.clear()
    assert not world.run("ifs:P1001").writes
    return decision


def kinds(decision: Decision) -> dict[str, ItemKind]:
    return {item.field: item.kind for item in decision.items}


def test_carried_over_once(linked: World) -> None:
    say(linked, "AB-1", "2026-03-09")
    assert settle(linked).action is Action.SKIP
    assert in_ifs(linked) == ("AB-1", "2026-03-09")
    assert not linked.gather("jaggaer:P1001"), "what was settled makes no case"


def test_ours_at_first_sight_and_after_a_revision(linked: World) -> None:
    assert linked.asked["jaggaer order"] == 0
    linked.change("purchase_order", "P1001", NoteText="An Tor 5")
    linked.run("ifs:P1001")
    linked.run("jaggaer:P1001")
    assert linked.asked["jaggaer order"] == 1, "it may have been acknowledged just before"
    assert not linked.gather("jaggaer:P1001")


def test_between_the_creation_and_the_first_sight(world: World) -> None:
    """Without an acknowledgement, which the contract does not know: the server's clock tells that it moved later."""
    world.run("ifs:P1001")
    say(world, promised="2026-03-09")
    world.run("jaggaer:P1001")
    assert in_ifs(world)[1] == "2026-03-09"


def test_what_ifs_has_of_itself_stays_until_the_supplier_speaks(linked: World) -> None:
    linked.change("purchase_order", "P1001", AckOrderNo="per Telefon")
    linked.change("purchase_order_line", "P1001", "1", "1", PromisedDeliveryDate="2026-03-02")
    assert not settle(linked).items
    assert in_ifs(linked) == ("per Telefon", "2026-03-02")
    say(linked, "AB-1", "2026-03-09")
    assert any("IFS had per Telefon" in note for note in linked.decide("jaggaer:P1001")[0].notes)
    settle(linked)
    assert in_ifs(linked) == ("AB-1", "2026-03-09")


@pytest.mark.parametrize(("has", "kind"), [("2026-03-09", None), (None, None), ("2026-03-15", ItemKind.CONFLICT)])
def test_after_a_lost_store(linked: World, has: str | None, kind: ItemKind | None) -> None:
    say(linked, "AB-1", "2026-03-09")
    linked.lose_store()
    linked.change("purchase_order_line", "P1001", "1", "1", PromisedDeliveryDate=has)
    decision = settle(linked)
    assert kinds(decision) == ({PROMISED: kind} if kind else {})
    assert in_ifs(linked) == ("AB-1", has or "2026-03-09")
    assert kinds(settle(linked)) == kinds(decision), "as long as nobody decides"


def test_taken_back_at_jaggaer(linked: World) -> None:
    say(linked, "AB-1", "2026-03-09")
    settle(linked)
    say(linked, promised="")
    (item,) = settle(linked).items
    assert (item.kind, item.field, item.brake) == (ItemKind.HELD, PROMISED, True)
    settle(linked, Instructions(approved={PROMISED: "2026-03-10"}))
    assert in_ifs(linked)[1] == "2026-03-09", "another value than the one that was listed"
    settle(linked, Instructions(approved={PROMISED: item.value}))
    assert in_ifs(linked) == ("AB-1", None)


def test_taken_back_at_jaggaer_and_changed_in_ifs(linked: World) -> None:
    say(linked, "AB-1", "2026-03-09")
    settle(linked)
    say(linked, promised="")
    linked.change("purchase_order_line", "P1001", "1", "1", PromisedDeliveryDate="2026-03-15")
    decision = settle(linked)
    assert kinds(decision) == {PROMISED: ItemKind.CONFLICT}
    assert "conflicts resolve P1001 --sync purchase-orders" in decision.items[0].remedy


def test_what_a_revision_took_away_is_not_acknowledged_yet(linked: World) -> None:
    say(linked, "AB-1", "2026-03-09")
    settle(linked)
    linked.change("purchase_order", "P1001", NoteText="An Tor 5")
    linked.run("ifs:P1001")
    (record,) = linked.orders.values()
    assert "promisedDeliveryDate" not in record["lineList"]["poLine"][0], "this tenant wants it acknowledged anew"
    assert not settle(linked).items
    assert in_ifs(linked) == ("AB-1", "2026-03-09")
    say(linked, "AB-2", "2026-03-09")
    settle(linked)
    say(linked, promised="")
    assert kinds(settle(linked)) == {PROMISED: ItemKind.HELD}


def test_what_a_revision_took_away_stays_so_until_it_is_said_anew(linked: World) -> None:
    """IFS may have its own in the meantime; whether the lines were read in a run makes no difference."""
    say(linked, "AB-1", "2026-03-09")
    settle(linked)
    linked.change("purchase_order", "P1001", NoteText="An Tor 5")
    linked.run("ifs:P1001")
    linked.run("jaggaer:P1001")
    linked.change("purchase_order_line", "P1001", "1", "1", PromisedDeliveryDate="2026-03-15")
    assert not linked.run("ifs:P1001").items
    say(linked, promised="")
    assert not settle(linked).items
    assert not linked.run("ifs:P1001").items
    say(linked, promised="2026-03-09")
    assert kinds(settle(linked)) == {PROMISED: ItemKind.CONFLICT}
    assert kinds(linked.run("ifs:P1001")) == {PROMISED: ItemKind.CONFLICT}


def test_a_tenant_without_the_attribute(linked: World) -> None:
    linked.ifs = [
        Row(one.kind, one.key, {n: v for n, v in one.values.items() if n != "PromisedDeliveryDate"}, one.etag)
        for one in linked.ifs
    ]
    say(linked, "AB-1", "2026-03-09")
    decision = linked.run("jaggaer:P1001")
    assert (decision.items, [write.set for write in linked.written]) == ((), ["purchase_order"])


def test_an_order_that_cannot_be_read_whole(linked: World) -> None:
    say(linked, "AB-1", "2026-03-09", poId="elsewhere")
    linked.orders = {"elsewhere": next(iter(linked.orders.values()))}
    decision = linked.run("jaggaer:P1001")
    assert kinds(decision) == {"lines": ItemKind.HELD}
    assert in_ifs(linked)[0] == "AB-1"
    assert linked.gather("jaggaer:P1001"), "looked at until it can be read"


def test_refused_fields_are_left_alone(linked: World) -> None:
    say(linked, "AB-1", "2026-03-09")
    told = Instructions(without=frozenset({PROMISED}), refused={PROMISED: "closed"})
    linked.run("jaggaer:P1001", told=told)
    assert in_ifs(linked) == ("AB-1", None)
    settle(linked)
    assert in_ifs(linked) == ("AB-1", "2026-03-09")


DAYS = st.sampled_from(["", "2026-03-09", "2026-03-10"])
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from(["AB-1", "AB-2"]), DAYS),
        st.tuples(st.just("ifs"), st.sampled_from(["AB-1", "AB-9"]), DAYS),
        st.tuples(st.just("change"), st.just(""), st.just("")),
        st.tuples(st.just("lose"), st.just(""), st.just("")),
    ),
    max_size=6,
)


@settings(deadline=None, max_examples=60)
@example(steps=[("say", "AB-1", "2026-03-09"), ("change", "", ""), ("ifs", "AB-1", "2026-03-10"), ("say", "AB-1", "")])
@given(steps=STEPS)
def test_each_difference_is_carried_over_or_named_and_at_rest_nothing_is_written(
    steps: list[tuple[str, str, str]],
) -> None:
    ledger = [account("4010"), cost_centre("1100")]
    world = World(PurchaseOrders(), Profile.load(), ifs=[head(), line(), site(), *ledger])
    world.links = [Link("supplier", "1001", "10442")]
    world.run("ifs:P1001")
    world.run("jaggaer:P1001")
    note = 0
    for step, number, day in steps:
        if step == "say":
            say(world, number, day)
        elif step == "ifs":
            world.change("purchase_order", "P1001", AckOrderNo=number)
            world.change("purchase_order_line", "P1001", "1", "1", PromisedDeliveryDate=day or None)
        elif step == "lose":
            world.lose_store()
        else:
            note += 1
            world.change("purchase_order", "P1001", NoteText=f"Tor {note}")
        decision = world.run("jaggaer:P1001", "ifs:P1001")
        world.written.clear()
        again = world.run("jaggaer:P1001", "ifs:P1001")
        assert world.written == []
        if step != "change":  # a revision takes the supplier's word away in this tenant
            assert kinds(again) == kinds(decision)
        (record,) = world.orders.values()
        said = (record["header"].get("acknowledgement") or {}).get("number")
        promised = record["lineList"]["poLine"][0].get("promisedDeliveryDate", "")[:10]
        for field, there, here in ((NUMBER, said, in_ifs(world)[0]), (PROMISED, promised, in_ifs(world)[1])):
            assert not there or there == here or field in kinds(again)


def test_what_the_server_writes_in_its_own_way_is_no_difference(linked: World) -> None:
    """The order is read whole for what was promised; its mark says that it is as we sent it."""
    (record,) = linked.orders.values()
    record["header"]["note"] = "AN TOR 4"
    say(linked, "AB-1", "2026-03-09")
    linked.run("jaggaer:P1001")
    assert [write.set for write in linked.written] == ["purchase_order", "purchase_order_line"]
