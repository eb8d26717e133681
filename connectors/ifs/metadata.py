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
    "Edm.String": ("text", "enum"),
    "Edm.Guid": ("text",),
    "Edm.Boolean": ("bool",),
    "Edm.Date": ("date",),
    "Edm.DateTimeOffset": ("timestamp", "date"),
    "Edm.Decimal": ("decimal", "int"),
    "Edm.Double": ("decimal", "int"),
    **dict.fromkeys(("Edm.Byte", "Edm.SByte", "Edm.Int16", "Edm.Int32", "Edm.Int64"), ("int", "decimal")),
}
_ENUMERATION = ("enum", "text", "bool")
"""What a type of the tenant's own can be; a yes or no is often FndBoolean (contracts/ifs.md 2)."""


class UnreadableMetadata(ValueError):
    """No metadata, or with declarations of its own, which can be bombs."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What one service says of itself, in the tenant's names.

    `sets`: entity set to attribute to type (`Edm.String`, `IfsApp...`). `navigations`: by entity set.
    `actions`: bound and unbound, without their namespace. The last two may be empty: not every document tells them.
    """

    sets: Mapping[str, Mapping[str, str]]
    navigations: Mapping[str, frozenset[str]]
    actions: frozenset[str]


@dataclass(frozen=True, slots=True)
class Difference:
    """What a tenant lacks of what the profile says of a set.

    `set`: the profile's name of it. `attribute`: the contract's name, "" where the whole set is missing.
    `found`: the tenant's type, "" where it has none. `remedy`: without what a customer's fields lose by it.
    """

    set: str
    attribute: str
    needed: str
    found: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return self.reason


@dataclass(slots=True)
class _Type:
    attributes: dict[str, str] = field(default_factory=dict)
    navigations: set[str] = field(default_factory=set)
    base: str | None = None


@dataclass(slots=True)
class _Reading:
    types: dict[str, _Type] = field(default_factory=dict)
    defined: dict[str, str] = field(default_factory=dict)
    actions: set[str] = field(default_factory=set)
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
        elif name == "NavigationProperty" and self.current is not None:
            self.current.navigations.add(given.get("Name", ""))
        elif name == "TypeDefinition":
            self.defined[f"{self.namespace}.{given.get('Name', '')}"] = given.get("UnderlyingType", "Edm.String")
        elif name == "Action":
            self.actions.add(given.get("Name", ""))
        elif name == "EntitySet":
            self.sets[given.get("Name", "")] = given.get("EntityType", "")

    def end(self, tag: str) -> None:
        if tag.rpartition(" ")[2] == "EntityType":
            self.current = None

    def whole(self, kind: str | None) -> _Type:
        """A type with what its bases have; a type may be named by its schema's alias (CSDL 4.0, 5.1.2)."""
        found = _Type()
        seen: set[str] = set()
        while kind and kind not in seen and (told := self.types.get(self._full(kind))):
            seen.add(kind)
            named = {name: self.defined.get(self._full(one), one) for name, one in told.attributes.items()}
            found.attributes = {**named, **found.attributes}
            found.navigations |= told.navigations
            kind = told.base
        return found

    def _full(self, kind: str) -> str:
        schema, _, name = kind.rpartition(".")
        return f"{self.aliases.get(schema, schema)}.{name}"


def parse(body: bytes) -> Schema:
    """What a service's `$metadata` says.

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
    whole = {name: reading.whole(kind) for name, kind in reading.sets.items()}
    return Schema(
        sets={name: one.attributes for name, one in whole.items()},
        navigations={name: frozenset(one.navigations) for name, one in whole.items()},
        actions=frozenset(reading.actions),
    )


def judge_metadata(answer: Answer) -> Verdict:
    """The judge of a request for metadata."""
    if answer.status >= 300:
        return verdict(word_of(answer), changes=False)
    try:
        return Fine(len(parse(answer.body).sets))
    except UnreadableMetadata as error:
        return Again(f"the metadata is {error}")


def differences(entity_set: EntitySet, sets: Mapping[str, Mapping[str, str]]) -> list[Difference]:
    """What the profile says of a set and the tenant does not have; empty when all is there. `sets` as `Schema.sets`."""
    attributes = sets.get(entity_set.entity_set)
    if attributes is None:
        reason = f"{entity_set.service} has no {entity_set.entity_set}"
        remedy = f"add the set to the projection in IFS, or correct ifs.sets.{entity_set.name}.path in the profile"
        return [Difference(entity_set.name, "", "set", "", reason, remedy)]
    found = []
    for name, kind in entity_set.types.items():
        spoken = attributes.get(entity_set.tenant(name), "")
        if not fits(kind, spoken):
            found.append(_difference(entity_set, name, kind, spoken))
    return found


def fits(kind: str, spoken: str) -> bool:
    """Whether an attribute that the profile says is `kind` can be of the tenant's type; "" is a tenant without it."""
    if not spoken:
        return False
    known = _SPOKEN.get(spoken, () if spoken.startswith("Edm.") else _ENUMERATION)
    return kind.partition(":")[0] in known


def _difference(entity_set: EntitySet, name: str, kind: str, spoken: str) -> Difference:
    tenant, where = entity_set.tenant(name), f"[ifs.sets.{entity_set.name}.attributes]"
    if spoken:
        reason = f"{entity_set.entity_set}.{tenant} is {spoken}, the profile says {kind}"
        remedy = f"give it its type back in IFS, or correct {name} below {where} in the profile"
    else:
        reason = f"{entity_set.entity_set} has no {tenant}"
        custom = " (custom attributes: enabled on the entity, and published)" if tenant.startswith("Cf_") else ""
        remedy = f"restore {tenant} in the projection{custom}, or name it by ifs.sets.{entity_set.name}.renames"
        if name not in entity_set.keys:
            by_change = entity_set.by_change and name == entity_set.change
            how = f'strategy = "sweep" and {name} = "absent"' if by_change else f'{name} = "absent"'
            remedy += f"; where the tenant does without it: {how} below {where}"
    return Difference(entity_set.name, name, kind, spoken, reason, remedy)


def _refuse(*_declaration: object) -> NoReturn:
    raise UnreadableMetadata("a document type declaration")
