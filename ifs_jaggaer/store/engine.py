"""How the database is spoken to: the engine, its clock, and its errors in our words.

SQLite runs in WAL with `synchronous=FULL`: with NORMAL a power cut may take back the last commits,
and an intent that is forgotten while its request arrived may be sent twice (DESIGN, law 2). That is
one fsync for each commit. PostgreSQL's `synchronous_commit` is left as the operator has it; its
default (on) keeps the same promise.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Literal

import psycopg
import simplejson
import sqlalchemy as sa
from psycopg import pq
from psycopg.conninfo import make_conninfo
from sqlalchemy import exc
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry

from ifs_jaggaer.errors import Conflict, Rejected, SettingsError, SyncError, Unreachable

BUSY_SECONDS = 15
"""How long a writer waits for another one before it gives up with `Unreachable`."""

OLDEST_SQLITE = (3, 35, 0)  # RETURNING
READ_ONLY = "ifs_jaggaer_read_only"
CLOCK = "ifs_jaggaer_clock"

_SQLITE_SETTINGS = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_AUTH,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_CORRUPT,
}
_SQLITE_LATER = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_SCHEMA,
}
# Classes of SQLSTATE (PostgreSQL, appendix A). No state at all: there was no connection yet.
_POSTGRES_SETTINGS = ("28", "3D", "42501")
_POSTGRES_LATER = ("08", "25006", "40", "53", "55", "57", "58", "XX")

# A server without a free connection accepts some, too; in another language it is taken for a refusal.
_FULL = ("too many", "connection slots")
PING_SECONDS = 5

_CLOCK = sa.select(sa.func.clock_timestamp())


def machine_clock() -> datetime:
    """This machine's time, which is SQLite's."""
    return datetime.now(UTC)


def make_engine(url: str, sqlite_clock: Callable[[], datetime] = machine_clock) -> Engine:
    """An engine for a SQLite file, made if need be, or a PostgreSQL database; nothing is connected yet.

    Raises:
        SettingsError: the URL is neither, or the SQLite at hand is too old.
    """
    place = _place(url)
    common: dict[str, Any] = {
        "hide_parameters": True,  # a driver's error must not carry a record's values
        "json_serializer": partial(simplejson.dumps, use_decimal=True, ensure_ascii=False, sort_keys=True),
        "json_deserializer": partial(simplejson.loads, use_decimal=True),
    }
    if place.get_backend_name() == "sqlite":
        engine = sa.create_engine(
            place, connect_args={"timeout": BUSY_SECONDS}, execution_options={CLOCK: sqlite_clock}, **common
        )
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    engine = sa.create_engine(place, pool_pre_ping=True, connect_args={"connect_timeout": 10}, **common)
    sa.event.listen(engine, "connect", _set_up_postgres)
    return engine


def _place(url: str) -> URL:
    where: dict[str, Any] = {"field": "store.url", "remedy": "use sqlite:///path or postgresql://host/database"}
    try:
        place = make_url(url)
    except exc.ArgumentError:
        raise SettingsError("the store's address cannot be read", **where) from None
    match place.get_backend_name():
        case "sqlite":
            if not place.database or place.database == ":memory:":
                raise SettingsError("the store must be a file: what it holds must outlive a run", **where)
            if sqlite3.sqlite_version_info < OLDEST_SQLITE:
                raise SettingsError(f"SQLite {sqlite3.sqlite_version} is older than 3.35", **where)
            file = Path(place.database).expanduser().absolute()
            try:
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                if not file.exists():
                    file.touch(mode=0o600)  # before and after are in it, names of people among them
            except OSError as error:
                raise SettingsError(f"the store's file cannot be made: {error.strerror}", **where) from error
            return place.set(drivername="sqlite+pysqlite", database=os.fspath(file))
        case "postgresql" | "postgres":
            return place.set(drivername="postgresql+psycopg")
        case other:
            raise SettingsError(f"no store on {other}", **where)


def _set_up_sqlite(raw: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver begins transactions late and by guess; ours begin where `_begin_sqlite` says.
    raw.isolation_level = None
    cursor = raw.cursor()
    for pragma in ("foreign_keys=ON", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    if cursor.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        # Another process may be switching at this moment; whoever wins, it is WAL then.
        with suppress(sqlite3.OperationalError):
            cursor.execute("PRAGMA journal_mode=WAL")
    cursor.close()


def _begin_sqlite(db: Connection) -> None:
    # A transaction that begins as a reader cannot become a writer once another one wrote.
    deferred = db.get_execution_options().get(READ_ONLY, False)
    db.exec_driver_sql("BEGIN DEFERRED" if deferred else "BEGIN IMMEDIATE")


def _set_up_postgres(raw: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = raw.cursor()
    cursor.execute(f"SET lock_timeout = '{BUSY_SECONDS}s'")
    cursor.close()
    raw.commit()


def clock(db: Connection) -> datetime:
    """The database's time, now and not at the transaction's start, aware UTC.

    SQLite has none of its own: its 'now' is this machine's, in milliseconds.
    """
    if db.dialect.name == "sqlite":
        here: datetime = db.get_execution_options().get(CLOCK, machine_clock)()
        return here.replace(microsecond=here.microsecond // 1000 * 1000)
    now: datetime = db.execute(_CLOCK).scalar_one()
    return now.astimezone(UTC)


@contextmanager
def transaction(engine: Engine, *, read_only: bool = False) -> Iterator[Connection]:
    """One transaction, committed at the end, rolled back on any error; driver errors in our words.

    Read-only ones see one state of the database throughout and stop nobody.
    """
    options: dict[str, Any] = {}
    if read_only and engine.dialect.name == "sqlite":
        options = {READ_ONLY: True}
    elif read_only:
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with our_words(), engine.connect().execution_options(**options) as db, db.begin():
        yield db


@contextmanager
def our_words() -> Iterator[None]:
    """Translates what the driver raises; what is a mistake in this program stays as it is.

    Raises:
        Unreachable: the database is away, locked, full, or asks to try again.
        SettingsError: it cannot be opened with these settings, or is damaged.
        Conflict: a unique constraint was hit that no one expected.
        Rejected: a value that the database cannot hold.
    """
    try:
        yield
    except exc.DBAPIError as error:
        ours = _translate(error)
        if ours is None:
            raise
        raise ours from error
    except exc.TimeoutError as error:
        raise Unreachable("no connection to the store became free", field="store") from error
    except UnicodeEncodeError as error:
        raise Rejected("text that is not valid Unicode", field="store", remedy="correct it at the source") from error


def _translate(error: exc.DBAPIError) -> SyncError | None:
    said = str(error.orig).strip().splitlines()[0] if error.orig else ""
    if isinstance(error, exc.IntegrityError):
        return Conflict("another run stored the same at the same time", field="store", remedy="decide again")
    if isinstance(error, exc.DataError):
        return Rejected("a value that the store cannot hold", field="store", remedy="correct it at the source")
    later = Unreachable(f"the store is out of reach: {said}", field="store", remedy="runs go on when it is back")
    settings = SettingsError(
        f"the store cannot be used: {said}",
        field="store.url",
        remedy="check the address: user, password and database, and what this user may do there",
    )
    match _remedy(error):
        case "later":
            return later
        case "settings":
            return settings
        case "none":
            return None


def _remedy(error: exc.DBAPIError) -> Literal["later", "settings", "none"]:
    code = getattr(error.orig, "sqlite_errorcode", None)
    if code is not None:
        primary = code & 0xFF
        if primary in _SQLITE_SETTINGS:
            return "settings"
        return "later" if primary in _SQLITE_LATER else "none"
    state = getattr(error.orig, "sqlstate", None)
    if state is None and isinstance(error.orig, psycopg.OperationalError) and _turned_away(error.orig):
        return "settings"
    if state is None:
        return "later" if isinstance(error, exc.OperationalError | exc.InterfaceError) else "none"
    if state.startswith(_POSTGRES_SETTINGS):
        return "settings"
    return "later" if state.startswith(_POSTGRES_LATER) else "none"


def _turned_away(error: psycopg.OperationalError) -> bool:
    """Whether a server that is well refused the connection: unknown user or database, a wrong password.

    libpq keeps the SQLSTATE of such a refusal to itself, but `PQping` tells a server that accepts connections.
    """
    if error.pgconn is None or any(words in str(error) for words in _FULL):
        return False
    told = {one.keyword.decode(): (one.val or b"").decode() for one in error.pgconn.info}
    where = {name: told[name] for name in ("host", "hostaddr", "port", "sslmode") if told.get(name)}
    return pq.PGconn.ping(make_conninfo(**where, connect_timeout=PING_SECONDS).encode()) == pq.Ping.OK
