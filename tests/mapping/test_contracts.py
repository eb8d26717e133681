from __future__ import annotations

from datetime import date
from decimal import Decimal
from shlex import quote
from typing import Any

import pytest
from contracts_world import CODE, PUT_BACK, World, price

from ifs_jaggaer.errors import Rejected
from mapping.contracts.kind import CONTRACTS
from mapping.kinds import Action, Decision, IfsAct, IfsUpdate, Instructions, ItemKind, Link
from mapping.watching import Watch


def said(decision: Decision) -> list[tuple[str, str]]:
    return [(str(item.kind), item.field) for item in decision.items]


def lines(world: World) -> list[dict[str, Any]]:
    assert world.contract is not None
    found: list[dict[str, Any]] = world.contract["priceList"]["price"]
    return found


# --- making ---


def test_an_agreement_with_its_prices() -> None:
    world = World.of(price(), price(quantity=100, value="11.875", discountPercent=Decimal("2.5")))
    decision = world.run()
    number = world.agreement.pop("AgreementId")
    assert {name: value for name, value in world.agreement.items() if value} == {
        "VendorNo": "S1",
        "Description": "Rahmenvertrag",
        "CurrencyCode": "EUR",
        "ExternalReference": f"JAG:{CODE}",
        "ValidFrom": "2026-01-01",
        "ValidUntil": "2026-12-31",
        "Objstate": "Active",
    }
    row = dict(world.prices["69-1", "100", "2026-01-01"])
    assert {name: value for name, value in row.items() if value is not None} == {
        "AgreementId": number,
        "PartNo": "69-1",
        "MinQuantity": Decimal(100),
        "ValidFrom": "2026-01-01",
        "ValidUntil": "2026-12-31",
        "PriceUnitMeas": "PCS",
        "Price": Decimal("11.875"),
        "Discount": Decimal("2.5"),
        "LeadTime": 14,
        "VendorPartNo": "S69-1",
    }
    assert len(world.prices) == 2
    assert decision.items == ()
    assert [link for link in world.links if link.kind == "contract"] == [Link("contract", number, CODE)]


def test_the_agreement_comes_first_and_is_not_enforced_but_its_prices_are() -> None:
    world = World.of(price())
    first = world.decide()
    assert first is not None
    (head,) = first.writes
    assert (head.set, head.key, head.enforced, first.again) == ("agreement", CODE, False, True)  # type: ignore[union-attr]
    world.carry_out(first)
    second = world.decide()
    assert second is not None
    (row,) = second.writes
    assert (row.set, row.enforced, second.again) == ("agreement_price", True, False)  # type: ignore[union-attr]
    assert [c.field for c in row.changes][:2] == ["prices[69-1/1].unitPrice", "prices[69-1/1].unitOfMeasure"]


def test_at_rest_nothing_is_written_also_without_the_store() -> None:
    world = World.of(price(), price(quantity=100), price("42-7", leadTimeDays=None, discountPercent=None))
    world.run()
    for _ in range(2):
        decision = world.run()
        assert (decision.action, world.written, decision.items) == (Action.SKIP, [], ())
        world.lose_the_store()


def test_ours_is_found_by_its_mark_and_completed() -> None:
    world = World.of(price(), price(quantity=100))
    first = world.decide()
    assert first is not None
    world.carry_out(first)
    world.lose_the_store()
    world.run()
    assert len(world.agreements) == 1
    assert len(world.prices) == 2


def test_it_waits_for_its_supplier_and_ends_without() -> None:
    world = World.of(price(unitOfMeasure="PF"))
    world.links.clear()
    decision = world.run()
    assert said(decision) == [("waiting", "supplier"), ("dead_letter", "prices[69-1/1].unitOfMeasure")]
    assert decision.items[0].waits_for == "supplier:S1"
    assert not world.agreements


