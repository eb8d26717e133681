"""The identity of a page: what crosses a task boundary and may be persisted. Never a record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

ROOM = 90
"""Pages that a run should not exceed: three tasks each, below 300 in all."""

LARGEST = 5000
"""Rows a page may hold (contracts/ifs.md 2)."""


@dataclass(frozen=True, slots=True)
class PageStart:
    """Where a page begins: the leg of the run, its number in the run, the cursor ("" at the leg's start)."""

    leg: str
    number: int
    cursor: str = ""

    @property
    def name(self) -> str:
        return f"{self.leg} page {self.number}"


@dataclass(frozen=True, slots=True)
class SweptPage:
    """What a sweep noted of one page of JAGGAER, so that another process can take it up (see `Sweep`)."""

    start: int
    total: int
    following: int | None
    server_time: datetime | None
    seen: tuple[tuple[tuple[str, ...], str | None], ...]


@dataclass(frozen=True, slots=True)
class PageRef:
    """What a page turned out to hold.

    `references` are the documents to decide ("ifs:P1001"), `versions` the row versions that settle with
    them (set, key, version), `reach` the watermark it allows once settled, `following` the next cursor,
    None on the last page of its leg; `swept` the pages of JAGGAER that it was read from.
    """

    start: PageStart
    references: tuple[str, ...]
    versions: tuple[tuple[str, str, str], ...]
    rows: int
    reach: str | None = None
    following: str | None = None
    swept: tuple[SweptPage, ...] = ()

    def next_start(self, number: int) -> PageStart | None:
        return None if self.following is None else PageStart(self.start.leg, number, self.following)


def size_of(number: int, smallest: int) -> int:
    """Rows that page `number` (from 1) asks for: grows so that a long run stays within ROOM pages."""
    doublings = max(0, number - ROOM // 3) // 5
    return min(LARGEST, smallest << min(doublings, 13))


def pack(**cursor: str | int | list[str] | None) -> str:
    """A cursor as text, fit for a cache key."""
    return json.dumps(cursor, sort_keys=True, separators=(",", ":"))


def unpack(cursor: str) -> dict[str, str | int | list[str] | None]:
    parsed: dict[str, str | int | list[str] | None] = json.loads(cursor) if cursor else {}
    return parsed
