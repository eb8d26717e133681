"""The rows of all entity sets, with row versions and modified times."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ifs_jaggaer.sandbox.ifs.catalogue import SETS
from ifs_jaggaer.sandbox.ifs.indexes import Indexes
from ifs_jaggaer.sandbox.ifs.model import MODIFIED, EntitySet
from ifs_jaggaer.sandbox.ifs.values import stamp
from ifs_jaggaer.sandbox.kernel import Clock, Row
from ifs_jaggaer.sandbox.storage import Database, Key

_ID, _VERSION = "$objid", "$version"


def etag_of(row: Row) -> str:
    """`W/"<base64>"` over row id and row version, in the form of recordings of real tenants."""
    digits = row[MODIFIED].translate({ord(sign): None for sign in "-:TZ"})
    inner = f'W/"AAC{row[_ID]:015X}:{digits}{row[_VERSION]:04}"'
    return f'W/"{base64.b64encode(inner.encode()).decode()}"'


class Records:
    """Read and write rows by set; each write gives the row a new version and modified time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self._clock = clock
        self._tables = {name: database.table(f"ifs/{name}", each.key_of) for name, each in SETS.items()}
        self._indexes = {name: Indexes(table) for name, table in self._tables.items()}

    def now(self) -> str:
        return stamp(self._clock.now())

    def today(self) -> str:
        return self.now()[:10]

    def indexes(self, name: str) -> Indexes:
        return self._indexes[name]

    def all(self, name: str) -> Iterator[Row]:
        return iter(self._tables[name])

    def find(self, name: str, *key: Any) -> Row | None:
        return self._tables[name].get(key)

    def where(self, name: str, attribute: str, value: Any) -> list[Row]:
        """Rows of which one attribute has this value."""
        found = self._indexes[name].grouped_by(attribute).keys(value)
        return [row for key in found if (row := self._tables[name].get(key)) is not None]

    def insert(self, entity_set: EntitySet, row: Row) -> Row:
        new = {**row, MODIFIED: row.get(MODIFIED) or self.now()}
        new |= {_ID: self.database.next_number("ifs/objid"), _VERSION: 1}
        self._tables[entity_set.name].put(new)
        return new

    def update(self, name: str, row: Row, changes: Mapping[str, Any]) -> Row:
        """A new version of the row. A modified time among the changes is kept as it is."""
        new = {**row, MODIFIED: self.now(), **changes, _VERSION: row[_VERSION] + 1}
        self._tables[name].put(new)
        return new

    def widen(self, entity_set: EntitySet) -> None:
        """Give each row of the set the attributes that it lacks, empty."""
        for row in list(self._tables[entity_set.name]):
            lacks = entity_set.attributes.keys() - row.keys()
            if lacks:
                self._tables[entity_set.name].put({**row, **dict.fromkeys(lacks)})

    def recalculate(self, name: str, row: Row, changes: Mapping[str, Any]) -> None:
        """Change what is calculated, not stored: neither version nor modified time move."""
        self._tables[name].put({**row, **changes})

    def delete(self, name: str, key: Key) -> None:
        self._tables[name].remove(key)

    def next_free(self, series: str, first: int, taken: Callable[[int], bool]) -> int:
        """The next number of a series that nobody took by hand."""
        while taken(number := self.database.next_number(f"ifs/{series}", first)):
            pass
        return number
