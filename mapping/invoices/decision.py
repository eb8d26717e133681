"""What shall happen to one invoice: posted in IFS, told to JAGGAER, or why not (DESIGN, invoices)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from mapping.export_status import SUCCESS, ExportStatus, dead_letters
from mapping.findings import Findings
from mapping.invoices.case import DISPUTED, FACT
from mapping.invoices.checks import in_ledger, period_of
from mapping.invoices.extras import content_print, kept_extras
from mapping.invoices.model import header_print, number_of, whole_print
from mapping.invoices.posting import examine
from mapping.invoices.proposal import proposal
from mapping.invoices.said import kept_words
from mapping.invoices.since import changed, lost, unfinished
from mapping.invoices.voucher import becomes_voucher, voucher
from mapping.kinds import Action, Decision, IfsCreate, Item, ItemKind, Link, Settlement
from mapping.money import Money, canonical, plain
from mapping.watching import any_of

if TYPE_CHECKING:
    from connectors.jaggaer.invoices import InvoiceHeader
    from mapping.invoices.case import InvoiceCase
    from mapping.invoices.made import Made
    from mapping.invoices.posting import Examined, Posting
    from mapping.kinds import Instructions
    from mapping.profile import Profile

RECORD = "invoice"
_ZERO = Decimal(0)


def is_ready(header: InvoiceHeader, profile: Profile) -> bool:
    """Payable and Completed (contracts/jaggaer.md 7)."""
    words = profile.words("invoice")
    return (header.payment_status, header.workflow_status) == (
        words.to_jaggaer("Payable"),
        words.to_jaggaer("Completed"),
    )


def must_post(case: InvoiceCase, profile: Profile) -> bool:
    """Whether it is one to be posted: ready, not exported, and nothing of ours in IFS."""
    header = case.header
    if header is None or case.faults or case.posted or case.link:
        return False
    return is_ready(header, profile) and not _shows(header, "Exported", profile)


def must_read(case: InvoiceCase, profile: Profile) -> bool:
    """Whether its lines must be known: it is to be posted, or may have been changed since it was.

    Telling JAGGAER the outcome moves lastUpdate; that alone is no reason.
    """
    if must_post(case, profile):
        return True
    header = case.header
    if header is None or case.faults or not case.kept("posted") or not case.kept("fingerprint"):
        return False
    same = case.kept("header") == header_print(header)
    return same and bool(case.kept("seen")) and case.kept("seen") != _seen(header)


def decide_invoice(case: InvoiceCase, profile: Profile, told: Instructions) -> Decision:
    """Raises nothing: what cannot be decided is an item that says why."""
    return _Deciding(case, profile, told).decide()


def _shows(header: InvoiceHeader, status: str, profile: Profile) -> bool:
    return header.export_status == profile.words("invoice").to_jaggaer(status)


def _seen(header: InvoiceHeader) -> str:
    return header.last_update.isoformat() if header.last_update else ""


@dataclass(slots=True)
class _Deciding:
    case: InvoiceCase
    profile: Profile
    told: Instructions

    def decide(self) -> Decision:
        case, header = self.case, self.case.header
        found = Findings()
        for fault in case.faults:
            found.rejected(fault.field or "invoice", fault)
        if found.items:
            return self._open(*found.items)
        if case.posted_in and case.posted_in.isdisjoint(self.profile.companies):
            return self._elsewhere(min(case.posted_in))
        if case.glanced:
            return self._glanced(case.posted[0])
        if case.just_posted:
            return self._just_posted(case.posted[0])
        if header is None:
            return self._unseen()
        return self._posted(header) if case.posted or case.link else self._not_posted(header)

    def _not_posted(self, header: InvoiceHeader) -> Decision:
        if not is_ready(header, self.profile):
            return self._done(Action.OUT_OF_SCOPE, "paid or not approved at JAGGAER")
        if _shows(header, "Exported", self.profile):
            return self._done(Action.OUT_OF_SCOPE, "exported before, not by us")
        return self._post(header)

    def _unseen(self) -> Decision:
        if not self.case.link and not self.case.posted:
            return self._done(Action.OUT_OF_SCOPE, "JAGGAER shows no such invoice")
        return self._open(
            _held("invoiceId", self.case.invoice_id, "JAGGAER no longer shows this invoice: unknown, not gone")
        )

    # --- posted already ---

    def _just_posted(self, one: Made) -> Decision:
        """The rest of a creation. What does not stand yet is looked at with its header the next time."""
        if one.stands:
            return self._tell_success(one, None, self._kept_but(told=SUCCESS, **_facts(one)), Action.SKIP)
        kept = {**_facts(one), **self._kept_but(told="held")}  # what we sent counts, whatever became of it
        return replace(self._open(unfinished(self.case, one)), settlement=Settlement(self._link(one), snapshot=kept))

    def _glanced(self, one: Made) -> Decision:
        """Nothing is wrong with it; what it says now is kept, since an earlier release kept nothing of it."""
        return Decision(
            key=self.case.invoice_id,
            other_key=one.key,
            action=Action.SKIP,
            settlement=Settlement(self._link(one), snapshot=self._kept_but(**_facts(one))),
            glance=True,
            base_version=self._version,
        )

    def _posted(self, header: InvoiceHeader) -> Decision:
        case = self.case
        if not case.posted:
            return self._open(lost(case))
        if len(case.posted) > 1:
            numbers = " and ".join(f"{one.what} {one.key}" for one in case.posted)
            return self._open(
                Item(
                    ItemKind.CONFLICT,
                    "SourceReference",
                    case.mark,
                    f"IFS has it twice: {numbers}",
                    "take the mark from all but one of them in IFS",
                    any_of(case.watch),
                )
            )
        return self._standing(header, case.posted[0])

    def _standing(self, header: InvoiceHeader, one: Made) -> Decision:
        case = self.case
        if one.cancelled and case.kept("accepted") == "Cancelled":
            return self._settled(header, one)
        conflicts = changed(case, header, one, self.profile)
        winners = self.told.winners
        left = [each for each in conflicts if "ifs" not in {winners.get("*"), winners.get(each.field)}]
        if left:
            return self._open(*left)
        if conflicts and not one.stands and not one.cancelled:
            kept = self._snapshot(header, one, told=case.kept("told"), seen="")
            return replace(
                self._open(unfinished(self.case, one)), settlement=Settlement(self._link(one), snapshot=kept)
            )
        if not one.stands and not one.cancelled:
            return self._open(unfinished(self.case, one))
        if one.cancelled or _shows(header, "Exported", self.profile):
            return self._settled(header, one)
        again = case.kept("told") == SUCCESS
        notes = ("JAGGAER asks for it again: told once more, not posted again",) if again else ()
        snapshot = self._snapshot(header, one, told=SUCCESS, seen="")
        return replace(self._tell_success(one, header.export_status, snapshot, Action.UPDATE), notes=notes)

    def _tell_success(self, one: Made, shown: str | None, snapshot: dict[str, str | None], action: Action) -> Decision:
        return Decision(
            key=self.case.invoice_id,
            other_key=one.key,
            action=action,
            writes=(self._export_status(shown).success(one.number, one.on, f"{one.what} {one.key}"),),
            settlement=Settlement(self._link(one), snapshot=snapshot),
            amount=_amount(one),
            base_version=self._version,
        )

    def _settled(self, header: InvoiceHeader, one: Made) -> Decision:
        case = self.case
        seen = _seen(header) if case.whole or not case.kept("seen") else case.kept("seen")
        accepted = "Cancelled" if one.cancelled else ""
        told = case.kept("told") or (SUCCESS if _shows(header, "Exported", self.profile) else "")
        snapshot = self._snapshot(header, one, told=told, seen=seen, accepted=accepted)
        known = case.link is not None and case.snapshot is not None and dict(case.snapshot.fields) == snapshot
        return Decision(
            key=case.invoice_id,
            other_key=one.key,
            action=Action.SKIP,
            settlement=None if known else Settlement(self._link(one), snapshot=snapshot),
            amount=_amount(one),
            base_version=self._version,
        )

    # --- to be posted ---

    def _post(self, header: InvoiceHeader) -> Decision:
        case = self.case
        if case.whole is None:
            return self._open(_held("invoiceId", case.invoice_id, "its lines did not come"))
        examined = examine(case, case.whole, self.profile, self.told.approved)
        posting = examined.posting
        if examined.company and examined.company not in self.profile.companies:
            return self._elsewhere(examined.company)
        if posting is None and case.rival:
            # Decided once more when the other one is posted: then it is known what has the number.
            told = self._open(*examined.items)
            return replace(told, again=True, notes=examined.notes, discrepancies=examined.discrepancies)
        if posting is None:
            return self._refused(header, content_print(case.whole, self.profile), examined)
        if not posting.gross and self._becomes_voucher(posting):
            return self._of_nothing(posting, examined)
        document = self._document(posting)
        return Decision(
            key=case.invoice_id,
            other_key="",
            action=Action.CREATE,
            writes=(document,),
            settlement=Settlement(snapshot=self._snapshot(header, None, told="", seen="") | _sent(document)),
            amount=Money(posting.stated_gross, posting.currency),
            again=True,
            notes=examined.notes,
            discrepancies=examined.discrepancies,
            base_version=self._version,
        )

    def _of_nothing(self, posting: Posting, examined: Examined) -> Decision:
        """A voucher that owes nothing has no row that names the supplier, and perhaps no row at all."""
        if not any(line.net or line.tax for line in posting.lines):
            note = f"nothing to post: each of its amounts is 0, and company {posting.company} posts vouchers"
            return self._done(Action.OUT_OF_SCOPE, note)
        item = _held(
            "total",
            plain(posting.gross),
            "its amounts cancel each other out: a voucher of it would name no supplier",
            f"post it by hand in IFS and reject it at JAGGAER, or let company {posting.company} post proposals: "
            'invoices_without_order = "proposal"',
        )
        return replace(self._open(item), notes=examined.notes, discrepancies=examined.discrepancies)

    def _becomes_voucher(self, posting: Posting) -> bool:
        return becomes_voucher(posting.company, self.profile, has_order=posting.has_order)

    def _document(self, posting: Posting) -> IfsCreate:
        if self._becomes_voucher(posting):
            period = period_of(self.case.ledger, posting.company, posting.posting_date)
            return voucher(posting, self.case.invoice_id, period, self.profile)
        return proposal(posting, self.profile)

    def _refused(self, header: InvoiceHeader, content: str, examined: Examined) -> Decision:
        """JAGGAER is told of dead letters, once for each reason, and not where it shows them already."""
        case = self.case
        failure = self._export_status(header.export_status).failure(content, dead_letters(examined.items))
        keyed = in_ledger(case, examined.company, number_of(header))
        kept: dict[str, str | None] = {"told": failure[1] if failure else case.kept("told")}
        kept |= {"keyed": keyed} if keyed else {}
        return Decision(
            key=case.invoice_id,
            other_key="",
            action=Action.NONE,
            writes=(failure[0],) if failure else (),
            items=examined.items,
            settlement=Settlement(snapshot=kept) if failure or keyed != case.kept("keyed") else None,
            notes=examined.notes,
            discrepancies=examined.discrepancies,
            base_version=self._version,
        )

    # --- parts ---

    def _export_status(self, shown: str | None) -> ExportStatus:
        words = self.profile.words("invoice")
        return ExportStatus("invoices", self.case.invoice_id, shown, self.case.kept("told"), words)

    def _snapshot(
        self, header: InvoiceHeader, one: Made | None, *, told: str, seen: str, accepted: str = ""
    ) -> dict[str, str | None]:
        """What is kept of a posted invoice: `seen` is lastUpdate when its content was last known, "" before an echo."""
        case = self.case
        return {
            "posted": "yes",
            "header": header_print(header),
            "fingerprint": whole_print(case.whole) if case.whole else case.kept("fingerprint"),
            "told": told,
            "seen": seen,
            "accepted": accepted,
            **(_facts(one) if one else {}),
            **kept_words(case, header),
            **kept_extras(case, header, self.profile),
        }

    def _kept_but(self, **changed: str) -> dict[str, str | None]:
        return {**(self.case.snapshot.fields if self.case.snapshot else {}), **changed}

    def _link(self, one: Made) -> Link:
        return Link(RECORD, one.key, self.case.invoice_id)

    def _open(self, *items: Item) -> Decision:
        case = self.case
        found = len(case.posted) == 1 and case.link is None
        disputed = any(item.kind is ItemKind.CONFLICT for item in items) and not case.kept(DISPUTED)
        # So that a change in IFS which ends it is not taken for one that needs no look.
        kept = self._kept_but(**{DISPUTED: "yes"}) if disputed and case.snapshot else None
        link = self._link(case.posted[0]) if found else None
        return Decision(
            key=case.invoice_id,
            other_key=self._other_key,
            action=Action.NONE,
            items=items,
            settlement=Settlement(link, snapshot=kept) if link or kept else None,
            base_version=self._version,
        )

    def _elsewhere(self, company: str) -> Decision:
        return replace(self._done(Action.OUT_OF_SCOPE, self.profile.leaves_out(company)), elsewhere=True)

    def _done(self, action: Action, note: str) -> Decision:
        return Decision(self.case.invoice_id, self._other_key, action, notes=(note,), base_version=self._version)

    @property
    def _other_key(self) -> str:
        if self.case.link:
            return self.case.link.ifs_key
        return self.case.posted[0].key if self.case.posted else ""

    @property
    def _version(self) -> int:
        return self.case.snapshot.version if self.case.snapshot else 0


def _facts(one: Made) -> dict[str, str]:
    """What its posting says, as the snapshot keeps it."""
    return {f"{FACT}{name}": value for name, value in one.facts.items()}


def _sent(document: IfsCreate) -> dict[str, str | None]:
    """The amounts that are about to be sent; other attributes a system may write in a way of its own."""
    amounts = {name: document.values.get(name) for name in ("NetAmount", "TaxAmount", "GrossAmount")}
    return {f"{FACT}{name}": canonical(amount) for name, amount in amounts.items() if isinstance(amount, Decimal)}


def _amount(one: Made) -> Money | None:
    return None if one.gross is None or not one.currency else Money(one.gross, one.currency)


def _held(field: str, value: str | None, reason: str, remedy: str = "look for it, and who may see it") -> Item:
    return Item(ItemKind.HELD, field, value, reason, remedy)
