"""Purchase orders and requisitions (contracts/jaggaer.md 5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from connectors.jaggaer.documents import Item, Place, SplitGroups, SupplierReference, Terms
from connectors.jaggaer.fields import Amount, BusinessUnit, Count, Day, Instant, Money, Text, Wire, unwrap


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

    @property
    def number(self) -> str:
        return self.po_number

    @property
    def own_id(self) -> str | None:
        return self.po_id

    def named(self, own_id: str) -> Self:
        """The same with the id by which it was asked for, where it shows none itself."""
        return self if self.po_id else self.model_copy(update={"po_id": own_id})

    @property
    def dated(self) -> Day | None:
        return self.po_date

    @property
    def person(self) -> Buyer | None:
        return self.buyer


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
    """A purchase order; `lines` is None where lists show headers only, or when none came.

    Contract 5 does not say whether a list shows the id in the header or beside it: either is read.
    """

    header: OrderHeader
    lines: Annotated[tuple[OrderLine, ...], BeforeValidator(unwrap("poLine"))] | None = Field(
        default=None, alias="lineList"
    )

    @model_validator(mode="before")
    @classmethod
    def _id_in_header(cls, given: Any) -> Any:
        return _with_id(given, "poId")


class RequisitionHeader(Wire):
    """The head of a requisition; its number is unique, the supplier is a preference of its lines."""

    requisition_number: Text
    requisition_id: Text | None = None
    revision_number: Count | None = None
    requisition_date: Day | None = None
    status: Text | None = None
    requester: Buyer | None = None
    business_unit: BusinessUnit = None
    currency: Text | None = None
    ship_to: Place | None = None
    total: Money | None = None
    note: Text | None = None
    external_reference: Text | None = None
    last_update: Instant | None = None

    @property
    def number(self) -> str:
        return self.requisition_number

    @property
    def own_id(self) -> str | None:
        return self.requisition_id

    def named(self, own_id: str) -> Self:
        """The same with the id by which it was asked for, where it shows none itself."""
        return self if self.requisition_id else self.model_copy(update={"requisition_id": own_id})

    @property
    def dated(self) -> Day | None:
        return self.requisition_date

    @property
    def person(self) -> Buyer | None:
        return self.requester


class RequisitionLine(OrderLine):
    """One line of a requisition; `po_number` once an order came of it."""

    preferred_supplier: SupplierReference | None = None
    po_number: Text | None = None


class Requisition(Wire):
    """A requisition; `lines` is None where lists show headers only, or when none came."""

    header: RequisitionHeader
    lines: Annotated[tuple[RequisitionLine, ...], BeforeValidator(unwrap("requisitionLine"))] | None = Field(
        default=None, alias="lineList"
    )

    @model_validator(mode="before")
    @classmethod
    def _id_in_header(cls, given: Any) -> Any:
        return _with_id(given, "requisitionId")


def _with_id(given: Any, name: str) -> Any:
    header = given.get("header") if isinstance(given, Mapping) else None
    if isinstance(header, Mapping) and name in given:
        return {**given, "header": {name: given[name], **header}}
    return given
