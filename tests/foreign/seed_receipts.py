"""Receipts of the foreign JAGGAER, each with what must become of it (contracts/mapping.md, docs/receipts.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from foreign.j1p import J1p, days_ago
from foreign.seed_orders import UNITS, D, Order
from foreign.seed_suppliers import today


@dataclass
class Receipt:
    ident: int
    order: str
    fate: str = "registered"
    """registered, voided, returned, waiting, held, rejected or out (of scope)."""
    header: dict[str, Any] = field(default_factory=dict)
    lines: list[dict[str, Any]] = field(default_factory=list)
    stands: dict[str, tuple[str, Decimal]] = field(default_factory=dict)
    """What is to stand in IFS: order line (`line-release`) and quantity, by line number."""
    said: list[str] = field(default_factory=list)
    """What JAGGAER is told one after the other, where it is more than once."""

    def line(
        self, at: str, quantity: Decimal, unit: str | None, *, stands: bool = True, kind: str = "Receive"
    ) -> Receipt:
        number = str(len(self.lines) + 1)
        told = {"lineNumber": number, "poLineNumber": at, "quantity": quantity, "unitOfMeasure": unit, "type": kind}
        self.lines.append({name: value for name, value in told.items() if value is not None})
        if stands:
            self.stands[number] = (at, quantity)
        return self

    def of(self, order: Order, index: int = 0, quantity: Decimal | None = None, *, stands: bool = True) -> Receipt:
        """Of a line of an order, in its unit: all of it, if nothing else is said."""
        row = order.lines[index]
        quantity = row["BuyQtyDue"] if quantity is None else quantity
        return self.line(place(row), quantity, UNITS.get(row["BuyUnitMeas"], "BX"), stands=stands)

    @property
    def told(self) -> list[str]:
        once = {"registered": "SUCCESS", "voided": "SUCCESS", "returned": "SUCCESS", "rejected": "FAILED"}.get(
            self.fate
        )
        return self.said or ([once] if once else [])

    @property
    def day(self) -> date:
        return today() - timedelta(days=self.ident % 7)

    def record(self) -> dict[str, Any]:
        header = {
            "receiptId": self.ident,
            "receiptNumber": f"WE-{self.ident}",
            "receiptDate": f"{self.day.isoformat()}T00:00:00.000Z",
            "poNumber": self.order,
            "status": "Completed",
            "lastUpdate": days_ago(1 + self.ident % 3),
            **self.header,
        }
        return {
            "header": {name: value for name, value in header.items() if value is not None},
            "lineList": {"receiptLine": self.lines},
        }


def place(row: dict[str, Any]) -> str:
    return f"{row['LineNo']}-{row['ReleaseNo']}"


def receipts(orders: list[Order]) -> list[Receipt]:
    by_number = {order.number: order for order in orders}
    ids = iter(range(550_001, 550_100))
    made: list[Receipt] = []

    def add(number: str, fate: str = "registered", **header: Any) -> Receipt:
        made.append(Receipt(next(ids), number, fate, header))
        return made[-1]

    def whole(number: str) -> Receipt:
        receipt = add(number)
        for index in range(len(by_number[number].lines)):
            receipt.of(by_number[number], index)
        return receipt

    for number in ("P1008", "P1016", "P1025", "P1032"):
        whole(number)
    odd = by_number["PO'7,1;A (x)"]
    add(odd.number).of(odd, quantity=D("0.125"))
    parted = by_number["P1009"]  # in two receipts, the second without unit or export status; a third is too much
    half = (parted.lines[0]["BuyQtyDue"] / 2).quantize(D("0.000001"))
    add(parted.number).of(parted, quantity=half)
    add(parted.number).line(place(parted.lines[0]), parted.lines[0]["BuyQtyDue"] - half, None)
    add(parted.number, "rejected").of(parted, quantity=D("0.000001"), stands=False)
    some = by_number["P1017"]  # one line goes, one has another unit, one is none of the order's
    receipt = add(some.number, "rejected").of(some).line("77-1", D(1), "EA", stands=False)
    receipt.line(place(some.lines[1]), D(1), "BX", stands=False)
    more = by_number["P1024"]
    add(more.number, "rejected").of(more, quantity=more.lines[0]["BuyQtyDue"] + D("0.5"), stands=False)
    add("P9999", "waiting").line("1-1", D(1), "EA", stands=False)
    add("P2005", "waiting").line("1-1", D(1), "EA", stands=False)
    add("P2013", "rejected").line("3-1", D(1), "EA", stands=False)
    add(more.number, "rejected").line("1-1", D(0), UNITS[more.lines[0]["BuyUnitMeas"]], stands=False)
    back = by_number["P1033"]
    add(back.number, "held").line(place(back.lines[0]), D(2), None, stands=False, kind="Return")
    add(more.number, "out", status="Voided").of(more, stands=False)
    add(more.number, "out", exportStatus="Exported").of(more, stands=False)
    add(more.number, "out", status="Draft").of(more, stands=False)
    add("P2019", "out").line("1-1", D(1), "EA", stands=False)  # a company that is not ours
    return made


def seed_receipts(j1p: J1p, orders: list[Order]) -> list[Receipt]:
    made = receipts(orders)
    for receipt in made:
        j1p.put("receipts", receipt.record())
    return made
