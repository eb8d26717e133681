"""Contracts and their price lines (contracts/jaggaer.md 8)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from connectors.jaggaer.documents import UnitCode
from connectors.jaggaer.fields import Amount, Count, Day, Instant, Money, Text, Wire, unwrap


class ContractSupplier(Wire):
    """Whose contract it is; `ext_code` is the ERP's supplier number."""

    bravo_id: Text | None = None
    ext_code: Text | None = None


class PriceLine(Wire):
    """A price from a quantity on, while it is valid."""

    item_code: Text | None = None
    supplier_item_code: Text | None = None
    description: Text | None = None
    unit_of_measure: UnitCode = None
    unit_price: Money | None = None
    min_quantity: Amount | None = None
    discount_percent: Amount | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    lead_time_days: Count | None = None


class Contract(Wire):
    """A contract; `prices` is None when the part did not come or came empty: unknown (law 11)."""

    contract_reference_code: Text
    title: Text | None = None
    status: Text | None = None
    supplier: ContractSupplier | None = None
    currency: Text | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    value: Amount | None = None
    payment_terms: Text | None = None
    deleted_status: Text | None = None
    last_mod_time: Instant | None = None
    prices: Annotated[tuple[PriceLine, ...], BeforeValidator(unwrap("price"))] | None = Field(
        default=None, alias="priceList"
    )
