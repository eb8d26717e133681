"""Whether JAGGAER is told that an invoice is paid, or why not (contracts/mapping.md, invoices: back)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from ifs_jaggaer.errors import Rejected
from mapping.findings import Findings
from mapping.kinds import Action, Change, Decision, Item, ItemKind, JaggaerPost, Link, Settlement
from mapping.money import Money, json_number, plain, round_half_even
from mapping.payments.case import RECORD, standing
from mapping.remedies import resolve

if TYPE_CHECKING:
    from connectors.ifs.models import PostingProposal
    from connectors.jaggaer.invoices import InvoiceHeader
    from connectors.wire import Json
    from mapping.kinds import Instructions
    from mapping.payments.case import PaymentCase, Standing
    from mapping.profile import Profile

_ZERO = Decimal(0)


def must_look(case: PaymentCase, profile: Profile) -> bool:
    """Whether JAGGAER's header must be known: IFS says paid, or JAGGAER may say so though IFS does not."""
    if case.faults or not case.items or len(case.ours) != 1 or _out_of_scope(case, profile):
        return False
    try:
        return standing(case.items).settled or case.kept("state") != "open"
    except Rejected:
        return False


def decide_payment(case: PaymentCase, profile: Profile, told: Instructions) -> Decision:
    """Raises nothing: what cannot be decided is an item that says why."""
    return _Deciding(case, profile, told).decide()


def _out_of_scope(case: PaymentCase, profile: Profile) -> str:
    """The rule by which no payment status goes back for the invoice; "" where it does."""
    if not case.company:
        return (
            f"no posting proposal in IFS says that it was made of invoice {case.key} of JAGGAER; name an invoice by "
            f"JAGGAER's id, or by IFS's company:supplier:invoice number"
        )
    if case.company not in profile.companies:
        return profile.leaves_out(case.company)
    if not profile.of_company(case.company).payment_status_back:
        return f"company {case.company} sends no payment status back: payment_status_back"
    return ""