def test_a_supplier_is_known_by_either_number_but_not_by_two() -> None:
    world = World.of(price(), supplier={"bravoId": "10442"})
    assert world.run().items == ()
    world = World.of(price(), supplier={"extCode": "S1"})
    assert world.run().items == ()
    world = World.of(price(), supplier={"bravoId": "10442", "extCode": "S2"})
    world.links.append(Link("supplier", "S2", "10443"))
    (item,) = world.run().items
    assert (item.kind, item.field, item.value) == (ItemKind.DEAD_LETTER, "supplier", "S1, S2")
    assert said(World.of(price(), supplier={}).run()) == [("dead_letter", "supplier")]


@pytest.mark.parametrize("status", ["Draft", "Executed", "Something new"])
def test_other_states_are_not_sent(status: str) -> None:
    decision = World.of(price(), status=status).run()
    assert (decision.action, decision.items) == (Action.OUT_OF_SCOPE, ())
    assert status in decision.notes[0]


# --- lines ---


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (price("b", unitOfMeasure="PF"), "prices[b/1].unitOfMeasure"),
        (price("b", unitOfMeasure=None), "prices[b/1].unitOfMeasure"),
        (price("b", unitPrice={"currency": "USD", "value": Decimal(1)}), "prices[b/1].unitPrice"),
        (price("b", unitPrice={"currency": "EUR"}), "prices[b/1].unitPrice"),
        (price("b", value="-1"), "prices[b/1].unitPrice"),
        (price("b", value="0.0000001"), "prices[b/1].unitPrice"),
        (price("b", minQuantity=Decimal(-5)), "prices[b/#2].minQuantity"),
        (price("b", minQuantity="many"), "prices[b/#2].minQuantity"),
        (price("b", discountPercent=Decimal(101)), "prices[b/1].discountPercent"),
        (price("b", leadTimeDays=Decimal("1.5")), "prices[b/#2].leadTimeDays"),
        (price("b", validTo="2025-12-31T00:00:00.000Z"), "prices[b/1].validTo"),
        (price("b", validTo="soon"), "prices[b/#2].validTo"),
        (price("", value="3"), "prices[#2].itemCode"),
    ],
)
def test_one_bad_line_is_a_dead_letter_of_that_line(bad: dict[str, Any], field: str) -> None:
    world = World.of(price("a"), bad, price("c"))
    decision = world.run()
    assert said(decision) == [("dead_letter", field)]
    assert decision.items[0].remedy
    assert {key[0] for key in world.prices} == {"a", "c"}


def test_a_price_of_any_precision_goes() -> None:
    """IFS's decimals have a scale of 65 (contracts/ifs.md 2)."""
    world = World.of(*(price(value, value=value) for value in ("1.2345678", "0.00000123", "1234567890.123456789")))
    assert world.run().items == ()
    assert {key[0]: str(row["Price"]) for key, row in world.prices.items()} == {
        value: value for value in ("1.2345678", "0.00000123", "1234567890.123456789")
    }
    assert (world.run().action, world.written) == (Action.SKIP, [])


def test_a_bad_line_keeps_what_was_sent_of_it() -> None:
    world = World.of(price("a"), price("b"))
    world.run()
    lines(world)[1]["unitOfMeasure"] = "PF"
    lines(world)[1]["unitPrice"]["value"] = Decimal(99)
    world.run()
    assert world.written == []
    lines(world)[1]["minQuantity"] = "many"
    assert said(world.run()) == [("dead_letter", "prices[b/#2].minQuantity")]
    assert world.written == [], "of its item nothing has ended"
    lines(world)[1]["itemCode"] = None
    decision = world.run()
    assert world.written == [], "which line it was is not known, so nothing has ended"
    assert said(decision) == [("dead_letter", "prices[#2].itemCode")]


