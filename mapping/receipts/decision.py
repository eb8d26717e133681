"""What shall happen to one receipt: registered in IFS, cancelled there, told to JAGGAER, or why not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from mapping.export_status import SUCCESS, ExportStatus, dead_letters
from mapping.findings import Findings
from mapping.fingerprint import fingerprint
from mapping.kinds import Action, Change, Decision, IfsAct, Item, ItemKind, Link, Settlement
from mapping.money import canonical
from mapping.receipts.case import COMPANY, DONE, LEFT, LINE, REFUSED, RETURN, SEEN
from mapping.receipts.gather import RECORD, is_completed
from mapping.receipts.lines import SET, examine, field_of
from mapping.remedies import resolve

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connectors.jaggaer.receipts import Receipt, ReceiptLine
    from connectors.wire import JsonValue
    from mapping.kinds import Instructions
    from mapping.profile import Profile
    from mapping.receipts.case import ReceiptCase, Registered
    from mapping.receipts.lines import LineEnd

Kept: TypeAlias = "dict[str, str | None]"
"""A snapshot's fields (mapping.receipts.case)."""


def decide_receipt(case: ReceiptCase, profile: Profile, told: Instructions) -> Decision:
    """Raises nothing: what cannot be decided is an item that says why."""
    found = Findings()
    for fault in case.faults:
        found.rejected(fault.field or "receipt", fault)
    deciding = _Deciding(case, profile, told)
    if case.company and case.company not in profile.companies:
        return deciding.of_another_company()
    if found.items:
        return deciding.left(*found.items)
    if case.glanced:
        return deciding.glanced()
    return deciding.decide(case.receipt) if case.receipt else deciding.unseen()


def cancelling(number: str) -> str:
    """The name of a receipt in IFS in the items of one that was voided."""
    return f"receipt {number}"