@dataclass(slots=True)
class _Deciding:
    case: PaymentCase
    profile: Profile
    told: Instructions

    def decide(self) -> Decision:
        case = self.case
        rule = _out_of_scope(case, self.profile)
        if rule:
            elsewhere = bool(case.company) and case.company not in self.profile.companies
            return replace(self._done(Action.OUT_OF_SCOPE, rule), elsewhere=elsewhere)
        found = Findings()
        for fault in case.faults:
            found.rejected(fault.field or "ledger item", fault)
        if found.items:
            return self._open(*found.items)
        if not case.items or not case.ours:
            return self._not_shown() if not case.items else self._not_ours()
        try:
            return self._ours(self._only_one(), standing(case.items))
        except Rejected as fault:
            found.rejected(fault.field or "ledger item", fault)
            return self._open(*found.items)

    def _only_one(self) -> PostingProposal:
        """Our posting proposal. Raises Rejected where several have the number: which of them was paid?"""
        if len(self.case.ours) > 1:
            raise Rejected(
                "several posting proposals have this invoice number",
                system="ifs",
                field="SourceReference",
                value=", ".join(str(one.proposal_id) for one in self.case.ours),
                remedy="cancel all but one of them in IFS",
            )
        return self.case.ours[0]

    def _not_shown(self) -> Decision:
        if self.case.link:
            return self._open(_held("InvoiceNo", self.case.key, "IFS no longer shows its ledger items: unknown"))
        return self._done(Action.OUT_OF_SCOPE, "the supplier ledger has no such invoice")

    def _not_ours(self) -> Decision:
        if self.case.link and not self.case.proposals:
            return self._open(_held("SourceReference", None, "IFS no longer shows its posting proposal: unknown"))
        return self._done(Action.OUT_OF_SCOPE, "keyed by hand: no posting proposal of an invoice of JAGGAER stands")

    def _ours(self, proposal: PostingProposal, now: Standing) -> Decision:
        if not now.settled and self.case.kept("state") == "open":
            return self._not_yet(now)
        header = self.case.header
        if header is None:
            return self._open(
                Item(
                    ItemKind.DEAD_LETTER,
                    "invoiceId",
                    self.case.invoice_id,
                    "JAGGAER shows no such invoice",
                    "look for it at JAGGAER, and whether the integration user may see it",
                )
            )
        shown = header.payment_status == self.profile.words("invoice").to_jaggaer("Paid")
        if now.settled:
            return self._agreed(proposal, now) if shown else self._paid(proposal, now, header)
        return self._not_paid(now) if shown else self._not_yet(now)

    # --- not paid, or no longer ---

    def _not_yet(self, now: Standing) -> Decision:
        part = f"paid in part: {plain(now.paid)}, open {plain(now.open)}" if now.paid else ""
        state: dict[str, str | None] = {"state": "open", "accepted": self.case.kept("accepted")}
        return self._settled(state, notes=(part,) if part else ())

    def _not_paid(self, now: Standing) -> Decision:
        """JAGGAER has no way back from Paid that an interface could take."""
        if {"*", "OpenAmount"} & self.told.winners.keys():
            return self._settled({"state": "open", "accepted": "Paid"})
        was = (
            "its payment was reversed in IFS after JAGGAER was told"
            if self.case.kept("state")
            else "JAGGAER shows Paid"
        )
        item = Item(
            ItemKind.CONFLICT,
            "OpenAmount",
            plain(now.open),
            f"{was}: {plain(now.open)} is open in IFS",
            "set the payment status back at JAGGAER by hand, or leave it: " + resolve("payments", self.case.key, "ifs"),
            ifs=f"{plain(now.open)} open",
        )
        return self._open(item)

    # --- paid ---

    def _agreed(self, proposal: PostingProposal, now: Standing) -> Decision:
        """JAGGAER shows Paid: it was told, by us or otherwise; what it was told stays."""
        facts = self._facts(self._amount(proposal, now.paid), now)
        if self.case.kept("state") != "paid":
            return self._settled(facts)
        kept = {name: self.case.kept(name) for name in facts}
        differs = [name for name in facts if kept[name] != facts[name]]
        notes = tuple(f"{name} is {facts[name] or 'empty'} in IFS now, JAGGAER has {kept[name]}" for name in differs)
        return self._settled(dict(kept), notes=notes)

    def _paid(self, proposal: PostingProposal, now: Standing, header: InvoiceHeader) -> Decision:
        case = self.case
        if not now.paid:
            if proposal.gross_amount == _ZERO:
                return self._settled({"state": "open", "accepted": ""}, notes=("nothing to pay",))
            reason = "nothing is open and nothing was paid: offset, written off or reversed in IFS"
            remedy = "set the payment status at JAGGAER by hand if it counts as paid; this closes by itself then"
            return self._open(_held("PaidAmount", plain(now.paid), reason, remedy))
        if now.on is None:
            raise Rejected(
                "is empty although the invoice is paid",
                system="ifs",
                field="PaymentDate",
                remedy="state the date of payment in IFS",
            )
        amount = self._amount(proposal, now.paid)
        body: Json = {
            "status": self.profile.words("invoice").to_jaggaer("Paid"),
            "paymentDate": f"{now.on.isoformat()}T00:00:00.000Z",
            "amount": _number(amount),
        }
        if now.reference:
            body["reference"] = now.reference
        facts = self._facts(amount, now)
        changes = (
            Change("paymentStatus", header.payment_status, str(body["status"])),
            *(Change(name, None, facts[name]) for name in ("amount", "paymentDate", "reference") if facts[name]),
        )
        post = JaggaerPost(
            resource="invoices",
            key=case.invoice_id,
            body=body,
            changes=changes,
            action="payment",
            path=f"/{case.invoice_id}/payment",
        )
        return Decision(
            key=case.key,
            other_key=case.invoice_id,
            action=Action.UPDATE,
            writes=(post,),
            settlement=Settlement(self._link, snapshot=facts),
            amount=Money(amount, proposal.currency_code or ""),
            notes=self._worth_saying(proposal, amount),
            base_version=self._version,
        )

    def _amount(self, proposal: PostingProposal, paid: Decimal) -> Decimal:
        """What was paid, exactly; of a credit note negative as JAGGAER's credit memos are."""
        currency = self.profile.currency(proposal.currency_code or "")
        if paid != round_half_even(paid, currency.digits):
            raise Rejected(
                f"is finer than the smallest amount of {currency.code}",
                system="ifs",
                field="PaidAmount",
                value=plain(paid),
                remedy="look at the payments of this invoice in IFS",
            )
        return -paid if proposal.invoice_type == "Credit" and paid > 0 else paid

    def _worth_saying(self, proposal: PostingProposal, amount: Decimal) -> tuple[str, ...]:
        notes = []
        if self.case.kept("state") == "paid":
            notes.append("JAGGAER no longer shows what it was told: told once more")
        gross = proposal.gross_amount
        if gross is not None and abs(amount) != abs(gross):
            notes.append(f"paid {plain(amount)} of {plain(gross)}: the rest is settled otherwise")
        if proposal.objstate != "Posted":
            notes.append(f"paid although posting proposal {proposal.proposal_id} is {proposal.objstate}: keyed twice?")
        return tuple(notes)

    # --- parts ---

    def _facts(self, amount: Decimal, now: Standing) -> dict[str, str | None]:
        return {
            "state": "paid",
            "amount": plain(amount),
            "paymentDate": now.on.isoformat() if now.on else "",
            "reference": now.reference,
        }

    @property
    def _link(self) -> Link:
        return Link(RECORD, self.case.key, self.case.invoice_id)

    def _settled(self, snapshot: dict[str, str | None], notes: tuple[str, ...] = ()) -> Decision:
        case = self.case
        known = case.link is not None and case.snapshot is not None and dict(case.snapshot.fields) == snapshot
        return Decision(
            key=case.key,
            other_key=case.invoice_id,
            action=Action.SKIP,
            settlement=None if known else Settlement(self._link, snapshot=snapshot),
            notes=notes,
            base_version=self._version,
        )

    def _open(self, *items: Item) -> Decision:
        case = self.case
        return Decision(case.key, case.invoice_id, Action.NONE, items=items, base_version=self._version)

    def _done(self, action: Action, note: str) -> Decision:
        case = self.case
        return Decision(case.key, case.invoice_id, action, notes=(note,), base_version=self._version)

    @property
    def _version(self) -> int:
        return self.case.snapshot.version if self.case.snapshot else 0


def _number(amount: Decimal) -> Decimal:
    try:
        return json_number(amount)
    except ValueError as fault:
        raise Rejected(
            str(fault), system="ifs", field="PaidAmount", value=plain(amount), remedy="tell JAGGAER by hand"
        ) from None


def _held(field: str, value: str | None, reason: str, remedy: str = "look for it, and who may see it") -> Item:
    return Item(ItemKind.HELD, field, value, reason, remedy)
