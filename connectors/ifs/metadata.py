"""`$metadata`: which sets a service has, with which attributes; against what the profile says of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from connectors.http import Again, Answer, Fine, Verdict
from connectors.ifs.errors import verdict, word_of
from connectors.ifs.sets import EntitySet

_SPOKEN = {
    "Edm.String": ("text",),
    "Edm.Guid": ("text",),
    "Edm.Boolean": ("bool",),
    "Edm.Date": ("date",),
    "Edm.DateTimeOffset": ("timestamp", "date"),
    "Edm.Decimal": ("decimal", "int"),
    "Edm.Double": ("decimal", "int"),
    **dict.fromkeys(("Edm.Byte", "Edm.SByte", "Edm.Int16", "Edm.Int32", "Edm.Int64"), ("int", "decimal")),
}


class UnreadableMetadata(ValueError):
    """No metadata, or with declarations of its own, which can be bombs."""


@dataclass(slots=True)
class _Type:
    attributes: dict[str, str] = field(default_factory=dict)
    base: str | None = None


@dataclass(slots=True)
class _Reading:
    types: dict[str, _Type] = field(default_factory=dict)
    sets: dict[str, str] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    namespace: str = ""
    current: _Type | None = None

    def start(self, tag: str, given: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if name == "Schema":
            self.namespace = given.get("Namespace", "")
            self.aliases[given.get("Alias", self.namespace)] = self.namespace
        elif name == "EntityType":
            self.current = _Type(base=given.get("BaseType"))
            self.types[f"{self.namespace}.{given.get('Name', '')}"] = self.current
        elif name == "Property" and self.current is not None:
            self.current.attributes[given.get("Name", "")] = given.get("Type", "Edm.String")
        elif name == "EntitySet":
            self.sets[given.get("Name", "")] = given.get("EntityType", "")

    def end(self, tag: str) -> None:
        if tag.rpartition(" ")[2] == "EntityType":
            self.current = None

    def attributes(self, kind: str | None) -> dict[str, str]:
        """Those of a type and its bases; a type may be named by its schema's alias (CSDL 4.0, 5.1.2)."""
        found: dict[str, str] = {}
        seen: set[str] = set()
        while kind and kind not in seen and (told := self.types.get(self._full(kind))):
            seen.add(kind)
            found = {**told.attributes, **found}
            kind = told.base
        return found

    def _full(self, kind: str) -> str:
        schema, _, name = kind.rpartition(".")
        return f"{self.aliases.get(schema, schema)}.{name}"


def parse(body: bytes) -> dict[str, Mapping[str, str]]:
    """Entity set to attribute to type (`Edm.String`, `IfsApp...`), in the tenant's names.

    Raises:
        UnreadableMetadata: see there.
    """
    reading = _Reading()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reading.start
    parser.EndElementHandler = reading.end
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError:
        raise UnreadableMetadata("not well-formed XML") from None
    return {name: reading.attributes(kind) for name, kind in reading.sets.items()}


def judge_metadata(answer: Answer) -> Verdict:
    """The judge of a request for metadata."""
    if answer.status >= 300:
        return verdict(word_of(answer), changes=False)
    try:
        return Fine(len(parse(answer.body)))
    except UnreadableMetadata as error:
        return Again(f"the metadata is {error}")


def differences(entity_set: EntitySet, described: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What the profile says of a set and the tenant does not have, in words; empty when all is there."""
    attributes = described.get(entity_set.entity_set)
    if attributes is None:
        return [f"{entity_set.service} has no {entity_set.entity_set}"]
    found = []
    for name, kind in entity_set.types.items():
        tenant = entity_set.tenant(name)
        spoken = attributes.get(tenant)
        if spoken is None:
            found.append(f"{entity_set.entity_set} has no {tenant}")
        elif (fits := _SPOKEN.get(spoken)) and kind not in fits and not kind.startswith("enum:"):
            found.append(f"{entity_set.entity_set}.{tenant} is {spoken}, the profile says {kind}")
    return found


def _refuse(*_declaration: object) -> NoReturn:
    raise UnreadableMetadata("a document type declaration")
