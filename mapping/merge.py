"""The three-way merge of one field (DESIGN, suppliers; contracts/mapping.md). Knows no supplier and no wire."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Final, Literal, TypeAlias

from ifs_jaggaer.errors import Rejected, System
from mapping.kinds import Instructions


class Unknown(Enum):
    """What did not come: neither empty nor anything else (DESIGN, law 11)."""

    UNKNOWN = "unknown"


UNKNOWN: Final = Unknown.UNKNOWN


@dataclass(frozen=True, slots=True)
class Value:
    """A field's content. `text` is what would be carried, `compare` the form in which equal is equal.

    `problem`: why it cannot be carried, e.g. a value map that lacks it.
    """

    text: str
    compare: str
    problem: Rejected | None = None


State: TypeAlias = "Value | Unknown | None"
"""A value, None for empty, UNKNOWN for what did not come."""

Base: TypeAlias = "str | Unknown | None"
"""What both sides last agreed on (a `compare`), UNKNOWN where they never did."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which way a field may go, and who wins where both sides changed.

    `strictness`: for winner `stricter`, the words from the mildest to the strictest.
    `put_back`: what was changed against the direction is restored. `guarded`: never carried unless a
    person named the winner of this very field (bank data).
    """

    direction: Literal["both", "from_ifs", "from_jaggaer"] = "both"
    winner: Literal["ifs", "jaggaer", "manual", "stricter"] = "manual"
    strictness: Sequence[str] = ()
    put_back: bool = False
    guarded: bool = False

    def allows(self, source: System) -> bool:
        """Whether that side's value may be written to the other."""
        return self.direction in {"both", f"from_{source}"}


