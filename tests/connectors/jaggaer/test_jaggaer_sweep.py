from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from hypothesis import example, given
from hypothesis import strategies as st

from connectors.jaggaer.envelope import Envelope
from connectors.jaggaer.pages import JaggaerPage, page_of
from connectors.jaggaer.resources import CUSTOM_FIELD_VALUES
from connectors.jaggaer.sweep import MOST_REPETITIONS, Standing, Sweep
from connectors.wire import Json

DAWN = datetime(2026, 2, 14, tzinfo=UTC)
Order = Literal["by id", "by time", "by time, latest first"]


@dataclass
class Resource:
    """A list at the server: each event takes a second, records stand in the server's order."""

    order: Order
    size: int
    changed: dict[str, int]
    now: int = 1000

    def happens(self, event: tuple[str, int]) -> None:
        self.now += 1
        what, number = event
        there = self.listed()
        free = [key for key in (f"{number:03}" for number in range(40)) if key not in self.changed]
        if what == "create":
            self.changed[free[number % len(free)]] = self.now
        elif there and what == "delete":
            del self.changed[there[number % len(there)]]
        elif there:
            self.changed[there[number % len(there)]] = self.now

    def listed(self) -> list[str]:
        by_time = sorted(self.changed, key=lambda key: (self.changed[key], key))
        return {"by id": sorted(self.changed), "by time": by_time}.get(self.order, by_time[::-1])

    def page(self, start: int, *, clock: bool = True) -> JaggaerPage:
        self.now += 1
        part = self.listed()[start - 1 : start - 1 + self.size]
        records = [{"customField": "A", "value": key, "lastUpdate": stamp(self.changed[key])} for key in part]
        body: Json = {"customFieldValueList": {"customFieldValue": [*records]}}
        envelope = Envelope("0", "", len(self.changed), len(part), body)
        return page_of(CUSTOM_FIELD_VALUES, envelope, start, at(self.now) if clock else None)


def at(second: int) -> datetime:
    return DAWN + timedelta(seconds=second)


def stamp(second: int) -> str:
    return at(second).strftime("%Y-%m-%dT%H:%M:%S.000Z")


# Positions in the server's order: those at its ends do the most harm.
EVENTS = st.lists(
    st.tuples(st.sampled_from(["change", "create", "delete"]), st.sampled_from([0, 0, 0, -1, -1, 1, 3, 7])), max_size=5
)
SWAP = [("delete", 0), ("delete", 0), ("create", -1), ("create", -1)]


@given(
    order=st.sampled_from(["by id", "by time", "by time, latest first"]),
    size=st.integers(2, 4),
    first=st.dictionaries(st.integers(0, 30), st.integers(0, 999), max_size=14),
    between=st.lists(EVENTS, max_size=12),
    clock=st.booleans(),
)
# As many are deleted as appear further down: the counts alone see nothing.
@example(order="by id", size=2, first=dict.fromkeys(range(6), 1), between=[SWAP], clock=True)
# Two move to the end, and others join them there.
@example(
    order="by time",
    size=2,
    first={number: number for number in range(6)},
    between=[[("change", 0), ("change", 0), ("create", -1), ("create", -1)]],
    clock=True,
)
def test_a_complete_sweep_missed_nothing_below_its_watermark(
    order: Order, size: int, first: dict[int, int], between: list[list[tuple[str, int]]], clock: bool
) -> None:
    server = Resource(order, size, {f"{number:03}": second for number, second in first.items()})
    events = iter(between)
    sweep, start = Sweep(), 1
    seen: dict[str, int] = {}
    while True:
        page = server.page(start, clock=clock)
        seen |= {row.key[1]: server.changed[row.key[1]] for row in page.rows}
        standing = sweep.take(page)
        if standing in {Standing.COMPLETE, Standing.GIVEN_UP}:
            break
        if standing is Standing.AGAIN:
            seen = {}
        start = 1 if standing is Standing.AGAIN else page.next_start or 1
        for event in next(events, []):
            server.happens(event)
    if standing is Standing.GIVEN_UP:
        assert sweep.watermark is None
        assert sweep.repetitions == MOST_REPETITIONS
        return
    if sweep.watermark is None:
        assert not seen
        return
    missed = {key for key, second in server.changed.items() if seen.get(key) != second}
    assert all(at(server.changed[key]) >= sweep.watermark for key in missed)


