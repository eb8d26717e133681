"""Why documents do not go, cause by cause: what many open items have in common, for a person to read.

Nothing here depends on the order in which records came.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from mapping.kinds import Item, ItemKind
from mapping.remedies import profile_line

EXAMPLES = 5
"""Keys that are given as examples of a value or a reason."""

WORDS: Mapping[ItemKind, str] = {
    ItemKind.DEAD_LETTER: "rejected",
    ItemKind.CONFLICT: "conflict",
    ItemKind.HELD: "held",
    ItemKind.WAITING: "waiting",
}
_PLACE = re.compile(r"\[[^\]]*\]")
_PARTICULAR = re.compile(r"\S*\d\S*?(?=[,;:.)]*(?:\s|$))")


@dataclass(frozen=True, slots=True)
class Hit:
    """A value, or a reason in full: how many documents and how many places it stands in, and some of the documents."""

    value: str
    documents: int
    places: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cause:
    """Why documents would not go, or not wholly. `reason` without what is particular, `example` is one in full."""

    outcome: str
    field: str
    reason: str
    example: str
    remedy: str
    documents: int
    places: int
    hits: tuple[Hit, ...]


def causes_of(pairs: Iterable[tuple[str, Item]]) -> tuple[Cause, ...]:
    """Open items with the keys of their documents, by outcome, field and reason; what hits most comes first."""
    groups: defaultdict[tuple[str, str, str], list[tuple[str, Item]]] = defaultdict(list)
    for key, item in pairs:
        family = _PLACE.sub("", item.field)
        groups[WORDS[item.kind], family, general(item.reason)].append((key, item))
    causes = [_cause(*of, members) for of, members in groups.items()]
    return tuple(sorted(causes, key=lambda one: (-one.documents, one.outcome, one.field, one.reason)))


def _cause(outcome: str, family: str, reason: str, members: list[tuple[str, Item]]) -> Cause:
    by_value: defaultdict[str, list[str]] = defaultdict(list)
    for key, item in members:
        by_value[item.value or ""].append(key)
    remedies = {item.remedy for _, item in members}
    alike = {general(remedy) for remedy in remedies}
    first = members[0][1]
    line = profile_line(first.remedy)
    if line is not None:
        remedy = f"add the lines below [{line.table}] to the profile, or correct the records"
    else:
        remedy = first.remedy if len(remedies) == 1 else min(alike)
    return Cause(
        outcome=outcome,
        field=family,
        reason=first.reason if all(item.reason == first.reason for _, item in members) else reason,
        example=first.reason,
        remedy=remedy,
        documents=len({key for key, _ in members}),
        places=len(members),
        hits=hits_of(by_value),
    )


def hits_of(by_value: Mapping[str, list[str]]) -> tuple[Hit, ...]:
    """By value the keys of documents that have it; what hits most comes first."""
    found = [Hit(value, len(set(keys)), len(keys), examples_of(keys)) for value, keys in by_value.items()]
    return tuple(sorted(found, key=lambda hit: (-hit.documents, hit.value)))


def general(text: str) -> str:
    """The text without what stands for one record alone: numbers, keys, dates, amounts."""
    return _PARTICULAR.sub("…", text)


def examples_of(keys: Iterable[str]) -> tuple[str, ...]:
    """Some of the keys, for a person to look at."""
    return tuple(sorted(set(keys))[:EXAMPLES])
