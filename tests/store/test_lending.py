"""The shared rate budget: never above the limit in any window, in turns, for all workers together."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from races import in_processes

from ifs_jaggaer.store import Lender, Store
from ifs_jaggaer.store.bucket import Bucket, Pace, Promise
from ifs_jaggaer.store.lender import Step

EPOCH = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW = 60.0
NO_CHANCE = Random(1)  # noqa: S311 - a simulation


@dataclass
class World:
    """One simulated time, one bucket, and what was sent when."""

    pace: Pace
    chance: Random
    time: float = 0.0
    clock_error: float = 0.0
    slowest: float = 0.0
    sent: list[float] = field(default_factory=list)
    bucket: Bucket = field(init=False)

    def __post_init__(self) -> None:
        self.bucket = Bucket(self.pace.burst, 0.0, 0, self.now())

    def now(self) -> datetime:
        """The database's clock, in milliseconds as SQLite gives it."""
        return EPOCH + timedelta(milliseconds=int((self.time + self.clock_error) * 1000))

    def change(self, step: Step) -> Promise:
        """A step that takes some time to reach the database, and some to come back."""
        self.time += self.chance.uniform(0, self.slowest)
        self.bucket, promise = step(self.bucket, self.now())
        self.time += self.chance.uniform(0, self.slowest)
        return promise

    def lender(self) -> Lender:
        return Lender(self, self.pace, lambda: self.time)

    def most_in_a_window(self) -> int:
        sent, most, first = sorted(self.sent), 0, 0
        for last, at in enumerate(sent):
            while sent[first] <= at - WINDOW:
                first += 1
            most = max(most, last - first + 1)
        return most

    @property
    def allowed(self) -> float:
        return self.pace.rate * (WINDOW + 1) + self.pace.burst


def worker(world: World, want: int, *, late: bool = False, pause: float = 0.0) -> Iterator[float]:
    """Asks for ever; gives the seconds until it wants to go on. `late`: uses each lease at its very end."""
    lender = world.lender()
    while True:
        asked = world.time
        lease = lender.lend(want)
        if lease.granted:
            assert lease.granted <= min(want, world.pace.second)
            ends = asked + lease.valid_for
            for _ in range(lease.granted):
                use = ends if late else world.chance.uniform(world.time, max(world.time, ends))
                world.sent.append(use)
            yield pause
        else:
            assert lease.wait > 0
            yield lease.wait


def run(world: World, workers: list[Iterator[float]], until: float) -> None:
    """Lets each worker go on when its time has come."""
    due = [world.time] * len(workers)
    while (at := min(due)) < until:
        first = due.index(at)
        world.time = max(world.time, at)
        due[first] = world.time + next(workers[first])


chances = st.integers(0, 2**32).map(Random)
paces = st.sampled_from([Pace(14.5, 14.5), Pace(3.3, 3.3), Pace(1.4, 1.4), Pace(0.2, 1.0), Pace(40.0, 5.0)])


@settings(max_examples=40)
@given(
    pace=paces,
    chance=chances,
    wants=st.lists(st.integers(1, 200), min_size=1, max_size=3),
    slowest=st.sampled_from([0.0, 0.01, 0.3, 0.8]),
    late=st.booleans(),
    pause=st.sampled_from([0.0, 0.1, 3.0]),
)
def test_in_no_window_of_60_s_is_more_sent_than_allowed(
    *, pace: Pace, chance: Random, wants: list[int], slowest: float, late: bool, pause: float
) -> None:
    world = World(pace, chance, slowest=slowest)
    greedy = [worker(world, want, late=late) for want in wants]
    run(world, [*greedy, worker(world, 5, late=late, pause=pause)], until=150)
    assert world.sent
    assert world.most_in_a_window() <= world.allowed + pace.rate * 0.001  # the clock's milliseconds


@settings(max_examples=20)
@given(pace=paces, chance=chances, want=st.integers(1, 100))
def test_a_lone_worker_gets_nearly_all_that_is_allowed(pace: Pace, chance: Random, want: int) -> None:
    world = World(pace, chance, slowest=0.002)
    run(world, [worker(world, want)], until=200)
    expected = pace.rate * 200
    if want * 200 > 4 * expected:  # who asks for less than comes in is bound by his own round trips
        assert len(world.sent) >= 0.95 * expected - 1


