"""Who is who: certain by mark and numbers, never by name; what is uncertain waits for a person."""

from __future__ import annotations

import pytest
from supplier_world import PROFILE, World, at_jaggaer, in_ifs

from mapping.kinds import Action, Decision, Instructions, ItemKind, JaggaerRecords, Link
from mapping.suppliers.kind import SUPPLIERS

OTHERS = {"VatNo": "DE129273398", "AssociationNo": "HRB 99"}
NO_NUMBERS = {"extCode": None, "extUniqueCode": None, "euVat": None, "fiscalCode": None}


def held(decisions: list[Decision]) -> dict[str, str]:
    """Key to reason of all that waits for a person; nothing of it may be written."""
    found = {}
    for decision in decisions:
        for item in decision.items:
            if item.field == "link":
                assert item.kind is ItemKind.HELD
                assert not item.brake
                assert decision.writes == ()
                assert decision.action is Action.NONE
                found[decision.key] = f"{item.reason} | {item.value}"
    return found


EITHER = ("ifs:1001", "jaggaer:10442")


@pytest.mark.parametrize(
    ("ours", "theirs", "asked"),
    [
        ({"Cf_JaggaerId": "10442", **OTHERS}, NO_NUMBERS, EITHER),
        (OTHERS, {**NO_NUMBERS, "extCode": "1001"}, EITHER),
        ({"AssociationNo": None}, {**NO_NUMBERS, "extUniqueCode": "DE 811.907-980"}, EITHER),
        # IFS can be asked for a number only as JAGGAER writes it, or as it is compared
        (
            {"VatNo": "de 811 907 980", "AssociationNo": None},
            {**NO_NUMBERS, "extUniqueCode": "DE811907980"},
            EITHER[:1],
        ),
        ({"VatNo": None}, {**NO_NUMBERS, "fiscalCode": "HRB 7"}, EITHER),
    ],
)
def test_linked_by_mark_number_tax_number_or_registration(
    ours: dict[str, str | None], theirs: dict[str, str | None], asked: tuple[str, ...]
) -> None:
    for reference in asked:
        world = World()
        in_ifs(world, **ours)
        at_jaggaer(world, **{"companyName": "Another Name", **theirs})
        world.run(SUPPLIERS, reference)
        assert world.links["1001"].jaggaer_key == "10442"
        assert len(world.companies) == len(world.ifs["supplier_general"]) == 1


def test_both_references_are_one_document() -> None:
    world = World()
    in_ifs(world)
    at_jaggaer(world)
    assert len(world.plan(SUPPLIERS, "ifs:1001", "jaggaer:10442")) == 1


def test_the_mark_goes_before_the_number_and_the_number_before_the_tax_number() -> None:
    world = World()
    in_ifs(world, Cf_JaggaerId="2")
    at_jaggaer(world, "2", **{**NO_NUMBERS, "companyName": "By Mark"})
    at_jaggaer(world, "3", **{**NO_NUMBERS, "extUniqueCode": "DE811907980", "companyName": "By Tax"})
    world.run(SUPPLIERS, "ifs:1001")
    assert world.links["1001"].jaggaer_key == "2"


@pytest.mark.parametrize("asked", [("ifs:1001",), ("jaggaer:10442",), ("ifs:1001", "jaggaer:10442")])
def test_the_same_name_with_another_number_waits(asked: tuple[str, ...]) -> None:
    world = World()
    in_ifs(world)
    at_jaggaer(world, **{**NO_NUMBERS, "extUniqueCode": "DE129273398", "companyName": "Acme Castings GmbH"})
    reasons = held(world.run(SUPPLIERS, *asked))
    assert len(reasons) == len(asked)
    assert all("same name, other numbers" in reason for reason in reasons.values())
    assert not world.links


def test_names_are_compared_without_case_and_white_space() -> None:
    world = World()
    in_ifs(world, Name="ACME  Castings GMBH")
    at_jaggaer(world, **NO_NUMBERS)
    assert held(world.run(SUPPLIERS, "ifs:1001"))


@pytest.mark.parametrize("ours", ["Acme Castings GmbH", "ACME CASTINGS GMBH", "acme castings GmbH"])
def test_a_name_of_jaggaers_is_found_in_ifs_without_case_and_white_space(ours: str) -> None:
    world = World()
    in_ifs(world, Name=ours)
    at_jaggaer(world, **{**NO_NUMBERS, "companyName": "Acme  Castings GmbH "})
    assert held(world.run(SUPPLIERS, "jaggaer:10442"))


def test_a_tenant_too_large_to_compare_names_is_not_read_whole() -> None:
    tables = PROFILE.suppliers.model_copy(update={"compare_names": False})
    world = World(profile=PROFILE.model_copy(update={"suppliers": tables}))
    in_ifs(world)
    at_jaggaer(world, **{**NO_NUMBERS, "fiscalCode": "HRB 7"})
    world.run(SUPPLIERS, "ifs:1001")
    assert world.links["1001"].jaggaer_key == "10442"
    assert not any(isinstance(ask, JaggaerRecords) and ask.filter == "TYPE" for ask in world.asked)


def test_a_tax_number_shared_in_ifs_waits() -> None:
    world = World()
    in_ifs(world)
    in_ifs(world, "1002", Name="Acme Branch", AssociationNo=None)
    reasons = held(world.run(SUPPLIERS, "ifs:1001", "ifs:1002"))
    assert set(reasons) == {"1001", "1002"}
    # also when only one of them changed
    assert "several" in held(world.run(SUPPLIERS, "ifs:1001"))["1001"]


