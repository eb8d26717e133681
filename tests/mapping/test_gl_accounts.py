from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from supplier_world import PROFILE, World, account

from connectors.wire import Row
from mapping import gl_accounts
from mapping.gl_accounts import GL_ACCOUNTS
from mapping.kinds import Action, Decision, ItemKind, JaggaerPost, JaggaerRecords, Snapshot
from mapping.profile import Profile


def part(world: World, letter: str, value: str, **differs: Any) -> None:
    world.put(
        "code_part_value",
        **{"Company": "10", "CodePart": letter, "CodePartValue": value, "Description": f"{letter} {value}",
           "ValidFrom": "2015-01-01", "ValidUntil": None, **differs},
    )  # fmt: skip


def by_key(decisions: list[Decision]) -> dict[str, Decision]:
    return {decision.key: decision for decision in decisions}


def test_accounts_and_code_parts_become_values_of_their_custom_field() -> None:
    world = World()
    account(world, "4010", Description=" Raw material ")
    part(world, "B", "1100")
    part(world, "C", "P-1", ValidUntil="2020-12-31")
    part(world, "D", "OC1")
    decisions = by_key(world.run(GL_ACCOUNTS, "ifs:A:4010", "ifs:B:1100", "ifs:C:P-1", "ifs:D:OC1"))
    assert set(decisions) == {"Account:4010", "CostCenter:1100", "Project:P-1", "ObjectCode:OC1"}
    (post,) = decisions["Account:4010"].writes
    assert isinstance(post, JaggaerPost)
    assert (post.resource, post.action, post.enforced) == ("customfieldvalues", "createupdate", True)
    assert post.body == {
        "operationCode": "CREATEUPDATE",
        "customField": "Account",
        "valueList": {"value": [{"value": "4010", "description": "Raw material", "active": "true"}]},
    }
    assert world.values["Project", "P-1"]["active"] == "false"


def test_at_rest_nothing_is_written_also_without_the_store() -> None:
    world = World()
    account(world, "4010")
    world.run(GL_ACCOUNTS, "ifs:A:4010")
    for _ in range(2):
        (decision,) = world.run(GL_ACCOUNTS, "ifs:Account:4010")
        assert (decision.action, decision.writes) == (Action.SKIP, ())
        world.lose_the_store()
    assert world.snapshots == {}


def test_jaggaers_values_are_read_only_where_no_snapshot_tells_them() -> None:
    world = World()
    account(world, "4010")
    world.run(GL_ACCOUNTS, "ifs:A:4010")
    world.asked.clear()
    account(world, "4010", Description="New")
    (decision,) = world.run(GL_ACCOUNTS, "ifs:A:4010")
    assert not any(isinstance(ask, JaggaerRecords) for ask in world.asked)
    (change,) = decision.writes[0].changes
    assert (change.field, change.before, change.after) == ("description", "Account 4010", "New")


def test_the_leads_description_counts_and_any_companys_validity() -> None:
    world = World()
    account(world, "4010", Company="20", Description="polski")
    account(world, "4010", Description="deutsch", ValidUntil="2020-12-31")
    world.run(GL_ACCOUNTS, "ifs:A:4010")
    assert world.values["Account", "4010"]["description"] == "deutsch"
    assert world.values["Account", "4010"]["active"] == "true"
    account(world, "4010", Company="30", Description="out of scope", ValidUntil="2099-12-31")
    account(world, "4010", Company="20", ValidUntil="2025-12-31")
    world.run(GL_ACCOUNTS, "ifs:A:4010")
    assert world.values["Account", "4010"]["active"] == "false"


def test_validity_goes_by_the_day_of_the_run() -> None:
    world = World()
    account(world, "4010", ValidFrom="2026-03-02")
    world.run(GL_ACCOUNTS, "ifs:A:4010")
    assert world.values["Account", "4010"]["active"] == "false"
    world.as_of = date(2026, 3, 2)
    world.run(GL_ACCOUNTS, "ifs:A:4010")
    assert world.values["Account", "4010"]["active"] == "true"
    assert all(source.dates == ("ValidFrom", "ValidUntil") for source in GL_ACCOUNTS.sources if source.system == "ifs")


@pytest.mark.parametrize("shown", [True, False], ids=["on the page at hand", "read again"])
def test_what_somebody_changed_at_jaggaer_goes_back_to_what_ifs_says(shown: bool) -> None:
    world = World()
    account(world, "4010", Description="Raw material")
    world.run(GL_ACCOUNTS, "ifs:A:4010")
    (decision,) = world.run(GL_ACCOUNTS, "jaggaer:Account:4010")
    assert not decision.writes, "our own write comes back and stays"
    world.values["Account", "4010"] |= {"description": "Rohstoffe", "active": "false"}
    if shown:
        world.page = {("Account", "4010")}
    (decision,) = world.run(GL_ACCOUNTS, "jaggaer:Account:4010")
    assert {change.field: (change.before, change.after) for write in decision.writes for change in write.changes} == {
        "description": ("Rohstoffe", "Raw material"),
        "active": ("false", "true"),
    }
    assert world.values["Account", "4010"]["description"] == "Raw material"
    del world.values["Account", "4010"]
    world.page = set()
    (decision,) = world.run(GL_ACCOUNTS, "jaggaer:Account:4010")
    assert decision.action is Action.CREATE, "removed there by hand"


