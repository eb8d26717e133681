"""GL accounts and suppliers' GL assignments where several companies have a chart each."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from supplier_world import PROFILE, TODAY, World, account, agreed, at_jaggaer

from mapping.gl_accounts import GL_ACCOUNTS, has
from mapping.kinds import Action, Instructions, ItemKind
from mapping.profile import Profile
from mapping.suppliers.kind import Suppliers

SUPPLIERS = Suppliers()
BOTH = ("ifs:1001", "jaggaer:10442")


def led_by(company: str) -> Profile:
    return PROFILE.model_copy(update={"lead_company": company})


def with_policy(**of_account: str) -> Profile:
    """The shipped profile with another policy of the default GL account."""
    suppliers = PROFILE.suppliers
    policy = suppliers.fields["gl_account"].model_copy(update=of_account)
    fields = {**suppliers.fields, "gl_account": policy}
    return PROFILE.model_copy(update={"suppliers": suppliers.model_copy(update={"fields": fields})})


# --- one value, several charts ---

DAYS = st.sampled_from([TODAY + timedelta(days=days) for days in (-400, -1, 0, 1, 400)])
VALIDITY = st.tuples(DAYS, DAYS).map(lambda two: (min(two), max(two)))
CHARTS = st.dictionaries(st.sampled_from(["10", "20", "30"]), VALIDITY, min_size=1)


@given(charts=CHARTS, lead=st.sampled_from(["10", "20"]), order=st.permutations(["10", "20", "30"]))
def test_the_leads_description_and_any_validity_of_the_companies_in_scope(
    charts: dict[str, tuple[date, date]], lead: str, order: list[str]
) -> None:
    """Whatever the order in which their rows come, also by runs for one company each."""
    world = World(profile=led_by(lead))
    for company in order:
        if company in charts:
            first, last = charts[company]
            described = {"Description": f"of {company}", "ValidFrom": f"{first}", "ValidUntil": f"{last}"}
            account(world, "4010", Company=company, **described)
            world.run(GL_ACCOUNTS, "ifs:A:4010")
    in_scope = {company: valid for company, valid in charts.items() if company in {"10", "20"}}
    if not in_scope:
        assert not world.values
        return
    told = world.values["Account", "4010"]
    assert told["description"] == f"of {lead if lead in in_scope else next(iter(in_scope))}"
    assert told["active"] == ("true" if any(a <= TODAY <= b for a, b in in_scope.values()) else "false")
    assert {company for company in ("10", "20", "30") if has(world.snapshots["Account:4010"], company)} == set(in_scope)
    (decision,) = world.plan(GL_ACCOUNTS, "ifs:A:4010")
    assert (decision.action, decision.writes, decision.settlement) == (Action.SKIP, (), None)


def test_a_second_chart_with_the_same_value_is_noted_without_a_write() -> None:
    """Orders of that company go by it."""
    world = World()
    account(world, "4010")
    world.run(GL_ACCOUNTS, "ifs:A:4010")
    account(world, "4010", Company="20")
    (decision,) = world.run(GL_ACCOUNTS, "ifs:A:4010")
    assert (decision.action, decision.writes) == (Action.SKIP, ())
    assert has(world.snapshots["Account:4010"], "20")
    assert not has(None, "20")


def test_what_one_company_no_longer_shows_is_unknown() -> None:
    """A lost permission on the company whose account was valid, and whose description counted, changes nothing."""
    world = World()
    account(world, "4010", Description="deutsch")
    account(world, "4010", Company="20", Description="polski", ValidUntil="2020-12-31")
    world.run(GL_ACCOUNTS, "ifs:A:4010")
    del world.ifs["account"]["10", "4010"]
    (decision,) = world.run(GL_ACCOUNTS, "ifs:A:4010")
    assert decision.writes == ()
    assert "no longer shows it in company 10" in decision.notes[0]
    assert (world.values["Account", "4010"]["description"], world.values["Account", "4010"]["active"]) == (
        "deutsch",
        "true",
    )
    account(world, "4010", Company="20", Description="po polsku")
    (decision,) = world.run(GL_ACCOUNTS, "ifs:A:4010")
    assert decision.writes == (), "company 10's description counts, also while it does not come"
    account(world, "4010", Description="neu", ValidUntil="2020-12-31")
    account(world, "4010", Company="20", ValidUntil="2020-12-31")
    world.run(GL_ACCOUNTS, "ifs:A:4010")
    assert (world.values["Account", "4010"]["description"], world.values["Account", "4010"]["active"]) == (
        "neu",
        "false",
    )


def test_a_company_that_left_the_profile_is_not_missing() -> None:
    world = World()
    account(world, "4010", Company="20", Description="polski")
    account(world, "4010", ValidUntil="2020-12-31")
    world.run(GL_ACCOUNTS, "ifs:A:4010")
    world.profile = PROFILE.model_copy(update={"companies": ("10",)})
    (decision,) = world.run(GL_ACCOUNTS, "ifs:A:4010")
    assert decision.notes == ()
    assert world.values["Account", "4010"]["active"] == "false"


def test_a_company_with_fields_of_its_own_shares_no_value() -> None:
    own = PROFILE.company_defaults.model_copy(update={"code_parts": {"A": "Account20"}})
    world = World(profile=PROFILE.model_copy(update={"company": {"20": own}}))
    account(world, "4010", Description="deutsch", ValidUntil="2020-12-31")
    account(world, "4010", Company="20", Description="polski")
    account(world, "4020")
    world.run(GL_ACCOUNTS, "ifs:A:4010", "ifs:A:4020")
    shown = {key: (value["description"], value["active"]) for key, value in world.values.items()}
    assert shown == {
        ("Account", "4010"): ("deutsch", "false"),
        ("Account20", "4010"): ("polski", "true"),
        ("Account", "4020"): ("Account 4020", "true"),
    }


# --- default GL assignments of suppliers, both ways ---


@pytest.fixture
def linked() -> World:
    """A supplier on which both sides agreed, with finance rows of both companies, which have different accounts."""
    world = agreed()
    row = world.ifs["supplier_finance"]["10", "1001", "Supplier"]
    world.put("supplier_finance", **{**row, "Company": "20", "Cf_GlAccount": "6100", "Cf_CostCenter": "F1"})
    for number in ("4020", "4030"):
        account(world, number)
    account(world, "6100", Company="20")
    return world


def change(world: World, company: str, number: str | None) -> None:
    row = world.ifs["supplier_finance"][company, "1001", "Supplier"]
    world.put("supplier_finance", **{**row, "Cf_GlAccount": number})


def defaults(world: World) -> tuple[str, str, str]:
    """JAGGAER's, company 10's, company 20's."""
    rows = world.ifs["supplier_finance"]
    of = [rows[company, "1001", "Supplier"]["Cf_GlAccount"] for company in ("10", "20")]
    return world.extended("10442")["GL_ACCOUNT"][0], of[0], of[1]


