"""An entity set as the client needs it, from what the profile says of it (contracts/ifs.md 1, 2 and 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from ifs_jaggaer.errors import SettingsError

STATE = "Objstate"


class Described(Protocol):
    """What the profile says of a set; names are the contract's, `renames` gives the tenant's.

    `attributes`: name to `text`, `int`, `decimal`, `bool`, `date`, `timestamp`, `enum:<literal type>` or
    `absent`. `strategy`: `modified` reads by `change`, `sweep` by all keys. `zone`: `utc`, `aware` or an
    IANA name. `actions`: bound actions by our name for them.
    """

    @property
    def path(self) -> str: ...
    @property
    def keys(self) -> tuple[str, ...]: ...
    @property
    def attributes(self) -> Mapping[str, str]: ...
    @property
    def change(self) -> str: ...
    @property
    def strategy(self) -> Literal["modified", "sweep"]: ...
    @property
    def zone(self) -> str: ...
    @property
    def select(self) -> bool: ...
    @property
    def filter_state(self) -> bool: ...
    @property
    def renames(self) -> Mapping[str, str]: ...
    @property
    def actions(self) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class EntitySet:
    """One set of one tenant. Attributes that the tenant lacks are not in `types`."""

    name: str
    service: str
    entity_set: str
    keys: tuple[str, ...]
    types: Mapping[str, str]
    change: str | None
    by_change: bool
    zone: str
    select: bool
    filter_state: bool
    actions: Mapping[str, str]
    _tenants: Mapping[str, str] = field(repr=False)
    _contracts: Mapping[str, str] = field(repr=False)

    @classmethod
    def of(cls, name: str, told: Described) -> EntitySet:
        """The set of that logical name.

        Raises:
            SettingsError: the path is none of a service and a set, or a key is no attribute.
        """
        service, dot, entity_set = told.path.strip("/").rpartition(".svc/")
        if not dot or not entity_set.isidentifier():
            raise SettingsError(
                "the path must end with a service and a set, e.g. ...Handling.svc/PurchaseOrderSet",
                system="ifs",
                field=f"ifs.sets.{name}.path",
                value=told.path,
                remedy="profile",
            )
        types = {attribute: kind for attribute, kind in told.attributes.items() if kind != "absent"}
        for key in told.keys:
            if key not in types:
                raise SettingsError(
                    "a key that is no attribute", system="ifs", field=f"ifs.sets.{name}.{key}", remedy="profile"
                )
        return cls(
            name=name,
            service=f"{service}.svc",
            entity_set=entity_set,
            keys=told.keys,
            types=types,
            change=told.change if told.change in types else None,
            by_change=told.strategy == "modified",
            zone=told.zone,
            select=told.select,
            filter_state=told.filter_state,
            actions=told.actions,
            _tenants=told.renames,
            _contracts={tenant: contract for contract, tenant in told.renames.items()},
        )

    @property
    def path(self) -> str:
        """Below the host, as the profile has it."""
        return f"{self.service}/{self.entity_set}"

    @property
    def projection(self) -> str:
        """The last name of the service, e.g. PurchaseOrderHandling."""
        return self.service.rpartition("/")[2].removesuffix(".svc")

    def type_of(self, attribute: str) -> str:
        """The attribute's type.

        Raises:
            SettingsError: the profile does not list the attribute, or says that the tenant lacks it.
        """
        try:
            return self.types[attribute]
        except KeyError:
            raise SettingsError(
                "an attribute that the profile does not list for this set",
                system="ifs",
                field=f"{self.name}.{attribute}",
                remedy=f"add it to ifs.sets.{self.name}.attributes, or take away what uses it",
            ) from None

    def tenant(self, attribute: str) -> str:
        """The tenant's name of the contract's attribute."""
        return self._tenants.get(attribute, attribute)

    def contract(self, attribute: str) -> str:
        """The contract's name of the tenant's attribute."""
        return self._contracts.get(attribute, attribute)
