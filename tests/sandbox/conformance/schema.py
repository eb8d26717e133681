"""What `$metadata` says about a set, read without an OData library."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

from .wire import EntitySet, Ifs, Row

LITERALS = {"Edm.DateTimeOffset": "{:%Y-%m-%dT%H:%M:%SZ}", "Edm.Date": "{:%Y-%m-%d}", "Edm.Decimal": "{:f}"}


@dataclass
class Described:
    """One entity type: key, property types (`Edm.String`), facets, and the members of enumerations."""

    keys: tuple[str, ...]
    types: dict[str, str]
    facets: dict[str, dict[str, str]]
    enumerations: dict[str, list[str]] = field(default_factory=dict)

    def typed(self, attribute: str, value: Any) -> Any:
        """A JSON value as the Python value that its type means."""
        if value is None:
            return None
        match self.types[attribute]:
            case "Edm.Decimal":
                assert not isinstance(value, float | bool)
                return Decimal(value)
            case "Edm.Int16" | "Edm.Int32" | "Edm.Int64":
                return int(value)
            case "Edm.Date":
                return date.fromisoformat(value)
            case "Edm.DateTimeOffset":
                return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        return value

    def literal(self, attribute: str, value: Any) -> str:
        """A value as a literal in `$filter` (contracts/ifs.md 2)."""
        if value is None:
            return "null"
        kind = self.types[attribute]
        if kind in self.enumerations:
            return f"{kind}'{value}'"
        if kind == "Edm.String":
            return "'" + value.replace("'", "''") + "'"
        return LITERALS.get(kind, "{}").format(value if kind != "Edm.Boolean" else str(value).lower())


def _name(element: ET.Element) -> str:
    return element.tag.rsplit("}", 1)[-1]


def _parts(element: ET.Element, name: str) -> list[ET.Element]:
    return [part for part in element.iter() if _name(part) == name]


def read_metadata(ifs: Ifs, entity_set: EntitySet) -> Described:
    """Ask the set's service for its metadata and find the set's type in it."""
    answer = ifs.send("GET", f"{entity_set.service}/$metadata", headers={"Accept": "application/xml"})
    assert answer.status_code == 200, answer.text
    assert "xml" in answer.headers["content-type"]
    root = ET.fromstring(answer.content)  # noqa: S314 - from the server that this test started
    assert _name(root) == "Edmx"
    sets = {part.get("Name"): part.get("EntityType", "") for part in _parts(root, "EntitySet")}
    assert entity_set.name in sets, f"{entity_set.name} not among {sorted(map(str, sets))}"
    wanted = sets[entity_set.name].rsplit(".", 1)[1]
    [entity] = [part for part in _parts(root, "EntityType") if part.get("Name") == wanted]
    properties = _parts(entity, "Property")
    enumerations = {
        f"{schema.get('Namespace')}.{part.get('Name')}": [str(member.get("Name")) for member in _parts(part, "Member")]
        for schema in _parts(root, "Schema")
        for part in _parts(schema, "EnumType")
    }
    return Described(
        keys=tuple(str(part.get("Name")) for part in _parts(entity, "PropertyRef")),
        types={str(part.get("Name")): str(part.get("Type")) for part in properties},
        facets={str(part.get("Name")): dict(part.attrib) for part in properties},
        enumerations=enumerations,
    )


_known: dict[tuple[str, str], Described] = {}


def described(ifs: Ifs, entity_set: EntitySet) -> Described:
    """As `read_metadata`, asked for once a server."""
    at = (ifs.host, entity_set.name)
    if at not in _known:
        _known[at] = read_metadata(ifs, entity_set)
    return _known[at]


def fitted(ifs: Ifs, entity_set: EntitySet, values: Row) -> Row:
    """Values for this set; a day becomes midnight UTC where the set keeps timestamps for it."""
    types = described(ifs, entity_set).types
    return {
        name: f"{value}T00:00:00Z"
        if types.get(name) == "Edm.DateTimeOffset" and isinstance(value, str) and len(value) == 10
        else value
        for name, value in values.items()
    }
