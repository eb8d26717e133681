"""Tables of rows that both systems keep: in memory, and in a SQLite file where one is given."""

from __future__ import annotations

import json
import sqlite3
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ifs_jaggaer.sandbox.kernel import Row

Key = tuple[Any, ...]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (place INTEGER PRIMARY KEY, tbl TEXT, key TEXT, body TEXT, UNIQUE (tbl, key));
CREATE TABLE IF NOT EXISTS numbers (name TEXT PRIMARY KEY, value INTEGER);
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT);
"""


class Watcher(Protocol):
    """Who wants to know of each change of a table, for example a sorted index."""

    def changed(self, before: Row | None, after: Row | None) -> None: ...


class Table:
    """Rows by key, in the order in which they came.

    A row that was put is never changed in place: put a new one instead.
    """

    def __init__(self, name: str, key_of: Callable[[Row], Key], database: Database) -> None:
        self.name = name
        self.key_of = key_of
        self.watchers: list[Watcher] = []
        self._rows: dict[Key, Row] = {}
        self._database = database

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def get(self, key: Key) -> Row | None:
        return self._rows.get(key)

    def put(self, row: Row) -> None:
        """Add the row, or replace the one with its key."""
        self._set(self.key_of(row), row)

    def remove(self, key: Key) -> None:
        """Raises KeyError where there is no such row."""
        if key not in self._rows:
            raise KeyError(key)
        self._set(key, None)

    def _set(self, key: Key, row: Row | None) -> None:
        before = self.replace(key, row)
        self._database.note(self, key, before)

    def replace(self, key: Key, row: Row | None) -> Row | None:
        """Exchange a row without writing it down; answers the one before. For the database only."""
        before = self._rows.get(key)
        if row is None:
            self._rows.pop(key, None)
        else:
            self._rows[key] = row
        for watcher in self.watchers:
            watcher.changed(before, row)
        return before


class Database:
    """All tables of the sandbox, with transactions and, where `file` is given, on disk."""

    def __init__(self, file: Path | None = None) -> None:
        self._disk = sqlite3.connect(file, isolation_level=None) if file else None
        self._tables: dict[str, Table] = {}
        self._numbers: dict[str, int] = {}
        self._undo: list[Callable[[], object]] = []
        self._touched: dict[tuple[str, Key], Table] = {}
        self._depth = 0
        if self._disk:
            self._disk.execute("PRAGMA journal_mode = WAL")
            self._disk.execute("PRAGMA synchronous = NORMAL")  # outlives a killed process, if not a power cut
            self._disk.executescript(_SCHEMA)
            self._numbers = dict(self._disk.execute("SELECT name, value FROM numbers"))

    def recall(self, name: str) -> str | None:
        """A fact remembered on disk; None if there is none."""
        if not self._disk:
            return None
        found = self._disk.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return found[0] if found else None

    def remember(self, name: str, value: str) -> None:
        if self._disk:
            self._disk.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def table(self, name: str, key_of: Callable[[Row], Key]) -> Table:
        """Open a table, with what is on disk. Names are `system/set`; each is opened once."""
        table = self._tables[name] = Table(name, key_of, self)
        if self._disk:
            for (body,) in self._disk.execute("SELECT body FROM rows WHERE tbl = ? ORDER BY place", (name,)):
                row = json.loads(body, object_hook=_decimals)
                table.replace(key_of(row), row)
        return table

    def next_number(self, name: str, first: int = 1) -> int:
        """The next number of a series, beginning with `first`; an undone transaction gives it back."""
        before = self._numbers.get(name)
        number = first if before is None else before + 1
        self.set_number(name, number)
        return number

    def set_number(self, name: str, number: int) -> None:
        """Make `number` the last one given from the series."""
        before = self._numbers.get(name)
        self._numbers[name] = number
        self._undo.append(lambda: self._restore_number(name, before))
        if not self._depth:
            self._commit()

    def _restore_number(self, name: str, before: int | None) -> None:
        if before is None:
            del self._numbers[name]
        else:
            self._numbers[name] = before

    def note(self, table: Table, key: Key, before: Row | None) -> None:
        """Remember a change until the transaction ends; outside of one it is committed at once."""
        self._undo.append(lambda: table.replace(key, before))
        self._touched[table.name, key] = table
        if not self._depth:
            self._commit()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All changes of the block or, when it raises, none. An inner one can be undone by itself."""
        start = len(self._undo)
        self._depth += 1
        try:
            yield
        except BaseException:
            while len(self._undo) > start:
                self._undo.pop()()
            raise
        finally:
            self._depth -= 1
            if not self._depth:
                self._commit()

    def _commit(self) -> None:
        changed, self._touched = self._touched, {}
        wrote, self._undo = bool(self._undo), []
        if not self._disk or not wrote:
            return
        self._disk.execute("BEGIN IMMEDIATE")
        for (name, key), table in changed.items():
            row, text = table.get(key), json.dumps(key, default=str)
            if row is None:
                self._disk.execute("DELETE FROM rows WHERE tbl = ? AND key = ?", (name, text))
            else:
                self._disk.execute(
                    "INSERT INTO rows (tbl, key, body) VALUES (?, ?, ?)"
                    " ON CONFLICT (tbl, key) DO UPDATE SET body = excluded.body",
                    (name, text, json.dumps(row, default=_tagged)),
                )
        self._disk.executemany(
            "INSERT INTO numbers VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            self._numbers.items(),
        )
        self._disk.execute("COMMIT")

    def close(self) -> None:
        if self._disk:
            self._disk.close()


def _tagged(value: object) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {"$decimal": str(value)}
    raise TypeError(f"{type(value).__name__} cannot be kept")


def _decimals(found: dict[str, Any]) -> Any:
    return Decimal(found["$decimal"]) if found.keys() == {"$decimal"} else found
