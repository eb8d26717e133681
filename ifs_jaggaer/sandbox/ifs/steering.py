"""What `/_sandbox/` does to rows of IFS, as its users would; and the seed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ifs_jaggaer.sandbox.ifs.catalogue import SETS
from ifs_jaggaer.sandbox.ifs.errors import ODataError
from ifs_jaggaer.sandbox.ifs.model import EntitySet
from ifs_jaggaer.sandbox.ifs.records import Records
from ifs_jaggaer.sandbox.ifs.shaping import Shape
from ifs_jaggaer.sandbox.ifs.tenant import Tenant
from ifs_jaggaer.sandbox.ifs.values import from_person
from ifs_jaggaer.sandbox.ifs.writing import Writer
from ifs_jaggaer.sandbox.kernel import Refusal, Row


class Steering:
    """Changes rows past all settings of the tenant, but by the rules of the database.

    A person may set what a client may not: states, calculated amounts, the modified time.
    """

    def __init__(self, records: Records, writer: Writer, tenant: Tenant) -> None:
        self._records = records
        self._writer = writer
        self._tenant = tenant

    def fill(self, seed: Mapping[str, list[Row]]) -> None:
        """Take the seed as it is. Raises Refusal for a set, an attribute or a value that does not fit."""
        for name, rows in seed.items():
            entity_set = self._known(name)
            for row in rows:
                self._records.insert(entity_set, dict.fromkeys(entity_set.attributes) | _typed(entity_set, row))

    def records(self, name: str) -> list[Row]:
        entity_set = self._known(name)
        return _shape(entity_set).rows(self._records.all(name))

    def create(self, name: str, values: Row) -> Row:
        entity_set = self._known(name)
        with self._as_person():
            row = self._writer.create(entity_set, _typed(entity_set, values))
        return self._shown(entity_set, row)

    def change(self, name: str, key: Row, values: Row) -> Row:
        entity_set = self._known(name)
        row = self._find(entity_set, key)
        changes = _typed(entity_set, values)
        if any(changes[part] != row[part] for part in entity_set.keys if part in changes):
            raise Refusal("a key cannot be changed")
        with self._as_person():
            row = self._writer.change(entity_set, row, changes)
        return self._shown(entity_set, row)

    def remove(self, name: str, key: Row) -> None:
        entity_set = self._known(name)
        with self._as_person():
            self._writer.remove(entity_set, self._find(entity_set, key))

    @contextmanager
    def _as_person(self) -> Iterator[None]:
        try:
            with self._writer.unit(by_person=True):
                yield
        except ODataError as error:
            raise Refusal(str(error)) from error

    def _known(self, name: str) -> EntitySet:
        found = self._tenant.whole(name)
        if found is None:
            raise Refusal(f"unknown set {name!r}; known: {', '.join(sorted(SETS))}")
        return found

    def _find(self, entity_set: EntitySet, key: Row) -> Row:
        if set(key) != set(entity_set.keys):
            raise Refusal(f"a key of {entity_set.name} names {', '.join(entity_set.keys)}")
        typed = _typed(entity_set, key)
        row = self._records.find(entity_set.name, *(typed[name] for name in entity_set.keys))
        if row is None:
            raise Refusal(f"{entity_set.name} has no row {key}")
        return row

    def _shown(self, entity_set: EntitySet, row: Row) -> Row:
        stands = self._records.find(entity_set.name, *entity_set.key_of(row))
        return _shape(entity_set).row(stands or row)


def _typed(entity_set: EntitySet, values: Mapping[str, Any]) -> Row:
    typed: Row = {}
    for name, value in values.items():
        if name not in entity_set.attributes:
            raise Refusal(f"{entity_set.name} has no attribute {name!r}")
        try:
            typed[name] = from_person(entity_set.attributes[name], value)
        except ODataError as error:
            raise Refusal(str(error)) from error
    return typed


def _shape(entity_set: EntitySet) -> Shape:
    return Shape(entity_set, tuple(entity_set.attributes))
