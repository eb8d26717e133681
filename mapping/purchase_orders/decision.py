"""What shall happen to one order at JAGGAER (DESIGN, purchase orders; laws 2, 3, 4, 7 and 11)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from mapping.findings import Findings
from mapping.fingerprint import Mark
from mapping.kinds import Action, Change, Decision, Item, ItemKind, Link, Settlement
from mapping.money import Money
from mapping.purchase_orders.both import both_ways
from mapping.purchase_orders.case import ENDED, OrderCase, Target
from mapping.purchase_orders.looking import NOT_SENT, aim_at, may_send, must_compare
from mapping.purchase_orders.reading import STATUS
from mapping.purchasing.accounts import unfit
from mapping.purchasing.document import ORDER
from mapping.purchasing.lines import detail
from mapping.purchasing.model import Words
from mapping.purchasing.post import Operation, cancelled_print, revised

if TYPE_CHECKING:
    from datetime import date

    from mapping.kinds import Instructions
    from mapping.profile import Profile

RECORD = "purchase_order"


def decide_order(case: OrderCase, profile: Profile, as_of: date, told: Instructions) -> Decision:
    """Raises nothing: what cannot be decided is an item that says why."""
    return _Deciding(case, profile, as_of, told).decide()


@dataclass(slots=True)
class _Deciding:
    case: OrderCase
    profile: Profile
    as_of: date
    told: Instructions

    def decide(self) -> Decision:
        for stop in (self._unreadable, self._unseen, self._out_of_scope):
            decision = stop()
            if decision:
                return decision
        onward = self._not_released() or (self._cancel() if self.case.cancelled else self._carry())
        return both_ways(self.case, onward, self.profile, self.told)

    def _unreadable(self) -> Decision | None:
        found = Findings()
        for fault in self.case.faults:
            found.rejected(f"{fault.record} {fault.field}", fault)
        return self._open(*found.items) if found.items else None

    def _unseen(self) -> Decision | None:
        if self.case.rows:
            return None
        if not self.case.link:
            return self._without(Action.OUT_OF_SCOPE, "IFS shows no such order")
        if self._ended():
            return self._without(Action.OUT_OF_SCOPE, "ended at JAGGAER, and no longer shown by IFS")
        return self._open(
            Item(
                ItemKind.HELD,
                "OrderNo",
                self.case.number,
                "IFS no longer shows this order: unknown, not gone",
                "look whether the service user may see its company",
            )
        )

    def _ended(self) -> bool:
        """Whether it was settled as completed or cancelled: IFS archives such orders, which is no loss."""
        base = self.case.base(Words.of(self.profile))
        return self.case.sent == cancelled_print(self.case.number, ORDER) or bool(base and base.status in ENDED)

    def _out_of_scope(self) -> Decision | None:
        case = self.case
        company = case.rows and case.rows.head.company
        if company and company not in self.profile.companies:
            return replace(self._without(Action.OUT_OF_SCOPE, f"company {company} is not in scope"), elsewhere=True)
        if case.po_id:
            return None
        if case.state in NOT_SENT:
            return self._without(Action.OUT_OF_SCOPE, f"not released: {case.state}")
        if STATUS.get(case.state, "Sent") != "Sent":
            return self._without(Action.OUT_OF_SCOPE, "closed before transfer")
        return None

    def _not_released(self) -> Decision | None:
        state = self.case.state
        if state in STATUS:
            return None
        if state not in NOT_SENT:
            return self._open(_dead("Objstate", state, "is no known state of an order", "report it as a deviation"))
        return self._open(
            Item(
                ItemKind.HELD,
                "Objstate",
                state,
                "under revision: stays at JAGGAER as it was sent",
                "release the order in IFS",
            )
        )

    def _cancel(self) -> Decision:
        case, header, print_ = self.case, self.case.header, cancelled_print(self.case.number, ORDER)
        if header is None:
            return self._unchanged() if case.sent == print_ else self._open(self._vanished())
        if Words.of(self.profile).of_order(header.status) == "Cancelled":
            return self._unchanged(None if case.sent == print_ else self._settlement(print_))
        if case.accepted and case.sent == print_:
            return self._unchanged()
        conflict = self._conflict()
        if conflict and "jaggaer" in self._winners:
            return self._unchanged(self._accept(print_))
        if conflict and "ifs" not in self._winners:
            return self._open(conflict)
        change = Change("header.status", header.status, "Cancelled")
        return self._held_as_ended() or self._post("cancel", None, print_, (change,))

    def _carry(self) -> Decision:
        case = self.case
        target = aim_at(case, self.profile, self.told.approved)
        conflict = self._conflict()
        same = case.foreign and case.whole and not target.changes
        if case.link and case.sent and not target.changes and (same or not conflict):
            if target.items:
                return self._open(*target.items, notes=target.notes)
            # A revision of others that changed nothing is one that we know.
            settlement = self._accept(target.fingerprint, target) if same else None
            return self._unchanged(settlement, target.notes)
        if conflict and "jaggaer" in self._winners:
            return self._unchanged(self._accept(target.fingerprint, target))
        if conflict and "ifs" not in self._winners:
            return self._open(*target.items, conflict)
        items = (*target.items, *self._against())
        if not items and self._as_sent(target):
            return self._unchanged(self._settlement(target.fingerprint, target), target.notes)
        items = (*items, *self._supplier(), *self._unfit(target))
        return self._open(*items, notes=target.notes) if items else self._send(target)

    def _send(self, target: Target) -> Decision:
        operation: Operation = "update" if self.case.there else "create"
        if self.case.there and target.order.status == "Completed":
            held = self._held_as_ended()
            if held:
                return held
            operation = "close"
        return self._post(operation, target, target.fingerprint, target.changes, target.notes)

    def _held_as_ended(self) -> Decision | None:
        """An end that IFS itself states has a limit of the brake of its own (DESIGN, law 11)."""
        state = self.case.state
        if self.told.approved.get("Objstate") == state or "ifs" in self._winners:
            return None
        return self._open(
            Item(
                ItemKind.HELD,
                "Objstate",
                state,
                f"{state} in IFS: it would end at JAGGAER",
                "look at the order in IFS; 'replay --held brake' lets it go",
                brake=True,
                limit="closed_orders",
            )
        )

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
        if case.there and not case.po_id:
            return (self._taken(),)
        lost = case.link and not case.there and may_send(case, self.profile)
        if lost or (must_compare(case, self.profile) and not case.whole):
            return (self._vanished(),)
        return ()

    def _supplier(self) -> tuple[Item, ...]:
        vendor = (self.case.rows and self.case.rows.head.vendor_no) or ""
        if self.case.supplier:
            return ()
        return (
            Item(
                ItemKind.WAITING,
                "VendorNo",
                vendor,
                f"supplier {vendor} is not linked yet",
                "goes by itself once the supplier is in both systems",
                waits_for=f"supplier:{vendor}",
            ),
        )

    def _unfit(self, target: Target) -> tuple[Item, ...]:
        """Before it is sent: what nobody could post later (DESIGN, law 6); an order that ended is posted to no more."""
        if target.order.status != "Sent":
            return ()
        return unfit(target.order.lines, self.case.chart, self.profile, self.as_of)

    def _taken(self) -> Item:
        header = self.case.header
        owner = (header and (header.external_reference or (header.supplier and header.supplier.name))) or ""
        other = f" ({owner})" if owner else ""
        return _dead(
            "OrderNo",
            self.case.number,
            f"number already used by another order at JAGGAER{other}",
            "renumber one of the two orders",
        )

    @property
    def _winners(self) -> set[str | None]:
        """What a person decided about a change made at JAGGAER."""
        return {self.told.winners.get("*"), self.told.winners.get("header")}

    def _conflict(self) -> Item | None:
        """A revision or an end that was not made by us, on a record of ours."""
        case, header = self.case, self.case.header
        if header is None or not case.po_id or case.accepted:
            return None
        if case.foreign:
            who = "our mark is gone" if case.mark is None else f"revision {case.revision} was not made by us"
            return _conflict(case, f"revision {case.revision}", who)
        words = Words.of(self.profile)
        ended, base = words.of_order(header.status), case.base(words)
        ours = {STATUS[case.state], base.status if base else ended}
        return _conflict(case, f"status {ended}", "ended by others") if ended in ENDED - ours else None

    def _vanished(self) -> Item:
        return Item(
            ItemKind.HELD,
            "OrderNo",
            self.case.number,
            "JAGGAER no longer shows this order: unknown, not gone",
            "look for the order at JAGGAER",
        )

    # --- decisions ---

    def _post(
        self,
        operation: Operation,
        target: Target | None,
        print_: str,
        changes: tuple[Change, ...],
        notes: tuple[str, ...] = (),
    ) -> Decision:
        case = self.case
        mark = Mark(case.number, case.revision + 1 if case.there else 0, print_)
        write = revised(target.order if target else None, mark, operation, changes, Words.of(self.profile))
        return Decision(
            key=case.number,
            other_key=case.po_id,
            action=Action.CREATE if operation == "create" else Action.UPDATE,
            writes=(write,),
            settlement=self._settlement(print_, target, mark.revision),
            amount=self._amount(),
            notes=notes,
            base_version=self._version,
        )

    def _settlement(self, print_: str, target: Target | None = None, revision: int | None = None) -> Settlement:
        case = self.case
        told = case.revision if revision is None else revision
        snapshot: dict[str, str | None] = {"fingerprint": print_, "revision": str(told)}
        if target:
            snapshot["document"] = target.document
        stamp = "told" if target and not case.there else ""
        return Settlement(self._link(), "" if case.po_id else "poId", snapshot, stamp=stamp)

    def _accept(self, print_: str, target: Target | None = None) -> Settlement:
        """JAGGAER keeps what it has, until either side changes."""
        settlement = self._settlement(print_, target)
        return replace(settlement, snapshot={**(settlement.snapshot or {}), "accepted": self.case.outward})

    def _link(self) -> Link:
        case = self.case
        rows = case.rows.lines if case.rows else ()
        keys = [(row.line_no or "", row.release_no or "") for row in rows]
        return Link(RECORD, case.number, case.po_id, detail(keys, case.link.detail if case.link else None))

    def _open(self, *items: Item, notes: tuple[str, ...] = ()) -> Decision:
        """Nothing goes now; a record of ours that was found is linked all the same."""
        found = self.case.po_id and not self.case.link
        return Decision(
            key=self.case.number,
            other_key=self.case.po_id,
            action=Action.NONE,
            items=items,
            settlement=Settlement(self._link()) if found else None,
            notes=notes,
            base_version=self._version,
        )

    def _unchanged(self, settlement: Settlement | None = None, notes: tuple[str, ...] = ()) -> Decision:
        return self._without(Action.SKIP, *notes, settlement=settlement)

    def _without(self, action: Action, *notes: str, settlement: Settlement | None = None) -> Decision:
        return Decision(
            key=self.case.number,
            other_key=self.case.po_id,
            action=action,
            settlement=settlement,
            notes=notes,
            base_version=self._version,
        )

    def _amount(self) -> Money | None:
        head = self.case.rows.head if self.case.rows else None
        if head is None or head.total_amount is None or not head.currency_code:
            return None
        return Money(head.total_amount, head.currency_code)

    @property
    def _version(self) -> int:
        return self.case.snapshot.version if self.case.snapshot else 0


def _dead(field: str, value: str | None, reason: str, remedy: str) -> Item:
    return Item(ItemKind.DEAD_LETTER, field, value, reason, remedy)


def _conflict(case: OrderCase, value: str, reason: str) -> Item:
    return Item(
        ItemKind.CONFLICT,
        "header",
        value,
        f"changed at JAGGAER: {reason}",
        f"ifs-jaggaer conflicts resolve {case.key} --sync purchase-orders --winner ifs|jaggaer: "
        "ifs sends the order as it is in IFS, jaggaer leaves it",
    )
