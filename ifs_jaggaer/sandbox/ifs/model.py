"""How the sandbox describes an entity set: attributes with types, keys, references, actions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from ifs_jaggaer.sandbox.kernel import Row
from ifs_jaggaer.sandbox.storage import Key

STRING, INTEGER, DECIMAL, BOOLEAN = "Edm.String", "Edm.Int32", "Edm.Decimal", "Edm.Boolean"
DATE, TIMESTAMP, ENUMERATION = "Edm.Date", "Edm.DateTimeOffset", "enumeration"
MODIFIED = "LastModifiedDate"


@dataclass(frozen=True)
class Attribute:
    """One property of an entity. `members` are the identifiers of an enumeration of type `enum`."""

    name: str
    type: str = STRING
    enum: str = ""
    members: tuple[str, ...] = ()
    max_length: int | None = None
    required: bool = False
    #: Set by the server alone: a client that sends it is refused.
    server: bool = False


@dataclass(frozen=True)
class Reference:
    """`attributes` of a row name a row of `target` that must exist, where they are given."""

    attributes: tuple[str, ...]
    target: str


@dataclass(frozen=True)
class EntitySet:
    """One entity set, where it is served, and what holds for its rows."""

    name: str
    service: str
    keys: tuple[str, ...]
    attributes: Mapping[str, Attribute]
    references: tuple[Reference, ...] = ()
    #: Name of an action -> (states it leads from, state it leads to).
    actions: Mapping[str, tuple[frozenset[str], str]] = field(default_factory=dict)
    #: The set whose rows these belong to, and the navigation at which they are created.
    owner: str | None = None
    navigation: str | None = None
    initial_state: str | None = None
    #: States that a client may name when it creates a row.
    states_at_creation: frozenset[str] = frozenset()
    #: Time zone aware (IFS documentation, time zone aware APIs).
    aware: bool = False

    @property
    def entity(self) -> str:
        return self.name.removesuffix("Set")

    @property
    def namespace(self) -> str:
        """`IfsApp.PurchaseOrderHandling`: of its types and actions."""
        return "IfsApp." + self.service.rpartition("/")[2].removesuffix(".svc")

    @cached_property
    def with_keys(self) -> tuple[Attribute, ...]:
        return tuple(self.attributes[name] for name in self.keys)

    def key_of(self, row: Row) -> Key:
        return tuple(row[name] for name in self.keys)

    def without(self, names: set[str]) -> EntitySet:
        """The same set on a tenant that lost some attributes."""
        left = {name: attribute for name, attribute in self.attributes.items() if name not in names}
        return replace(self, attributes=left)
