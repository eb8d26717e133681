from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tenacity import AsyncRetrying, RetryCallState

from connectors.backoff import Backoff, Repeat, full_jitter, http_date, retry_after, stated_limits

NOW = datetime(2026, 2, 14, 8, 30, tzinfo=UTC)


def failed(attempt: int, after: float | None = None) -> RetryCallState:
    state = RetryCallState(AsyncRetrying(), None, (), {})
    state.attempt_number = attempt
    error = Repeat("down", after=after)
    state.set_exception((Repeat, error, None))
    return state


@given(st.integers(1, 60))
def test_the_wait_is_anything_up_to_a_doubling_bound(attempt: int) -> None:
    tops: list[float] = []
    Backoff(base=0.5, top=20, jitter=lambda top: tops.append(top) or 0.0).wait(failed(attempt))
    assert tops == [min(20, 0.5 * 2 ** (attempt - 1))]
    assert 0 <= full_jitter(2.0) <= 2.0


def test_jitter_is_spread() -> None:
    waits = {full_jitter(10.0) for _ in range(50)}
    assert len(waits) == 50
    assert max(waits) - min(waits) > 2


@given(st.floats(0, 1e9), st.integers(1, 9))
def test_the_servers_word_beats_the_rule(after: float, attempt: int) -> None:
    assert Backoff().wait(failed(attempt, after)) == after


def test_attempts_and_patience_end() -> None:
    backoff = Backoff(attempts=3, patience=10)
    assert not backoff.stop(failed(2))
    assert backoff.stop(failed(3))
    patient = failed(1)
    patient.upcoming_sleep = 10
    assert not backoff.stop(patient)
    patient.upcoming_sleep = 11
    assert backoff.stop(patient)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": " 1.5 "}, 1.5),
        ({"Retry-After": "Sat, 14 Feb 2026 08:30:30 GMT"}, 30.0),
        ({"Retry-After": "Sat, 14 Feb 2026 08:30:30 GMT", "Date": "Sat, 14 Feb 2026 08:30:10 GMT"}, 20.0),
        ({"Retry-After": "Sat, 14 Feb 2026 08:29:00 GMT"}, 0.0),
        ({"Retry-After": "-3"}, None),
        ({"Retry-After": "²"}, None),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    coded = [(name.encode(), value.encode("utf-8")) for name, value in headers.items()]
    assert retry_after(httpx.Headers(coded), NOW) == seconds


@given(st.text(st.characters(codec="latin-1"), max_size=40))
def test_no_header_crashes(text: str) -> None:
    headers = httpx.Headers([(b"retry-after", text.encode("latin-1")), (b"date", text.encode("latin-1"))])
    seconds = retry_after(headers, NOW)
    assert seconds is None or seconds >= 0
    http_date(text)


def test_what_the_server_says_of_its_limit() -> None:
    headers = httpx.Headers(
        {"X-RateLimit-Limit": "1000", "RateLimit-Remaining": "7", "X-Rate-Limit-Reset": "3", "Date": "x"}
    )
    assert stated_limits(headers) == {
        "x-ratelimit-limit": "1000",
        "ratelimit-remaining": "7",
        "x-rate-limit-reset": "3",
    }
