from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ifs_jaggaer.errors import Rejected, System
from mapping.kinds import Instructions
from mapping.merge import UNKNOWN, Base, Outcome, Policy, State, Value, Verdict, merge, other

NOBODY = Instructions()
STATUS = ("Active", "Blocked", "Closed")
WORDS = ("a", "b", "c")


def value(text: str | None) -> Value | None:
    return None if text is None else Value(text, text)


def bad(text: str) -> Value:
    return Value(text, f"bad:{text}", Rejected("no counterpart", field="f", value=text))


def decided(
    policy: Policy, base: Base, ifs: State, jaggaer: State, told: Instructions = NOBODY
) -> tuple[Verdict, System | None]:
    outcome = merge("f", policy, base, ifs, jaggaer, told=told)
    return outcome.verdict, outcome.target


@pytest.mark.parametrize(
    ("direction", "winner", "base", "ifs", "jaggaer", "verdict", "target"),
    [
        # nobody changed, or both to the same
        ("both", "manual", "a", "a", "a", Verdict.AGREED, None),
        ("both", "manual", "a", "b", "b", Verdict.AGREED, None),
        ("both", "manual", "a", None, None, Verdict.AGREED, None),
        # one side changed
        ("both", "manual", "a", "b", "a", Verdict.CARRY, "jaggaer"),
        ("both", "ifs", "a", "a", "b", Verdict.CARRY, "ifs"),
        ("from_ifs", "ifs", "a", "b", "a", Verdict.CARRY, "jaggaer"),
        ("from_ifs", "ifs", "a", "a", "b", Verdict.CONFLICT, None),
        ("from_jaggaer", "jaggaer", "a", "b", "a", Verdict.CONFLICT, None),
        # both changed
        ("both", "manual", "a", "b", "c", Verdict.CONFLICT, None),
        ("both", "ifs", "a", "b", "c", Verdict.CARRY, "jaggaer"),
        ("both", "jaggaer", "a", "b", "c", Verdict.CARRY, "ifs"),
        ("from_ifs", "ifs", "a", "b", "c", Verdict.CARRY, "jaggaer"),
        # emptied: the brake counts it
        ("both", "ifs", "a", None, "a", Verdict.BRAKE, "jaggaer"),
        ("both", "jaggaer", "a", "b", None, Verdict.BRAKE, "ifs"),
        # filled after both were empty
        ("both", "manual", None, "a", None, Verdict.CARRY, "jaggaer"),
        # no base
        ("both", "ifs", UNKNOWN, "a", None, Verdict.CARRY, "jaggaer"),
        ("both", "ifs", UNKNOWN, None, "a", Verdict.CARRY, "ifs"),
        ("from_ifs", "ifs", UNKNOWN, None, "a", Verdict.CONFLICT, None),
        ("both", "ifs", UNKNOWN, "a", "b", Verdict.CONFLICT, None),
        ("from_ifs", "ifs", UNKNOWN, "a", "b", Verdict.CONFLICT, None),
    ],
)
def test_the_table_of_the_three_way_merge(
    *, direction: str, winner: str, base: Base, ifs: str | None, jaggaer: str | None, verdict: Verdict, target: str
) -> None:
    policy = Policy(direction=direction, winner=winner)  # type: ignore[arg-type]
    assert decided(policy, base, value(ifs), value(jaggaer)) == (verdict, target)


@pytest.mark.parametrize(
    ("base", "ifs", "jaggaer", "verdict", "target"),
    [
        (UNKNOWN, "Active", "Blocked", Verdict.BRAKE, "ifs"),
        (UNKNOWN, "Closed", "Blocked", Verdict.BRAKE, "jaggaer"),
        ("Active", "Blocked", "Closed", Verdict.BRAKE, "ifs"),
        ("Blocked", "Active", "Closed", Verdict.BRAKE, "ifs"),
        ("Active", "Blocked", "Active", Verdict.BRAKE, "jaggaer"),
        ("Blocked", "Active", "Blocked", Verdict.CARRY, "jaggaer"),
        ("Closed", "Closed", "Active", Verdict.CARRY, "ifs"),
        (UNKNOWN, "Active", None, Verdict.CARRY, "jaggaer"),
        (UNKNOWN, "Blocked", None, Verdict.BRAKE, "jaggaer"),
    ],
)
def test_the_stricter_status_wins_and_what_blocks_is_braked(
    base: Base, ifs: str | None, jaggaer: str | None, verdict: Verdict, target: str
) -> None:
    policy = Policy(winner="stricter", strictness=STATUS)
    assert decided(policy, base, value(ifs), value(jaggaer)) == (verdict, target)


