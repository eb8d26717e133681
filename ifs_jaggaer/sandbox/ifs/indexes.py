"""Indexes of a table, kept up to date with each change, so that a page costs its own length."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from ifs_jaggaer.sandbox.kernel import Row
from ifs_jaggaer.sandbox.storage import Key, Table


def rank(value: Any) -> tuple[bool, Any]:
    """A value that can be ordered together with None, which comes first (OData 4.0, 11.2.5.2)."""
    return (value is not None, value)


class Sorted:
    """The rows of a table in ascending order of some attributes, at last its keys."""

    def __init__(self, table: Table, attributes: tuple[str, ...]) -> None:
        self._attributes = attributes
        self._table = table
        self._entries = sorted((self._place(row), table.key_of(row)) for row in table)
        table.watchers.append(self)

    def _place(self, row: Row) -> tuple[tuple[bool, Any], ...]:
        return tuple(rank(row[name]) for name in self._attributes)

    def changed(self, before: Row | None, after: Row | None) -> None:
        if before is not None:
            entry = (self._place(before), self._table.key_of(before))
            del self._entries[bisect_left(self._entries, entry)]
        if after is not None:
            insort(self._entries, (self._place(after), self._table.key_of(after)))

    def since(self, least: Any) -> Iterator[Row]:
        """Rows whose first attribute is not below `least`; all where that is None."""
        start = 0 if least is None else bisect_left(self._entries, ((rank(least),),))
        for place in range(start, len(self._entries)):
            row = self._table.get(self._entries[place][1])
            if row is not None:
                yield row


class Grouped:
    """The keys of rows by the value of one attribute."""

    def __init__(self, table: Table, attribute: str) -> None:
        self._attribute = attribute
        self._table = table
        self._keys: defaultdict[Any, dict[Key, None]] = defaultdict(dict)
        for row in table:
            self.changed(None, row)
        table.watchers.append(self)

    def changed(self, before: Row | None, after: Row | None) -> None:
        if before is not None:
            self._keys[before[self._attribute]].pop(self._table.key_of(before))
        if after is not None:
            self._keys[after[self._attribute]][self._table.key_of(after)] = None

    def keys(self, value: Any) -> dict[Key, None]:
        return self._keys.get(value, {})


class Indexes:
    """All indexes of a table, each made when it is first wanted."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._sorted: dict[tuple[str, ...], Sorted] = {}
        self._grouped: dict[str, Grouped] = {}

    def sorted_by(self, attributes: tuple[str, ...]) -> Sorted:
        if attributes not in self._sorted:
            self._sorted[attributes] = Sorted(self._table, attributes)
        return self._sorted[attributes]

    def grouped_by(self, attribute: str) -> Grouped:
        if attribute not in self._grouped:
            self._grouped[attribute] = Grouped(self._table, attribute)
        return self._grouped[attribute]
