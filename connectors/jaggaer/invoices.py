"""Invoices (contracts/jaggaer.md 7)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from connectors.jaggaer.documents import Item, Place, SplitGroups, SupplierReference, Terms
from connectors.jaggaer.fields import Amount, BusinessUnit, Day, Instant, Money, Text, Wire, unwrap


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
