"""What a person decides of a conflict: JAGGAER's is put back, or it stays as it is in IFS until either side changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mapping.kinds import Item, ItemKind
from mapping.remedies import resolve

if TYPE_CHECKING:
    from ifs_jaggaer.errors import System
    from mapping.contracts.case import Sent
    from mapping.findings import Findings
    from mapping.kinds import Instructions

CHANGE_IT = "change it at JAGGAER, or restore JAGGAER's in IFS"


@dataclass(slots=True)
class Resolving:
    """The conflicts of one contract; `always`: the setting by which all is put back. The rest is the decision's own."""

    code: str
    always: bool
    told: Instructions
    sent: Sent
    found: Findings

    def puts_back(self, row: str, name: str, value: str | None) -> bool:
        """Whether JAGGAER's holds, by setting or by a person's word; one word for all leaves alone what was let be."""
        let_be = name not in self.told.winners and self.sent.accepted.get(row) == (value or "")
        return self.always or (self._winner(name) == "jaggaer" and not let_be)

    def stands(
        self,
        row: str,
        name: str,
        value: str | None,
        reason: str,
        remedy: str = CHANGE_IT,
        *,
        back: str = "have JAGGAER's put back",
    ) -> None:
        """A conflict about a row (`Sent.accepted`), unless a person let be what `value` says of both sides.

        `remedy`: how it closes by hand; `back`: what becomes of it where JAGGAER wins.
        """
        if self.lets_be(row, name, value):
            return
        ways = (
            f"{remedy}; or {back}: {resolve('contracts', self.code, 'jaggaer', name)}; "
            f"or let it be as it is in IFS: {resolve('contracts', self.code, 'ifs', name)}"
        )
        self.found.add(Item(ItemKind.CONFLICT, name, value, reason, ways))

    def lets_be(self, row: str, name: str, value: str | None) -> bool:
        """Whether a person let it be, in this run or before, and both sides still say what they said then."""
        if self._winner(name) == "ifs":
            self.sent.accepted[row] = value or ""
            self.found.notes.append(f"{name}: stays as it is in IFS until either side changes")
        if self.sent.accepted.get(row) == (value or ""):
            return True
        self.settled(row)
        return False

    def settled(self, row: str) -> None:
        """Both sides agree, or will: what was let be is over."""
        self.sent.accepted.pop(row, None)

    def _winner(self, name: str) -> System | None:
        return self.told.winners.get(name) or self.told.winners.get("*")