class Verdict(StrEnum):
    AGREED = "agreed"
    CARRY = "carry"
    CONFLICT = "conflict"
    BRAKE = "held by the brake"
    DEAD_LETTER = "dead letter"
    LEFT = "left as it is"  # unknown, lacking, or put aside: nothing is written and the base stays


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one field. `source`: whose `value` is, or would be, carried to the other side."""

    verdict: Verdict
    value: Value | None = None
    source: System | None = None
    reason: str = ""
    problem: Rejected | None = None

    @property
    def target(self) -> System | None:
        return None if self.source is None else other(self.source)


def other(side: System) -> System:
    """The other system."""
    return "jaggaer" if side == "ifs" else "ifs"


def same(one: Value | None, two: Value | None) -> bool:
    """Whether both are empty or compare as equal."""
    return _compare(one) == _compare(two)


def merge(field: str, policy: Policy, base: Base, ifs: State, jaggaer: State, *, told: Instructions) -> Outcome:
    """Decides one field. Raises nothing: what cannot be decided says why.

    What would clear the field, or make a status stricter, is BRAKE until `told.approved` holds that very
    value; the caller puts it aside.
    """
    if policy.guarded:
        return _guarded(field, policy, ifs, jaggaer, told)
    if isinstance(ifs, Unknown) or isinstance(jaggaer, Unknown):
        return Outcome(Verdict.LEFT, reason=_unknown(ifs, jaggaer))
    if same(ifs, jaggaer):
        return Outcome(Verdict.AGREED, ifs if ifs is not None else jaggaer)
    return _different(field, policy, base, {"ifs": ifs, "jaggaer": jaggaer}, told)


def _different(
    field: str, policy: Policy, base: Base, sides: dict[System, Value | None], told: Instructions
) -> Outcome:
    source, reason = _source(field, policy, base, sides, told)
    blamed = _unmappable(policy, sides, source)
    if blamed is not None:
        return Outcome(Verdict.DEAD_LETTER, sides[blamed], blamed, problem=_problem(sides[blamed]))
    if source is None:
        return Outcome(Verdict.CONFLICT, reason=reason)
    value = sides[source]
    if _needs_the_brake(policy, value, sides[other(source)]) and not _approved(field, value, told):
        return Outcome(Verdict.BRAKE, value, source, reason=_brake_reason(value, source))
    return Outcome(Verdict.CARRY, value, source)


def _source(
    field: str, policy: Policy, base: Base, sides: dict[System, Value | None], told: Instructions
) -> tuple[System | None, str]:
    """Whose value goes to the other side; None where a person must say so, and why."""
    named = told.winners.get(field)
    if named is not None and policy.allows(named):
        return named, ""
    chosen, reason = _by_rule(policy, base, sides)
    if chosen is not None:
        return chosen, ""
    # "*" names the winner of conflicts only, never of a status.
    general = told.winners.get("*") if policy.winner != "stricter" else None
    return (general, "") if general is not None and policy.allows(general) else (None, reason)


def _by_rule(policy: Policy, base: Base, sides: dict[System, Value | None]) -> tuple[System | None, str]:
    if isinstance(base, Unknown):
        return _without_base(policy, sides)
    changed = [side for side, value in sides.items() if _compare(value) != base]
    if len(changed) == 1:
        source = changed[0]
        if policy.allows(source):
            return source, ""
        if policy.put_back:
            return other(source), ""
        return None, f"changed in {_NAMES[source]}, though it may only be changed in {_NAMES[other(source)]}"
    winner = _stricter(policy, sides) if policy.winner == "stricter" else policy.winner
    if winner != "manual" and policy.allows(winner):
        return winner, ""
    return None, "changed in both systems, to different values"


def _without_base(policy: Policy, sides: dict[System, Value | None]) -> tuple[System | None, str]:
    for side, value in sides.items():
        if value is None:
            if policy.allows(other(side)):
                return other(side), ""
            return None, f"empty in {_NAMES[side]}, and may only be changed there"
    if policy.winner == "stricter" and policy.allows(stricter := _stricter(policy, sides)):
        return stricter, ""
    return None, "differs, and both systems never agreed on it"


def _guarded(field: str, policy: Policy, ifs: State, jaggaer: State, told: Instructions) -> Outcome:
    """A side that merely lacks it is no conflict; what is carried, a person has named."""
    present: dict[System, Value | None] = {
        "ifs": None if isinstance(ifs, Unknown) else ifs,
        "jaggaer": None if isinstance(jaggaer, Unknown) else jaggaer,
    }
    if same(present["ifs"], present["jaggaer"]):
        unknown = isinstance(ifs, Unknown) or isinstance(jaggaer, Unknown)
        return Outcome(Verdict.LEFT) if unknown else Outcome(Verdict.AGREED, present["ifs"])
    lacking = next((side for side, value in present.items() if value is None), None)
    named = told.winners.get(field)
    if named == lacking or (named is not None and not policy.allows(named)):
        named = None
    for side, value in present.items():
        problem = _problem(value)
        if problem is not None and named in {None, side}:
            return Outcome(Verdict.DEAD_LETTER, value, side, problem=problem)
    if named is not None:
        return Outcome(Verdict.CARRY, present[named], named)
    if lacking is not None:
        return Outcome(Verdict.LEFT, reason=f"only in {_NAMES[other(lacking)]}: carried when a person says so")
    return Outcome(Verdict.CONFLICT, reason="differs: a person decides, always")


def _stricter(policy: Policy, sides: dict[System, Value | None]) -> System:
    return "ifs" if _rank(policy, sides["ifs"]) >= _rank(policy, sides["jaggaer"]) else "jaggaer"


def _rank(policy: Policy, value: Value | None) -> int:
    if value is None or value.compare not in policy.strictness:
        return -1
    return policy.strictness.index(value.compare)


def _needs_the_brake(policy: Policy, value: Value | None, present: Value | None) -> bool:
    return value is None or (policy.winner == "stricter" and _rank(policy, value) > max(0, _rank(policy, present)))


def _approved(field: str, value: Value | None, told: Instructions) -> bool:
    return field in told.approved and told.approved[field] == (None if value is None else value.text)


def _unmappable(policy: Policy, sides: dict[System, Value | None], source: System | None) -> System | None:
    """The side whose value cannot be carried: the source, or any that might become it.

    A status that is not known might be the stricter one, so that it stops the field on either side.
    """
    candidates: list[System] = ["ifs", "jaggaer"]
    if source is not None and policy.winner != "stricter":
        candidates = [source]
    return next((s for s in candidates if policy.allows(s) and _problem(sides[s]) is not None), None)


def _problem(value: Value | None) -> Rejected | None:
    return None if value is None else value.problem


def _compare(value: Value | None) -> str | None:
    return None if value is None else value.compare


def _unknown(ifs: State, jaggaer: State) -> str:
    if isinstance(ifs, Unknown) and isinstance(jaggaer, Unknown):
        return ""
    return f"did not come from {_NAMES['ifs' if isinstance(ifs, Unknown) else 'jaggaer']}"


def _brake_reason(value: Value | None, source: System) -> str:
    if value is None:
        return f"emptied in {_NAMES[source]}"
    return f"{value.text} in {_NAMES[source]} is stricter than in {_NAMES[other(source)]}"


_NAMES: Final[dict[System, str]] = {"ifs": "IFS", "jaggaer": "JAGGAER"}