def test_two_lines_with_one_key_are_named_and_neither_goes() -> None:
    world = World.of(price("a"), price("b"), price("a", value="13"))
    decision = world.run()
    (item,) = decision.items
    assert (item.field, item.kind) == ("prices[a/1]", ItemKind.DEAD_LETTER)
    assert "lines 1 and 3" in item.reason
    assert {key[0] for key in world.prices} == {"b"}


def test_a_line_without_first_day_or_currency_has_the_contracts() -> None:
    world = World.of(price(validFrom=None, unitPrice={"value": Decimal(7)}, minQuantity=None))
    world.run()
    assert world.prices["69-1", "0", "2026-01-01"]["Price"] == Decimal(7)


def test_prices_of_one_part_on_the_same_days_go_and_are_noted() -> None:
    later = price(validFrom="2026-07-01T00:00:00.000Z", value="13")
    world = World.of(price(), later, price("42-7"))
    decision = world.run()
    assert decision.notes == ("prices[69-1/1/2026-01-01] and prices[69-1/1/2026-07-01] are valid on the same days",)
    assert len(world.prices) == 3


@pytest.mark.parametrize("differs", [{"currency": None}, {"currency": "XXX"}, {"validTo": "2025-01-01T00:00:00Z"}])
def test_a_contract_that_cannot_be_understood_is_a_dead_letter(differs: dict[str, Any]) -> None:
    world = World.of(price(), **{"currency": "EUR", **differs})
    world_decision = world.run()
    assert world_decision.items[0].kind is ItemKind.DEAD_LETTER
    assert world_decision.items[0].field in differs
    assert not world.agreements


def test_a_contract_that_is_none_stops_nobody() -> None:
    decision = World.of(price(), validFrom="some day").run()
    assert said(decision) == [("dead_letter", "validFrom")]


# --- changes ---


def test_only_what_changed_is_written() -> None:
    world = World.of(price("a"), price("b"))
    world.run()
    lines(world)[1]["unitPrice"]["value"] = Decimal("13.00")
    assert world.contract is not None
    world.contract["validTo"] = "2027-06-30T00:00:00.000Z"
    world.run()
    head, row = world.written
    assert isinstance(head, IfsUpdate)
    assert isinstance(row, IfsUpdate)
    assert head.values == {"ValidUntil": "2027-06-30"}
    assert row.values == {"Price": Decimal(13)}
    assert world.run().action is Action.SKIP


def test_a_change_in_ifs_is_listed_and_put_back_by_setting() -> None:
    world = World.of(price("a"), price("b"))
    world.run()
    world.edit("agreement_price", 0, Price=Decimal(99))
    world.edit("agreement", Description="ours")
    decision = world.run()
    assert said(decision) == [("conflict", "title"), ("conflict", "prices[a/1]")]
    assert decision.items[1].value == "unitPrice 99 -> 12.5"
    assert world.written == []
    world.profile = PUT_BACK
    assert world.run().items == ()
    assert world.prices["a", "1", "2026-01-01"]["Price"] == Decimal("12.5")
    assert world.agreement["Description"] == "Rahmenvertrag"


def test_where_both_changed_jaggaers_goes_with_a_note() -> None:
    world = World.of(price("a"))
    world.run()
    world.edit("agreement_price", 0, Price=Decimal(99), PriceUnitMeas="KG")
    lines(world)[0]["unitPrice"]["value"] = Decimal(14)
    decision = world.run()
    row = world.prices["a", "1", "2026-01-01"]
    assert (row["Price"], row["PriceUnitMeas"]) == (Decimal(14), "PCS"), "a price never goes without its unit"
    assert "changed in both systems" in decision.notes[0]


def test_without_knowing_what_was_sent_a_difference_is_listed_but_what_is_empty_is_filled() -> None:
    world = World.of(price("a"), price("b"))
    world.run()
    world.edit("agreement_price", 0, Price=Decimal(99))
    world.edit("agreement_price", 1, LeadTime=None)
    world.lose_the_store()
    decision = world.run()
    assert said(decision) == [("conflict", "prices[a/1]")]
    assert world.prices["b", "1", "2026-01-01"]["LeadTime"] == 14


