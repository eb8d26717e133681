"""The records of all resources, with the indexes that uniqueness and quantities need."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ifs_jaggaer.sandbox.jaggaer.checks import timestamp
from ifs_jaggaer.sandbox.jaggaer.resources import (
    FIELD_VALUES,
    INVOICES,
    ORDERS,
    PROFILES,
    RECEIPTS,
    REQUISITIONS,
    RESOURCES,
    Path,
    Resource,
    at,
    dig,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ifs_jaggaer.sandbox.kernel import Clock, Row
    from ifs_jaggaer.sandbox.storage import Database, Key, Table

_FIRST = {"bravoId": 10_442, "poId": 88_001, "requisitionId": 61_001, "receiptId": 3_400_001, "invoiceId": 2_600_001}


class Index:
    """Finds rows of a table by values that stand in them."""

    def __init__(self, table: Table, values_of: Callable[[Row], Iterable[str]]) -> None:
        self._table = table
        self._values_of = values_of
        self._keys: defaultdict[str, dict[Key, None]] = defaultdict(dict)
        for row in table:
            self.changed(None, row)
        table.watchers.append(self)

    def changed(self, before: Row | None, after: Row | None) -> None:
        if before is not None:
            for value in self._values_of(before):
                self._keys[value].pop(self._table.key_of(before), None)
        if after is not None:
            for value in self._values_of(after):
                self._keys[value][self._table.key_of(after)] = None

    def find(self, value: str) -> list[Row]:
        return [row for key in self._keys.get(value, ()) if (row := self._table.get(key)) is not None]


class Order:
    """The rows of a table ordered by id, kept so while rows come and go."""

    def __init__(self, table: Table, resource: Resource) -> None:
        self._table = table
        self._resource = resource
        self._keys = sorted((resource.order_of(row), table.key_of(row)) for row in table)
        table.watchers.append(self)

    def changed(self, before: Row | None, after: Row | None) -> None:
        if before is None and after is not None:
            insort(self._keys, (self._resource.order_of(after), self._table.key_of(after)))
        elif before is not None and after is None:
            del self._keys[bisect_left(self._keys, (self._resource.order_of(before), self._table.key_of(before)))]

    def rows(self) -> list[Row]:
        return [row for _, key in self._keys if (row := self._table.get(key)) is not None]


def _value(path: Path) -> Callable[[Row], list[str]]:
    def values(row: Row) -> list[str]:
        found = dig(row, path)
        return [] if found is None else [str(found)]

    return values


def _billed(row: Row) -> set[str]:
    return {str(line["poNumber"]) for line in dig(row, at("lineList.invoiceLine")) or [] if line.get("poNumber")}


class Records:
    """Tables of the resources; every write of a record moves its modified time."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self._clock = clock
        self.tables = {name: database.table(f"jaggaer/{name}", each.key_of) for name, each in RESOURCES.items()}
        self._ordered = {name: Order(table, RESOURCES[name]) for name, table in self.tables.items()}
        profiles = self.tables[PROFILES.name]
        self.unique = {
            name: Index(profiles, _value(PROFILES.fields[name].path)) for name in ("extCode", "extUniqueCode")
        }
        self.by_number = {
            each.name: Index(self.tables[each.name], _value(list(each.names.values())[1]))
            for each in (ORDERS, REQUISITIONS, RECEIPTS, INVOICES)
        }
        self.receipts_of = Index(self.tables[RECEIPTS.name], _value(at("header.poNumber")))
        self.invoices_of = Index(self.tables[INVOICES.name], _billed)
        self.values_of = Index(self.tables[FIELD_VALUES.name], _value(at("customField")))

    def all(self, resource: Resource) -> list[Row]:
        """All records, ordered by id."""
        return self._ordered[resource.name].rows()

    def get(self, resource: Resource, *key: object) -> Row | None:
        return self.tables[resource.name].get(tuple(str(part) for part in key))

    def supplier(self, number: object) -> Row | None:
        """The supplier that carries this number of the ERP."""
        found = self.unique["extCode"].find(str(number))
        return found[0] if found else None

    def numbered(self, resource: Resource, number: object) -> Row | None:
        """The document with this number."""
        found = self.by_number[resource.name].find(str(number))
        return found[0] if found else None

    def next_id(self, name: str) -> int:
        return self.database.next_number(f"jaggaer/{name}", _FIRST[name])

    def put(self, resource: Resource, row: Row, *, stamped: bool = True) -> Row:
        """Write a record; its modified time moves forward, by a millisecond at least, unless told otherwise."""
        if stamped:
            before = self.tables[resource.name].get(resource.key_of(row))
            row = _with(row, resource.stamp, self._stamp(dig(before, resource.stamp) if before else None))
        self.tables[resource.name].put(row)
        return row

    def remove(self, resource: Resource, row: Row) -> None:
        self.tables[resource.name].remove(resource.key_of(row))

    def now(self) -> str:
        return timestamp(self._clock.now())

    def _stamp(self, before: str | None) -> str:
        now = self.now()
        if before is None or before < now:
            return now
        return timestamp(datetime.fromisoformat(before) + timedelta(milliseconds=1))

    def fill(self, seed: dict[str, list[Row]]) -> None:
        """Take the seed's records as they are; the series of ids go on from theirs."""
        for name, rows in seed.items():
            resource = RESOURCES[name]
            for row in rows:
                self.put(resource, row, stamped=False)
            identity = next(iter(resource.names))
            if rows and identity in _FIRST:
                self.database.set_number(f"jaggaer/{identity}", max(int(resource.key_of(row)[0]) for row in rows))


def _with(row: Row, path: Path, value: Any) -> Row:
    """A copy with the value at the path; all that lies beside it is shared."""
    name, *rest = path
    return {**row, name: _with(row.get(name) or {}, tuple(rest), value) if rest else value}
