"""What shall happen to one requisition at JAGGAER (docs/requisitions.md; DESIGN, laws 2, 3, 4, 6 and 11)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mapping.findings import Findings, few
from mapping.fingerprint import Mark
from mapping.kinds import Action, Change, Decision, Item, ItemKind, Link, Settlement
from mapping.purchasing.accounts import unfit
from mapping.purchasing.document import REQUISITION
from mapping.purchasing.lines import detail
from mapping.purchasing.post import Operation, cancelled_print, revised
from mapping.requisitions.case import RequisitionCase, Target, aim, words_of
from mapping.requisitions.reading import NOT_SENT, STATUS

if TYPE_CHECKING:
    from datetime import date

    from mapping.kinds import Instructions
    from mapping.profile import Profile

RECORD = "requisition"
_ENDED = {"Completed", "Cancelled", "Rejected"}
_LOOK = "look for it at JAGGAER"


def must_look(case: RequisitionCase, profile: Profile) -> bool:
    """Whether JAGGAER must be asked for its header before this requisition can be decided."""
    if case.rows is None or case.faults or _rule(case, profile):
        return False
    if case.link is None:
        return True
    if case.state not in STATUS:
        return False
    if case.state == "Cancelled":
        return case.sent != cancelled_print(case.number, REQUISITION)
    target = aim(case, profile, {})
    return all(item.brake for item in target.items) and (not case.sent or bool(target.changes))


def must_compare(case: RequisitionCase, profile: Profile) -> bool:
    """Whether the lines that JAGGAER has must be read: what it has is not what was last settled."""
    if case.rows is None or case.mark is None or case.state not in STATUS or case.state == "Cancelled":
        return False
    return case.foreign or case.mark.fingerprint not in {case.sent, aim(case, profile, {}).fingerprint}


def decide_requisition(case: RequisitionCase, profile: Profile, as_of: date, told: Instructions) -> Decision:
    """Raises nothing: what cannot be decided is an item that says why."""
    return _Deciding(case, profile, as_of, told).decide()


def _rule(case: RequisitionCase, profile: Profile) -> str:
    """The rule by which a requisition is no matter of ours; "" where it is, or its company is not known."""
    company = case.rows.company if case.rows else ""
    if not company:
        return ""
    if company not in profile.companies:
        return f"company {company} is not in scope"
    return "" if profile.of_company(company).requisitions else f"company {company} sends no requisitions: requisitions"


@dataclass(slots=True)
class _Deciding:
    case: RequisitionCase
    profile: Profile
    as_of: date
    told: Instructions

    def decide(self) -> Decision:
        for stop in (self._unreadable, self._unseen, self._out_of_scope, self._not_released):
            decision = stop()
            if decision:
                return decision
        return self._cancel() if self.case.state == "Cancelled" else self._carry()

    def _unreadable(self) -> Decision | None:
        found = Findings()
        for fault in self.case.faults:
            found.rejected(f"{fault.record} {fault.field}", fault)
        return self._open(*found.items) if found.items else None

    def _unseen(self) -> Decision | None:
        case = self.case
        if case.rows:
            return None
        if not case.link:
            return self._without(Action.OUT_OF_SCOPE, "IFS shows no such requisition")
        base = case.base(words_of(self.profile))
        if case.sent == cancelled_print(case.number, REQUISITION) or (base and base.status in _ENDED):
            return self._without(Action.OUT_OF_SCOPE, "ended at JAGGAER, and no longer shown by IFS")
        reason = "IFS no longer shows this requisition: unknown, not gone"
        return self._open(_held(reason, case.number, "look whether the service user may see its site"))

    def _out_of_scope(self) -> Decision | None:
        case = self.case
        rule = _rule(case, self.profile)
        if rule:
            elsewhere = case.rows is not None and case.rows.company not in self.profile.companies
            return replace(self._without(Action.OUT_OF_SCOPE, rule), elsewhere=elsewhere)
        if case.there_as:
            return None
        if case.state == NOT_SENT:
            return self._without(Action.OUT_OF_SCOPE, "not released: Planned")
        if STATUS.get(case.state, "Pending") != "Pending":
            return self._without(Action.OUT_OF_SCOPE, "closed before transfer")
        return None

    def _not_released(self) -> Decision | None:
        state = self.case.state
        if state in STATUS:
            return None
        if state != NOT_SENT:
            reason = "is no known state of a requisition"
            return self._open(Item(ItemKind.DEAD_LETTER, "Objstate", state, reason, "report it as a deviation"))
        reason = "under revision: stays at JAGGAER as it was sent"
        return self._open(Item(ItemKind.HELD, "Objstate", state, reason, "release the requisition in IFS"))

    def _cancel(self) -> Decision:
        case, header, print_ = self.case, self.case.header, cancelled_print(self.case.number, REQUISITION)
        if case.sent == print_:
            return self._unchanged()
        if header is None:
            return self._open(_vanished(case))
        if self._status() in {"Cancelled", "Rejected"}:
            return self._unchanged(self._settlement(print_))
        conflict = self._conflict()
        if conflict and "jaggaer" in self._winners:
            return self._unchanged(self._settlement(print_))
        if conflict and "ifs" not in self._winners:
            return self._open(conflict)
        return self._post("cancel", None, print_, (Change("header.status", header.status, "Cancelled"),))

    def _carry(self) -> Decision:
        case = self.case
        target = aim(case, self.profile, self.told.approved)
        notes, aside = target.reading.notes, target.reading.aside
        if case.link and case.sent and not target.changes:
            return self._open(*target.items, notes=notes) if target.items else self._unchanged(None, notes, aside)
        settled = self._settlement(target.fingerprint, target)
        conflict = self._conflict()
        if conflict and "ifs" not in self._winners:
            left = "jaggaer" in self._winners
            return self._unchanged(settled, notes, aside) if left else self._open(*target.items, conflict)
        items = (*target.items, *self._against())
        if not items and (self._as_sent(target) or self._status() in _ENDED):
            return self._unchanged(settled, (*notes, *self._left(target)), aside)
        items = (*items, *unfit(target.order.lines, case.chart, self.profile, self.as_of))
        return self._open(*items, notes=notes) if items else self._send(target)

    def _left(self, target: Target) -> tuple[str, ...]:
        """JAGGAER takes no revision of what has ended; that both agree on the end is enough."""
        if self._as_sent(target):
            return ()
        return (f"has ended at JAGGAER, which keeps its own {', '.join(c.field for c in few(target.changes))}",)

    def _send(self, target: Target) -> Decision:
        operation: Operation = "update" if self.case.there else "create"
        if self.case.there and target.order.status == "Completed":
            operation = "close"
        return self._post(operation, target, target.fingerprint, target.changes)

    def _as_sent(self, target: Target) -> bool:
        """Whether JAGGAER's record is what we would send, field by field or by its mark."""
        case = self.case
        if case.there is None:
            return False
        return not target.changes or bool(
            case.mark and not case.foreign and case.mark.fingerprint == target.fingerprint
        )

    def _against(self) -> tuple[Item, ...]:
        """What at JAGGAER stands against writing, where it was looked at."""
        case = self.case
        if case.header and not case.there_as:
            mark = f" ({case.header.external_reference})" if case.header.external_reference else ""
            reason = f"number already used by another requisition at JAGGAER{mark}"
            remedy = "renumber one of the two requisitions"
            return (Item(ItemKind.DEAD_LETTER, "RequisitionNo", case.number, reason, remedy),)
        lost = case.link and not case.there and must_look(case, self.profile)
        return (_vanished(case),) if lost or (must_compare(case, self.profile) and not case.whole) else ()

    @property
    def _winners(self) -> set[str | None]:
        """What a person decided about a change made at JAGGAER."""
        return {self.told.winners.get("*"), self.told.winners.get("header")}

    def _conflict(self) -> Item | None:
        """A revision or an end that was not made by us, on a record of ours."""
        case = self.case
        if case.header is None or not case.there_as:
            return None
        if case.foreign:
            who = "our mark is gone" if case.mark is None else f"revision {case.revision} was not made by us"
            return _conflict(case, f"revision {case.revision}", f"changed at JAGGAER: {who}")
        status = self._status()
        if status not in _ENDED or status == STATUS[case.state]:
            return None
        reason = f"has ended at JAGGAER, which takes no revision of it; {case.state} in IFS"
        return _conflict(case, f"status {status}", reason)

    def _status(self) -> str:
        header = self.case.header
        return words_of(self.profile).of_order(header.status) if header else ""

    # --- decisions ---

    def _post(self, operation: Operation, target: Target | None, print_: str, changes: tuple[Change, ...]) -> Decision:
        case = self.case
        mark = Mark(case.number, case.revision + 1 if case.there else 0, print_)
        write = revised(target.order if target else None, mark, operation, changes, words_of(self.profile))
        return Decision(
            key=case.number,
            other_key=case.there_as,
            action=Action.CREATE if operation == "create" else Action.UPDATE,
            writes=(write,),
            items=target.reading.aside if target else (),
            settlement=self._settlement(print_, target, mark.revision),
            amount=target.reading.amount if target else None,
            notes=target.reading.notes if target else (),
            base_version=self._version,
        )

    def _settlement(self, print_: str, target: Target | None = None, revision: int | None = None) -> Settlement:
        case = self.case
        told = case.revision if revision is None else revision
        snapshot: dict[str, str | None] = {"fingerprint": print_, "revision": str(told)}
        if target:
            snapshot["document"] = target.document
        return Settlement(self._link(), "" if case.there_as else "requisitionId", snapshot)

    def _link(self) -> Link:
        case = self.case
        known = case.link.detail if case.link else None
        return Link(RECORD, case.number, case.there_as, detail(case.rows.keys if case.rows else (), known))

    def _open(self, *items: Item, notes: tuple[str, ...] = ()) -> Decision:
        """Nothing goes now; a record of ours that was found is linked all the same."""
        case = self.case
        found = case.there_as and not case.link
        settlement = Settlement(self._link()) if found else None
        return Decision(case.number, case.there_as, Action.NONE, (), items, settlement, notes=notes,
                        base_version=self._version)  # fmt: skip

    def _unchanged(
        self, settlement: Settlement | None = None, notes: tuple[str, ...] = (), aside: tuple[Item, ...] = ()
    ) -> Decision:
        case = self.case
        return Decision(case.number, case.there_as, Action.SKIP, (), aside, settlement, notes=notes,
                        base_version=self._version)  # fmt: skip

    def _without(self, action: Action, note: str) -> Decision:
        case = self.case
        return Decision(case.number, case.there_as, action, notes=(note,), base_version=self._version)

    @property
    def _version(self) -> int:
        return self.case.snapshot.version if self.case.snapshot else 0


def _held(reason: str, number: str, remedy: str) -> Item:
    return Item(ItemKind.HELD, "RequisitionNo", number, reason, remedy)


def _vanished(case: RequisitionCase) -> Item:
    return _held("JAGGAER no longer shows this requisition: unknown, not gone", case.number, _LOOK)


def _conflict(case: RequisitionCase, value: str, reason: str) -> Item:
    remedy = (
        f"ifs-jaggaer conflicts resolve {case.key} --sync requisitions --winner ifs|jaggaer: "
        "ifs sends it as it is in IFS, jaggaer leaves it there as it is"
    )
    return Item(ItemKind.CONFLICT, "header", value, reason, remedy)
