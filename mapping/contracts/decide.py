"""What shall happen to one contract (DESIGN, contracts and prices; laws 2, 3, 5, 9, 11)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from ifs_jaggaer.errors import Rejected
from mapping.contracts.case import HEAD, STATUS, ContractCase, Sent, head_of
from mapping.contracts.model import FIELDS, HEAD_PART, RECORD, Stage, Terms, mark_of, names
from mapping.contracts.prices import Prices
from mapping.contracts.resolving import Resolving
from mapping.contracts.weigh import BY_ITSELF, Course, shown, weigh
from mapping.contracts.writes import close, new_agreement, update_head
from mapping.fields import at_ifs, one
from mapping.findings import Findings
from mapping.kinds import Action, Decision, Instructions, Item, ItemKind, Link, Settlement, Write
from mapping.merge import Unknown
from mapping.profile import Profile
from mapping.remedies import resolve


def decide(case: ContractCase, profile: Profile, as_of: date, told: Instructions) -> Decision:
    """One contract. Raises nothing: what cannot be decided is an item that says why."""
    return _Deciding(case, profile, as_of, told, Sent.of(case.base)).decide()


@dataclass(slots=True)
class _Deciding:
    case: ContractCase
    profile: Profile
    as_of: date
    told: Instructions
    sent: Sent
    found: Findings = field(default_factory=Findings)
    writes: list[Write] = field(default_factory=list)

    def decide(self) -> Decision:
        case = self.case
        if case.terms is None:
            return self._unread()
        if case.twins:
            numbers = ", ".join(row.key[-1] for row in case.twins)
            self._hold("agreement", numbers, f"several agreements carry the mark {mark_of(case.code)}",
                       "take the mark (ExternalReference) from all but the right one; it goes by itself then",
                       waits_for=str(case.marked) if case.marked else None)  # fmt: skip
            return self._decision(Action.NONE)
        if case.link is not None and case.agreement is None:
            self._hold("agreement", case.agreement_id, f"linked, but IFS does not show agreement {case.agreement_id}",
                       "check the permissions of the service user in IFS")  # fmt: skip
            return self._decision(Action.NONE)
        if case.terms.stage is Stage.IN_EFFECT:
            return self._in_effect(case.terms)
        return self._not_in_effect(case.terms)

    def _unread(self) -> Decision:
        case = self.case
        if case.fault is not None:
            self.found.rejected(case.fault.field or "contract", case.fault)
        elif not case.closed:
            # Absence is not emptiness (DESIGN, law 11): perhaps only a permission was lost.
            self._hold("contract", case.code, f"JAGGAER does not show contract {case.code} any more",
                       "check the permissions at JAGGAER; if it is gone, close the agreement in IFS")  # fmt: skip
        return self._decision(Action.NONE if self.found.items else Action.SKIP)

    # --- ended, or not yet in effect ---

    def _not_in_effect(self, terms: Terms) -> Decision:
        agreement = self.case.agreement
        word = terms.status or "none"
        if agreement is None:
            rule = {Stage.ENDED: "ended before it was transferred", Stage.DELETED: "deleted at JAGGAER"}
            self.found.notes.append(rule.get(terms.stage, f"status {word} is not sent"))
            return self._decision(Action.OUT_OF_SCOPE)
        if self.case.closed:
            return self._decision(Action.SKIP)
        if terms.stage is Stage.NOT_SENT:
            self._hold("status", word, f"under revision: the agreement stays as it is while the contract is {word}",
                       "nothing to do: it goes on once the contract is in effect again, or ended")  # fmt: skip
            return self._decision(Action.NONE)
        if terms.stage is Stage.DELETED and self.told.approved.get("deletedStatus") != terms.stage:
            self.found.add(Item(ItemKind.HELD, "deletedStatus", str(terms.stage), "deleted at JAGGAER, so it ends here",
                                BY_ITSELF, brake=True))  # fmt: skip
            return self._decision(Action.NONE)
        self.writes.append(close(agreement, word if terms.stage is Stage.ENDED else "deleted"))
        return self._decision(Action.UPDATE)

    # --- in effect ---

    def _in_effect(self, terms: Terms) -> Decision:
        if self.case.agreement is not None and self.case.closed:
            self._closed(terms)
            return self._decision(Action.NONE if self.found.items else Action.SKIP)
        for name, fault in terms.faults:
            self.found.rejected(name, fault)
        self._supplier(terms)
        self._resolving.settled(STATUS)
        prices = Prices(self.case, terms, self.profile, self.as_of, self.told, self.sent, self.found)
        if self.case.agreement is None:
            return self._new(terms, prices)
        stopped = bool(self.found.items) or self._another(terms)
        if not stopped:
            self._head(terms)
            prices.weigh()
            self.writes += prices.writes
        prices.tell()
        action = Action.UPDATE if self.writes else Action.NONE if self.found.items else Action.SKIP
        return self._decision(action)

    def _closed(self, terms: Terms) -> None:
        """By hand, and no interface opens it again: a person may let it be."""
        if self._resolving.lets_be(STATUS, STATUS, terms.status):
            return
        self._conflict("status", terms.status,
                       "closed in IFS, but in effect at JAGGAER: IFS has no way to open it again",
                       "end the contract at JAGGAER, or open the agreement in IFS by hand; or let it be closed: "
                       + resolve("contracts", terms.code, "ifs", STATUS))  # fmt: skip

    def _new(self, terms: Terms, prices: Prices) -> Decision:
        stopped = bool(self.found.items)
        prices.tell()
        if stopped:
            return self._decision(Action.NONE)
        self.writes.append(new_agreement(terms, self.case.supplier, self.profile))
        self.sent.head = dict(terms.head)
        return replace(self._decision(Action.CREATE), again=True, foreseen=prices.foreseen())

    def _supplier(self, terms: Terms) -> None:
        """By link; without one the contract waits."""
        case = self.case
        if case.suppliers:
            self.found.dead("supplier", ", ".join(case.suppliers), "its bravoId and its extCode are of two suppliers",
                            "correct the supplier of the contract")  # fmt: skip
        elif not case.supplier:
            number = terms.supplier.ext_code or terms.supplier.bravo_id
            if not number:
                self.found.dead("supplier", None, "is empty: whose contract is it?", "enter it at JAGGAER")
                return
            self.found.add(
                Item(
                    ItemKind.WAITING,
                    "supplier",
                    number,
                    f"supplier {number} is not linked yet",
                    "goes by itself once the supplier is in both systems",
                    waits_for=f"supplier:{number}",
                )
            )

    def _another(self, terms: Terms) -> bool:
        """An agreement of another supplier, currency or mark: no price of ours belongs there."""
        own = {
            "VendorNo": self.case.supplier,
            "CurrencyCode": terms.currency,
            "ExternalReference": mark_of(terms.code),
        }
        for name, wanted in own.items():
            texts = at_ifs(self.case.agreement, name)
            if not isinstance(texts, Unknown) and one(texts) != wanted:
                self._conflict(FIELDS[name], one(texts) or None,
                               f"agreement {self.case.agreement_id} has {one(texts) or 'none'}, the contract {wanted}: "
                               "it stays as it is, its prices too",
                               "correct one of them; or end this contract and make another one")  # fmt: skip
        return any(item.kind is ItemKind.CONFLICT for item in self.found.items)

    def _head(self, terms: Terms) -> None:
        agreement = self.case.agreement
        if agreement is None:
            return
        called = names(HEAD_PART, self.profile)
        try:
            ifs = head_of(agreement, self.profile)
        except Rejected as fault:
            self.found.rejected(called.get(fault.field, fault.field), fault)
            return
        base = self.sent.settled_head(Sent.of(self.case.announced), ifs)
        weighed = weigh(base, ifs, terms.head)
        name = called[weighed.differing[0]] if len(weighed.differing) == 1 else "contract"
        difference = shown(called, ifs, terms.head, weighed.differing)
        if weighed.course is Course.CONFLICT and self._resolving.puts_back(HEAD, name, difference):
            weighed = weigh(base, ifs, terms.head, put_back=True)
        if weighed.course is Course.HOLD and self.told.approved.get(name) != difference:
            self.found.add(Item(ItemKind.HELD, name, difference, weighed.reason, BY_ITSELF, brake=True))
        elif weighed.course is Course.CONFLICT:
            self._resolving.stands(HEAD, name, difference, weighed.reason)
            if HEAD in self.sent.accepted:
                self.sent.head = dict(terms.head)
        else:
            self._resolving.settled(HEAD)
            if weighed.differing:
                self.writes.append(update_head(agreement, ifs, terms.head, weighed.differing, called))
            if weighed.note:
                self.found.notes.append(f"{name}: {weighed.note}")
            self.sent.head = dict(terms.head)

    # --- telling ---

    def _hold(self, name: str, value: str | None, reason: str, remedy: str, *, waits_for: str | None = None) -> None:
        self.found.add(Item(ItemKind.HELD, name, value, reason, remedy, waits_for=waits_for))

    @property
    def _resolving(self) -> Resolving:
        return Resolving(self.case.code, self.profile.contracts.put_back, self.told, self.sent, self.found)

    def _conflict(self, name: str, value: str | None, reason: str, remedy: str) -> None:
        self.found.add(Item(ItemKind.CONFLICT, name, value, reason, remedy))

    def _decision(self, action: Action) -> Decision:
        case = self.case
        return Decision(
            key=case.code,
            other_key=case.agreement_id,
            action=action,
            writes=tuple(self.writes),
            items=self.found.items,
            settlement=self._settlement(action),
            notes=tuple(self.found.notes),
            base_version=case.base.version if case.base else 0,
            apart=True,
        )

    def _settlement(self, action: Action) -> Settlement | None:
        """The link as soon as there is an agreement; what was sent wherever that is not what is kept."""
        case = self.case
        if case.twins or (case.agreement is None and action is not Action.CREATE):
            return None
        link = Link(RECORD, case.agreement_id, case.code)
        fields = self.sent.fields()
        fresh = (case.base is None and bool(fields)) or (
            case.base is not None and dict(case.base.fields) != dict(fields)
        )
        if case.link is not None and not fresh:
            return None
        snapshot = fields if fresh else None
        return Settlement(link=link, learns="AgreementId", snapshot=snapshot, announced=bool(self.writes))
