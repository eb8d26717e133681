"""Reads whole sets of both systems for a window, a page at a time, without regard to watermarks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connectors.ifs import filters
from connectors.ifs.times import WireTimes
from connectors.jaggaer.sweep import Standing, Sweep

if TYPE_CHECKING:
    from connectors.ifs.filters import Expr
    from connectors.wire import Row
    from ifs_jaggaer.errors import System
    from ifs_jaggaer.pipeline.wiring import Wiring

PAGE = 1000
"""Rows of a page of IFS; the pages of JAGGAER are as long as it makes them."""


@dataclass(frozen=True, slots=True)
class Window:
    """What changed from `since` on and before `until`; None: from the beginning, until now."""

    since: datetime | None = None
    until: datetime | None = None


async def pages(
    wiring: Wiring, system: System, name: str, window: Window, where: Expr | None = None
) -> AsyncIterator[list[Row]]:
    """Every row of a set or resource that changed in the window, in pages.

    A row without key or change time is left out here; a run makes a dead letter of it. At JAGGAER rows that moved
    between pages come again.

    Raises:
        Unreachable, SettingsError: the system did not answer, or the set may not be read.
    """
    pages_of = _of_ifs(wiring, name, window, where) if system == "ifs" else _of_jaggaer(wiring, name, window)
    async for rows in pages_of:
        yield rows


def any_company(attribute: str, companies: Collection[str]) -> Expr | None:
    """The filter of a set that knows companies."""
    return filters.any_of(attribute, companies) if attribute else None


def all_of(*parts: Expr | None) -> Expr | None:
    """All of the filters that are there."""
    there = [part for part in parts if part is not None]
    return filters.and_(*there) if there else None


async def _of_ifs(wiring: Wiring, name: str, window: Window, where: Expr | None) -> AsyncIterator[list[Row]]:
    times = WireTimes(wiring.profile.ifs_set(name))
    since = times.from_moment(window.since) if window.since else None
    until = times.from_moment(window.until) if window.until else None
    after = None
    while True:
        page = await wiring.ifs.page(name, after=after, since=since, until=until, where=where, size=PAGE)
        yield page.rows
        if page.next is None:
            return
        after = page.next


async def _of_jaggaer(wiring: Wiring, name: str, window: Window) -> AsyncIterator[list[Row]]:
    end = window.until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ") if window.until else None
    sweep, start = Sweep(), 1
    while True:
        page = await wiring.jaggaer.page(name, modified_since=window.since, start=start)
        yield [row for row in page.rows if end is None or row.modified is None or row.modified < end]
        standing = sweep.take(page)
        if standing in {Standing.COMPLETE, Standing.GIVEN_UP}:
            return
        start = 1 if standing is Standing.AGAIN or page.next_start is None else page.next_start