def test_no_discount_is_a_discount_of_nothing() -> None:
    world = World.of(price("a", discountPercent=None))
    world.run()
    world.edit("agreement_price", 0, Discount=Decimal(0))
    assert world.run().action is Action.SKIP
    lines(world)[0]["discountPercent"] = Decimal(3)
    world.run()
    assert world.prices["a", "1", "2026-01-01"]["Discount"] == Decimal(3)


def test_what_is_emptied_is_held_with_its_whole_row() -> None:
    world = World.of(price("a"))
    world.run()
    del lines(world)[0]["leadTimeDays"]
    lines(world)[0]["unitPrice"]["value"] = Decimal(14)
    decision = world.run(brake=False)
    (item,) = decision.items
    assert (item.kind, item.brake, item.field) == (ItemKind.HELD, True, "prices[a/1]")
    assert item.value == "unitPrice 12.5 -> 14, leadTimeDays 14 -> empty"
    assert world.written == []
    world.run()
    row = world.prices["a", "1", "2026-01-01"]
    assert (row["LeadTime"], row["Price"]) == (None, Decimal(14))


def test_an_approval_counts_for_the_listed_difference_alone() -> None:
    world = World.of(price("a"))
    world.run()
    del lines(world)[0]["leadTimeDays"]
    listed = world.run(brake=False).items[0]
    lines(world)[0]["unitPrice"]["value"] = Decimal(14)
    world.run(Instructions(approved={listed.field: listed.value}), brake=False)
    assert world.written == []


def test_a_price_that_is_gone_in_ifs_is_listed_not_made_again() -> None:
    world = World.of(price("a"), price("b"))
    world.run()
    world.sets["agreement_price"].pop(next(iter(world.sets["agreement_price"])))
    assert said(world.run()) == [("conflict", "prices[a/1]")]
    lines(world)[0]["unitPrice"]["value"] = Decimal(14)
    assert world.run().items == ()
    assert len(world.prices) == 2


def test_an_empty_set_of_prices_is_unknown() -> None:
    world = World.of(price("a"), price("b"))
    world.run()
    world.sets["agreement_price"].clear()
    assert said(world.run()) == [("held", "prices")]
    assert world.written == []


# --- what a person decides of a conflict ---


def edited(world: World) -> None:
    """By a planner: a price, the title, a price that is gone, and one of the planner's own."""
    world.edit("agreement_price", 0, Price=Decimal(99))
    world.sets["agreement_price"].pop(next(key for key in world.sets["agreement_price"] if key[1] == "b"))
    world.edit("agreement", Description="ours")
    number = next(iter(world.sets["agreement"]))[0]
    own: dict[str, Any] = {"AgreementId": number, "PartNo": "own", "MinQuantity": 1, "ValidFrom": "2026-01-01"}
    world.put("agreement_price", **own, Price=Decimal("1.5"), PriceUnitMeas="PCS", Discount=Decimal(2))


CONFLICTS = ["title", "prices[a/1]", "prices[b/1]", "prices[own/1]"]


def in_conflict() -> World:
    world = World.of(price("a"), price("b"), price("c"))
    world.run()
    edited(world)
    decision = world.run()
    assert said(decision) == [("conflict", name) for name in CONFLICTS]
    for item in decision.items:
        for winner in ("ifs", "jaggaer"):
            command = f"`ifs-jaggaer conflicts resolve CW-1 --sync contracts --field {quote(item.field)} --winner "
            assert f"{command}{winner}`" in item.remedy
    assert world.written == []
    return world


