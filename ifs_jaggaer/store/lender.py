"""Lends permissions to send, in the name of all workers of a connection."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple, Protocol, TypeAlias

from sqlalchemy import bindparam, select, update

from ifs_jaggaer.errors import System
from ifs_jaggaer.store.bound import Bound
from ifs_jaggaer.store.bucket import Bucket, Pace, Promise
from ifs_jaggaer.store.columns import put_new
from ifs_jaggaer.store.engine import clock
from ifs_jaggaer.store.schema import BucketRow as Row

LIFE = 1.0
"""Seconds that a lease may be used for, after it was given."""

Step: TypeAlias = Callable[[Bucket, datetime], tuple[Bucket, Promise]]


class Lease(NamedTuple):
    """`granted` permissions, to be used within `valid_for` seconds from the call that gave them.

    None granted: ask again after `wait` seconds; the place in the queue is kept.
    """

    granted: int
    valid_for: float
    wait: float


class SharedBucket(Protocol):
    """Where the bucket is kept."""

    def change(self, step: Step) -> Promise:
        """Carries out a step on the bucket at the time of the one clock, alone."""


@dataclass(frozen=True, slots=True)
class _Due:
    """A promise in this process's time."""

    promise: Promise
    since: float
    until: float


class Lender:
    """Lends for one system. Give each worker one of its own; safe to use from several threads.

    What is lent in any 60 s is used within 61 s, so that rate x 61 + burst is what the server sees at
    most in any 60 s.
    """

    def __init__(self, shared: SharedBucket, pace: Pace, monotonic: Callable[[], float]) -> None:
        self._shared = shared
        self._pace = pace
        self._monotonic = monotonic
        self._due: _Due | None = None
        self._alone = threading.Lock()

    def lend(self, want: int) -> Lease:
        """Gives 1 to `want` permissions, at most one second's worth; or none yet, and says how long to wait.

        Raises:
            Unreachable: the store is away: without a lease nothing may be sent.
        """
        with self._alone:
            asked = self._monotonic()
            if self._due and asked < self._due.since:
                return Lease(0, 0.0, self._due.since - asked)
            due, self._due = self._due, None
            if due and asked < due.until and self._stands(due.promise):
                return Lease(due.promise.size, due.until - asked, 0.0)
            promise = self._shared.change(lambda bucket, now: bucket.take(now, want, self._pace))
            if promise.wait == 0:
                return Lease(promise.size, LIFE, 0.0)
            if promise.size:
                # The promise was made between the two readings of the clock: the later one starts
                # its life, the earlier one ends it.
                ends = asked + promise.wait + LIFE
                self._due = _Due(promise, self._monotonic() + promise.wait, ends)
            return Lease(0, 0.0, promise.wait)

    def blocked(self, seconds: float) -> None:
        """The server refused for so long: nobody is lent anything until then.

        What was lent before may still be used up to one second later.
        """

        def step(bucket: Bucket, now: datetime) -> tuple[Bucket, Promise]:
            shut = bucket.block(now, seconds, self._pace)
            return shut, Promise(0, shut.blocked, shut.blocks)

        with self._alone:
            self._due = None
            self._shared.change(step)

    def _stands(self, promise: Promise) -> bool:
        def step(bucket: Bucket, _now: datetime) -> tuple[Bucket, Promise]:
            return bucket, Promise(0, 0.0, bucket.blocks)

        return self._shared.change(step).blocks == promise.blocks


_THIS = (Row.connection == bindparam("of_connection"), Row.system == bindparam("of_system"))
_LOCKED = select(Row.level, Row.blocked, Row.blocks, Row.at).where(*_THIS).with_for_update()
_CHANGE = update(Row).where(*_THIS)


class Buckets(Bound):
    """The buckets of a connection by system."""

    def change(self, system: System, pace: Pace, step: Step) -> Promise:
        """Carries out a step on a system's bucket under its lock; a new one is full."""
        # The lock comes before the reading of the clock, so that two lenders see times in order.
        this = {"of_connection": self.connection, "of_system": system}
        row = self.db.execute(_LOCKED, this).one_or_none()
        if row is None:
            full = {"level": pace.burst, "blocked": 0.0, "blocks": 0, "at": clock(self.db)}
            put_new(self.db, Row, connection=self.connection, system=system, **full)
            row = self.db.execute(_LOCKED, this).one()
        bucket = Bucket(*row)
        changed, promise = step(bucket, clock(self.db))
        if changed != bucket:
            self.db.execute(_CHANGE, this | asdict(changed))
        return promise
