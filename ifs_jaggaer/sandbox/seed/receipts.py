"""Receipts acknowledged at JAGGAER, for order lines that IFS has not received yet (contracts/jaggaer.md 6)."""

from datetime import datetime, timedelta
from decimal import Decimal

from ifs_jaggaer.sandbox.seed.model import Row, spread
from ifs_jaggaer.sandbox.seed.money import plain
from ifs_jaggaer.sandbox.seed.orders import UNITS, Line, Order
from ifs_jaggaer.sandbox.seed.scene import Scene
from ifs_jaggaer.sandbox.seed.stamps import Stamps, midnight

KINDS = (
    "receipt_return",
    "receipt_over_open_quantity",
    "receipt_order_unknown",
    "receipt_line_unknown",
    "receipt_unit_unknown",
    "receipt_voided",
)


def receipts(scene: Scene, orders: list[Order]) -> list[Row]:
    """For every third order that is released or confirmed; full, partial, in two deliveries, and special ones."""
    now, rng, specials = scene.now, scene.rng("receipts"), scene.specials
    stamps = Stamps(rng, now, bulk=0.3, days=20, load_days_ago=5)
    waiting = [order for order in orders if order.state in {"Released", "Confirmed"} and not order.kind][::3]
    kinds = spread(len(waiting), 0.08, KINDS)
    made: list[Row] = []
    for place, order in enumerate(waiting):
        kind = kinds.get(place, "")
        deliveries = (Decimal("0.5"), Decimal("0.5")) if place % 7 == 3 and not kind else (Decimal(1),)
        for share in deliveries:
            receipt = _receipt(len(made), order, share, now - timedelta(days=rng.randrange(1, 15)), stamps)
            if not receipt["lineList"]["receiptLine"]:
                continue
            if kind:
                _spoil(receipt, kind)
                specials.note(kind, receipt["header"]["receiptId"])
            made.append(receipt)
    return made


def _receipt(place: int, order: Order, share: Decimal, day: datetime, stamps: Stamps) -> Row:
    open_lines = [line for line in order.lines if line.state in {"Released", "Confirmed"}]
    return {
        "header": {
            "receiptId": str(3_300_000 + place),
            "receiptNumber": f"RC{place:06d}",
            "receiptDate": midnight(day),
            "poNumber": order.number,
            "status": "Completed",
            "packingSlipNumber": f"LS-{order.number[1:]}/{place}",
            "receivedBy": "wareneingang@manufacturer.example",
            "lastUpdate": stamps.milliseconds(),
            "exportStatus": "NotExported",
        },
        "lineList": {
            "receiptLine": [_line(at, line, share) for at, line in enumerate(open_lines, 1) if _part(line, share) > 0]
        },
    }


def _part(line: Line, share: Decimal) -> Decimal:
    return line.quantity if share == 1 else line.quantity * share // 1


def _line(place: int, line: Line, share: Decimal) -> Row:
    return {
        "lineNumber": str(place),
        "poLineNumber": line.number,
        "quantity": plain(_part(line, share)),
        "unitOfMeasure": UNITS[line.unit],
        "type": "Receive",
    }


def _spoil(receipt: Row, kind: str) -> None:
    first = receipt["lineList"]["receiptLine"][0]
    match kind:
        case "receipt_return":
            first |= {"type": "Return", "quantity": Decimal(1)}
        case "receipt_over_open_quantity":
            first["quantity"] = first["quantity"] * 2 + 5
        case "receipt_order_unknown":
            receipt["header"]["poNumber"] = "P999002"
        case "receipt_line_unknown":
            first["poLineNumber"] = "99-1"
        case "receipt_unit_unknown":
            first["unitOfMeasure"] = "PF"
        case _:
            receipt["header"]["status"] = "Voided"