@given(st.integers(0, 40), st.integers(1, 7), st.sampled_from(["by id", "by time", "by time, latest first"]))
def test_where_nothing_moves_one_sweep_is_enough(count: int, size: int, order: Order) -> None:
    server = Resource(order, size, {f"{number:03}": number for number in range(count)})
    sweep, start, pages = Sweep(), 1, 0
    standing = Standing.GOING_ON
    while standing is Standing.GOING_ON:
        page = server.page(start)
        pages += 1
        standing = sweep.take(page)
        start = page.next_start or 1
    assert (standing, sweep.repetitions) == (Standing.COMPLETE, 0)
    assert sweep.watermark == (at(count - 1) if count else None)
    assert pages <= 1 + count // max(1, size - 1)


def test_the_watermark_is_never_later_than_the_first_answer() -> None:
    server = Resource("by id", 2, {"001": 1, "002": 2, "003": 3})
    sweep = Sweep()
    first = server.page(1)
    assert sweep.take(first) is Standing.GOING_ON
    server.happens(("change", -1))
    assert sweep.take(server.page(first.next_start or 1)) is Standing.COMPLETE
    assert sweep.watermark == first.server_time


def test_a_total_that_falls_starts_the_sweep_again_at_most_three_times() -> None:
    server = Resource("by id", 2, {f"{number:03}": 1 for number in range(20)})
    sweep = Sweep()
    standings = []
    for number in range(1, 20):
        start = 1 if not standings or standings[-1] is Standing.AGAIN else 2
        standings.append(sweep.take(server.page(start)))
        server.happens(("delete", 20 - number))
        if sweep.repetitions == MOST_REPETITIONS:
            break
    assert standings == [Standing.GOING_ON, Standing.AGAIN] * MOST_REPETITIONS


def test_the_last_sweep_is_read_to_its_end_whatever_moves() -> None:
    server = Resource("by id", 3, {f"{number:03}": 1 for number in range(30)})
    sweep, start, number = Sweep(), 1, 0
    standing = Standing.GOING_ON
    seen: set[str] = set()
    while standing in {Standing.GOING_ON, Standing.AGAIN}:
        page = server.page(start)
        seen |= {row.key[1] for row in page.rows}
        standing = sweep.take(page)
        start = page.next_start or 1 if standing is Standing.GOING_ON else 1
        server.happens(("delete", number))
        number += 1
    assert standing is Standing.GIVEN_UP
    assert "029" in seen


def test_fewer_keys_than_announced_are_doubted() -> None:
    server = Resource("by id", 5, {f"{number:03}": 1 for number in range(3)})
    page = server.page(1)
    short = JaggaerPage(
        rows=page.rows[:2],
        total=3,
        start=1,
        next_start=None,
        server_time=page.server_time,
        unreadable=[],
        seen=page.seen[:2],
    )
    assert Sweep().take(short) is Standing.AGAIN


def test_an_unreadable_record_counts_as_seen() -> None:
    body: Json = {"customFieldValueList": {"customFieldValue": [{"customField": "A"}, {"value": "7"}, "?"]}}
    page = page_of(CUSTOM_FIELD_VALUES, Envelope("0", "", 3, 3, body), 1, at(1))
    assert len(page.unreadable) == 3
    assert Sweep().take(page) is Standing.COMPLETE


def test_a_page_that_is_taken_twice_does_no_harm() -> None:
    server = Resource("by id", 2, {f"{number:03}": number for number in range(3)})
    first, second = server.page(1), server.page(2)
    sweep = Sweep()
    assert [sweep.take(page) for page in (first, first, second)] == [
        Standing.GOING_ON,
        Standing.GOING_ON,
        Standing.COMPLETE,
    ]


def test_a_sweep_that_begins_in_the_middle_starts_again() -> None:
    server = Resource("by id", 2, {f"{number:03}": number for number in range(4)})
    assert Sweep().take(server.page(3)) is Standing.AGAIN


def test_what_we_tell_while_the_pages_are_read_moves_nothing() -> None:
    """Each invoice that is posted gets its export status, and with it another time, at the place that it has."""
    server = Resource("by id", 3, {f"{number:03}": number for number in range(25)})
    sweep, start = Sweep(), 1
    standing = Standing.GOING_ON
    while standing is Standing.GOING_ON:
        page = server.page(start)
        standing = sweep.take(page)
        for key, _ in page.seen:
            server.changed[key[1]] = server.now = server.now + 1
        start = page.next_start or 1
    assert (standing, sweep.repetitions) == (Standing.COMPLETE, 0)
