"""How long to wait before the same request goes again."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx

from connectors.redaction import safe
from ifs_jaggaer.errors import SyncError

if TYPE_CHECKING:
    from tenacity import RetryCallState

_chance = random.SystemRandom()


class Repeat(Exception):
    """A signal to tenacity: this attempt may go again; `after` is the server's own word on when, in seconds.

    `at_last`: what to raise when it failed for the last time.
    """

    def __init__(self, why: str, *, after: float | None = None, at_last: SyncError | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.after = after
        self.at_last = at_last


def full_jitter(top: float) -> float:
    """Anything from 0 to `top` seconds, so that clients which failed together do not come back together."""
    return _chance.uniform(0.0, top)


@dataclass(frozen=True, slots=True)
class Backoff:
    """The wait of tenacity: the server's word in full, else exponential with full jitter.

    `patience` is the longest single wait, in seconds: a server that asks for more is not asked again
    sooner but given up, and the caller is told when to come back.
    """

    attempts: int = 5
    base: float = 0.5
    top: float = 20.0
    patience: float = 90.0
    jitter: Callable[[float], float] = full_jitter

    def wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, Repeat) and error.after is not None:
            return error.after
        return self.jitter(min(self.top, self.base * 2 ** (state.attempt_number - 1)))

    def stop(self, state: RetryCallState) -> bool:
        return state.attempt_number >= self.attempts or state.upcoming_sleep > self.patience


def http_date(text: str | None) -> datetime | None:
    """The time in a `Date` header, UTC, or None."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except (ValueError, OverflowError):
        return None


def stated_limits(headers: httpx.Headers) -> dict[str, str]:
    """What the server says of its rate limit: `RateLimit-Limit`, `X-RateLimit-Remaining` and their like."""
    return {name: safe(value) for name, value in headers.items() if "ratelimit" in name.replace("-", "")}


def retry_after(headers: httpx.Headers, now: datetime) -> float | None:
    """Seconds of `Retry-After`, given in seconds or as a date (measured by the server's own `Date`)."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.replace(".", "", 1).isdigit():
        return min(float(text), 1e9)
    when = http_date(text)
    if when is None:
        return None
    return max(0.0, (when - (http_date(headers.get("date")) or now)).total_seconds())
