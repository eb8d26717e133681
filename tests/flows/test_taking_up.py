"""A sweep over JAGGAER's pages that another process had begun goes on as if it were one (DESIGN, retry)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from hypothesis import given
from hypothesis import strategies as st

from connectors.jaggaer.pages import JaggaerPage
from connectors.jaggaer.sweep import Standing, Sweep
from ifs_jaggaer.pipeline.pages import PageRef, PageStart, SweptPage
from ifs_jaggaer.pipeline.poll import take_up

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun

LEG = "jaggaer.invoices"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def pages_of(total: int, size: int) -> list[JaggaerPage]:
    """A list at rest, in pages that overlap by one record; each answer comes a second after the one before."""
    times = [(NOON - timedelta(minutes=number)).isoformat() for number in range(total)]
    pages = []
    start = 1
    while True:
        end = min(total, start - 1 + size)
        seen = tuple(((str(number),), times[number]) for number in range(start - 1, end))
        following = end if end < total else None
        answered = NOON + timedelta(seconds=len(pages))
        pages.append(JaggaerPage([], total, start, following, answered, [], seen))
        if following is None:
            return pages
        start = following


def swept(page: JaggaerPage) -> SweptPage:
    return SweptPage(page.start, page.total, page.next_start, page.server_time, page.seen)


@given(st.integers(2, 60), st.integers(2, 9), st.data())
def test_it_ends_complete_with_the_same_watermark(total: int, size: int, data: st.DataObject) -> None:
    pages = pages_of(total, size)
    done = data.draw(st.integers(0, len(pages) - 1))
    whole = Sweep()
    assert [whole.take(page) for page in pages][-1] is Standing.COMPLETE

    run = cast("SyncRun", SimpleNamespace(sweeps={}))
    for number, page in enumerate(pages[:done], 1):
        take_up(run, PageRef(PageStart(LEG, number), (), (), 0, swept=(swept(page),)))
    rest = run.sweeps.setdefault(LEG, Sweep())
    assert [rest.take(page) for page in pages[done:]][-1] is Standing.COMPLETE
    assert rest.watermark == whole.watermark


@given(st.integers(20, 60), st.data())
def test_what_moved_between_the_attempts_is_still_noticed(total: int, data: st.DataObject) -> None:
    """A record of a page that was read is deleted: all behind it move up by one."""
    before, after = pages_of(total, 9), pages_of(total - 1, 9)
    done = data.draw(st.integers(1, len(before) - 1))
    run = cast("SyncRun", SimpleNamespace(sweeps={}))
    for number, page in enumerate(before[:done], 1):
        take_up(run, PageRef(PageStart(LEG, number), (), (), 0, swept=(swept(page),)))
    following = before[done - 1].next_start
    late = next((page for page in after if page.start == following), None)
    if late is not None:
        assert run.sweeps[LEG].take(late) is Standing.AGAIN