def test_what_jaggaer_wins_is_put_back() -> None:
    world = in_conflict()
    decision = world.run(Instructions(winners={"prices[a/1]": "jaggaer"}))
    assert [item.field for item in decision.items] == ["title", "prices[b/1]", "prices[own/1]"], "that one alone"
    decision = world.run(Instructions(winners={"*": "jaggaer"}))
    assert decision.items == ()
    assert world.agreement["Description"] == "Rahmenvertrag"
    prices = {key[0]: (row["Price"], row["ValidUntil"]) for key, row in world.prices.items()}
    stated = dict.fromkeys("abc", (Decimal("12.5"), "2026-12-31"))
    assert prices == {**stated, "own": (Decimal("1.5"), "2026-02-28")}
    assert (world.run().action, world.written) == (Action.SKIP, [])


def test_what_ifs_wins_stays_until_either_side_changes() -> None:
    world = in_conflict()
    decision = world.run(Instructions(winners={"*": "ifs"}))
    assert (decision.items, world.written) == ((), [])
    for _ in range(2):
        assert (world.run().action, world.written) == (Action.SKIP, []), "let be"
    world.run(Instructions(winners={"*": "jaggaer"}))
    assert world.written == [], "one word for all is about what is open"
    world.edit("agreement_price", 0, Price=Decimal(98))
    decision = world.run()
    assert [(item.field, item.value) for item in decision.items] == [("prices[a/1]", "unitPrice 98 -> 12.5")]
    world.run(Instructions(winners={"*": "ifs"}))
    assert world.written == []
    for line, value in zip(lines(world), (13, 14, 15), strict=True):
        line["unitPrice"]["value"] = Decimal(value)
    assert world.contract is not None
    world.contract["title"] = "Neu"
    decision = world.run()
    assert (decision.items, world.agreement["Description"]) == ((), "Neu")
    assert {key[0]: row["Price"] for key, row in world.prices.items()} == {
        **dict(zip("abc", map(Decimal, (13, 14, 15)), strict=True)), "own": Decimal("1.5"),
    }  # fmt: skip
    assert (world.run().action, world.written) == (Action.SKIP, [])
    world.edit("agreement_price", 0, Price=Decimal(98))
    assert [item.field for item in world.run().items] == ["prices[a/1]"], "that was another change"


def test_a_planners_own_price_is_told_as_what_it_is() -> None:
    item = in_conflict().run().items[-1]
    assert item.value == "1.5 EUR less 2 % per PCS from 1 on, 2026-01-01 to open"
    assert item.reason == "was added in IFS by hand: no line of the contract states this price"
    assert item.remedy.startswith(
        "if nobody may buy at it, let it end in IFS (ValidUntil); if it holds, state it at JAGGAER: own from 1 on, "
        "first day 2026-01-01; or have it ended: `"
    )


@pytest.mark.parametrize("how", ["ends", "is stated"])
def test_a_planners_own_price_closes_as_its_remedy_says(how: str) -> None:
    world = in_conflict()
    world.run(Instructions(winners=dict.fromkeys(CONFLICTS[:-1], "jaggaer")))
    if how == "ends":
        world.edit("agreement_price", -1, ValidUntil="2026-02-27")
    else:
        own = world.prices["own", "1", "2026-01-01"]
        world.edit("agreement_price", -1, ValidUntil="2026-12-31", VendorPartNo="Sown", LeadTime=14)
        lines(world).append(price("own", value=str(own["Price"]), discountPercent=Decimal(2)))
    assert (world.run().items, world.written) == ((), [])
    assert world.run().action is Action.SKIP


def test_what_differs_on_an_empty_store_may_be_let_be() -> None:
    world = World.of(price("a"))
    world.run()
    world.edit("agreement_price", 0, Price=Decimal(99))
    world.lose_the_store()
    world.run()
    world.run(Instructions(winners={"prices[a/1]": "ifs"}))
    assert (world.run().items, world.written) == ((), [])
    lines(world)[0]["unitPrice"]["value"] = Decimal(14)
    world.run()
    assert world.prices["a", "1", "2026-01-01"]["Price"] == Decimal(14), "JAGGAER's goes once it changes"


