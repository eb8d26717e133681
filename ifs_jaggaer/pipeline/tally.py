"""What a run adds up to: counts, amounts, one line a document, what it opened."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from ifs_jaggaer.errors import System
from ifs_jaggaer.pipeline.request import FOREIGN
from ifs_jaggaer.store import OpenItem
from mapping.kinds import Action, Change, Item, ItemKind, MatchDiscrepancy
from mapping.money import Money

WRITTEN = frozenset({Action.CREATE, Action.UPDATE})
NEEDS_A_PERSON = frozenset({ItemKind.DEAD_LETTER, ItemKind.HELD, ItemKind.CONFLICT})


@dataclass(frozen=True, slots=True)
class Line:
    """One document in the run's table of records; `targets` are the systems that it is or would be written to."""

    key: str
    other_key: str
    action: str
    outcome: str
    changes: tuple[Change, ...] = ()
    amount: Money | None = None
    notes: tuple[str, ...] = ()
    discrepancies: tuple[MatchDiscrepancy, ...] = ()
    targets: frozenset[System] = frozenset()


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the documents of one page; small enough to cross a task boundary."""

    read: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    waiting: int = 0
    rejected: int = 0
    conflicts: int = 0
    held: int = 0
    out_of_scope: int = 0
    too_old: int = 0

    def __str__(self) -> str:
        told = {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "waiting": self.waiting,
            "rejected": self.rejected,
            "conflict" if self.conflicts == 1 else "conflicts": self.conflicts,
            "held": self.held,
            "open too long": self.too_old,
        }
        return ", ".join(f"{number} {name}" for name, number in told.items() if number) or "nothing"


State = Literal["completed", "attention", "failed"]


@dataclass(slots=True)
class Tally:
    """Grows page by page; a document that comes twice is counted by what became of it last.

    `decided`: the key of the decision by each reference under which the document is known. `doubtful`: what was sent
    and not answered. `too_old`: what this run
    said of it that it stands open too long.
    """

    lines: dict[str, Line] = field(default_factory=dict)
    items: dict[str, tuple[Item, ...]] = field(default_factory=dict)
    opened: set[str] = field(default_factory=set)
    unchanged_rows: set[str] = field(default_factory=set)
    decided: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    too_old: tuple[OpenItem, ...] = ()
    doubtful: dict[str, Line] = field(default_factory=dict)

    def add(
        self, line: Line, items: Iterable[Item] = (), *, opened: Iterable[OpenItem] = (), former_key: str = ""
    ) -> None:
        """Counts a document; a later decision on it replaces the earlier, but what was written stays written."""
        former = self._written(line, former_key) or self.lines.get(line.key) or self.lines.get(former_key)
        if former and former.action in WRITTEN and line.action != Action.CREATE:
            changes = (*former.changes, *(change for change in line.changes if change not in former.changes))
            line = replace(
                line,
                action=former.action,
                amount=former.amount or line.amount,
                changes=changes,
                notes=tuple(dict.fromkeys((*former.notes, *line.notes))),
                discrepancies=line.discrepancies or former.discrepancies,
            )
        for known in (self.lines, self.items):
            known.pop(former_key, None)
        self.lines[line.key] = line
        self.items[line.key] = tuple(items)
        self.unchanged_rows.discard(line.key)
        if any(item.kind in NEEDS_A_PERSON for item in opened):
            self.opened.add(line.key)
        elif not self.items[line.key]:
            self.opened.discard(line.key)

    def doubt(self, line: Line) -> None:
        """What was sent for a document had no answer: the look-up that follows tells whether it was carried out."""
        self.doubtful.setdefault(line.key, line)

    def _written(self, line: Line, former_key: str) -> Line | None:
        """What was sent of it without an answer, where it was found at the target now."""
        if line.action == Action.NONE:
            return None  # not known yet
        sent = [self.doubtful.pop(key) for key in (line.key, former_key) if key in self.doubtful]
        known = [self.lines.get(line.key), self.lines.get(former_key)]
        counted = any(each and each.action in WRITTEN for each in known)
        return None if counted or line.action not in {Action.SKIP, Action.UPDATE} else next(iter(sent), None)

    def seen(self, references: Iterable[str]) -> None:
        """Documents of which a row was read that holds nothing new."""
        self.unchanged_rows.update(key for key in references if key not in self.lines)

    def left_alone(self, keys: Iterable[str], unknown: str) -> dict[str, str]:
        """Of the documents that a person named those for which nothing was to be done, with the reason in words.

        `unknown`: what it means that a document was not even looked at.
        """
        reasons: dict[str, str] = {}
        for key in keys:
            lines = self._lines_of(key)
            if not lines:
                reasons[key] = unknown
            elif all(_alone(line, self.items.get(line.key)) for line in lines):
                reasons[key] = "; ".join(dict.fromkeys(map(_reason, lines)))
        return reasons

    def _lines_of(self, key: str) -> list[Line]:
        """By either system's key, else by the number alone of those whose keys name a company or a field, too."""
        of_key = {key: line for line in self.lines.values() for key in (line.key, line.other_key) if key}
        line = of_key.get(key) or of_key.get(f"{FOREIGN}{key}")
        return [line] if line else [line for line in self.lines.values() if line.key.endswith(f":{key}")]

    def counts(self) -> Counts:
        """Documents by outcome; one with items of several kinds counts in each."""
        actions = Counter(line.action for line in self.lines.values())
        kinds = Counter(kind for items in self.items.values() for kind in {item.kind for item in items})
        return Counts(
            read=len(self.lines) + len(self.unchanged_rows),
            created=actions[Action.CREATE],
            updated=actions[Action.UPDATE],
            unchanged=actions[Action.SKIP] + len(self.unchanged_rows),
            out_of_scope=actions[Action.OUT_OF_SCOPE],
            waiting=kinds[ItemKind.WAITING],
            rejected=kinds[ItemKind.DEAD_LETTER],
            conflicts=kinds[ItemKind.CONFLICT],
            held=kinds[ItemKind.HELD],
            too_old=len({item.key for item in self.too_old}),
        )

    def amounts(self) -> dict[str, Decimal]:
        """What was created or updated, by currency, in its major unit."""
        sums: defaultdict[str, Decimal] = defaultdict(Decimal)
        for line in self.lines.values():
            if line.amount is not None and line.action in WRITTEN:
                sums[line.amount.currency] += line.amount.amount
        return dict(sorted(sums.items()))


def _alone(line: Line, items: Iterable[Item] | None) -> bool:
    return line.action in {Action.OUT_OF_SCOPE, Action.NONE} and not items


def _reason(line: Line) -> str:
    why = "; ".join(line.notes)
    if line.action == Action.OUT_OF_SCOPE:
        return f"{Action.OUT_OF_SCOPE}: {why}" if why else str(Action.OUT_OF_SCOPE)
    return why or line.outcome
