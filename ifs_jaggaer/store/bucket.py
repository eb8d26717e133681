"""The arithmetic of the shared rate budget: a token bucket that promises ahead. Pure.

Who finds the bucket empty is promised the next permissions, and the level goes below zero; so turns
are taken in order of asking, and nobody who asks often can starve one who asks seldom.
Of what is given in any span of T seconds: at most rate x T + burst.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from math import floor

TICK = 0.001
"""Shortest wait for the end of a block, in seconds: a clock shows no less."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`rate` permissions a second flow in, at most `burst` (one at least) are held."""

    rate: float
    burst: float

    @property
    def second(self) -> int:
        """Most that are given at once: one second's worth."""
        return max(1, floor(min(self.rate, self.burst)))

    @property
    def turn(self) -> int:
        """Most that are promised to one asker while others may be waiting."""
        return max(1, floor(min(self.rate / 4, self.burst)))


@dataclass(frozen=True, slots=True)
class Promise:
    """`size` permissions `wait` seconds from now; none, if the system is blocked for that long.

    It falls when the system is blocked meanwhile: `blocks` then differs from the bucket's.
    """

    size: int
    wait: float
    blocks: int


@dataclass(frozen=True, slots=True)
class Bucket:
    """What is in it, and for how many seconds it is blocked, as of `at`; `blocks` counts the blocks.

    All is relative to `at`, so that a clock that is set back costs one refill and blocks nobody.
    """

    level: float
    blocked: float
    blocks: int
    at: datetime

    def as_of(self, now: datetime, pace: Pace) -> Bucket:
        """The bucket at a later time: first the block passes, then permissions flow in."""
        passed = max(0.0, (now - self.at).total_seconds())
        blocked = max(0.0, self.blocked - passed)
        flowing = passed - (self.blocked - blocked)
        level = min(pace.burst, self.level + pace.rate * flowing)
        return replace(self, level=level, blocked=blocked, at=now)

    def take(self, now: datetime, want: int, pace: Pace) -> tuple[Bucket, Promise]:
        """Takes 1 to `want` permissions, from what is there or from what comes next."""
        here = self.as_of(now, pace)
        if here.blocked > 0:
            return here, Promise(0, max(here.blocked, TICK), here.blocks)
        size = min(want, pace.second, floor(here.level))
        if size < 1:
            size = min(want, pace.turn)
        left = here.level - size
        return replace(here, level=left), Promise(size, max(0.0, -left / pace.rate), here.blocks)

    def block(self, now: datetime, seconds: float, pace: Pace) -> Bucket:
        """Gives none for that long, and starts empty then."""
        here = self.as_of(now, pace)
        return replace(here, level=0.0, blocked=max(here.blocked, seconds), blocks=here.blocks + 1)
