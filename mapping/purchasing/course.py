"""The course of a decision about one order or requisition at JAGGAER (DESIGN, laws 2, 3, 4, 6, 7 and 11).

Steps in order, each of which decides or passes on:

    outside     unreadable, unseen, out of scope
    onward      not released, then of one that IFS
        cancelled   gone there, cancelled there, conflict, its end held -> cancelled
        has         at rest, gone there, ended there, conflict, there already, hindered, its end held
                                                                        -> created, sent again, revised or closed

What the types have of their own is in their `DocumentType` and their `DocumentCase`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from mapping.findings import Findings, few
from mapping.fingerprint import Mark
from mapping.kinds import Action, Change, Decision
from mapping.purchasing import items, outcome
from mapping.purchasing.accounts import unfit
from mapping.purchasing.case import DocumentCase, Target, aim
from mapping.purchasing.compare import differences
from mapping.purchasing.looking import may_send, must_ask, must_compare
from mapping.purchasing.model import Words
from mapping.purchasing.post import Operation, cancelled_print, revised

if TYPE_CHECKING:
    from datetime import date

    from mapping.kinds import Instructions, Item
    from mapping.profile import Profile


def outside(course: Course) -> Decision | None:
    """What is no matter of ours, or cannot be looked at; None for what `onward` decides."""
    return _first(course, (_unreadable, _unseen, _out_of_scope))


def onward(course: Course) -> Decision:
    """What becomes of it at JAGGAER. Raises nothing: what cannot be decided is an item that says why."""
    of_cancelled = (_gone_there, _cancelled_there, _conflicting, _end_held)
    of_others = (_at_rest, _ended_and_gone, _ended_there, _conflicting, _there_already, _hindered, _end_held)
    steps = of_cancelled if course.case.cancelled else of_others
    return _not_released(course) or _first(course, steps) or _sent(course)


@dataclass(frozen=True)
class Course:
    """One document under way, and what its steps ask about it."""

    case: DocumentCase
    profile: Profile
    as_of: date
    told: Instructions

    @cached_property
    def words(self) -> Words:
        return Words.of(self.profile, self.case.type)

    @cached_property
    def status(self) -> str:
        """JAGGAER's, in the contract's words; "" where it was not looked at."""
        return self.words.of_order(self.case.header.status) if self.case.header else ""

    @cached_property
    def target(self) -> Target | None:
        """What JAGGAER should have; None of one that is cancelled."""
        return None if self.case.cancelled else aim(self.case, self.profile, self.told.approved)

    @property
    def fingerprint(self) -> str:
        """That of what JAGGAER should have."""
        return self.target.fingerprint if self.target else cancelled_print(self.case.number, self.case.type)

    @property
    def operation(self) -> Operation:
        if self.target is None:
            return "cancel"
        if self.case.there is None:
            return "send again" if self.case.link else "create"
        return "close" if self.target.order.status == "Completed" else "update"

    @property
    def winners(self) -> set[str | None]:
        """What a person decided about a change made at JAGGAER."""
        return {self.told.winners.get("*"), self.told.winners.get("header")}

    @cached_property
    def conflict(self) -> Item | None:
        """A revision or an end that was not made by us, on a record of ours."""
        if self.case.header is None or not self.case.there_as:
            return None
        if self._ended_by_others():
            return items.ended_by_others(self.case, self.status)
        return items.changed_by_others(self.case) if self.case.foreign else None

    @property
    def ended(self) -> bool:
        """Whether it is at its end at JAGGAER, which takes no revision of it any more."""
        return self.status in self.case.type.ended

    def _ended_by_others(self) -> bool:
        """What a person accepted stands as long as IFS has nothing new to say."""
        if not self.ended or self.status == self.case.type.states[self.case.state]:
            return False
        return not self.case.accepted or self.target is None or bool(self.target.changes)

    def as_sent(self, target: Target) -> bool:
        """Whether JAGGAER's record is what we would send, field by field or by its mark."""
        case = self.case
        if case.there is None:
            return False
        mark = None if case.foreign or case.doubted else case.mark
        return (mark is not None and mark.fingerprint == target.fingerprint) or not target.changes

    @cached_property
    def lost(self) -> bool:
        """Whether JAGGAER no longer shows it, where it was asked because something may go, or a person named it.

        It archives what has ended, which is no loss.
        """
        case = self.case
        if case.link is None or case.there:
            return False
        return may_send(case, self.profile) or (case.opened and must_ask(case, self.profile))

    @cached_property
    def against(self) -> tuple[Item, ...]:
        """What at JAGGAER stands against writing, where it was looked at."""
        case = self.case
        if case.there and not case.there_as:
            return (items.number_taken(case),)
        if self.lost and not (case.opened and "ifs" in self.winners):
            return (items.hidden_there(case),)
        unread = must_compare(case, self.profile) and not case.whole
        return (items.unread_there(case),) if unread else ()