def test_a_status_that_is_not_understood_is_never_overruled() -> None:
    policy = Policy(winner="stricter", strictness=STATUS)
    assert decided(policy, "Active", value("Active"), bad("FROZEN")) == (Verdict.DEAD_LETTER, "ifs")
    assert decided(policy, UNKNOWN, value("Closed"), bad("FROZEN"))[0] is Verdict.DEAD_LETTER


def test_the_brake_opens_for_exactly_the_approved_value() -> None:
    policy = Policy(winner="stricter", strictness=STATUS)
    sides = value("Blocked"), value("Active")
    assert decided(policy, "Active", *sides, Instructions(approved={"f": "Blocked"}))[0] is Verdict.CARRY
    assert decided(policy, "Active", *sides, Instructions(approved={"f": "Closed"}))[0] is Verdict.BRAKE
    assert decided(policy, "Active", *sides, Instructions(approved={"g": "Blocked"}))[0] is Verdict.BRAKE
    cleared = value("a"), None
    assert decided(Policy(), "a", *cleared, Instructions(approved={"f": None}))[0] is Verdict.CARRY
    assert decided(Policy(), "a", *cleared, Instructions(approved={"f": "a"}))[0] is Verdict.BRAKE


def test_a_person_names_the_winner() -> None:
    named = Instructions(winners={"f": "jaggaer"})
    assert decided(Policy(), "a", value("b"), value("c"), named) == (Verdict.CARRY, "ifs")
    everything = Instructions(winners={"*": "ifs"})
    assert decided(Policy(), UNKNOWN, value("b"), value("c"), everything) == (Verdict.CARRY, "jaggaer")
    # "*" decides conflicts, it does not undo what goes by itself
    assert decided(Policy(), "a", value("a"), value("c"), everything) == (Verdict.CARRY, "ifs")
    # nor does anybody's word turn a field against its direction
    fixed = Policy(direction="from_ifs", winner="ifs")
    assert decided(fixed, UNKNOWN, value("b"), value("c"), named)[0] is Verdict.CONFLICT
    # adopting everything does not loosen a status
    status = Policy(winner="stricter", strictness=STATUS)
    assert decided(status, UNKNOWN, value("Active"), value("Closed"), everything) == (Verdict.BRAKE, "ifs")


def test_a_change_against_the_direction_is_put_back_by_setting_or_by_a_person() -> None:
    fixed = Policy(direction="from_ifs", winner="ifs", put_back=True)
    assert decided(fixed, "a", value("a"), value("c")) == (Verdict.CARRY, "jaggaer")
    fixed = Policy(direction="from_ifs", winner="ifs")
    told = Instructions(winners={"f": "ifs"})
    assert decided(fixed, "a", value("a"), value("c"), told) == (Verdict.CARRY, "jaggaer")


def test_an_unmappable_value_is_a_dead_letter_only_where_it_would_be_carried() -> None:
    assert decided(Policy(), "a", bad("x"), value("a"))[0] is Verdict.DEAD_LETTER
    assert decided(Policy(), UNKNOWN, value("a"), bad("x"))[0] is Verdict.DEAD_LETTER
    # JAGGAER's value may not be carried: it is merely another one
    fixed = Policy(direction="from_ifs", winner="ifs")
    assert decided(fixed, "a", value("a"), bad("x"))[0] is Verdict.CONFLICT
    assert decided(fixed, "a", value("b"), bad("x")) == (Verdict.CARRY, "jaggaer")
    told = Instructions(winners={"f": "ifs"})
    assert decided(Policy(), UNKNOWN, value("a"), bad("x"), told) == (Verdict.CARRY, "jaggaer")