def test_an_agreement_that_was_closed_by_hand_may_be_let_be() -> None:
    world = World.of(price("a"))
    world.run()
    world.edit("agreement", Objstate="Closed")
    (item,) = world.run().items
    assert item.remedy.endswith("--field status --winner ifs`")
    assert world.run(Instructions(winners={"status": "ifs"})).items == ()
    assert (world.run().action, world.written) == (Action.SKIP, [])
    world.edit("agreement", Objstate="Active")
    assert world.run().action is Action.SKIP
    world.edit("agreement", Objstate="Closed")
    assert said(world.run()) == [("conflict", "status")], "closed once more"


# --- ended lines ---


def test_a_line_that_is_gone_ends_and_gets_its_day_back_when_it_returns() -> None:
    world = World.of(price("a"), price("b", validTo=None))
    world.run()
    gone = lines(world).pop(1)
    held = world.run(brake=False)
    assert [(i.field, i.value, i.brake) for i in held.items] == [("prices[b/1].validTo", "open", True)]
    assert world.written == []
    world.run()
    row = world.prices["b", "1", "2026-01-01"]
    assert row["ValidUntil"] == "2026-02-28"
    world.as_of = date(2026, 3, 2)
    assert world.run().action is Action.SKIP
    lines(world).append(gone)
    decision = world.run(brake=False)
    assert decision.items == ()
    assert world.prices["b", "1", "2026-01-01"]["ValidUntil"] is None


@pytest.mark.parametrize("came", [{"priceList": None}, {"priceList": {}}, {"priceList": {"price": []}}])
def test_a_missing_or_empty_list_is_unknown(came: dict[str, Any]) -> None:
    world = World.of(price("a"))
    world.run()
    assert world.contract is not None
    world.contract = {name: value for name, value in {**world.contract, **came}.items() if value is not None}
    decision = world.run()
    assert (decision.action, world.written) == (Action.SKIP, [])
    assert "no price came" in decision.notes[0]


def test_a_row_that_expired_by_itself_rests() -> None:
    world = World.of(price("a"), price("b", validTo="2026-02-01T00:00:00.000Z"))
    world.run()
    lines(world).pop(1)
    assert world.run().action is Action.SKIP


def test_a_planners_own_row_is_listed_not_ended() -> None:
    world = World.of(price("a"))
    world.run()
    number = next(iter(world.sets["agreement"]))[0]
    world.put("agreement_price", AgreementId=number, PartNo="own", MinQuantity=1, ValidFrom="2026-01-01", Price=1)
    assert said(world.run()) == [("conflict", "prices[own/1]")]
    assert world.written == []
    world.profile = PUT_BACK
    world.run()
    assert world.prices["own", "1", "2026-01-01"]["ValidUntil"] == "2026-02-28"


def test_a_row_that_ended_and_was_extended_in_ifs_is_listed() -> None:
    world = World.of(price("a"), price("b"))
    world.run()
    lines(world).pop(1)
    world.run()
    world.edit("agreement_price", 1, ValidUntil="2027-01-01")
    assert said(world.run()) == [("conflict", "prices[b/1]")]


@pytest.mark.parametrize("first_day", ["2026-03-01", "2026-06-01"], ids=["today", "to come"])
def test_a_price_withdrawn_before_it_began_ends_on_its_first_day(first_day: str) -> None:
    """IFS knows no last day before the first one, and the first one is part of the key."""
    world = World.of(price("a"), price("a", validFrom=f"{first_day}T00:00:00.000Z", validTo=None))
    world.run()
    gone = lines(world).pop(1)
    held = world.run(brake=False)
    assert f"it ends with its first day, {first_day}" in held.items[0].reason
    assert "is valid on" in world.run().notes[0]
    assert world.prices["a", "1", first_day]["ValidUntil"] == first_day
    for day in ("2026-03-01", first_day, "2027-01-01"):
        world.as_of = date.fromisoformat(day)
        assert (world.run().action, world.written) == (Action.SKIP, []), "it rests, before that day and after"
    world.as_of = date(2026, 3, 1)
    world.lose_the_store()
    decision = world.run()
    assert (decision.items, world.written) == ((), []), "also on an empty store"
    assert world.run().action is Action.SKIP
    lines(world).append(gone)
    world.snapshot = None
    assert said(world.run()) == [("conflict", f"prices[a/1/{first_day}]")], "nothing is known of what was sent"