def test_a_value_of_jaggaers_own_is_left_alone() -> None:
    world = World()
    world.values["Account", "9999"] = {
        "customField": "Account",
        "value": "9999",
        "description": "theirs",
        "active": "true",
    }
    assert world.run(GL_ACCOUNTS, "jaggaer:Account:9999") == []


def test_a_value_that_vanished_is_left_as_it_is() -> None:
    world = World()
    account(world, "4010")
    world.run(GL_ACCOUNTS, "ifs:A:4010")
    world.ifs["account"].clear()
    (decision,) = world.run(GL_ACCOUNTS, "ifs:A:4010")
    assert (decision.action, decision.writes, decision.settlement) == (Action.NONE, (), None)
    assert "Account:4010" in decision.notes[0]


def test_a_date_that_is_none_is_a_dead_letter_of_that_value_alone() -> None:
    world = World()
    account(world, "4010", ValidUntil="soon")
    account(world, "4011")
    decisions = by_key(world.run(GL_ACCOUNTS, "ifs:A:4010", "ifs:A:4011"))
    (item,) = decisions["Account:4010"].items
    assert (item.kind, item.field, item.value) == (ItemKind.DEAD_LETTER, "ValidUntil", "soon")
    assert set(world.values) == {("Account", "4011")}


def test_the_same_value_of_two_code_parts_is_two_documents() -> None:
    world = World()
    account(world, "1100")
    part(world, "B", "1100")
    part(world, "E", "1100")  # has no custom field
    assert set(by_key(world.plan(GL_ACCOUNTS, "ifs:1100"))) == {"Account:1100", "CostCenter:1100"}
    assert set(by_key(world.plan(GL_ACCOUNTS, "ifs:B:1100"))) == {"CostCenter:1100"}
    assert world.plan(GL_ACCOUNTS, "ifs:E:1100", "ifs:Nothing:1", "ifs:A:") == []


def test_companies_may_use_a_code_part_for_different_fields() -> None:
    own = PROFILE.of_company("20").model_copy(
        update={"code_parts": {"A": "Account", "B": "Project", "C": "CostCenter"}}
    )
    profile: Profile = PROFILE.model_copy(update={"company": {"20": own}})
    world = World(profile=profile)
    part(world, "B", "1", Description="cost centre of 10")
    part(world, "B", "1", Company="20", Description="project of 20")
    decisions = by_key(world.run(GL_ACCOUNTS, "ifs:B:1"))
    assert set(decisions) == {"CostCenter:1", "Project:1"}
    assert world.values["CostCenter", "1"]["description"] == "cost centre of 10"
    assert world.values["Project", "1"]["description"] == "project of 20"
    assert all("ifs:B:1" in case.references for case in world.drive(GL_ACCOUNTS, ["ifs:B:1"]))


def test_rows_lead_to_code_part_and_value() -> None:
    leads = {source.name: source.leads_to for source in GL_ACCOUNTS.sources}
    assert leads["account"](Row("account", ("10", "4010"), {"Account": "4010"})) == "ifs:A:4010"
    row = Row("code_part_value", ("10", "B", "1"), {"CodePart": "B", "CodePartValue": "1"})
    assert leads["code_part_value"](row) == "ifs:B:1"
    assert leads["account"](Row("account", ("10", ""), {"Account": None})) is None


VALUES = st.lists(st.tuples(st.sampled_from(["Account", "CostCenter"]), st.integers(0, 900)), max_size=1200)


@given(VALUES)
def test_merged_posts_hold_every_value_once_in_pieces_that_the_server_takes(values: list[tuple[str, int]]) -> None:
    posts = [
        JaggaerPost(
            gl_accounts.RESOURCE,
            f"{field}:{number}",
            gl_accounts._body(field, [{"value": f"{number}", "description": "d", "active": "true"}]),
            (),
            "createupdate",
        )
        for field, number in values
    ]
    merged = gl_accounts.merge_posts(posts)
    keys = [key for _, keys in merged for key in keys]
    assert sorted(keys) == sorted({f"{field}:{number}" for field, number in values})
    for body, some in merged:
        listed: Any = body["valueList"]
        assert [f"{body['customField']}:{value['value']}" for value in listed["value"]] == list(some)
        assert 0 < len(some) <= 500
    by_field = [body["customField"] for body, _ in merged]
    for field in set(by_field):
        total = len({number for name, number in values if name == field})
        assert by_field.count(field) == -(-total // 500)


def test_each_value_has_its_own_result() -> None:
    answer: Any = {
        "returnCode": 0,
        "resultList": {
            "result": [
                {"value": "4010", "returnCode": 0, "returnMessage": ""},
                {"value": "4011", "returnCode": "-1106", "returnMessage": "description is too long"},
                {"value": "4012"},
                "noise",
            ]
        },
    }
    assert gl_accounts.results(answer) == {"4010": (0, ""), "4011": (-1106, "description is too long")}
    assert gl_accounts.results({"returnCode": 0}) == {}


def test_a_decision_names_the_version_that_it_was_made_from() -> None:
    world = World()
    account(world, "4010")
    world.snapshots["Account:4010"] = Snapshot("gl_account", "Account:4010", {"description": "old"}, 7)
    (decision,) = world.plan(GL_ACCOUNTS, "ifs:A:4010")
    assert decision.base_version == 7