def test_another_company_s_default_is_read_and_never_written(linked: World) -> None:
    change(linked, "20", "4020")
    decisions = linked.run(SUPPLIERS, *BOTH)
    assert [decision.action for decision in decisions] == [Action.SKIP]
    change(linked, "10", "4020")
    linked.run(SUPPLIERS, *BOTH)
    assert defaults(linked) == ("4020", "4020", "4020")
    at_jaggaer(linked, extended={"GL_ACCOUNT": ["4030"]})
    linked.run(SUPPLIERS, *BOTH)
    assert defaults(linked) == ("4030", "4030", "4020")


@pytest.mark.parametrize("winner", ["ifs", "jaggaer"])
def test_changed_on_both_sides_the_winner_of_the_policy_holds(winner: str, linked: World) -> None:
    linked.profile = with_policy(winner=winner)
    change(linked, "10", "4020")
    at_jaggaer(linked, extended={"GL_ACCOUNT": ["4030"]})
    linked.run(SUPPLIERS, *BOTH)
    agreed_on = {"ifs": "4020", "jaggaer": "4030"}[winner]
    assert defaults(linked) == (agreed_on, agreed_on, "6100")


def test_a_manual_conflict_stays_until_a_person_decides(linked: World) -> None:
    linked.profile = with_policy(winner="manual")
    change(linked, "10", "4020")
    at_jaggaer(linked, extended={"GL_ACCOUNT": ["4030"]})
    (decision,) = linked.run(SUPPLIERS, *BOTH)
    [item] = decision.items
    assert (item.kind, item.field) == (ItemKind.CONFLICT, "gl_account")
    assert defaults(linked) == ("4030", "4020", "6100")
    linked.run(SUPPLIERS, *BOTH, told=Instructions(winners={"gl_account": "jaggaer"}))
    assert defaults(linked) == ("4030", "4030", "6100")