@settings(max_examples=20)
@given(pace=paces, chance=chances, greedy=st.integers(1, 4))
def test_who_asks_seldom_is_served_soon_however_many_ask_always(pace: Pace, chance: Random, greedy: int) -> None:
    world = World(pace, chance, slowest=0.002)
    waits: list[float] = []

    def seldom() -> Iterator[float]:
        lender = world.lender()
        while True:
            asked = world.time
            while not (lease := lender.lend(1)).granted:
                yield lease.wait
            waits.append(world.time - asked)
            yield world.chance.uniform(1, 5)

    run(world, [*(worker(world, 1000) for _ in range(greedy)), seldom()], until=120)
    a_turn_each = (greedy * pace.turn + 1) / pace.rate
    assert waits
    assert max(waits) <= a_turn_each + 0.1


def test_a_refusal_of_the_server_stops_everybody_until_it_ends() -> None:
    world = World(Pace(10, 10), NO_CHANCE)
    workers = [worker(world, 20) for _ in range(3)]
    run(world, workers, until=30.5)
    world.lender().blocked(20)
    start = world.time
    run(world, workers, until=90)
    silent = [at for at in world.sent if start + 1 < at < start + 20]
    assert silent == []
    first_second = [at for at in world.sent if start + 20 <= at < start + 21]
    assert 0 < len(first_second) <= 11


def test_a_promise_falls_with_a_refusal_even_if_it_is_short() -> None:
    world = World(Pace(2, 2), NO_CHANCE)
    lender = world.lender()
    assert lender.lend(2).granted == 2
    wait = lender.lend(1).wait
    world.lender().blocked(0.1)
    world.time += wait
    assert lender.lend(1).granted == 0


def test_the_longer_refusal_counts() -> None:
    world = World(Pace(2, 2), NO_CHANCE)
    lender = world.lender()
    lender.blocked(30)
    world.time += 10
    lender.blocked(5)
    assert lender.lend(1).wait == pytest.approx(20, abs=0.01)


class Steady(Random):
    """Chance that always falls in the middle."""

    def uniform(self, a: float, b: float) -> float:
        return (a + b) / 2


def test_of_the_moments_in_which_a_promise_may_have_been_made_the_worst_is_taken() -> None:
    world = World(Pace(2, 2), Steady(), slowest=0.4)
    lender = world.lender()
    assert lender.lend(2).granted == 2
    asked = world.time
    wait = lender.lend(1).wait
    answered = world.time
    assert answered - asked == pytest.approx(0.4)
    world.time = answered + wait - 0.01
    assert lender.lend(1).granted == 0
    world.time = fetched = answered + wait
    lease = lender.lend(1)
    assert lease.granted == 1
    assert fetched + lease.valid_for == pytest.approx(asked + wait + 1.0)


def test_a_promise_that_is_not_fetched_in_time_is_lost_and_the_turn_comes_again() -> None:
    world = World(Pace(2, 2), NO_CHANCE)
    lender = world.lender()
    lender.lend(2)
    wait = lender.lend(1).wait
    assert 0 < lender.lend(1).wait <= wait
    world.time += wait + 1.5
    again = lender.lend(1)
    assert (again.granted, again.valid_for) == (1, 1.0)


@pytest.mark.parametrize("jump", [-3600.0, -5.0, 5.0, 3600.0])
def test_a_clock_that_is_set_stops_nobody_and_gives_one_burst_at_most(jump: float) -> None:
    world = World(Pace(5, 5), NO_CHANCE)
    workers = [worker(world, 20), worker(world, 20)]
    run(world, workers, until=60)
    world.clock_error = jump
    run(world, workers, until=130)
    assert world.most_in_a_window() <= world.allowed + world.pace.burst
    after = [at for at in world.sent if at > 62]
    assert len(after) > 0.9 * 5 * 68


def test_lenders_of_one_store_share_one_bucket_and_systems_do_not(store: Store) -> None:
    one, other = (store.lender("ifs", rate=0.5, burst=2) for _ in range(2))
    assert one.lend(1).granted == 1
    assert other.lend(5).granted == 1
    assert one.lend(1).granted == 0
    assert other.lend(1).wait > one.lend(1).wait > 0
    assert store.lender("jaggaer", rate=0.5, burst=2).lend(1).granted == 1
    one.blocked(30)
    assert 29 < store.lender("ifs", rate=0.5, burst=2).lend(1).wait <= 30


LEND = """
lender = store.lender("ifs", rate=20, burst=5)
got, end = [], time.time() + 2
while time.time() < end:
    lease = lender.lend(50)
    got.append(lease.granted)
    time.sleep(lease.wait)
print(json.dumps(sum(got)))
"""


def test_processes_together_get_what_one_bucket_gives_and_each_its_part(store: Store, database: str) -> None:
    started = time.monotonic()
    got = in_processes(2, database, store.connection, LEND)
    took = time.monotonic() - started
    assert 0.7 * 20 * 2 <= sum(got) <= 20 * took + 5
    assert min(got) >= 0.25 * sum(got)
