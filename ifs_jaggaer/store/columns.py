"""Column types, and the insert that both databases have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Integer,
    Text,
    TextClause,
    bindparam,
    literal_column,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.engine.interfaces import BindTyping
from sqlalchemy.sql.dml import Insert, ReturningInsert
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from ifs_jaggaer.store.schema import Base

T = TypeVar("T")

Serial = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up by itself only in a column of type INTEGER."""

Words = Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
"""Text in the order of its bytes on both databases, whatever language the server speaks."""

CHUNK = 500
"""Keys or rows in one statement: far below both databases' limits on parameters."""


class Instant(TypeDecorator[datetime]):
    """A moment: refuses a naive datetime, gives an aware one in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"naive datetime {value.isoformat()}: the store keeps moments in UTC"
            raise TypeError(msg)
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def insert(db: Connection, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """INSERT of the dialect in use, which knows ON CONFLICT."""
    return insert_on(db.dialect.name, table)


def insert_on(dialect: str, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    """The same by the dialect's name, for statements that are kept."""
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


def put_new(db: Connection, table: type[Base], **values: Any) -> bool:
    """Puts a row in unless one of the same unique key is there; tells whether it did."""
    return db.execute(_put_new(db.dialect.name, table, tuple(values)), values).first() is not None


def worded(dialect: str, put: Insert | ReturningInsert[Any], columns: Sequence[str]) -> TextClause:
    """An INSERT with ON CONFLICT as text, to be kept; its parameters are the columns' names.

    SQLAlchemy's cache leaves such statements out, and each time they cost more to word than to run.
    """
    named = (sqlite.dialect if dialect == "sqlite" else _WithoutCasts)(paramstyle="named")
    compiled = put.compile(dialect=named, column_keys=columns)
    typed = (bindparam(name, type_=each.type) for name, each in compiled.binds.items())
    return text(str(compiled)).bindparams(*typed)


class _WithoutCasts(PGDialect):
    """Words parameters as names alone; the driver's own dialect adds the casts when the text is run."""

    bind_typing = BindTyping.NONE
    supports_statement_cache = True


@cache
def _put_new(dialect: str, table: type[Base], columns: tuple[str, ...]) -> TextClause:
    # Not by rowcount, which the PostgreSQL driver does not give for an insert.
    put: ReturningInsert[Any] = insert_on(dialect, table).on_conflict_do_nothing().returning(literal_column("1"))
    return worded(dialect, put, columns)


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The values in lists of at most `size`."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part
