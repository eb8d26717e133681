"""Column types, and the insert that both databases have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Connection, DateTime, Dialect, Integer, Text, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator

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


def insert(db: Connection, table: type[Any]) -> sqlite.Insert | postgresql.Insert:
    """INSERT of the dialect in use, which knows ON CONFLICT."""
    return sqlite.insert(table) if db.dialect.name == "sqlite" else postgresql.insert(table)


def put_new(db: Connection, table: type[Any], **values: Any) -> bool:
    """Puts a row in unless one of the same unique key is there; tells whether it did."""
    put = insert(db, table).values(**values).on_conflict_do_nothing()
    # Not by rowcount, which the PostgreSQL driver does not give for an insert.
    return db.execute(put.returning(literal(1))).first() is not None


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """The values in lists of at most `size`."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part
