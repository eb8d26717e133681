"""What both systems are made of: calls, answers, rows, the clock."""

from __future__ import annotations

import json
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import unquote, unquote_plus

import simplejson

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

Row = dict[str, Any]


class Refusal(Exception):
    """A call to `/_sandbox/` that cannot be carried out; becomes 400 with `{"error": text}`."""


@dataclass(frozen=True)
class Call:
    """One request of a client, or one part of a batch.

    `path` and `query` are as they came, percent-encoded; header names are lower-case.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @cached_property
    def readable(self) -> str:
        """Path and query decoded, as a person would write them."""
        path = unquote(self.path)
        return f"{path}?{unquote_plus(self.query)}" if self.query else path


@dataclass
class Answer:
    """What goes back: a status, a body, headers (lower-case names)."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, status: int, document: object, headers: Mapping[str, str] | None = None) -> Self:
        """An answer with a JSON body; Decimals are written as exact JSON numbers."""
        body = simplejson.dumps(document, use_decimal=True, ensure_ascii=False, separators=(",", ":"))
        return cls(status, body.encode(), {"content-type": "application/json"} | dict(headers or {}))


def parse_json(body: bytes) -> Any:
    """Read JSON with exact numbers (Decimal where there is a point or an exponent).

    Raises ValueError for anything that is not JSON, NaN and Infinity included.
    """
    return json.loads(body, parse_float=Decimal, parse_constant=_refuse_constant)


def _refuse_constant(word: str) -> None:
    raise ValueError(f"{word} is not JSON")


class Clock:
    """The time of one system: UTC, shifted by the setting `clock_offset`.

    `source` and `monotonic` (seconds, for limits and lifetimes) may be replaced by those of a simulation.
    """

    def __init__(self) -> None:
        self.offset = timedelta(0)
        self.source: Callable[[], datetime] = _machine_time
        self.monotonic: Callable[[], float] = time.monotonic
        self._stopped: datetime | None = None

    def now(self) -> datetime:
        return self._stopped or self.source() + self.offset

    @contextmanager
    def stopped_at(self, moment: datetime) -> Iterator[None]:
        """Within the block it is `moment`: for work that was dated before it became visible."""
        self._stopped = moment
        try:
            yield
        finally:
            self._stopped = None


def _machine_time() -> datetime:
    return datetime.now(UTC)
