"""Quantities that the server keeps on order lines (contracts/jaggaer.md 5)."""

from decimal import Decimal

from conformance.contract import ORDERS
from conformance.wire import Jaggaer, Row, code
from conformance.world import fresh_name, send_order, wire_line, wire_order


def receipt(number: str, quantity: str, **line: str) -> Row:
    own = {"lineNumber": "1", "poLineNumber": "1", "quantity": Decimal(quantity), "type": "Receive"} | line
    return {"header": {"poNumber": number, "status": "Completed"}, "lineList": {"receiptLine": [own]}}


def invoice(number: str, quantity: str) -> Row:
    own = {"lineNumber": "1", "poNumber": number, "poLineNumber": "1", "quantity": Decimal(quantity)}
    header = {"workflowStatus": "Completed", "paymentStatus": "Payable"}
    return {"header": header, "lineList": {"invoiceLine": [own]}}


def kept(jaggaer: Jaggaer, number: str) -> Row:
    [item] = jaggaer.sweep(ORDERS, {"flt": f"poNumber=={number}"})
    return jaggaer.one(ORDERS, item["header"]["poId"])


def quantities(jaggaer: Jaggaer, number: str) -> list[tuple[object, object]]:
    lines = kept(jaggaer, number)["lineList"]["poLine"]
    return [(line["receivedQuantity"], line["invoicedQuantity"]) for line in lines]


def test_receipts_and_invoices_are_counted_on_their_line(jaggaer: Jaggaer) -> None:
    number = fresh_name("Q")
    assert code(send_order(jaggaer, "CREATE", wire_order(wire_line("1"), wire_line("2"), poNumber=number))) == 0
    before = kept(jaggaer, number)["header"]
    jaggaer.steer.create("receipts", receipt(number, "4"))
    returned = jaggaer.steer.create("receipts", receipt(number, "1.5", type="Return"))
    jaggaer.steer.create("invoices", invoice(number, "3"))
    assert quantities(jaggaer, number) == [(Decimal("2.5"), 3), (0, 0)]
    after = kept(jaggaer, number)["header"]
    assert after["lastUpdate"] > before["lastUpdate"]
    assert after["revisionNumber"] == before["revisionNumber"]
    jaggaer.steer.remove("receipts", {"receiptId": returned["header"]["receiptId"]})
    assert quantities(jaggaer, number)[0] == (4, 3)


def test_a_voided_receipt_and_a_rejected_invoice_count_no_more(jaggaer: Jaggaer) -> None:
    number = fresh_name("Q")
    assert code(send_order(jaggaer, "CREATE", wire_order(poNumber=number))) == 0
    received = jaggaer.steer.create("receipts", receipt(number, "4"))
    billed = jaggaer.steer.create("invoices", invoice(number, "4"))
    jaggaer.steer.change("receipts", {"receiptId": received["header"]["receiptId"]}, {"header": {"status": "Voided"}})
    jaggaer.steer.change(
        "invoices", {"invoiceId": billed["header"]["invoiceId"]}, {"header": {"workflowStatus": "Rejected"}}
    )
    assert quantities(jaggaer, number) == [(0, 0)]


def test_an_order_that_comes_late_knows_what_was_received(jaggaer: Jaggaer) -> None:
    number = fresh_name("Q")
    jaggaer.steer.create("receipts", receipt(number, "7"))
    document = wire_order(wire_line("1", receivedQuantity=Decimal(99)), poNumber=number)
    assert code(send_order(jaggaer, "CREATE", document)) == 0
    assert quantities(jaggaer, number) == [(7, 0)]


def test_a_revision_keeps_what_supplier_and_server_said(jaggaer: Jaggaer) -> None:
    number = fresh_name("Q")
    document = wire_order(wire_line("1"), wire_line("2"), poNumber=number)
    assert code(send_order(jaggaer, "CREATE", document)) == 0
    first, second = kept(jaggaer, number)["lineList"]["poLine"]
    day = "2026-04-01T00:00:00.000Z"
    jaggaer.steer.change(
        "purchaseorders",
        {"poNumber": number},
        {
            "header": {"acknowledgement": {"number": "AB-1", "date": day}},
            "lineList": {"poLine": [first, second | {"promisedDeliveryDate": day}]},
        },
    )
    document["header"]["revisionNumber"] = 1
    document["lineList"]["poLine"].append(wire_line("3"))
    assert code(send_order(jaggaer, "UPDATE", document)) == 0
    after = kept(jaggaer, number)
    assert after["header"]["acknowledgement"]["number"] == "AB-1"
    assert [line.get("promisedDeliveryDate") for line in after["lineList"]["poLine"]] == [None, day, None]
    assert quantities(jaggaer, number) == [(0, 0)] * 3