@pytest.mark.parametrize(
    ("base", "ifs", "jaggaer", "told", "verdict", "target"),
    [
        (UNKNOWN, "a", "a", {}, Verdict.AGREED, None),
        ("a", "b", "a", {}, Verdict.CONFLICT, None),  # one side alone changed: a person all the same
        ("a", "b", "a", {"*": "ifs"}, Verdict.CONFLICT, None),
        ("a", "b", "a", {"f": "ifs"}, Verdict.CARRY, "jaggaer"),
        (UNKNOWN, "a", None, {}, Verdict.LEFT, None),
        (UNKNOWN, "a", None, {"f": "ifs"}, Verdict.CARRY, "jaggaer"),
        (UNKNOWN, "a", None, {"f": "jaggaer"}, Verdict.LEFT, None),  # lacking is no value to carry
        ("a", None, "a", {}, Verdict.LEFT, None),
    ],
)
def test_what_is_guarded_needs_a_persons_word_for_this_very_field(
    *, base: Base, ifs: str | None, jaggaer: str | None, told: dict[str, System], verdict: Verdict, target: str
) -> None:
    outcome = decided(Policy(guarded=True), base, value(ifs), value(jaggaer), Instructions(winners=told))
    assert outcome == (verdict, target)


def test_a_guarded_value_that_is_wrong_is_a_dead_letter_unless_the_other_side_is_named() -> None:
    policy = Policy(guarded=True)
    assert decided(policy, UNKNOWN, bad("x"), value("a"))[0] is Verdict.DEAD_LETTER
    assert decided(policy, UNKNOWN, bad("x"), value("a"), Instructions(winners={"f": "ifs"}))[0] is Verdict.DEAD_LETTER
    chosen = Instructions(winners={"f": "jaggaer"})
    assert decided(policy, UNKNOWN, bad("x"), value("a"), chosen) == (Verdict.CARRY, "ifs")


POLICIES = st.builds(
    Policy,
    direction=st.sampled_from(["both", "from_ifs", "from_jaggaer"]),
    winner=st.sampled_from(["ifs", "jaggaer", "manual", "stricter"]),
    strictness=st.just(WORDS),
    put_back=st.booleans(),
    guarded=st.booleans(),
)
TEXTS = st.none() | st.sampled_from(WORDS)
STATES = TEXTS.map(value) | st.just(UNKNOWN)
BASES = TEXTS | st.just(UNKNOWN)
WINNERS = st.dictionaries(st.sampled_from(["f", "*"]), st.sampled_from(["ifs", "jaggaer"]), max_size=2)
TOLD = st.builds(Instructions, winners=WINNERS, approved=st.dictionaries(st.just("f"), TEXTS))


@given(POLICIES, BASES, STATES, STATES, TOLD)
def test_once_carried_out_it_is_agreed_for_ever(
    policy: Policy, base: Base, ifs: State, jaggaer: State, told: Instructions
) -> None:
    outcome = merge("f", policy, base, ifs, jaggaer, told=told)
    if outcome.verdict is not Verdict.CARRY:
        return
    after: dict[System, State] = {"ifs": ifs, "jaggaer": jaggaer}
    assert outcome.target is not None
    after[outcome.target] = outcome.value
    new_base = None if outcome.value is None else outcome.value.compare
    for known in (new_base, base, UNKNOWN):  # settled, crashed before it was, store lost
        again = merge("f", policy, known, after["ifs"], after["jaggaer"], told=told)
        assert again.verdict is Verdict.AGREED


@given(POLICIES, BASES, STATES, STATES, TOLD)
@example(  # the stricter value stands where the field may not be changed
    Policy(direction="from_jaggaer", winner="stricter", strictness=WORDS),
    UNKNOWN,
    value("c"),
    value("a"),
    Instructions(approved={"f": "c"}),
)
def test_what_is_written_obeys_the_laws(
    policy: Policy, base: Base, ifs: State, jaggaer: State, told: Instructions
) -> None:
    outcome: Outcome = merge("f", policy, base, ifs, jaggaer, told=told)
    if outcome.verdict is not Verdict.CARRY:
        return
    assert outcome.source is not None
    source = {"ifs": ifs, "jaggaer": jaggaer}[outcome.source]
    assert outcome.value == source
    assert source is not UNKNOWN
    assert policy.direction in {"both", f"from_{outcome.source}"}
    assert outcome.target == other(outcome.source)
    if outcome.value is None:  # nothing is emptied unless exactly that was approved
        assert told.approved == {"f": None}
    if policy.guarded:
        assert told.winners.get("f") == outcome.source
