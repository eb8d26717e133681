"""What `/_sandbox/` does to records of JAGGAER, as its users would."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from ifs_jaggaer.sandbox.jaggaer.profiles import new, taken_number
from ifs_jaggaer.sandbox.jaggaer.quantities import counted, orders_of, refresh
from ifs_jaggaer.sandbox.jaggaer.resources import (
    CONTRACTS,
    FIELD_VALUES,
    INVOICES,
    ORDERS,
    PROFILES,
    RECEIPTS,
    REQUISITIONS,
    RESOURCES,
    Resource,
    dig,
)
from ifs_jaggaer.sandbox.kernel import Refusal

if TYPE_CHECKING:
    from ifs_jaggaer.sandbox.jaggaer.records import Records
    from ifs_jaggaer.sandbox.kernel import Row

_LINES = {ORDERS.name: "poLine", REQUISITIONS.name: "requisitionLine"}


class Steering:
    """Creates, changes and removes records. Attributes are open; ids and unique numbers are kept."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def all(self, name: str) -> list[Row]:
        return self._records.all(_known(name))

    def create(self, name: str, values: Row) -> Row:
        """A new record with the ids and the modified time that the server gives, where `values` has none."""
        resource = _known(name)
        row = self._completed(resource, deepcopy(values))
        if self._records.tables[name].get(resource.key_of(row)) is not None:
            raise Refusal(f"{name} has {'/'.join(resource.key_of(row))} already")
        return self._put(resource, row, stamped=dig(values, resource.stamp) is None)

    def change(self, name: str, key: Row, values: Row) -> Row:
        """Merge `values` into a record: objects deep, lists as a whole; null takes a field away."""
        resource = _known(name)
        before = self.find(resource, key)
        row = merged(before, values)
        if resource.key_of(row) != resource.key_of(before):
            raise Refusal("a key cannot be changed")
        return self._put(resource, row, stamped=dig(values, resource.stamp) is None, before=before)

    def remove(self, name: str, key: Row) -> None:
        resource = _known(name)
        row = self.find(resource, key)
        with self._records.database.transaction():
            self._records.remove(resource, row)
            refresh(self._records, orders_of(resource, row))

    def find(self, resource: Resource, key: Row) -> Row:
        """The record that a key names; raises Refusal."""
        if resource.compound:
            fits = set(key) == set(resource.names)
            found = self._records.get(resource, *(key[name] for name in resource.names)) if fits else None
        else:
            fits = len(key) == 1 and set(key) <= set(resource.names)
            found = self._named(resource, *next(iter(key.items()))) if fits else None
        if not fits:
            way = " and " if resource.compound else " or "
            raise Refusal(f"a key of {resource.name} names {way.join(resource.names)}")
        if found is None:
            raise Refusal(f"{resource.name} has no record {key}")
        return found

    def _named(self, resource: Resource, name: str, value: object) -> Row | None:
        if name == next(iter(resource.names)):
            return self._records.get(resource, value)
        return self._records.supplier(value) if resource is PROFILES else self._records.numbered(resource, value)

    def _put(self, resource: Resource, row: Row, *, stamped: bool, before: Row | None = None) -> Row:
        self._refuse_twice(resource, row)
        with self._records.database.transaction():
            row = self._records.put(resource, row, stamped=stamped)
            refresh(self._records, orders_of(resource, row) | (orders_of(resource, before) if before else set()))
        return row

    def _refuse_twice(self, resource: Resource, row: Row) -> None:
        if resource is PROFILES:
            taken = taken_number(self._records, row)
            if taken:
                raise Refusal(taken)
        elif resource in (ORDERS, REQUISITIONS):
            number = resource.names[list(resource.names)[1]]
            other = self._records.numbered(resource, dig(row, number))
            if other is not None and resource.key_of(other) != resource.key_of(row):
                raise Refusal(f"{number[-1]}: {dig(row, number)} already exists")

    def _completed(self, resource: Resource, values: Row) -> Row:
        """The record with what the server adds to what a person keyed."""
        if resource is PROFILES:
            return self._profile(values)
        if resource is FIELD_VALUES:
            _need(resource, values, "customField", "value")
            return {"active": "true"} | values
        if resource is CONTRACTS:
            return self._contract(values)
        if not isinstance(values.get("header"), dict):
            raise Refusal(f"a record of {resource.name} has a header")
        identity = next(iter(resource.names))
        header = values["header"]
        if identity not in header:
            number = self._records.next_id(identity)
            header[identity] = str(number) if resource is RECEIPTS else number
        values.setdefault("lineList", {})
        if resource is INVOICES:
            self._invoice(header)
        if resource in (ORDERS, REQUISITIONS):
            self._document(resource, values)
        return values

    def _profile(self, values: Row) -> Row:
        info = values.get("returnCompanyInfo")
        if not isinstance(info, dict):
            raise Refusal("a company has a returnCompanyInfo")
        given = {} if "bravoId" in info else new(self._records)["returnCompanyInfo"]
        started = {"type": "SELLER", "status": "ACTIVE", "registrationDate": self._records.now()}
        return {"deBasic": {"deInfo": []}} | values | {"returnCompanyInfo": started | given | info}

    def _contract(self, values: Row) -> Row:
        _need(CONTRACTS, values, "contractReferenceCode")
        supplier = values.get("supplier")
        if isinstance(supplier, dict) and "bravoId" not in supplier:
            known = self._records.supplier(supplier.get("extCode"))
            if known:
                supplier["bravoId"] = known["returnCompanyInfo"]["bravoId"]
        return {"deletedStatus": "NOT-DELETED"} | values

    def _invoice(self, header: Row) -> None:
        header.setdefault("invoiceNumber", f"I{header['invoiceId']:06d}")
        supplier = header.get("supplier")
        if isinstance(supplier, dict) and "id" not in supplier:
            known = self._records.supplier(supplier.get("supplierNumber"))
            if known:
                supplier["id"] = int(known["returnCompanyInfo"]["bravoId"])

    def _document(self, resource: Resource, values: Row) -> None:
        header = values["header"]
        number = list(resource.names)[1]
        _need(resource, header, number)
        header.setdefault("revisionNumber", 0)
        name = _LINES[resource.name]
        lines = values["lineList"].get(name, [])
        if resource is ORDERS:
            lines = counted(self._records, str(header[number]), lines)
        values["lineList"] = {name: lines}


def merged(kept: Any, values: Any) -> Any:
    """`values` over `kept`: objects deep, all else replaced; null takes away."""
    if not isinstance(kept, dict) or not isinstance(values, dict):
        return deepcopy(values)
    made = dict(kept)
    for name, value in values.items():
        if value is None:
            made.pop(name, None)
        else:
            made[name] = merged(made.get(name), value)
    return made


def _need(resource: Resource, values: Row, *names: str) -> None:
    for name in names:
        if not values.get(name):
            raise Refusal(f"a record of {resource.name} needs {name}")


def _known(name: str) -> Resource:
    if name not in RESOURCES:
        raise Refusal(f"unknown resource {name!r}; known: {', '.join(sorted(RESOURCES))}")
    return RESOURCES[name]
