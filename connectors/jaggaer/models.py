"""JAGGAER's records as they come: companies, custom field values, orders, invoices (contracts/jaggaer.md).

Every attribute may be None: see `Wire` for what that says. Only what names a record or a line is required.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, Field, ValidationError

from connectors.jaggaer.fields import (
    Amount,
    BusinessUnit,
    Count,
    Day,
    Flag,
    Instant,
    Money,
    Text,
    Wire,
    unwrap,
)
from connectors.wire import Row
from ifs_jaggaer.errors import Rejected

Record = TypeVar("Record", bound=Wire)

# --- companies (contract 3) -------------------------------------------------------------------


class CompanyInfo(Wire):
    """`returnCompanyInfo`: who the company is."""

    bravo_id: Text
    type: Text | None = None
    status: Text | None = None
    company_name: Text | None = None
    ext_code: Text | None = None
    ext_unique_code: Text | None = None
    fiscal_code: Text | None = None
    eu_vat: Text | None = None
    d_and_b_code: Text | None = None
    currency: Text | None = None
    biz_legal_struct: Text | None = None
    biz_email: Text | None = None
    biz_phone: Text | None = None
    biz_fax: Text | None = None
    web_site: Text | None = None
    address: Text | None = None
    zip: Text | None = None
    city: Text | None = None
    province: Text | None = None
    iso_country: Text | None = None
    user_name: Text | None = None
    user_sur_name: Text | None = None
    user_email: Text | None = None
    user_phone: Text | None = None
    last_mod_time: Instant | None = None


class DeValue(Wire):
    """One value of an extended field."""

    de_value: Text | None = None


class DeInfo(Wire):
    """One extended field with its values; none when it is empty."""

    name: Text
    type: Text | None = None
    values: Annotated[tuple[DeValue, ...], BeforeValidator(unwrap("value"))] = ()


class ExtendedData(Wire):
    """`deBasic`: the fields that the customer defined."""

    de_info: tuple[DeInfo, ...]

    def values(self, name: str) -> tuple[str, ...]:
        """All values of the extended field, in their order; empty when the field is empty."""
        return tuple(
            value.de_value
            for field in self.de_info
            if field.name == name
            for value in field.values
            if value.de_value is not None
        )

    def get(self, name: str) -> str | tuple[str, ...] | None:
        """One value, several as a tuple, or None for an empty field."""
        values = self.values(name)
        return values if len(values) > 1 else next(iter(values), None)


class CompanyProfile(Wire):
    """A supplier. `info` or `de` is None when that component did not come: unknown, not empty (law 11)."""

    info: CompanyInfo | None = Field(default=None, alias="returnCompanyInfo")
    de: ExtendedData | None = Field(default=None, alias="deBasic")


# --- custom field values (contract 4) ---------------------------------------------------------


class CustomFieldValue(Wire):
    """One GL account, cost centre, project... of a customer-defined field."""

    custom_field: Text
    value: Text
    description: Text | None = None
    active: Flag | None = None
    last_update: Instant | None = None


# --- what orders and invoices share -----------------------------------------------------------


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


class Item(Wire):
    """What a line is about."""

    catalog_number: Text | None = None
    description: Text | None = None
    unit_of_measure: Unit | None = None
    product_type: Text | None = None


# --- purchase orders (contract 5) -------------------------------------------------------------


class Buyer(Wire):
    """Who buys, or who asked for it."""

    username: Text | None = None
    email: Text | None = None


class Acknowledgement(Wire):
    """The supplier's word on the order; missing until there is one."""

    number: Text | None = None
    date: Day | None = None


class OrderHeader(Wire):
    """The head of a purchase order; `po_id` is JAGGAER's own, `external_reference` carries our mark."""

    po_number: Text
    po_id: Text | None = None
    revision_number: Count | None = None
    po_date: Day | None = None
    status: Text | None = None
    business_unit: BusinessUnit = None
    supplier: SupplierReference | None = None
    currency: Text | None = None
    terms: Terms | None = None
    buyer: Buyer | None = None
    ship_to: Place | None = None
    bill_to: Place | None = None
    total: Money | None = None
    note: Text | None = None
    external_reference: Text | None = None
    acknowledgement: Acknowledgement | None = None
    last_update: Instant | None = None


