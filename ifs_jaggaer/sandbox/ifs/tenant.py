"""What the settings make of this tenant: companies hidden, sets forbidden, attributes and zones lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from zoneinfo import available_timezones

from ifs_jaggaer.sandbox.ifs.catalogue import SETS
from ifs_jaggaer.sandbox.ifs.errors import ODataError, database_error, malformed
from ifs_jaggaer.sandbox.ifs.model import BOOLEAN, DATE, DECIMAL, INTEGER, STRING, Attribute, EntitySet
from ifs_jaggaer.sandbox.ifs.reading import Query, names_in
from ifs_jaggaer.sandbox.ifs.records import Records
from ifs_jaggaer.sandbox.ifs.values import UTC_ZONE, Zone
from ifs_jaggaer.sandbox.kernel import Answer, Refusal, Row
from ifs_jaggaer.sandbox.settings import Check, Settings, flag, texts, whole


def _known_sets(value: object) -> bool:
    return texts(value) and isinstance(value, list) and set(value) <= set(SETS)


def _known_attributes(value: object) -> bool:
    """Raises Refusal for what no tenant could lose, naming it."""
    if not texts(value) or not isinstance(value, list):
        return False
    for item in value:
        name, _, attribute = item.partition(".")
        if name not in SETS:
            raise Refusal(f"{item!r} is no Set.Attribute; sets are {', '.join(sorted(SETS))}")
        if attribute in SETS[name].keys:
            raise Refusal(f"{item}: a key, which the metadata of a set always has")
        if attribute not in SETS[name].attributes:
            has = ", ".join(sorted(set(SETS[name].attributes) - set(SETS[name].keys)))
            raise Refusal(f"{name} has no {attribute!r} that it could lose; it has {has}")
    return True


_CUSTOM_TYPES: Final = frozenset({STRING, INTEGER, DECIMAL, BOOLEAN, DATE})


def _custom(item: str) -> tuple[str, Attribute]:
    """`PurchaseOrderSet.Cf_Incoterm`, a text; or with its type, `PurchaseOrderSet.Cf_Weight=Edm.Decimal`."""
    name, _, rest = item.partition(".")
    attribute, _, edm = rest.partition("=")
    return name, Attribute(attribute, edm or STRING)


def _custom_attributes(value: object) -> bool:
    if not texts(value) or not isinstance(value, list):
        return False
    return all(
        name in SETS
        and attribute.name.removeprefix("Cf_").isidentifier()
        and attribute.name.startswith("Cf_")
        and attribute.name not in SETS[name].attributes
        and attribute.type in _CUSTOM_TYPES
        for name, attribute in map(_custom, value)
    )


def _known_zone(value: object) -> bool:
    return value in available_timezones()


#: The settings that IFS has beyond those of both systems (docs/sandbox.md).
DEFAULTS: Final[dict[str, tuple[Any, Check]]] = {
    "server_page": (5000, whole(100)),
    "batch_counts_parts": (False, flag),
    "upsert": (True, flag),
    "hidden_companies": ([], texts),
    "forbidden": ([], _known_sets),
    "metadata_forbidden": (False, flag),
    "decimals_as_numbers": (False, flag),
    "missing_etag": ([], _known_sets),
    "metadata_without": ([], _known_attributes),
    "custom_attributes": ([], _custom_attributes),
    "enforce_invoice_no": (True, flag),
    "time_zone": ("UTC", _known_zone),
    "aware": ([], _known_sets),
    "bare_without_select": ([], _known_sets),
    "refuses_select": ([], _known_sets),
    "objstate_unfiltered": ([], _known_sets),
    "empty_answers": (False, flag),
    "message_as_object": (False, flag),
}


class Tenant:
    """The settings, as requests meet them."""

    def __init__(self, records: Records, settings: Settings) -> None:
        self._records = records
        self.settings = settings
        self._whole: dict[str, EntitySet] = {}
        self._views: dict[str, EntitySet] = {}
        self.renew()

    def renew(self) -> None:
        """Take over changed settings."""
        lost: dict[str, set[str]] = {}
        for item in self.settings["metadata_without"]:
            name, _, attribute = item.partition(".")
            lost.setdefault(name, set()).add(attribute)
        own: dict[str, dict[str, Attribute]] = {}
        for name, added in map(_custom, self.settings["custom_attributes"]):
            own.setdefault(name, {})[added.name] = added
        aware = self.settings["aware"]
        self._whole = {
            name: replace(each, attributes={**each.attributes, **own.get(name, {})}) for name, each in SETS.items()
        }
        for name in own:
            self._records.widen(self._whole[name])
        self._views = {
            name: replace(each.without(lost.get(name, set())), aware=name in aware)
            for name, each in self._whole.items()
        }
        self._local = Zone(self.settings["time_zone"])

    def whole(self, name: str) -> EntitySet | None:
        """A set with all its attributes, those that requests do not see too; None for a name that is none."""
        return self._whole.get(name)

    def view(self, entity_set: EntitySet) -> EntitySet:
        """The set as this tenant has it."""
        return self._views[entity_set.name]

    def admit(self, entity_set: EntitySet) -> None:
        """Raises ODataError 403 for a set of a projection that was not granted."""
        if self.has(entity_set, "forbidden"):
            raise ODataError(403, "ODP_FORBIDDEN", f"You have no permission for {entity_set.name}.")

    def admit_company(self, values: Row) -> None:
        if values.get("Company") in self.settings["hidden_companies"]:
            raise database_error(f"Company {values['Company']} is not allowed for this user.")

    def check_query(self, entity_set: EntitySet, query: Query) -> None:
        """Raises ODataError 400 for what some tenants cannot do: `$select`, `Objstate` in `$filter`."""
        if query.select and self.has(entity_set, "refuses_select"):
            raise malformed(f"$select is not possible for {entity_set.name}.")
        filtered = names_in(query.filter) if query.filter else set()
        if "Objstate" in filtered and self.has(entity_set, "objstate_unfiltered"):
            raise malformed(f"The property Objstate of {entity_set.name} cannot be filtered.")

    def answer(self, error: ODataError) -> Answer:
        return error.answer(message_as_object=self.settings["message_as_object"])

    def has(self, entity_set: EntitySet, setting: str) -> bool:
        """Whether a setting that lists sets lists this one."""
        return entity_set.name in self.settings[setting]

    def zone(self, entity_set: EntitySet, *, aware: bool) -> Zone:
        return UTC_ZONE if aware and entity_set.aware else self._local

    def visible(self, entity_set: EntitySet) -> Callable[[Row], bool] | None:
        """Whether the user's companies include that of a row; None where nothing is hidden."""
        hidden = frozenset(self.settings["hidden_companies"])
        if not hidden:
            return None
        return lambda row: self._company(entity_set, row) not in hidden

    def _company(self, entity_set: EntitySet, row: Row) -> Any:
        """The row's own company, else that of its order, its requisition, its site; None if it has none."""
        if "Company" in entity_set.attributes and row["Company"] is not None:
            return row["Company"]
        for name, target in (
            ("OrderNo", "PurchaseOrderSet"),
            ("RequisitionNo", "PurchaseRequisitionSet"),
            ("Contract", "CompanySiteSet"),
        ):
            if row.get(name) is None or target == entity_set.name:
                continue
            found = self._records.find(target, row[name])
            if found:
                return self._company(SETS[target], found)
        return None
