from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab import told

from connectors.ifs.times import WireTimes, literal

ZONES = ["utc", "aware", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Tokyo"]
moments = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(lambda naive: naive.replace(tzinfo=UTC))  # noqa: DTZ001
repeated = st.datetimes(datetime(2026, 10, 24, 23), datetime(2026, 10, 25, 3)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
"""Around the night in which Berlin's clocks are put back."""


def clock(zone: str) -> WireTimes:
    return WireTimes(told(zone=zone))


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("utc", "2026-07-01T08:30:00Z"), ("aware", "2026-07-01T08:30:00Z"), ("Europe/Berlin", "2026-07-01T10:30:00Z")],
)
def test_a_moment_in_the_sets_words(zone: str, shown: str) -> None:
    moment = datetime(2026, 7, 1, 8, 30, 0, 999_999, UTC)
    assert clock(zone).from_moment(moment) == shown
    assert clock(zone).to_moment(shown) == moment.replace(microsecond=0)


def test_a_moment_without_a_zone_is_none() -> None:
    with pytest.raises(ValueError, match="zone"):
        clock("utc").from_moment(datetime(2026, 7, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("zone", "mark", "start"),
    [
        ("utc", "2026-10-25T02:30:00Z", "2026-10-25T02:25:00Z"),
        ("utc", "2026-01-01T00:00:00.700Z", "2025-12-31T23:55:00Z"),
        ("Europe/Berlin", "2026-07-01T10:30:00Z", "2026-07-01T10:25:00Z"),
        # autumn: 02:00 to 03:00 comes twice, so all of it is read again
        ("Europe/Berlin", "2026-10-25T01:59:00Z", "2026-10-25T01:54:00Z"),
        ("Europe/Berlin", "2026-10-25T02:00:00Z", "2026-10-25T01:55:00Z"),
        ("Europe/Berlin", "2026-10-25T02:59:59Z", "2026-10-25T01:55:00Z"),
        ("Europe/Berlin", "2026-10-25T03:30:00Z", "2026-10-25T01:55:00Z"),
        ("Europe/Berlin", "2026-10-25T04:10:00Z", "2026-10-25T04:05:00Z"),
        ("America/New_York", "2026-11-01T01:10:00Z", "2026-11-01T00:55:00Z"),
        ("Australia/Lord_Howe", "2026-04-05T01:45:00Z", "2026-04-05T01:25:00Z"),
        # spring: 02:00 to 03:00 does not exist, five minutes before 03:02 it was 01:57
        ("Europe/Berlin", "2026-03-29T03:02:00Z", "2026-03-29T01:57:00Z"),
    ],
)
def test_the_overlap_in_the_sets_words(zone: str, mark: str, start: str) -> None:
    assert clock(zone).before(mark, 300) == start


@given(st.sampled_from(ZONES), moments | repeated, st.integers(0, 7200), st.integers(0, 7200))
def test_what_changed_within_the_overlap_is_read_again(zone: str, seen: datetime, overlap: int, earlier: int) -> None:
    """A row written up to `overlap` seconds before the newest one seen, or any time after it, is not missed."""
    times = clock(zone)
    seen = seen.replace(microsecond=0)
    start = times.before(times.from_moment(seen), overlap)
    for change in (seen - timedelta(seconds=min(overlap, earlier)), seen, seen + timedelta(seconds=earlier)):
        assert times.from_moment(change) >= start


@given(st.sampled_from(ZONES), moments | repeated, st.integers(0, 7200), st.booleans())
def test_a_window_misses_nothing_at_its_ends(zone: str, end: datetime, seconds: int, fine: bool) -> None:
    """What changed from then on, and before then, whatever the clocks showed."""
    times = clock(zone)
    end = end if fine else end.replace(microsecond=0)
    assert times.from_moment(end + timedelta(seconds=seconds)) >= times.since(end)
    assert times.from_moment(end.replace(microsecond=0) - timedelta(seconds=seconds + 1)) < times.until(end)


@pytest.mark.parametrize(
    ("moment", "since", "until"),
    [
        ("2026-10-24T23:59:59", "2026-10-25T01:59:59Z", "2026-10-25T01:59:59Z"),
        ("2026-10-25T00:50:00", "2026-10-25T02:00:00Z", "2026-10-25T02:50:00Z"),  # the first pass
        ("2026-10-25T01:10:00", "2026-10-25T02:00:00Z", "2026-10-25T03:00:00Z"),  # the second
        ("2026-10-25T02:00:00", "2026-10-25T03:00:00Z", "2026-10-25T03:00:00Z"),
        ("2026-03-29T01:00:00", "2026-03-29T03:00:00Z", "2026-03-29T03:00:00Z"),
    ],
)
def test_the_ends_of_a_window_in_the_sets_words(moment: str, since: str, until: str) -> None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert (clock("Europe/Berlin").since(at), clock("Europe/Berlin").until(at)) == (since, until)


@given(st.sampled_from(ZONES), moments, st.integers(0, 7200))
def test_the_overlap_is_bounded(zone: str, seen: datetime, overlap: int) -> None:
    times = clock(zone)
    mark = times.from_moment(seen)
    start = datetime.fromisoformat(times.before(mark, overlap)[:-1])
    assert datetime.fromisoformat(mark[:-1]) - start <= timedelta(seconds=overlap, hours=3)


@pytest.mark.parametrize(
    "text", ["2026-02-14", "2026-02-14T08:30Z", "2026-13-14T08:30:00Z", "2026-02-14T08:30:00+01:00", ""]
)
def test_other_words_are_no_time(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words do not matter
        literal(text)
