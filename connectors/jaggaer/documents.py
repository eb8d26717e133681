"""What orders, requisitions and invoices share (contracts/jaggaer.md 5, 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field

from connectors.jaggaer.fields import Amount, Count, Text, Wire, unwrap


class AccountingValue(Wire):
    """One code part of a split, e.g. internalName `Account`, value `4010`; without value an empty code part."""

    internal_name: Text | None = None
    value: Text | None = None
    description: Text | None = None


class Split(Wire):
    """One share of a line: `distribution_value` percent or money by the set's distribution type."""

    split_index: Count | None = None
    distribution_value: Amount | None = None
    values: Annotated[tuple[AccountingValue, ...], BeforeValidator(unwrap("customFieldValue"))] = Field(
        default=(), alias="customFieldValueList"
    )

    def code(self, name: str) -> str | None:
        """The value of the code part, None where it is empty."""
        return next((part.value for part in self.values if part.internal_name == name), None)


class SplitSet(Wire):
    """How a line is split. One share that is the whole comes without distribution type."""

    context: Text | None = None
    distribution_type: Text | None = None
    splits: Annotated[tuple[Split, ...], BeforeValidator(unwrap("splittableFieldIndex"))] = Field(
        default=(), alias="splittableFieldIndexList"
    )


class SplitGroup(Wire):
    """One of a line's sets of accounting fields; a tenant may have several groups."""

    sets: tuple[SplitSet, ...] = Field(default=(), alias="splittableFieldIndexSet")


SplitGroups = Annotated[tuple[SplitGroup, ...], BeforeValidator(unwrap("splittableFieldSetGroup"))]


class AddressLine(Wire):
    """One line of an address."""

    line_number: Count | None = None
    address_line: Text | None = None


class Address(Wire):
    """Where to ship or to bill to."""

    lines: Annotated[tuple[AddressLine, ...], BeforeValidator(unwrap("addressLine"))] = Field(
        default=(), alias="addressLineList"
    )
    city: Text | None = None
    state: Text | None = None
    postal_code: Text | None = None
    iso_country_code: Text | None = None
    address_code: Text | None = None


class Place(Wire):
    """`shipTo`, `billTo`, `remitTo`."""

    address: Address | None = None


class SupplierReference(Wire):
    """The supplier of a document; `supplier_number` is the ERP's, `id` JAGGAER's own."""

    id: Text | None = None
    name: Text | None = None
    supplier_number: Text | None = None
    duns: Text | None = None


class Terms(Wire):
    """Terms of payment; `discount` in percent, `days_after` to the due date."""

    discount: Amount | None = None
    days: Count | None = None
    type: Text | None = None
    days_after: Count | None = None
    standard_payment_terms_code: Text | None = None


class Unit(Wire):
    """The unit of measure by its code, e.g. `EA`."""

    dimension: Text | None = None


def _dimension(value: object) -> object:
    return value.get("dimension") if isinstance(value, Mapping) else value


UnitCode = Annotated[str | None, BeforeValidator(_dimension)]
"""A unit by its code, where the contract does not say whether it comes bare or as `{"dimension": "EA"}`."""


class Item(Wire):
    """What a line is about."""

    catalog_number: Text | None = None
    description: Text | None = None
    unit_of_measure: Unit | None = None
    product_type: Text | None = None
