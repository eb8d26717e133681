"""Rows between the wire's names and types and the contract's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from connectors.ifs.keys import key_of
from connectors.ifs.literals import canonical, json_value, number, truth
from connectors.ifs.paging import Cursor
from connectors.ifs.sets import EntitySet
from connectors.ifs.times import WireTimes, literal
from connectors.wire import ETag, Json, JsonValue, Row
from ifs_jaggaer.errors import Rejected

# What the server adds for its own use.
ITS_OWN = frozenset({"luname", "keyref", "Objgrants"})
TYPED = frozenset({"decimal", "int", "bool"})


@dataclass(frozen=True, slots=True)
class Landed:
    """A row of an answer and its place in the keyset."""

    row: Row
    place: Cursor


def land(entity_set: EntitySet, given: JsonValue, *, by_change: bool = False) -> Landed:
    """Reads one object of an answer.

    Numbers and booleans get their type in whatever form they came. A value that does not fit its type
    stays as it came: who reads it as a model rejects that one record.

    Raises:
        Rejected: no object, no key or, where it is needed, no change time. Concerns this row alone.
    """
    if not isinstance(given, dict):
        raise _fault(entity_set, "?", "", "no object")
    values: Json = {}
    for tenants, value in given.items():
        name = entity_set.contract(tenants)
        if "@" not in name and name not in ITS_OWN:
            kind = entity_set.types.get(name)
            values[name] = _typed(kind, value) if kind in TYPED and value is not None else value
    try:
        key = key_of(entity_set, values)
    except ValueError as error:
        raise _fault(entity_set, "?", "", str(error)) from None
    modified = _time(values.get(entity_set.change)) if entity_set.change else None
    if by_change and modified is None:
        raise _fault(entity_set, "/".join(key), entity_set.change or "", "no change time, so it cannot be polled")
    etag = given.get("@odata.etag")
    row = Row(
        entity_set.name,
        key,
        values,
        ETag(etag) if isinstance(etag, str) and is_header(etag) else None,
        modified,
    )
    return Landed(row, Cursor(modified if by_change else None, key))


def leave(entity_set: EntitySet | None, values: Mapping[str, JsonValue | date]) -> Json:
    """A body in the tenant's names and the set's types; without a set the values go as they are.

    Raises:
        SettingsError: an attribute that the profile does not list.
        Rejected: a value that its attribute cannot hold.
    """
    if entity_set is None:
        return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    zone = WireTimes(entity_set)
    body: Json = {}
    for name, value in values.items():
        try:
            body[entity_set.tenant(name)] = json_value(entity_set.type_of(name), value, zone)
        except ValueError as error:
            raise Rejected(
                str(error),
                system="ifs",
                field=f"{entity_set.name}.{name}",
                remedy="correct the value at its source, or the attribute's type in the profile",
            ) from None
    return body


def is_header(text: str) -> bool:
    """Whether a header can carry the text byte for byte."""
    return bool(text) and text.isascii() and text.isprintable()


def _typed(kind: str | None, value: JsonValue) -> JsonValue:
    try:
        if kind == "decimal":
            return number(value)
        if kind == "int":
            return int(canonical(kind, number(value)))
        if kind == "bool":
            return truth(value)
    except ValueError:
        pass
    return value


def _time(value: JsonValue) -> str | None:
    if not isinstance(value, str):
        return None
    try:
        literal(value)
    except ValueError:
        return None
    return value


def _fault(entity_set: EntitySet, record: str, field: str, why: str) -> Rejected:
    return Rejected(
        why,
        system="ifs",
        record=f"{entity_set.name} {record}",
        field=field,
        remedy="correct the record in IFS, or the set's attributes in the profile",
    )