@pytest.mark.parametrize(
    ("direction", "expected"),
    [("from_ifs", ("4030", "4010", "6100")), ("from_jaggaer", ("4030", "4030", "6100"))],
)
def test_a_direction_is_kept_to(direction: str, expected: tuple[str, str, str], linked: World) -> None:
    linked.profile = with_policy(direction=direction)
    at_jaggaer(linked, extended={"GL_ACCOUNT": ["4030"]})
    linked.run(SUPPLIERS, *BOTH)
    assert defaults(linked) == expected


def test_it_waits_for_the_leading_company_s_chart_whatever_another_s_has(linked: World) -> None:
    """Account 6100 is company 20's alone: known there, and of no use to company 10."""
    at_jaggaer(linked, extended={"GL_ACCOUNT": ["6100"]})
    (decision,) = linked.run(SUPPLIERS, *BOTH)
    [item] = decision.items
    assert (item.kind, item.waits_for) == (ItemKind.WAITING, "account:10:6100")
    assert defaults(linked) == ("6100", "4010", "6100")
    account(linked, "6100", ValidUntil=f"{TODAY - timedelta(days=1)}")
    [item] = linked.run(SUPPLIERS, *BOTH)[0].items
    assert item.kind is ItemKind.DEAD_LETTER
    account(linked, "6100")
    linked.run(SUPPLIERS, *BOTH)
    assert defaults(linked) == ("6100", "6100", "6100")


def test_a_bad_account_stops_no_other_field(linked: World) -> None:
    at_jaggaer(linked, extended={"GL_ACCOUNT": ["9999"], "COST_CENTER": ["1200"]}, bizPhone="+49 711 2")
    linked.run(SUPPLIERS, *BOTH)
    assert linked.ifs["supplier_finance"]["10", "1001", "Supplier"]["Cf_CostCenter"] == "1200"
    assert linked.ifs["supplier_finance"]["20", "1001", "Supplier"]["Cf_CostCenter"] == "F1"


def test_another_leading_company(linked: World) -> None:
    """Its row is the one that JAGGAER shows; taking over the lead is a difference like any other."""
    linked.profile = led_by("20")
    change(linked, "20", "6100")
    (decision, *_) = linked.run(SUPPLIERS, *BOTH)
    assert not decision.items
    assert defaults(linked) == ("6100", "4010", "6100")
    at_jaggaer(linked, extended={"GL_ACCOUNT": ["4020"], "COST_CENTER": ["F1"]})
    [item] = linked.run(SUPPLIERS, *BOTH)[0].items
    assert item.waits_for == "account:20:4020"


def test_the_documented_profile_is_one(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "companies.md").read_text("utf-8")
    file = tmp_path / "profile.toml"
    file.write_text(text.partition("```toml\n")[2].partition("```")[0])
    profile = Profile.load(file)
    assert (profile.business_unit("20", "202"), profile.business_unit("20", "201")) == ("BU-CH-WERK2", "BU-CH")
    assert {profile.company_of(unit) for unit in ("BU-CH", "BU-CH-WERK2")} == {"20"}
    assert (profile.custom_field("10", "A"), profile.custom_field("20", "A")) == ("Account", "Account20")
    assert profile.of_company("10").match.price_percent != profile.of_company("20").match.price_percent
