from __future__ import annotations

import asyncio
from bisect import bisect_right
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.budget import LEASE_LIFE, WINDOW, Lease, LeasedBudget, pace
from ifs_jaggaer.errors import SettingsError, Unreachable


@given(st.integers(3, 10_000), st.floats(0.01, 1.0))
def test_pace_keeps_within_the_limit(limit: int, share: float) -> None:
    if limit * share < 2:
        with pytest.raises(SettingsError):
            pace(limit, share)
        return
    rate, burst = pace(limit, share)
    assert burst >= 1
    assert rate > 0
    assert rate * (WINDOW + LEASE_LIFE) + burst <= limit * share + 1e-9
    assert burst <= max(1.0, rate)


@pytest.mark.parametrize(("limit", "share"), [(1, 0.9), (0, 1.0), (1000, 0.0), (1000, 1.1)])
def test_a_pace_that_nobody_can_keep_is_refused(limit: int, share: float) -> None:
    with pytest.raises(SettingsError):
        pace(limit, share)


@dataclass
class Time:
    """A clock that moves when somebody sleeps, and a bucket by that clock."""

    rate: float = 10.0
    burst: float = 10.0
    now: float = 0.0
    held: float | None = None
    filled_at: float = 0.0
    closed_until: float = 0.0
    asked: list[int] = field(default_factory=list)
    blocks: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)

    def lend(self, want: int) -> Lease:
        self.asked.append(want)
        if self.now < self.closed_until:
            return Lease(0, 0.0, self.closed_until - self.now)
        held = self.burst if self.held is None else self.held
        held = min(self.burst, held + (self.now - self.filled_at) * self.rate)
        granted = min(want, int(held + 1e-9))
        self.held, self.filled_at = held - granted, self.now
        return Lease(granted, LEASE_LIFE, 0.0 if granted else (1 - held) / self.rate + 1e-9)

    def blocked(self, seconds: float) -> None:
        self.blocks.append(seconds)
        self.closed_until = self.now + seconds


def budget(time: Time) -> LeasedBudget:
    return LeasedBudget(time, monotonic=time, sleep=time.sleep)


@given(st.lists(st.floats(0, 3), min_size=1, max_size=60), st.integers(20, 900))
def test_no_window_holds_more_than_the_limit(pauses: list[float], limit: int) -> None:
    rate, burst = pace(limit, 1.0)
    time = Time(rate, burst)
    sent: list[float] = []

    async def run() -> None:
        leased = budget(time)
        for pause in pauses * 10:
            time.now += pause / 10
            await leased.permit()
            sent.append(time.now)

    asyncio.run(run())
    for at, start in enumerate(sent):
        assert bisect_right(sent, start + WINDOW) - at <= limit


async def test_permits_come_in_the_order_of_asking() -> None:
    time = Time(rate=1, burst=1)
    leased = budget(time)
    order: list[int] = []

    async def one(number: int) -> None:
        await leased.permit()
        order.append(number)

    await asyncio.gather(*(one(number) for number in range(30)))
    assert order == list(range(30))


async def test_many_who_wait_share_leases() -> None:
    time = Time(rate=100, burst=100)
    leased = budget(time)
    await asyncio.gather(*(leased.permit() for _ in range(50)))
    assert sum(time.asked) >= 50
    assert len(time.asked) <= 7


async def test_one_who_asks_seldom_takes_little() -> None:
    time = Time(rate=100, burst=100)
    leased = budget(time)
    for _ in range(10):
        await leased.permit()
        time.now += 2
    assert max(time.asked) <= 2


async def test_the_rest_of_a_lease_expires() -> None:
    time = Time()
    leased = budget(time)
    await asyncio.gather(*(leased.permit() for _ in range(3)))
    asked = len(time.asked)
    time.now += LEASE_LIFE
    await leased.permit()
    assert len(time.asked) == asked + 1


async def test_a_429_drops_the_lease_and_tells_all() -> None:
    time = Time()
    leased = budget(time)
    await leased.permit()
    await leased.permit()
    assert time.asked == [1, 2]  # one of the second lease is left
    leased.throttled(5.0)
    await leased.permit()
    assert time.blocks == [5.0]
    assert time.now >= 5.0


async def test_a_long_closure_is_handed_up() -> None:
    time = Time(closed_until=3600.0)
    with pytest.raises(Unreachable) as raised:
        await budget(time).permit()
    assert raised.value.retry_after == 3600.0


async def test_one_who_gives_up_waiting_holds_up_nobody() -> None:
    time = Time(rate=1, burst=1)
    leased = budget(time)
    await leased.permit()
    tasks = [asyncio.create_task(leased.permit()) for _ in range(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    await asyncio.gather(*tasks[1:])
    assert tasks[0].cancelled()