def test_a_first_day_that_moves_leaves_the_former_one_its_day() -> None:
    world = World.of(price("a", validFrom="2026-06-01T00:00:00.000Z", validTo=None))
    world.run()
    lines(world)[0]["validFrom"] = "2026-07-01T00:00:00.000Z"
    world.run()
    ends = {first: row["ValidUntil"] for (_, _, first), row in world.prices.items()}
    assert ends == {"2026-06-01": "2026-06-01", "2026-07-01": None}
    lines(world)[0]["validFrom"] = "2026-06-01T00:00:00.000Z"
    world.run()
    ends = {first: row["ValidUntil"] for (_, _, first), row in world.prices.items()}
    assert ends == {"2026-06-01": None, "2026-07-01": "2026-07-01"}


def test_an_end_on_the_first_day_that_a_planner_moved_is_listed() -> None:
    world = World.of(price("a"), price("b", validFrom="2026-06-01T00:00:00.000Z"))
    world.run()
    lines(world).pop(1)
    world.run()
    world.edit("agreement_price", 1, ValidUntil="2026-08-01")
    assert said(world.run()) == [("conflict", "prices[b/1]")]


# --- a run that was killed between its writes and their settling ---


@pytest.mark.parametrize("round_", [1, 2], ids=["agreement", "prices"])
def test_what_a_killed_run_sent_is_known_to_be_ours(round_: int) -> None:
    world = World.of(price("a"), price("b"))
    for at in range(round_):
        decision = world.decide()
        assert decision is not None
        world.carry_out(decision, killed=at + 1 == round_)
    assert world.contract is not None
    world.contract["title"] = "Neu"
    lines(world)[0]["unitPrice"] = {"currency": "EUR", "value": "13.00"}
    assert world.run().items == ()
    assert world.agreement["Description"] == "Neu"
    assert str(world.prices["a", "1", "2026-01-01"]["Price"]) == "13"
    assert len(world.prices) == 2
    assert world.run().action is Action.SKIP


def test_what_a_planner_changed_since_a_killed_run_is_a_conflict() -> None:
    world = World.of(price("a"))
    for killed in (False, True):
        decision = world.decide()
        assert decision is not None
        world.carry_out(decision, killed=killed)
    world.edit("agreement_price", Price=9)
    lines(world)[0]["unitPrice"] = {"currency": "EUR", "value": "13.00"}
    assert said(world.run()) == [("conflict", "prices[a/1]")]
    assert world.written == []


# --- the end of a contract ---


@pytest.mark.parametrize("status", ["Expired", "Terminated"])
def test_what_ended_there_ends_here_by_its_action(status: str) -> None:
    world = World.of(price(unitOfMeasure="PF"), status="ExecutedInEffect")
    world.run()
    assert world.contract is not None
    world.contract |= {"status": status, "currency": "XXX"}
    world.links = [link for link in world.links if link.kind == "contract"]
    world.run()
    (act,) = world.written
    assert isinstance(act, IfsAct)
    assert (act.set, act.action, act.values) == ("agreement", "close", {})
    assert world.agreement["Objstate"] == "Closed"
    assert (world.run().action, world.written) == (Action.SKIP, [])
    world.lose_the_store()
    assert (world.run().action, world.written) == (Action.SKIP, [])


def test_what_ended_before_is_out_of_scope() -> None:
    decision = World.of(price(), status="Expired").run()
    assert (decision.action, decision.notes) == (Action.OUT_OF_SCOPE, ("ended before it was transferred",))