@dataclass(slots=True)
class _Deciding:
    case: ReceiptCase
    profile: Profile
    told: Instructions
    refused: dict[str, str] = field(default_factory=dict)

    def of_another_company(self) -> Decision:
        """The affair of the runs that have it in scope."""
        return replace(self._out_of_scope(self.profile.leaves_out(self.case.company)), elsewhere=True)

    def decide(self, receipt: Receipt) -> Decision:
        words = self.profile.words("receipt")
        voided = receipt.header.status == words.to_jaggaer("Voided")
        if not voided and not is_completed(receipt, self.profile):
            return self._out_of_scope(f"is {receipt.header.status or 'without status'}: not completed")
        if not receipt.lines and not (voided and self.case.kept_lines):
            return self.left(_held("lineList", None, "its lines did not come", "look at the receipt at JAGGAER"))
        return self._voided(receipt) if voided else self._completed(receipt)

    def unseen(self) -> Decision:
        """What JAGGAER does not show is unknown, not gone."""
        if not self.case.link and not self.case.kept_lines:
            return self._out_of_scope("JAGGAER shows no such receipt")
        return self.left(
            _held(
                "receiptId",
                self.case.receipt_id,
                "JAGGAER no longer shows this receipt: unknown, not gone",
                "look for it, and who may see it",
            )
        )

    def glanced(self) -> Decision:
        """Nothing is wrong with it; what IFS says is kept, since an earlier release kept nothing of it."""
        kept = {**(self.case.snapshot.fields if self.case.snapshot else {}), **self.case.facts}
        return Decision(
            key=self.case.receipt_id,
            other_key=self._other_key,
            action=Action.SKIP,
            settlement=Settlement(snapshot=kept),
            glance=True,
            base_version=self._version,
        )

    # --- what arrived ---

    def _completed(self, receipt: Receipt) -> Decision:
        case = self.case
        done = any(case.kept(f"{RETURN}{number}") == DONE for number in case.line_numbers)
        nothing = not (case.link or case.kept_lines or done or any(case.standing(n) for n in case.line_numbers))
        if nothing and self._export_status(receipt).shows("Exported") and not any(case.registered.values()):
            return self._out_of_scope("exported before, not by us")
        ends = examine(case, receipt, self.profile, self.told.winners)
        items = tuple(end.item for end in ends if end.item)
        self._recall(receipt, [field_of(end.number) for end in ends if end.create])
        creates = tuple(end.create for end in ends if end.create and field_of(end.number) not in self.refused)
        if creates:
            return Decision(
                key=case.receipt_id,
                other_key=self._other_key,
                action=Action.CREATE,
                writes=creates,
                items=items,
                again=True,
                base_version=self._version,
            )
        kept: Kept = {f"{LINE}{end.number}": end.stands.number for end in ends if end.stands}
        kept |= {
            f"{LINE}{number}": case.kept(f"{LINE}{number}")
            for number in case.kept_lines
            if f"{LINE}{number}" not in kept
        }
        kept |= {f"{RETURN}{end.number}": end.keeps for end in ends if end.keeps}
        kept |= {f"{LEFT}{end.number}": end.left for end in ends if end.left}
        standing = [end.stands for end in ends if end.stands]
        items += self._dead_letters("correct it in IFS: the line goes by itself then")
        return self._told(receipt, kept, items, standing, self._message(ends))

    def _message(self, ends: Sequence[LineEnd]) -> str:
        told = [f"line {end.number}: receipt {end.stands.number}" for end in ends if end.stands]
        return "; ".join(told + [f"line {end.number}: returned" for end in ends if end.back])

    # --- what was voided ---

    def _voided(self, receipt: Receipt) -> Decision:
        """Cancels all that carries our mark; a return that was registered is undone by a person."""
        case = self.case
        word = self.profile.words("receipt").to_jaggaer("Return")
        returns = {line.line_number for line in receipt.lines or () if line.type == word}
        ours = [one for number in case.line_numbers if number not in returns for one in case.registered.get(number, ())]
        standing = [one for one in ours if not one.cancelled]
        self._recall(receipt, [cancelling(one.number) for one in standing])
        cancels = tuple(self._cancel(one) for one in standing if cancelling(one.number) not in self.refused)
        if cancels:
            return Decision(
                key=case.receipt_id,
                other_key=self._other_key,
                action=Action.UPDATE,
                writes=cancels,
                again=True,
                base_version=self._version,
            )
        done = {number for number in returns if case.kept(f"{RETURN}{number}") == DONE}
        undone = {number for number in done if self._says_undone(number)}
        items = tuple(
            _held(
                f"{field_of(number)}.type",
                ", ".join(one.number for one in case.standing(number)) or None,
                "was registered in IFS as returned, and is voided at JAGGAER",
                self._undo(number, *case.standing(number)),
            )
            for number in sorted(done - undone | {number for number in returns if case.standing(number)})
        )
        if not ours and not case.link and not items and not undone:
            return self._out_of_scope("voided before it was registered")
        kept: Kept = {f"{LINE}{number}": case.kept(f"{LINE}{number}") for number in case.kept_lines}
        kept |= {f"{RETURN}{number}": DONE for number in done - undone}
        cancelled = [one for one in ours if one.cancelled]
        numbers = ", ".join(one.number for one in cancelled)
        items += self._dead_letters("cancel it by hand in IFS, or what stands in its way there")
        return self._told(receipt, kept, items, cancelled, f"cancelled: receipt {numbers}")

    def _says_undone(self, number: str) -> bool:
        """Whether a person says so; of a return that has its reference IFS shows it."""
        said = self.told.winners.get(f"{field_of(number)}.type") or self.told.winners.get("*")
        by_reference = self.case.registered.get(number, ())
        return not self.case.standing(number) if by_reference else said == "jaggaer"

    def _undo(self, number: str, *standing: Registered) -> str:
        if standing:
            return "cancel it in IFS; this closes by itself then"
        field_name = f"{field_of(number)}.type"
        return (
            f"undo the return in IFS, then say so: {resolve('receipts', self.case.receipt_id, 'jaggaer', field_name)}"
        )

    def _cancel(self, one: Registered) -> IfsAct:
        return IfsAct(
            set=SET,
            key=one.row.key,
            etag=one.row.etag,
            action="cancel",
            changes=(Change(f"{cancelling(one.number)}.Objstate", one.record.objstate, "Cancelled"),),
            row=one.row,
        )

    # --- told to JAGGAER ---

    def _told(
        self,
        receipt: Receipt,
        kept: Kept,
        items: tuple[Item, ...],
        ours: list[Registered],
        message: str,
    ) -> Decision:
        """Success where nothing is left to do, failure once for what somebody has to correct."""
        status = self._export_status(receipt)
        kept |= self.case.facts | {COMPANY: self.case.company}
        kept |= {f"{REFUSED}{name}": f"{self._state(receipt)} {why}" for name, why in self.refused.items()}
        if receipt.header.last_update:
            kept[SEEN] = receipt.header.last_update.isoformat()
        link, parts = self._link(ours), self._parts(kept)
        if items:
            failure = status.failure(_content(receipt), dead_letters(items))
            kept["told"] = failure[1] if failure else status.told
            return Decision(
                key=self.case.receipt_id,
                other_key=self._other_key,
                action=Action.NONE,
                writes=(failure[0],) if failure else (),
                items=items,
                settlement=self._settlement(link, kept, parts),
                base_version=self._version,
            )
        kept["told"] = SUCCESS
        renumbered = any(
            was and was != number
            for name, number in kept.items()
            if name.startswith(LINE) and (was := self.case.kept(name))
        )
        if (status.shows("Exported") and not renumbered) or (not ours and any(name.startswith(LEFT) for name in kept)):
            return Decision(
                key=self.case.receipt_id,
                other_key=self._other_key,
                action=Action.SKIP,
                settlement=self._settlement(link, kept, parts),
                base_version=self._version,
            )
        number = ", ".join(one.number for one in ours)
        days = [one.record.arrival_date for one in ours if one.record.arrival_date]
        again = status.told == SUCCESS and not renumbered
        return Decision(
            key=self.case.receipt_id,
            other_key=self._other_key or (ours[0].number if ours else ""),
            action=Action.UPDATE,
            writes=(status.success(number or "returned", max(days, default=receipt.header.receipt_date), message),),
            settlement=Settlement(link, snapshot=kept, parts=parts),
            notes=("JAGGAER asks for it again: told once more, not registered again",) if again else (),
            base_version=self._version,
        )

    # --- what IFS refused ---

    def _recall(self, receipt: Receipt, names: Iterable[str]) -> None:
        """Which of these writes are not to be sent, with IFS's reason.

        Refused in this run; or before, where nothing changed since but that JAGGAER was told, and neither a person
        nor the hour asks to try again.
        """
        self.refused |= self.told.refused
        at = receipt.header.last_update
        seen = at is not None and at.isoformat() == self.case.kept(SEEN)
        if self.told.anew or not (seen or self._export_status(receipt).shows("Failed")):
            return
        for name in names:
            state, _, why = self.case.kept(f"{REFUSED}{name}").partition(" ")
            if state == self._state(receipt):
                self.refused.setdefault(name, why)

    def _dead_letters(self, remedy: str) -> tuple[Item, ...]:
        """They go once the lines of the order change, or every hour."""
        watch = str(self.case.order.watch) if self.case.order else None
        return tuple(
            Item(ItemKind.DEAD_LETTER, name, None, why, f"{remedy}; it is tried again every hour, too", waits_for=watch)
            for name, why in sorted(self.refused.items())
        )

    def _state(self, receipt: Receipt) -> str:
        """The fingerprint of all that was known of both sides when IFS refused."""
        rows = [str(one.row.etag or one.fact) for some in self.case.registered.values() for one in some]
        watch = str(self.case.order.watch) if self.case.order else ""
        return fingerprint([_content(receipt), watch, *sorted(rows)])

    # --- parts ---

    def _settlement(self, link: Link | None, kept: Kept, parts: tuple[Link, ...]) -> Settlement | None:
        case = self.case
        known = case.snapshot is not None and dict(case.snapshot.fields) == kept and bool(case.link) == bool(link)
        return None if known else Settlement(link, snapshot=kept, parts=parts)

    def _link(self, ours: list[Registered]) -> Link | None:
        """To the first of its receipts in IFS; the snapshot keeps them all."""
        if self.case.link:
            return self.case.link
        return Link(RECORD, ours[0].number, self.case.receipt_id) if ours else None

    def _parts(self, kept: Kept) -> tuple[Link, ...]:
        """Each line under the key that its events have."""
        lines = {name.removeprefix(LINE): number for name, number in kept.items() if name.startswith(LINE)}
        return tuple(
            Link(f"{RECORD}_line", number, self.case.part(line, self._before(line, number)))
            for line, number in lines.items()
            if number
        )

    def _before(self, line: str, number: str) -> int:
        """How often the line was registered before that."""
        numbers = [one.number for one in self.case.registered.get(line, ())]
        return numbers.index(number) if number in numbers else 0

    def _export_status(self, receipt: Receipt) -> ExportStatus:
        words = self.profile.words("receipt")
        return ExportStatus(
            "receipts", self.case.receipt_id, receipt.header.export_status, self.case.kept("told"), words
        )

    def left(self, *items: Item) -> Decision:
        """Nothing can be done about it now."""
        return Decision(self.case.receipt_id, self._other_key, Action.NONE, items=items, base_version=self._version)

    def _out_of_scope(self, note: str) -> Decision:
        return Decision(
            self.case.receipt_id, self._other_key, Action.OUT_OF_SCOPE, notes=(note,), base_version=self._version
        )

    @property
    def _other_key(self) -> str:
        return self.case.link.ifs_key if self.case.link else ""

    @property
    def _version(self) -> int:
        return self.case.snapshot.version if self.case.snapshot else 0


def _content(receipt: Receipt) -> str:
    """The fingerprint of what it says; lastUpdate and exportStatus are no part of it."""
    header = receipt.header
    lines: list[JsonValue] = [_line_content(line) for line in receipt.lines or ()]
    day = header.receipt_date.isoformat() if header.receipt_date else None
    return fingerprint({"po": header.po_number, "date": day, "status": header.status, "lines": lines})


def _line_content(line: ReceiptLine) -> JsonValue:
    quantity = None if line.quantity is None else canonical(line.quantity)
    return [line.line_number, line.po_line_number, quantity, line.unit_of_measure, line.type]


def _held(field: str, value: str | None, reason: str, remedy: str) -> Item:
    return Item(ItemKind.HELD, field, value, reason, remedy)
