"""Which received quantities which invoices bill."""

from decimal import Decimal
from random import Random

from ifs_jaggaer.sandbox.seed.orders import Line, Order, doubtful

MOST_PARTS = 6
Part = list[tuple[Line, Decimal]]


def open_lines(order: Order) -> Part:
    """Lines with the quantity that was received and not yet invoiced."""
    return [
        (line, line.received - line.invoiced)
        for line in order.lines
        if line.received > line.invoiced and line.state != "Cancelled"
    ]


class Deck:
    """Hands out parts of orders, so that all parts of one order together bill what was received of it."""

    def __init__(self, orders: list[Order], wanted: int, reserved: int, rng: Random) -> None:
        billable = [order for order in orders if order.invoices and not order.before_cutover and open_lines(order)]
        rng.shuffle(billable)
        self._whole = billable[:reserved]
        self._parts = self._deal(billable[reserved:], wanted)
        rng.shuffle(self._parts)

    @staticmethod
    def _deal(orders: list[Order], wanted: int) -> list[tuple[Order, Part]]:
        if not orders:
            return []
        each, more = divmod(wanted, len(orders))
        dealt = [
            (order, part)
            for place, order in enumerate(orders)
            for part in parted(order, min(MOST_PARTS, max(1, each + (place < more and each > 0)) + (place % 9 == 4)))
        ]
        return dealt[:wanted]

    def part(self) -> tuple[Order, Part] | None:
        """A part that no other invoice bills; None when all are handed out."""
        return self._parts.pop() if self._parts else None

    def whole(self) -> tuple[Order, Part] | None:
        """All that is open of an order of which no other invoice bills anything."""
        if not self._whole:
            return None
        order = self._whole.pop()
        return order, open_lines(order)


def parted(order: Order, count: int) -> list[Part]:
    """What is open of an order in `count` parts at most; AdditionalCost keeps an order whole."""
    lines = open_lines(order)
    if count == 1 or any(line.extra for line, _ in lines):
        return [lines]
    parts: list[Part] = [[] for _ in range(count)]
    for line, quantity in lines:
        step = Decimal(1) if line.unit == "PCS" else Decimal("0.1")
        share = quantity / count // step * step
        last = quantity - share * (count - 1)
        if share > 0 and not any(doubtful(line, each, order.currency) for each in (share, last)):
            for part in parts[:-1]:
                part.append((line, share))
            parts[-1].append((line, last))
        else:
            parts[0].append((line, quantity))
    return [part for part in parts if part]
