"""What a fit says, as data: counts, causes with the values they hit, the lines that the profile lacks.

Nothing here is random or depends on the order in which records came: two looks at the same state say the same.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.redaction import safe
from ifs_jaggaer.errors import SyncError, System
from ifs_jaggaer.pipeline.causes import Cause, Hit, causes_of, examples_of, general, hits_of
from ifs_jaggaer.pipeline.request import FOREIGN
from ifs_jaggaer.pipeline.tally import WRITTEN, Counts, Line
from mapping.kinds import Action, Item
from mapping.profile import Profile
from mapping.remedies import ProfileLine, profile_line
from mapping.suppliers.case import RECORD as SUPPLIER
from mapping.suppliers.decide import MATCHED
from mapping.value_maps import PassedWord

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.outcome import RunResult
    from ifs_jaggaer.pipeline.run import SyncRun

LINK = "link"
"""The field of an item that is about whether two records are one."""

_FINGERPRINT = re.compile(r"\s*(?:\.\.\.|…)\w{0,4}\s+\(?(?:hmac:)?[0-9a-f]{8,}\)?")


@dataclass(frozen=True, slots=True)
class Matching:
    """How suppliers of both systems find each other. `matched`: by what; `doubtful` wait for a person."""

    linked: int
    matched: Mapping[str, int]
    doubtful: tuple[Hit, ...]
    new_in_ifs: int
    new_at_jaggaer: int


@dataclass(frozen=True, slots=True)
class SyncFit:
    """One sync. `written`: (system, create or update) -> documents. `amounts` are of what would be written.

    `touched`: documents that would not go, or not wholly.
    """

    sync: str
    message: str
    counts: Counts
    touched: int
    written: Mapping[tuple[System, str], int]
    amounts: Mapping[str, Decimal]
    causes: tuple[Cause, ...]
    out_of_scope: tuple[Hit, ...]
    remarks: tuple[Hit, ...]
    notes: tuple[str, ...]
    lines: tuple[tuple[ProfileLine, str], ...]
    matching: Matching | None = None
    error: str | None = None
    settings_at_fault: bool = False


@dataclass(frozen=True, slots=True)
class NeededLine:
    """A line that the profile lacks, and the documents that it would let go."""

    line: str
    documents: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """The whole. `passed`: words that go over as they are, because their map says so."""

    at: datetime
    connection: str
    profile: str
    companies: tuple[str, ...]
    hosts: Mapping[str, str]
    since: datetime | None
    syncs: tuple[SyncFit, ...]
    passed: tuple[PassedWord, ...]

    @property
    def state(self) -> str:
        """all: everything would go; some: something would not; settings, away: a sync could not be looked at."""
        failed = [one for one in self.syncs if one.error is not None]
        if failed:
            return "settings" if all(one.settings_at_fault for one in failed) else "away"
        return "some" if any(one.touched for one in self.syncs) else "all"

    def profile_lines(self) -> dict[str, list[NeededLine]]:
        """What to add to the profile, by table."""
        found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for one in self.syncs:
            for needed, key in one.lines:
                found[needed.table, needed.line].add(f"{one.sync} {key}")
        tables: dict[str, list[NeededLine]] = {}
        for (table, line), keys in sorted(found.items()):
            tables.setdefault(table, []).append(NeededLine(line, len(keys), examples_of(keys)))
        return tables


def sync_fit(run: SyncRun, result: RunResult, error: SyncError | None, *, settings_at_fault: bool) -> SyncFit:
    """What a dry run came to."""
    lines = sorted(run.tally.lines.values(), key=lambda line: line.key)
    pairs = [
        (key, _shown(item, run.wiring.profile, run.sync))
        for key, items in sorted(run.tally.items.items())
        for item in items
    ]
    return SyncFit(
        sync=run.sync,
        message=result.message,
        counts=result.counts,
        touched=len({key for key, _ in pairs}),
        written=_written(lines),
        amounts=result.amounts,
        causes=causes_of(pairs),
        out_of_scope=reasons(line for line in lines if line.action == Action.OUT_OF_SCOPE),
        remarks=reasons((line for line in lines if line.action != Action.OUT_OF_SCOPE), without=MATCHED),
        notes=tuple(_clean(note) for note in result.notes),
        lines=tuple((line, key) for key, item in pairs if (line := profile_line(item.remedy))),
        matching=_matching(lines, pairs) if run.kind.record == SUPPLIER else None,
        error=str(error) if error else None,
        settings_at_fault=settings_at_fault,
    )


def left_out(sync: str, why: str) -> SyncFit:
    """A sync that was not looked at."""
    return SyncFit(sync, why, Counts(), 0, {}, {}, (), (), (), (), (), error=why)


def _shown(item: Item, profile: Profile, sync: str) -> Item:
    """The item without anything of a bank account, not even the few signs that are kept elsewhere."""
    policy = profile.suppliers.fields.get(item.field) if sync == "suppliers" else None
    value = None if policy is not None and policy.form == "bank" else item.value
    shown = None if value is None else _clean(value)
    return Item(item.kind, item.field, shown, _clean(item.reason), item.remedy, item.waits_for, item.brake)


def _clean(text: str) -> str:
    return safe(_FINGERPRINT.sub("", text))


def _written(lines: Iterable[Line]) -> dict[tuple[System, str], int]:
    found: defaultdict[tuple[System, str], int] = defaultdict(int)
    for line in lines:
        if line.action in WRITTEN:
            for target in line.targets:
                found[target, line.action] += 1
    return dict(sorted(found.items()))


def reasons(lines: Iterable[Line], without: str = "\n") -> tuple[Hit, ...]:
    """The notes of documents, by what they say in general; where they differ in particulars, one of them in full."""
    found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for line in lines:
        for note in line.notes:
            if not note.startswith(without):
                found[general(_clean(note))].append((_clean(note), line.key))
    return hits_of({_in_full([note for note, _ in told]): [key for _, key in told] for told in found.values()})


def _in_full(notes: Sequence[str]) -> str:
    return notes[0] if len(set(notes)) == 1 else f"for example: {notes[0]}"


def _matching(lines: Iterable[Line], pairs: Iterable[tuple[str, Item]]) -> Matching:
    doubtful: defaultdict[str, list[str]] = defaultdict(list)
    for key, item in pairs:
        if item.field == LINK:
            candidates = f" ({item.value})" if item.value else ""
            doubtful[f"{item.reason}{candidates}"].append(key)
    matched: defaultdict[str, int] = defaultdict(int)
    linked = new_in_ifs = new_at_jaggaer = 0
    for line in lines:
        by = next((note.removeprefix(MATCHED) for note in line.notes if note.startswith(MATCHED)), "")
        if by:
            matched[by] += 1
        elif line.action == Action.CREATE:
            new_in_ifs += line.key.startswith(FOREIGN)
            new_at_jaggaer += not line.key.startswith(FOREIGN)
        elif line.other_key and line.action != Action.OUT_OF_SCOPE:
            linked += 1
    return Matching(linked, dict(sorted(matched.items())), hits_of(doubtful), new_in_ifs, new_at_jaggaer)
