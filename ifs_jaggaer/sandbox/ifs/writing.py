"""Creating, changing and removing rows, with the rules of the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from ifs_jaggaer.sandbox.ifs import rules_invoicing, rules_purchasing, rules_suppliers
from ifs_jaggaer.sandbox.ifs.catalogue import SETS
from ifs_jaggaer.sandbox.ifs.errors import database_error, does_not_exist, exists_already
from ifs_jaggaer.sandbox.ifs.model import MODIFIED, Attribute, EntitySet
from ifs_jaggaer.sandbox.ifs.records import Records
from ifs_jaggaer.sandbox.ifs.rules import Rule, Work
from ifs_jaggaer.sandbox.kernel import Row
from ifs_jaggaer.sandbox.settings import Settings

_RULES: Final[Mapping[str, Rule]] = rules_suppliers.RULES | rules_purchasing.RULES | rules_invoicing.RULES
_NO_RULE: Final = Rule()


class Writer:
    """Changes rows within units; all methods raise ODataError for what the database refuses."""

    def __init__(self, records: Records, settings: Settings) -> None:
        self._records = records
        self._settings = settings
        self._work: Work | None = None

    @contextmanager
    def unit(self, *, by_person: bool = False) -> Iterator[None]:
        """All or nothing. Within a unit another one joins it; documents must tie when the outermost ends."""
        with self._records.database.transaction():
            if self._work is not None:
                yield
                return
            self._work = Work(self._records, self._settings, by_person)
            try:
                yield
                rules_invoicing.settle(self._work)
            finally:
                self._work = None

    @property
    def _now(self) -> Work:
        if self._work is None:
            raise RuntimeError("rows change within a unit only")
        return self._work

    def create(self, entity_set: EntitySet, values: Mapping[str, Any]) -> Row:
        rule = _RULES.get(entity_set.name, _NO_RULE)
        names = [*SETS[entity_set.name].attributes, *entity_set.attributes]
        row: Row = dict.fromkeys(names) | dict(values)
        if rule.prepare:
            rule.prepare(self._now, row)
        if "Objstate" in row and row["Objstate"] is None:
            row["Objstate"] = entity_set.initial_state
        for attribute in entity_set.attributes.values():
            _must_have(attribute, row)
        key = entity_set.key_of(row)
        if self._records.find(entity_set.name, *key) is not None:
            raise exists_already(f"{entity_set.entity} {' '.join(map(str, key))}")
        self._check(entity_set, rule, None, row)
        new = self._records.insert(entity_set, row)
        if rule.effect:
            rule.effect(self._now, None, new)
        return new

    def change(self, entity_set: EntitySet, row: Row, values: Mapping[str, Any]) -> Row:
        rule = _RULES.get(entity_set.name, _NO_RULE)
        changes = dict(values)
        for name in changes:
            if name != MODIFIED:
                _must_have(entity_set.attributes[name], changes)
        if rule.derive:
            changes = rule.derive(self._now, row, changes) | changes
        after = {**row, **changes}
        self._check(entity_set, rule, row, after)
        new = self._records.update(entity_set.name, row, changes)
        if rule.effect:
            rule.effect(self._now, row, new)
        return self._records.find(entity_set.name, *entity_set.key_of(new)) or new

    def remove(self, entity_set: EntitySet, row: Row) -> None:
        rule = _RULES.get(entity_set.name, _NO_RULE)
        if rule.check:
            rule.check(self._now, row, None)
        self._records.delete(entity_set.name, entity_set.key_of(row))
        if rule.effect:
            rule.effect(self._now, row, None)

    def act(self, entity_set: EntitySet, row: Row, action: str) -> Row:
        """Carry out a bound action: a change of state."""
        before, after = entity_set.actions[action]
        if row["Objstate"] not in before:
            key = " ".join(map(str, entity_set.key_of(row)))
            raise database_error(f"{entity_set.entity} {key} is {row['Objstate']}; {action} is not possible.")
        return self.change(entity_set, row, {"Objstate": after})

    def _check(self, entity_set: EntitySet, rule: Rule, before: Row | None, after: Row) -> None:
        for reference in entity_set.references:
            names = reference.attributes
            key = tuple(after[name] for name in names)
            if before and key == tuple(before[name] for name in names):
                continue
            if None not in key and self._records.find(reference.target, *key) is None:
                target = SETS[reference.target].entity
                raise does_not_exist(f"{target} {' '.join(map(str, key))}")
        if rule.check:
            rule.check(self._now, before, after)


def _must_have(attribute: Attribute, row: Row) -> None:
    if attribute.required and row[attribute.name] is None:
        raise database_error(f"Field [{attribute.name}] is mandatory and requires a value.")
