"""Purchase requisitions in IFS (contracts/ifs.md 4)."""

from datetime import datetime, timedelta
from random import Random

from ifs_jaggaer.sandbox.seed.model import Row
from ifs_jaggaer.sandbox.seed.order_rows import code_columns
from ifs_jaggaer.sandbox.seed.orders import NOTES, Line, Order
from ifs_jaggaer.sandbox.seed.stamps import Stamps

STATES = ("Released", "Released", "Released", "Planned", "Closed", "Cancelled")
REQUISITIONERS = ("FSCHÄFER", "GNOWAK", "HLEFÈVRE")


def rows(orders: list[Order], now: datetime, rng: Random) -> dict[str, list[Row]]:
    """One for every twelfth order, asking for the like; a closed one names the order that came of it."""
    stamps = Stamps(rng, now, bulk=0.3)
    headers: list[Row] = []
    lines: list[Row] = []
    for place, order in enumerate(orders[::12]):
        if order.kind:
            continue
        number, state, changed = f"R{20_000 + place}", STATES[place % len(STATES)], stamps.next()
        headers.append(
            {
                "RequisitionNo": number,
                "RequisitionerCode": rng.choice(REQUISITIONERS),
                "Contract": order.site.contract,
                "RequisitionDate": order.ordered - timedelta(days=4),
                "Objstate": state,
                "NoteText": rng.choice(NOTES) if rng.random() < 0.3 else None,
                "LastModifiedDate": changed,
            }
        )
        lines += [_line(number, state, order, line, changed) for line in order.lines if line.release_no == "1"]
    return {"PurchaseRequisitionSet": headers, "PurchaseReqLineSet": lines}


def _line(number: str, state: str, order: Order, line: Line, changed: datetime) -> Row:
    return {
        "RequisitionNo": number,
        "LineNo": line.line_no,
        "ReleaseNo": line.release_no,
        "PartNo": line.part,
        "Description": line.text,
        "OriginalQty": line.quantity,
        "UnitMeas": line.unit,
        "EstimatedPrice": line.unit_price,
        "CurrencyCode": order.currency,
        "WantedReceiptDate": line.planned,
        "VendorNo": order.vendor,
        **code_columns(line.splits[0][1]),
        "Objstate": state,
        "OrderNo": order.number if state == "Closed" else None,
        "LastModifiedDate": changed,
    }
