"""Quantities that the server keeps on order lines: received and invoiced (contracts/jaggaer.md 5)."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from ifs_jaggaer.sandbox.jaggaer.resources import INVOICES, ORDERS, RECEIPTS, Resource, at, dig

if TYPE_CHECKING:
    from ifs_jaggaer.sandbox.jaggaer.records import Records
    from ifs_jaggaer.sandbox.kernel import Row


def orders_of(resource: Resource, row: Row) -> set[str]:
    """Numbers of the orders that a receipt or an invoice refers to."""
    if resource is RECEIPTS:
        number = dig(row, at("header.poNumber"))
        return {str(number)} if number else set()
    if resource is INVOICES:
        return {str(line["poNumber"]) for line in _lines(row, "invoiceLine") if line.get("poNumber")}
    return set()


def refresh(records: Records, numbers: set[str]) -> None:
    """Count again what was received and invoiced of these orders; one whose quantities change is moved."""
    for number in sorted(numbers):
        order = records.numbered(ORDERS, number)
        if order is None:
            continue
        lines = counted(records, number, _lines(order, "poLine"))
        if lines != _lines(order, "poLine"):
            records.put(ORDERS, {**order, "lineList": {"poLine": lines}})


def counted(records: Records, number: str, lines: list[Row]) -> list[Row]:
    """Order lines with the quantities that receipts and invoices tell."""
    received: Counter[str] = Counter()
    invoiced: Counter[str] = Counter()
    for receipt in records.receipts_of.find(number):
        if dig(receipt, at("header.status")) == "Completed":
            for line in _lines(receipt, "receiptLine"):
                sign = -1 if line.get("type") == "Return" else 1
                received[str(line.get("poLineNumber"))] += sign * line.get("quantity", 0)
    for invoice in records.invoices_of.find(number):
        if dig(invoice, at("header.workflowStatus")) != "Rejected":
            for line in _lines(invoice, "invoiceLine"):
                if line.get("poNumber") == number:
                    invoiced[str(line.get("poLineNumber"))] += line.get("quantity", 0)
    return [
        {
            **line,
            "receivedQuantity": received.get(str(line.get("lineNumber")), Decimal(0)),
            "invoicedQuantity": invoiced.get(str(line.get("lineNumber")), Decimal(0)),
        }
        for line in lines
    ]


def _lines(row: Row, name: str) -> list[dict[str, Any]]:
    return dig(row, ("lineList", name)) or []