def test_a_deleted_contract_ends_under_the_brake() -> None:
    world = World.of(price())
    world.run()
    assert world.contract is not None
    world.contract["deletedStatus"] = "DELETED"
    (item,) = world.run(brake=False).items
    assert (item.field, item.brake) == ("deletedStatus", True)
    assert world.agreement["Objstate"] == "Active"
    world.run()
    assert world.agreement["Objstate"] == "Closed"
    assert World.of(price(), deletedStatus="DELETED").run().action is Action.OUT_OF_SCOPE


def test_a_contract_under_revision_keeps_its_agreement() -> None:
    world = World.of(price())
    world.run()
    assert world.contract is not None
    world.contract["status"] = "Draft"
    lines(world)[0]["unitPrice"]["value"] = Decimal(1)
    assert said(world.run()) == [("held", "status")]
    assert world.written == []


def test_a_closed_agreement_is_not_opened_again() -> None:
    world = World.of(price())
    world.run()
    world.edit("agreement", Objstate="Closed")
    (item,) = world.run().items
    assert (item.kind, item.field) == (ItemKind.CONFLICT, "status")
    assert world.written == []


@pytest.mark.parametrize(
    ("attribute", "field"),
    [("VendorNo", "supplier"), ("CurrencyCode", "currency"), ("ExternalReference", "contractReferenceCode")],
)
def test_no_price_goes_to_an_agreement_of_another(attribute: str, field: str) -> None:
    world = World.of(price())
    world.run()
    world.edit("agreement", 0, **{attribute: "other"})
    lines(world)[0]["unitPrice"]["value"] = Decimal(1)
    assert said(world.run()) == [("conflict", field)]
    assert world.written == []


def test_two_agreements_with_one_mark_are_for_a_person() -> None:
    world = World.of(price())
    world.run()
    world.put("agreement", **{**world.agreement, "AgreementId": "9"})
    assert world.run().items == (), "the link tells which is ours"
    world.lose_the_store()
    decision = world.run()
    assert said(decision) == [("held", "agreement")]
    (watch,) = Watch.read(decision.items[0].waits_for)
    assert (watch.set, watch.attribute, watch.value) == ("agreement", "ExternalReference", f"JAG:{CODE}")


def test_what_one_side_does_not_show_stays() -> None:
    world = World.of(price())
    world.run()
    kept, world.contract = world.contract, None
    assert said(world.run()) == [("held", "contract")]
    world.contract = kept
    world.sets["agreement"].clear()
    assert said(world.run()) == [("held", "agreement")]
    assert world.written == []


# --- references ---


def test_an_agreement_leads_to_its_contract_by_link_or_mark_and_others_nowhere() -> None:
    world = World.of(price())
    world.run()
    (number,) = (key[0] for key in world.sets["agreement"])
    for _ in range(2):
        decision = world.decide(f"ifs:{number}")
        assert decision is not None
        assert decision.key == CODE
        world.lose_the_store()
    world.put("agreement", AgreementId="77", VendorNo="S1")
    assert world.decide("ifs:77") is None
    assert world.decide("jaggaer:CW-9") is None


def test_a_refused_price_leaves_the_others() -> None:
    world = World.of(price("a]/1.x"), price("b"))
    first = world.decide()
    assert first is not None
    world.carry_out(first)
    second = world.decide()
    assert second is not None
    assert second.apart
    names = CONTRACTS.refused(second.writes[0], Rejected("no such part"), world.profile)
    assert names == {"prices[a]/1.x/1]"}
    rest = world.decide(told=Instructions(without=names))
    assert rest is not None
    assert [write.key.split("|")[1] for write in rest.writes] == ["b"]  # type: ignore[union-attr]
    assert CONTRACTS.refused(first.writes[0], Rejected("no such supplier"), world.profile) == frozenset()
