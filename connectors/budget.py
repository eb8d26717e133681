"""The rate budget of one system: small leases from the store, spent in order of arrival."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ifs_jaggaer.errors import SettingsError, Throttled

WINDOW = 60.0
LEASE_LIFE = 1.0
SHORTEST_WAIT = 0.01


class Pace(NamedTuple):
    """A token bucket: `rate` permissions a second flow in, up to `burst` are held."""

    rate: float
    burst: float


def pace(limit_per_minute: int, share: float) -> Pace:
    """The bucket that keeps every window of 60 s within limit x share.

    A lease may be spent up to one second after it was given, so what leaves in 60 s was given in 61 s:
    rate x 61 + burst <= limit x share. The burst is one second's worth, one permission at least.

    Raises:
        SettingsError: limit x share leaves less than two requests a minute, or the share is not in (0, 1].
    """
    if not 0 < share <= 1:
        raise SettingsError("the share of the rate limit must be above 0 and at most 1", field="share")
    allowed = limit_per_minute * share
    if allowed < 2:
        raise SettingsError(
            "limit x share leaves less than two requests a minute",
            field="requests_per_minute",
            value=str(limit_per_minute),
            remedy="raise the limit or the share",
        )
    span = WINDOW + LEASE_LIFE
    rate = allowed / (span + 1.0)
    return Pace(rate, rate) if rate >= 1.0 else Pace((allowed - 1.0) / span, 1.0)


@dataclass(frozen=True, slots=True)
class Lease:
    """`granted` permissions, good for `valid_for` seconds; where none, `wait` seconds until asking pays."""

    granted: int
    valid_for: float
    wait: float


class Lender(Protocol):
    """Who keeps the bucket for all workers of a connection; the store does, by the database's clock."""

    def lend(self, want: int) -> Lease:
        """Gives 0 to `want` permissions, never more than one second's worth."""

    def blocked(self, seconds: float) -> None:
        """Gives none to anybody for that long."""


class LeasedBudget:
    """`connectors.wire.Budget` on top of a Lender; no lease, no sending.

    It asks for as much as it used of late, so that a quiet sync does not lock up what a busy one needs;
    what is left of a lease when it ends is not used. `patience` is the longest single wait in seconds:
    beyond it a run had better end and come back.
    """

    def __init__(
        self,
        lender: Lender,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        patience: float = 90.0,
    ) -> None:
        self._lender = lender
        self._monotonic = monotonic
        self._sleep = sleep
        self._patience = patience
        self._turn = asyncio.Lock()  # wakes in order of arrival
        self._waiting = 0
        self._used = 0
        self._left = 0
        self._until = 0.0

    async def permit(self) -> None:
        """Returns when one request may be sent.

        Raises:
            Throttled: the system asked for a longer pause than a run should sit through.
        """
        self._waiting += 1
        try:
            async with self._turn:
                while not self._take():
                    await self._lease()
        finally:
            self._waiting -= 1

    def throttled(self, seconds: float) -> None:
        self._left = 0
        self._lender.blocked(seconds)

    def _take(self) -> bool:
        if self._left <= 0 or self._monotonic() >= self._until:
            return False
        self._left -= 1
        self._used += 1
        return True

    async def _lease(self) -> None:
        spent = self._left <= 0
        want = max(self._waiting, self._used * 2 if spent else self._used, 1)
        asked = self._monotonic()
        lease = self._lender.lend(want)
        if lease.granted > 0:
            self._left, self._used = lease.granted, 0
            self._until = asked + min(lease.valid_for, LEASE_LIFE)
            return
        if lease.wait > self._patience:
            raise Throttled(f"the rate limit is closed for {lease.wait:.0f} s", retry_after=lease.wait)
        await self._sleep(max(lease.wait, SHORTEST_WAIT))
