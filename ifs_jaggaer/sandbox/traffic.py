"""What came in: counters, the log, and the limit of requests a minute."""

from __future__ import annotations

import math
from collections import Counter, deque
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import unquote, unquote_plus

if TYPE_CHECKING:
    from ifs_jaggaer.sandbox.kernel import Call, Clock

Kind = Literal["read", "write", "token"]
Entry = dict[str, Any]

_LOGGED_HEADERS = frozenset(
    {
        "accept", "content-type", "if-match", "if-none-match", "prefer", "user-agent",
        "x-ifs-time-zone-aware-request", "x-request-id",
    }
)  # fmt: skip
_MINUTE = 60.0


class Traffic:
    """Counters and log of one port since the last reset; the rate window is not reset."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._window: deque[float] = deque()
        self.reset()

    def reset(self) -> None:
        self._counts: Counter[str] = Counter()
        self._by: Counter[str] = Counter()
        self._log: list[Entry] = []

    def arrive(self, call: Call, kind: Kind, subject: str) -> Entry:
        """Count a request as it comes in; its log entry still lacks the status."""
        self._counts["requests"] += 1
        self._counts[f"{kind}s"] += 1
        self._by[f"{call.method} {subject}"] += 1
        entry = {
            "at": self._clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "method": call.method,
            "path": unquote(call.path),
            "query": unquote_plus(call.query),
            "headers": {name: value for name, value in call.headers.items() if name in _LOGGED_HEADERS},
            "body": None if kind == "token" or not call.body else call.body.decode(errors="replace"),
            "status": None,
        }
        self._log.append(entry)
        return entry

    def leave(self, entry: Entry, status: int) -> None:
        entry["status"] = status
        if status == 429:
            self._counts["throttled"] += 1

    def stats(self) -> dict[str, Any]:
        names = ("requests", "reads", "writes", "tokens", "throttled")
        return {name: self._counts[name] for name in names} | {"by": dict(self._by)}

    def log(self) -> list[Entry]:
        return self._log

    def throttle(self, limit: int, weight: int = 1) -> int:
        """Let `weight` requests pass within a sliding minute.

        0 if they may; else the seconds after which they could, and they are not counted.
        """
        now = self._clock.monotonic()
        while self._window and self._window[0] <= now - _MINUTE:
            self._window.popleft()
        if len(self._window) + weight <= limit:
            self._window.extend([now] * weight)
            return 0
        # a batch heavier than the whole limit can never pass; let it try again in a minute
        freed = min(len(self._window) + weight - limit, len(self._window))
        return max(1, math.ceil(self._window[freed - 1] + _MINUTE - now)) if freed else int(_MINUTE)
