"""Receipts (contracts/jaggaer.md 6)."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from connectors.jaggaer.documents import UnitCode
from connectors.jaggaer.fields import Amount, Day, Instant, Text, Wire, unwrap


class ReceiptHeader(Wire):
    """The head of a receipt."""

    receipt_id: Text
    receipt_number: Text | None = None
    receipt_date: Day | None = None
    po_number: Text | None = None
    status: Text | None = None
    packing_slip_number: Text | None = None
    received_by: Text | None = None
    last_update: Instant | None = None
    export_status: Text | None = None


class ReceiptLine(Wire):
    """One line of a receipt: what came, or by type what went back, in its unit."""

    line_number: Text
    po_line_number: Text | None = None
    quantity: Amount | None = None
    unit_of_measure: UnitCode = None
    type: Text | None = None


class Receipt(Wire):
    """A receipt with its lines; None when none came."""

    header: ReceiptHeader
    lines: Annotated[tuple[ReceiptLine, ...], BeforeValidator(unwrap("receiptLine"))] | None = Field(
        default=None, alias="lineList"
    )
