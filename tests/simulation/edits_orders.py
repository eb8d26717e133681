"""Purchase orders, as buyers change them in IFS and suppliers answer at JAGGAER."""

from __future__ import annotations

from decimal import Decimal

from simulation.edits import Desk, Row, edit, keyed

MOST_ORDERS = 8
LIVE = {"Released", "Confirmed", "Arrived", "Received"}
LINE = ("OrderNo", "LineNo", "ReleaseNo")


def order_of(desk: Desk) -> Row:
    return desk.pick(row for row in desk.users.records("ifs", "PurchaseOrderSet") if row["Objstate"] in LIVE)


def line_of(desk: Desk) -> Row:
    live = {r["OrderNo"] for r in desk.users.records("ifs", "PurchaseOrderSet") if r["Objstate"] in LIVE}
    lines = desk.users.records("ifs", "PurchaseOrderLineSet")
    return desk.pick(row for row in lines if row["OrderNo"] in live and row["Objstate"] in LIVE)


def order_there(desk: Desk) -> Row:
    """One at JAGGAER that is not over."""
    orders = desk.users.records("jaggaer", "purchaseorders")
    return desk.pick(order for order in orders if order["header"]["status"] == "Sent")


@edit(5, "purchase-orders")
def new_order(desk: Desk) -> str:
    users = desk.users
    if sum(row["Objstate"] in LIVE for row in users.records("ifs", "PurchaseOrderSet")) >= MOST_ORDERS:
        return cancel_order(desk)
    supplier = desk.pick(users.records("ifs", "SupplierInfoGeneralSet"))["SupplierId"]
    order = users.order(supplier)
    if desk.chance.random() < 0.4:
        users.line(order, "2", price="7.25")
    return f"{order} of {supplier}"


@edit(3, "purchase-orders")
def note_order(desk: Desk) -> str:
    order, note = order_of(desk)["OrderNo"], desk.word("eilt")
    desk.change_ifs("PurchaseOrderSet", {"OrderNo": order}, {"NoteText": note})
    return f"{order}: {note}"


@edit(3, "purchase-orders")
def order_more(desk: Desk) -> str:
    line, quantity = line_of(desk), desk.chance.randint(1, 40)
    least = Decimal(str(line["QtyReceived"] or 0)) + Decimal(str(line["QtyInvoiced"] or 0))
    desk.change_ifs("PurchaseOrderLineSet", keyed(line, *LINE), {"BuyQtyDue": max(quantity, int(least) + 1)})
    return f"{line['OrderNo']}-{line['LineNo']}: quantity {quantity}"


@edit(2, "purchase-orders")
def reprice_line(desk: Desk) -> str:
    line, price = line_of(desk), f"{desk.chance.randint(1, 99)}.{desk.chance.randint(10, 99)}"
    desk.change_ifs("PurchaseOrderLineSet", keyed(line, *LINE), {"FbuyUnitPrice": price})
    return f"{line['OrderNo']}-{line['LineNo']}: price {price}"


@edit(2, "purchase-orders")
def want_later(desk: Desk) -> str:
    line, day = line_of(desk), f"2026-04-{desk.chance.randint(10, 28)}"
    desk.change_ifs("PurchaseOrderLineSet", keyed(line, *LINE), {"WantedDeliveryDate": day})
    return f"{line['OrderNo']}-{line['LineNo']}: wanted {day}"


@edit(2, "purchase-orders")
def add_line(desk: Desk) -> str:
    order = order_of(desk)["OrderNo"]
    lines = [row for row in desk.users.records("ifs", "PurchaseOrderLineSet") if row["OrderNo"] == order]
    number = str(len(lines) + 1)
    if len(lines) > 4:
        return note_order(desk)
    desk.users.line(order, number, price="3.10")
    return f"{order}-{number}"


@edit(1, "purchase-orders")
def cancel_line(desk: Desk) -> str:
    line = line_of(desk)
    desk.change_ifs("PurchaseOrderLineSet", keyed(line, *LINE), {"Objstate": "Cancelled"})
    return f"{line['OrderNo']}-{line['LineNo']}: cancelled"


@edit(1, "purchase-orders")
def cancel_order(desk: Desk) -> str:
    order, state = order_of(desk)["OrderNo"], desk.chance.choice(("Cancelled", "Closed"))
    desk.change_ifs("PurchaseOrderSet", {"OrderNo": order}, {"Objstate": state})
    return f"{order}: {state}"


@edit(2, "purchase-orders")
def acknowledge_order(desk: Desk) -> str:
    order = order_there(desk)
    said = {"acknowledgement": _acknowledgement(desk)}
    desk.change_jaggaer("purchaseorders", {"poId": order["header"]["poId"]}, {"header": said})
    return f"{order['header']['poNumber']}: {said}"


@edit(2, "purchase-orders")
def promise_line(desk: Desk) -> str:
    """With its acknowledgement: without one there is no promise (contracts/jaggaer.md 5)."""
    order = order_there(desk)
    header = {} if "acknowledgement" in order["header"] else {"acknowledgement": _acknowledgement(desk)}
    day = f"2026-03-{desk.chance.randint(10, 28)}T00:00:00.000Z"
    lines = [line | {"promisedDeliveryDate": day} for line in order["lineList"]["poLine"]]
    values = {"header": header, "lineList": {"poLine": lines}}
    desk.change_jaggaer("purchaseorders", {"poId": order["header"]["poId"]}, values)
    return f"{order['header']['poNumber']}: promised {day}"


def _acknowledgement(desk: Desk) -> Row:
    return {"number": f"AB {desk.chance.randrange(1000)}", "date": "2026-02-20T00:00:00.000Z"}


@edit(1, "purchase-orders")
def stop_order(desk: Desk) -> str:
    order = order_of(desk)["OrderNo"]
    desk.change_ifs("PurchaseOrderSet", {"OrderNo": order}, {"Objstate": "Stopped"})
    return str(order)


@edit(2, "purchase-orders")
def release_order(desk: Desk) -> str:
    """One that was stopped, or a new one that was planned only."""
    rows = desk.users.records("ifs", "PurchaseOrderSet")
    idle = [row["OrderNo"] for row in rows if row["Objstate"] in {"Planned", "Stopped"}]
    if not idle:
        supplier = desk.pick(desk.users.records("ifs", "SupplierInfoGeneralSet"))["SupplierId"]
        return desk.users.order(supplier, Objstate="Planned")
    order = desk.pick(idle)
    desk.change_ifs("PurchaseOrderSet", {"OrderNo": order}, {"Objstate": "Released"})
    return str(order)
