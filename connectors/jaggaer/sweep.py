"""When a sweep over JAGGAER's pages is complete, and how far the watermark may move (DESIGN, law 1).

There is neither a sort nor a keyset, and records move between pages while these are read. Pure bookkeeping.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from connectors.jaggaer.pages import JaggaerPage, Key, latest

MOST_REPETITIONS = 3


class Standing(StrEnum):
    """What to do after a page."""

    GOING_ON = "going on"
    """Read the page at `next_start`."""
    AGAIN = "again"
    """Records may have slipped through: read from 1."""
    COMPLETE = "complete"
    """All was seen: the watermark may move."""
    GIVEN_UP = "given up"
    """The last repetition was no better: the watermark stays, and the run says so."""


class Sweep:
    """One sweep and its repetitions, told of each page in the order of reading.

    A sweep is in doubt when it did not begin at 1 (its task was resumed elsewhere), when the total fell, when
    it gave fewer distinct keys than its first page announced, or when the last record of a page does not stand
    where the next page overlaps it: then what stood behind it may have moved to a page that was read already,
    and one that came meanwhile would hide that from the counts. Records may come and change, by our own writes
    too: those carry a time after the first answer, so the next run sees them.
    """

    def __init__(self) -> None:
        self.repetitions = 0
        self._begin()

    def _begin(self) -> None:
        self._announced: int | None = None
        self._total = 0
        self._doubt = False
        self._keys: set[Key] = set()
        self._boundary: Key | None = None
        self._end = 0
        self._latest: datetime | None = None
        self._limit: datetime | None = None
        self._complete = False

    @property
    def keys(self) -> frozenset[Key]:
        """Those that came in this turn of the sweep."""
        return frozenset(self._keys)

    @property
    def watermark(self) -> datetime | None:
        """The lower of the highest time seen and the `Date` of the first answer; None: it stays.

        Where no `Date` came, the highest time on the first page stands in: it is no later.
        """
        if not self._complete or self._latest is None or self._limit is None:
            return None
        return min(self._latest, self._limit)

    def take(self, page: JaggaerPage) -> Standing:
        """Notes the page and says what comes next."""
        seen_latest = latest(modified for _, modified in page.seen)
        if self._announced is None:
            self._announced = page.total
            self._limit = page.server_time or seen_latest
            self._doubt = page.start != 1
        self._doubt |= page.total < self._total or self._moved(page)
        self._total = page.total
        self._keys.update(key for key, _ in page.seen)
        self._latest = max(filter(None, (self._latest, seen_latest)), default=None)
        self._boundary = page.seen[-1][0] if page.seen else None
        self._end = page.start - 1 + len(page.seen)
        last = page.next_start is None
        if last and len(self._keys) < self._announced:
            self._doubt = True
        if self._doubt and self.repetitions < MOST_REPETITIONS:
            self.repetitions += 1
            self._begin()
            return Standing.AGAIN
        if not last:
            return Standing.GOING_ON
        self._complete = not self._doubt
        return Standing.COMPLETE if self._complete else Standing.GIVEN_UP

    def _moved(self, page: JaggaerPage) -> bool:
        if self._boundary is None or page.start > self._end:
            return False
        there = page.seen[self._end - page.start :]
        return not there or there[0][0] != self._boundary
