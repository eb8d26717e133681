"""The store: one transaction at a time, all that a run must remember in it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, Engine, select

from ifs_jaggaer.errors import System
from ifs_jaggaer.store.attributes import Attributes
from ifs_jaggaer.store.audit.record import Audit
from ifs_jaggaer.store.bucket import Pace, Promise
from ifs_jaggaer.store.columns import put_new
from ifs_jaggaer.store.engine import clock, machine_clock, make_engine, transaction
from ifs_jaggaer.store.intents import Intents
from ifs_jaggaer.store.items import Items
from ifs_jaggaer.store.leases import Leases
from ifs_jaggaer.store.lender import Buckets, Lender, Step
from ifs_jaggaer.store.links import Links
from ifs_jaggaer.store.migrate import bring_up
from ifs_jaggaer.store.pruning import Pruned, Pruning
from ifs_jaggaer.store.runs import Fingerprints, Runs
from ifs_jaggaer.store.schema import SecretRow
from ifs_jaggaer.store.snapshots import Snapshots
from ifs_jaggaer.store.versions import Versions
from ifs_jaggaer.store.watermarks import Watermarks

SHOWN = 4
"""Characters of a hashed value that stay readable, if it is at least twice as long."""


class Unit:
    """One transaction, and what can be done in it. Lives inside `with store.unit()` only."""

    def __init__(self, db: Connection, connection: str) -> None:
        self.db = db
        self.connection = connection
        self.watermarks = Watermarks(db, connection)
        self.links = Links(db, connection)
        self.snapshots = Snapshots(db, connection)
        self.versions = Versions(db, connection)
        self.intents = Intents(db, connection)
        self.leases = Leases(db, connection)
        self.items = Items(db, connection)
        self.runs = Runs(db, connection)
        self.fingerprints = Fingerprints(db, connection)
        self.attributes = Attributes(db, connection)

    def now(self) -> datetime:
        """The database's time, aware UTC."""
        return clock(self.db)


class Store:
    """What is remembered between runs, for one connection (a pair of tenants).

    Its methods block: a unit of work never spans an await. Safe to use from several threads, one unit
    at a time in each.
    """

    def __init__(
        self,
        engine: Engine,
        connection: str,
        hash_key: bytes,
        audit_key: bytes | None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._hash_key = hash_key
        self._monotonic = monotonic
        self._busy = threading.local()
        self.connection = connection
        self.audit = Audit(self, audit_key)

    @classmethod
    def open(
        cls,
        url: str,
        connection: str,
        audit_key: bytes | None = None,
        *,
        sqlite_clock: Callable[[], datetime] = machine_clock,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> Self:
        """Opens the store at a URL and brings it to this program's schema.

        Args:
            url: `sqlite:///path` or `postgresql://user@host/database`.
            connection: name of the pair of tenants, part of every business key.
            audit_key: kept outside the store; seals every audit event, so that nobody without it can
                forge one.
            sqlite_clock: the time of a SQLite store; PostgreSQL has its own.
            monotonic: seconds, for what is lent to this process.

        Raises:
            SettingsError: the URL, the rights or the schema do not fit.
            Unreachable: the database is away or locked.
        """
        engine = make_engine(url, sqlite_clock)
        try:
            bring_up(engine)
            return cls(engine, connection, _hash_key(engine), audit_key, monotonic)
        except BaseException:
            engine.dispose()
            raise

    def close(self) -> None:
        """Lets go of all database connections."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """One transaction: committed at the end, rolled back on any error.

        Raises:
            Unreachable: the database is away, or another writer held it too long.
            RuntimeError: this thread is in a unit already; a second one would wait for the first.
        """
        with self._one_at_a_time(), transaction(self._engine) as db:
            yield Unit(db, self.connection)

    @contextmanager
    def look(self) -> Iterator[Unit]:
        """One state of the store to read in, which stops no writer."""
        with self._one_at_a_time(), transaction(self._engine, read_only=True) as db:
            yield Unit(db, self.connection)

    def now(self) -> datetime:
        """The database's time, aware UTC."""
        with self.look() as unit:
            return unit.now()

    def prune(self, before: datetime, by: str) -> Pruned:
        """Deletes audit chains, settled intents and closed items that ended before then; see `audit.prune`.

        Raises:
            SettingsError: the time lies within the last 24 hours.
        """
        with self.unit() as unit:
            intents, items = Pruning(unit.db, unit.connection).settled(before)
        return Pruned(intents, items, self.audit.prune(before, by))

    def lender(self, system: System, *, rate: float, burst: float) -> Lender:
        """Lends permissions to send to a system, shared with all other workers of this connection.

        Args:
            system: whose limit it is.
            rate: permissions a second.
            burst: most permissions held, one at least; rate x 61 + burst must not exceed what is allowed
                in 60 s.
        """
        pace = Pace(rate, burst)
        return Lender(_SharedBucket(self, system, pace), pace, self._monotonic)

    def keyed_hash(self, value: str) -> str:
        """What may be kept of a secret value such as a bank account: "…3000 hmac:9f2c…".

        Equal values give equal results within this store, and in no other: the key is random and is
        lost with the store, as is all that was hashed by it.
        """
        digest = hmac.new(self._hash_key, value.encode(), hashlib.sha256).hexdigest()
        shown = value[-SHOWN:] if len(value) >= 2 * SHOWN else ""
        return f"…{shown} hmac:{digest}"

    @contextmanager
    def _one_at_a_time(self) -> Iterator[None]:
        if getattr(self._busy, "unit", False):
            msg = "a unit of work inside another one"
            raise RuntimeError(msg)
        self._busy.unit = True
        try:
            yield
        finally:
            self._busy.unit = False


@dataclass(frozen=True, slots=True)
class _SharedBucket:
    store: Store
    system: System
    pace: Pace

    def change(self, step: Step) -> Promise:
        with self.store.unit() as unit:
            return Buckets(unit.db, unit.connection).change(self.system, self.pace, step)


def _hash_key(engine: Engine) -> bytes:
    with transaction(engine, read_only=True) as db:
        found = db.execute(select(SecretRow.value).filter_by(name="hash")).scalar_one_or_none()
    if found is not None:
        return found
    with transaction(engine) as db:
        put_new(db, SecretRow, name="hash", value=secrets.token_bytes(32))
        return db.execute(select(SecretRow.value).filter_by(name="hash")).scalar_one()