_Step: TypeAlias = Callable[[Course], Decision | None]


def _first(course: Course, steps: tuple[_Step, ...]) -> Decision | None:
    return next((decision for step in steps if (decision := step(course))), None)


# --- no matter of ours ---


def _unreadable(course: Course) -> Decision | None:
    found = Findings()
    for fault in course.case.faults:
        found.rejected(f"{fault.record} {fault.field}", fault)
    return outcome.opened(course.case, *found.items) if found.items else None


def _unseen(course: Course) -> Decision | None:
    """IFS archives what has ended, which is no loss."""
    case = course.case
    if case.rows:
        return None
    if not case.link:
        return outcome.without(case, Action.OUT_OF_SCOPE, f"IFS shows no such {case.type.words}")
    base = case.base(course.words)
    if case.sent == cancelled_print(case.number, case.type) or (base and base.status in case.type.ended):
        return outcome.without(case, Action.OUT_OF_SCOPE, "ended at JAGGAER, and no longer shown by IFS")
    return outcome.opened(case, items.hidden_in_ifs(case))


def _out_of_scope(course: Course) -> Decision | None:
    case = course.case
    rule = case.rule(course.profile)
    if rule:
        elsewhere = case.rows is not None and case.rows.company not in course.profile.companies
        return replace(outcome.without(case, Action.OUT_OF_SCOPE, rule), elsewhere=elsewhere)
    if case.there_as:
        return None
    if case.state in case.type.not_sent:
        return outcome.without(case, Action.OUT_OF_SCOPE, f"not released: {case.state}")
    if case.type.states.get(case.state, case.type.open) != case.type.open:
        return outcome.without(case, Action.OUT_OF_SCOPE, "closed before transfer")
    return None


# --- onward ---


def _not_released(course: Course) -> Decision | None:
    case = course.case
    if case.state in case.type.states:
        return None
    held = case.state in case.type.not_sent
    return outcome.opened(case, items.under_revision(case) if held else items.unknown_state(case))


def _gone_there(course: Course) -> Decision | None:
    """Cancelled in IFS, and JAGGAER was not asked or no longer shows it."""
    case = course.case
    if case.header:
        return None
    if case.sent == course.fingerprint:
        return outcome.unchanged(case)
    return _left_gone(course) or outcome.opened(case, items.hidden_there(case))


def _left_gone(course: Course) -> Decision | None:
    """Ended in IFS, and a person says that it is gone at JAGGAER: nothing is left to do."""
    if "jaggaer" not in course.winners:
        return None
    return outcome.unchanged(course.case, outcome.settled(course.case, course.fingerprint, course.target))


def _cancelled_there(course: Course) -> Decision | None:
    """Cancelled on both sides, or a person let it live on at JAGGAER."""
    case, ended = course.case, course.status in course.case.type.given_up
    if case.sent == course.fingerprint and (ended or case.accepted):
        return outcome.unchanged(case)
    return outcome.unchanged(case, outcome.settled(case, course.fingerprint, None)) if ended else None


