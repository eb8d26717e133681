"""An event loop whose time passes only when everybody waits, and then at once."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike

T = TypeVar("T")

BEGIN = datetime(2026, 2, 14, 8, 0, tzinfo=UTC)
"""When the simulated life begins."""


class Stuck(AssertionError):
    """Everybody waits for somebody else: no time would ever end it."""


class _Leap(selectors.SelectSelector):
    """Waits by moving the loop's time on."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Stuck("every task waits, and none for a time")
        self.passed += max(timeout, 0.0)
        return []

    def register(self, fileobj: FileDescriptorLike, events: int, data: Any = None) -> selectors.SelectorKey:
        return super().register(fileobj, events, data)


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio with a clock of its own; sleeping takes no time."""

    def __init__(self) -> None:
        self._leap = _Leap()
        super().__init__(self._leap)
        self._clock_resolution = 1e-6  # as fine as datetime; sums of floats are not exact

    def time(self) -> float:
        return self._leap.passed


class Times:
    """The loop's time as the product and both systems read it."""

    def __init__(self, loop: VirtualLoop) -> None:
        self._loop = loop

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self._loop.time())

    def monotonic(self) -> float:
        return self._loop.time()


def live(life: Coroutine[Any, Any, T], loop: VirtualLoop) -> T:
    """Runs to the end in virtual time."""
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(life)