class OrderLine(Wire):
    """One line of a purchase order; quantities in the line's unit, `discount_percent` of 100, `charges` money."""

    line_number: Text
    status: Text | None = None
    item: Item | None = None
    quantity: Amount | None = None
    unit_price: Money | None = None
    discount_percent: Amount | None = None
    charges: Amount | None = None
    requested_delivery_date: Day | None = None
    promised_delivery_date: Day | None = None
    received_quantity: Amount | None = None
    invoiced_quantity: Amount | None = None
    split_groups: SplitGroups | None = Field(default=None, alias="splittableFieldSetGroupList")


class PurchaseOrder(Wire):
    """A purchase order; `lines` is None where lists show headers only, or when none came."""

    header: OrderHeader
    lines: Annotated[tuple[OrderLine, ...], BeforeValidator(unwrap("poLine"))] | None = Field(
        default=None, alias="lineList"
    )


# --- invoices (contract 7) --------------------------------------------------------------------


class MiscFee(Wire):
    """A further charge by its name."""

    name: Text | None = None
    fee: Amount | None = None


class Charges(Wire):
    """What headers and lines are charged beside the goods; bare numbers in the invoice's currency."""

    tax_charge1: Amount | None = None
    tax_charge2: Amount | None = None
    withholding_tax1: Amount | None = None
    shipping_charge: Amount | None = None
    handling_charge: Amount | None = None
    discount_amount: Amount | None = None


class InvoiceHeader(Charges):
    """The head of an invoice. Total, business unit and the supplier's number for it may be missing."""

    invoice_id: Text
    invoice_number: Text | None = None
    supplier_invoice_number: Text | None = None
    invoice_type: Text | None = None
    invoice_line_type: Text | None = None
    invoice_source: Text | None = None
    invoice_date: Day | None = None
    due_date: Day | None = None
    accounting_date: Day | None = None
    invoice_create_date: Day | None = None
    last_update: Instant | None = None
    business_unit: BusinessUnit = None
    supplier: SupplierReference | None = None
    bill_to: Place | None = None
    ship_to: Place | None = None
    remit_to: Place | None = None
    terms: Terms | None = None
    misc_fees: Annotated[tuple[MiscFee, ...], BeforeValidator(unwrap("miscFee"))] = Field(
        default=(), alias="miscFeeList"
    )
    total: Money | None = None
    payment_status: Text | None = None
    workflow_status: Text | None = None
    match_status: Text | None = None
    export_status: Text | None = None
    split_groups: SplitGroups | None = Field(default=None, alias="splittableFieldSetGroupList")


class InvoiceLine(Charges):
    """One line of an invoice; `unit_price` is a bare number in the invoice's currency."""

    line_id: Text | None = None
    line_number: Text
    item: Item | None = None
    business_unit: BusinessUnit = None
    po_number: Text | None = None
    po_line_number: Text | None = None
    quantity: Amount | None = None
    unit_price: Amount | None = None
    match_status: Text | None = None
    po_line_match_status: Text | None = None
    split_groups: SplitGroups | None = Field(default=None, alias="splittableFieldSetGroupList")


class Invoice(Wire):
    """An invoice; `lines` is None where lists show headers only, or when none came."""

    header: InvoiceHeader
    lines: Annotated[tuple[InvoiceLine, ...], BeforeValidator(unwrap("invoiceLine"))] | None = Field(
        default=None, alias="lineList"
    )


# --- reading ----------------------------------------------------------------------------------


def read(model: type[Record], row: Row) -> Record:
    """The row as its model.

    Raises:
        Rejected: a field is not what the contract says; names the first such field and, where it is safe
            to show, its value.
    """
    try:
        return model.model_validate(row.values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        raise Rejected(
            first["msg"].removeprefix("Value error, "),
            system="jaggaer",
            record=" ".join((row.kind, *row.key)),
            field=".".join(str(part) for part in first["loc"]),
            value=_safe(first["loc"], first.get("input")),
            remedy="correct the record in JAGGAER, or report it as a deviation from the contract",
        ) from None


def _safe(place: tuple[int | str, ...], value: Any) -> str | None:
    # Extended data holds bank accounts.
    if "deBasic" in place or not isinstance(value, str | int):
        return None
    return str(value)[:80]
