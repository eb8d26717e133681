"""JAGGAER's `flt` parameter (contracts/jaggaer.md 2): built from typed terms, never from text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from urllib.parse import quote

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]*", re.ASCII)
_BARE = re.compile(r"[^\s;,()'\"=<>!~\\]+")


class Operator(StrEnum):
    """The comparisons that the server knows."""

    EQUALS = "=="
    AT_LEAST = ">="
    AMONG = "=in="


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison of a filter field; AMONG takes any number of values, the others take one.

    Raises:
        ValueError: the field is no plain name, the number of values does not fit the operator, or a value
            is no valid Unicode text.
    """

    field: str
    operator: Operator
    values: tuple[str, ...]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.field):
            raise ValueError(f"{self.field!r} is no name of a filter field")
        if not self.values or (self.operator is not Operator.AMONG and len(self.values) > 1):
            raise ValueError(f"{self.field}{self.operator} does not take {len(self.values)} values")
        for value in self.values:
            value.encode()

    def __str__(self) -> str:
        values = ",".join(map(_quoted, self.values))
        return f"{self.field}{self.operator}" + (f"({values})" if self.operator is Operator.AMONG else values)


@dataclass(frozen=True, slots=True)
class Flt:
    """Terms that must all hold. `str()` is the text before percent-encoding."""

    terms: tuple[Term, ...] = ()

    def __and__(self, other: Flt) -> Flt:
        return Flt(self.terms + other.terms)

    def __str__(self) -> str:
        return ";".join(map(str, self.terms))


def equals(field: str, value: str) -> Flt:
    """The field has this value."""
    return Flt((Term(field, Operator.EQUALS, (value,)),))


def among(field: str, values: Iterable[str]) -> Flt:
    """The field has one of these values; of one value the plain comparison, which every field takes."""
    several = tuple(values)
    if len(several) == 1:
        return equals(field, several[0])
    return Flt((Term(field, Operator.AMONG, several),))


def at_least(field: str, moment: datetime) -> Flt:
    """The field, a time, is this moment or later; whole milliseconds, rounded down.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a moment must have a time zone")
    stamp = moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds")
    return Flt((Term(field, Operator.AT_LEAST, (f"{stamp}Z",)),))


def pieces(field: str, values: Iterable[str], room: int) -> Iterator[Flt]:
    """The distinct values, sorted, in as few filters as fit into `room` characters of a URL each.

    A value that alone needs more gets a filter of its own.
    """
    part: list[str] = []
    used = 0
    for value in sorted(set(values)):
        size = len(encoded(_quoted(value))) + len(encoded(","))
        if part and used + size > room:
            yield among(field, part)
            part, used = [], 0
        part.append(value)
        used += size
    if part:
        yield among(field, part)


def encoded(text: str) -> str:
    """Percent-encoded for a query: nothing but unreserved characters stays, a space is %20, never `+`."""
    return quote(text, safe="")


def _quoted(value: str) -> str:
    if _BARE.fullmatch(value):
        return value
    return "'" + value.replace("'", "''") + "'"