def test_a_shared_tax_number_is_not_given_to_either() -> None:
    world = World()
    in_ifs(world)
    in_ifs(world, "1002", Name="Acme Branch", AssociationNo=None)
    at_jaggaer(world, **{**NO_NUMBERS, "extUniqueCode": "DE811907980", "companyName": "Acme Holding"})
    assert set(held(world.run(SUPPLIERS, *world.everything()))) == {"1001", "1002", "JAGGAER:10442"}


def test_a_second_supplier_for_a_linked_company_waits() -> None:
    world = World()
    in_ifs(world)
    at_jaggaer(world)
    world.run(SUPPLIERS, "ifs:1001")
    in_ifs(world, "1002", Name="Acme Too", AssociationNo=None)
    (reason,) = held(world.run(SUPPLIERS, "ifs:1002")).values()
    assert "linked with supplier 1001" in reason
    assert len(world.companies) == 1


def test_a_second_company_for_a_linked_supplier_waits() -> None:
    world = World()
    in_ifs(world)
    at_jaggaer(world)
    world.run(SUPPLIERS, "ifs:1001")
    at_jaggaer(world, "10999", **{**NO_NUMBERS, "fiscalCode": "HRB 7", "companyName": "Acme Again"})
    (reason,) = held(world.run(SUPPLIERS, "jaggaer:10999")).values()
    assert "linked with JAGGAER's 10442" in reason
    assert len(world.ifs["supplier_general"]) == 1


def test_numbers_that_contradict_each_other_wait() -> None:
    world = World()
    in_ifs(world, Cf_JaggaerId="777")
    at_jaggaer(world, extCode=None)
    assert "mark of JAGGAER's 777" in held(world.run(SUPPLIERS, "ifs:1001"))["1001"]
    world = World()
    in_ifs(world)
    at_jaggaer(world, extCode="5555")
    assert "supplier number 5555" in held(world.run(SUPPLIERS, "jaggaer:10442"))["JAGGAER:10442"]


@pytest.mark.parametrize("asked", ["ifs:1001", "jaggaer:10442"])
def test_a_counterpart_that_is_not_shown_is_not_made_again(asked: str) -> None:
    world = World()
    if asked.startswith("ifs"):
        in_ifs(world, Cf_JaggaerId="10442")
    else:
        at_jaggaer(world)
    (reason,) = held(world.run(SUPPLIERS, asked)).values()
    assert "does not show" in reason


def test_a_person_says_that_they_are_one_or_two() -> None:
    def alike() -> World:
        world = World()
        in_ifs(world)
        at_jaggaer(world, **{**NO_NUMBERS, "extUniqueCode": "DE129273398"})
        return world

    world = alike()
    world.run(SUPPLIERS, "ifs:1001", told=Instructions(approved={"link": "10442"}))
    assert world.links["1001"].jaggaer_key == "10442"
    world = alike()
    world.run(SUPPLIERS, "ifs:1001", told=Instructions(approved={"link": None}))
    assert world.links["1001"].jaggaer_key != "10442"
    assert not held(world.run(SUPPLIERS, "jaggaer:10442"))


def test_a_link_counts_even_where_all_numbers_differ() -> None:
    world = World()
    in_ifs(world)
    at_jaggaer(world, **{**NO_NUMBERS, "companyName": "Something Else"})
    world.links["1001"] = Link("supplier", "1001", "10442")
    decisions = world.plan(SUPPLIERS, "jaggaer:10442")
    assert [decision.key for decision in decisions] == ["1001"]


def test_buyers_customers_and_strangers_are_no_documents() -> None:
    world = World()
    in_ifs(world)
    at_jaggaer(world, "5", type="BUYER", **NO_NUMBERS)
    assert world.plan(SUPPLIERS, "ifs:4711", "jaggaer:4712", "jaggaer:5") == []


def test_rows_lead_to_their_supplier() -> None:
    world = World()
    in_ifs(world)
    at_jaggaer(world)
    world.plan(SUPPLIERS, "ifs:1001", "jaggaer:10442")
    leads = {source.name: source.leads_to for source in SUPPLIERS.sources}
    for case in world.drive(SUPPLIERS, ["ifs:1001"]):
        assert case.references == ("ifs:1001", "jaggaer:10442")
        assert leads["supplier_general"](case.ifs.general) == "ifs:1001"
        assert leads["supplier_contact"](case.ifs.contacts["PHONE"]) == "ifs:1001"
        assert leads["supplier_purchase"](case.ifs.purchase) == "ifs:1001"
        assert leads["companyprofiles"](case.record) == "jaggaer:10442"


def test_many_suppliers_take_no_more_requests_than_one() -> None:
    one, many = World(), World()
    for world, count in ((one, 1), (many, 40)):
        for at in range(count):
            in_ifs(world, f"{1000 + at}", VatNo=f"DE{at}", AssociationNo=f"HRB {at}", Name=f"Supplier {at}")
            at_jaggaer(world, f"{5000 + at}", extCode=f"{1000 + at}", extUniqueCode=f"DE{at}", companyName=f"S {at}")
        world.plan(SUPPLIERS, *world.everything())
    assert len(many.asked) == len(one.asked)
