"""The identity of a page: what crosses a task boundary and may be persisted. Never a record."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

ROOM = 90
"""Pages that a run should not exceed: three tasks each, below 300 in all."""

LARGEST = 5000
"""Rows that one request may ask for (contracts/ifs.md 2), and documents that are decided before any is written."""

MOST = 16 * LARGEST
"""Rows that a page may hold; beyond LARGEST it is read by several requests."""


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
class RowVersion:
    """A row as it was seen; `reference` is the document it leads to, "" for none."""

    set: str
    key: str
    version: str
    reference: str


@dataclass(frozen=True, slots=True)
class PageRef:
    """What a page turned out to hold.

    `references` are the documents to decide ("ifs:P1001"), `versions` the rows that settle with them, `reach`
    the watermark it allows once settled, `following` the next cursor, None on the last page of its leg;
    `swept` the pages of JAGGAER that it was read from. Of a sweep `keys` are those that came, and `gone`, on its
    last page, those kept that did not: they are forgotten once their documents are settled.
    """

    start: PageStart
    references: tuple[str, ...]
    versions: tuple[RowVersion, ...]
    rows: int
    reach: str | None = None
    following: str | None = None
    swept: tuple[SweptPage, ...] = ()
    keys: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def settles(self) -> bool:
        """Whether anything is left to be done once it was polled."""
        return bool(self.references or self.versions or self.reach or self.gone)

    def next_start(self, number: int) -> PageStart | None:
        return None if self.following is None else PageStart(self.start.leg, number, self.following)


def size_of(number: int, smallest: int, most: int = MOST) -> int:
    """Rows that page `number` (from 1) holds: grows so that a long run stays within ROOM pages.

    From a hundred rows on that makes 1.4 million of IFS, from a thousand 2.7 million.
    """
    doublings = max(0, number - ROOM // 3) // 5
    return min(most, smallest << min(doublings, 17))


def pack(**cursor: str | int | list[str] | None) -> str:
    """A cursor as text, fit for a cache key."""
    return json.dumps(cursor, sort_keys=True, separators=(",", ":"))


def unpack(cursor: str) -> dict[str, str | int | list[str] | None]:
    parsed: dict[str, str | int | list[str] | None] = json.loads(cursor) if cursor else {}
    return parsed