def _at_rest(course: Course) -> Decision | None:
    """IFS says what it said when it was last settled."""
    case, target = course.case, course.target
    if target is None or target.changes or not (case.link and case.sent):
        return None
    if case.doubted and (course.lost or course.against):
        return None
    # A revision of others that came to the same is one that we know.
    same = case.foreign and case.whole is not None
    if course.conflict and not same:
        return None
    if target.items:
        return outcome.opened(case, *target.items, notes=target.reading.notes)
    if same:
        return outcome.unchanged(case, outcome.accepted(case, target.fingerprint, target), target)
    # What JAGGAER has beside what we sent is kept, too, so that it was seen is on the record.
    more = case.doubted and case.whole is not None and case.kept("document") != target.document
    return outcome.unchanged(case, outcome.settled(case, target.fingerprint, target) if more else None, target)


def _ended_and_gone(course: Course) -> Decision | None:
    return _left_gone(course) if course.lost and not course.case.opened else None


def _ended_there(course: Course) -> Decision | None:
    """It has ended on both sides, and an end is not revised."""
    case, target = course.case, course.target
    if target is None or not (case.there_as and course.ended and course.status == target.order.status):
        return None
    if any(not item.brake for item in target.items):
        return None
    if course.as_sent(target):
        return outcome.unchanged(case, outcome.settled(case, target.fingerprint, target), target)
    left = ", ".join(change.field for change in few(target.changes))
    settlement = outcome.accepted(case, target.fingerprint, target)
    return outcome.unchanged(case, settlement, target, (f"has ended at JAGGAER, which keeps its own {left}",))


def _conflicting(course: Course) -> Decision | None:
    """Somebody else's doing at JAGGAER, until a person says who wins.

    Where IFS does, the course goes on; of what has ended there JAGGAER takes nothing, whoever wins.
    """
    case, target, conflict = course.case, course.target, course.conflict
    if conflict is None:
        return None
    if "jaggaer" in course.winners:
        return outcome.unchanged(case, outcome.accepted(case, course.fingerprint, target), target)
    if "ifs" in course.winners and not course.ended:
        return None
    return outcome.opened(case, *(target.items if target else ()), conflict)


def _there_already(course: Course) -> Decision | None:
    """JAGGAER has it as it should be."""
    case, target = course.case, course.target
    if target is None or target.items or course.against or not course.as_sent(target):
        return None
    return outcome.unchanged(case, outcome.settled(case, target.fingerprint, target), target)


def _hindered(course: Course) -> Decision | None:
    """What must be settled or be there first; what has ended is posted to no more, whatever became of its accounts."""
    case, target = course.case, course.target
    if target is None:
        return None
    open_ = target.order.status == case.type.open
    accounts = unfit(target.order.lines, case.chart, course.profile, course.as_of) if open_ else ()
    found = (*target.items, *course.against, *case.waits, *accounts)
    return outcome.opened(case, *found, notes=target.reading.notes) if found else None


def _end_held(course: Course) -> Decision | None:
    """An end that IFS itself states may have a limit of the brake of its own (DESIGN, law 11)."""
    case, limit = course.case, course.case.type.ends_held
    if limit is None or course.operation not in {"close", "cancel"}:
        return None
    if course.told.approved.get("Objstate") == case.state or "ifs" in course.winners:
        return None
    return outcome.opened(case, items.would_end(case, limit))


def _sent(course: Course) -> Decision:
    case, target = course.case, course.target
    status = case.header.status if case.header else None
    changes = target.changes if target else (Change("header.status", status, "Cancelled"),)
    if target and case.there is None:
        changes = differences(None, target.order)
    mark = Mark(case.number, case.revision + 1 if case.there else 0, course.fingerprint)
    write = revised(target.order if target else None, mark, course.operation, changes, course.words)
    decision = outcome.posted(case, write, mark, target)
    return outcome.sent_again(decision, case) if course.operation == "send again" else decision
