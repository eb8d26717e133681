"""contracts/jaggaer.md 6, 7 and 8: receipts, invoices, contracts."""

import time
from decimal import Decimal
from typing import Any

import pytest

from .contract import CONTRACTS, INVOICES, RECEIPTS
from .wire import Jaggaer, Resource, Row, answer_json, code
from .world import contract, invoice, receipt

DONE: Row = {"status": "SUCCESS", "erpNumber": "4711", "erpDate": "2026-02-14T00:00:00.000Z", "message": ""}


def kept(jaggaer: Jaggaer, resource: Resource, record: Row) -> Row:
    """The record as the server keeps it now."""
    name = {"invoices": "invoiceId", "receipts": "receiptId"}[resource.name]
    [found] = [
        one for one in jaggaer.steer.records(resource.name) if str(one["header"][name]) == str(record["header"][name])
    ]
    return found


def export(jaggaer: Jaggaer, resource: Resource, record: Row, **body: Any) -> Row:
    name = {"invoices": "invoiceId", "receipts": "receiptId"}[resource.name]
    return jaggaer.post(f"{resource.path}/{record['header'][name]}/exportstatus", DONE | body)


# -- invoices -----------------------------------------------------------------------------------------------


def test_invoices_in_a_list_have_headers_alone(seeded_jaggaer: Jaggaer) -> None:
    for item in INVOICES.items(seeded_jaggaer.page(INVOICES)):
        assert set(item) == {"header"}


def test_invoices_come_ordered_by_id(seeded_jaggaer: Jaggaer) -> None:
    numbers = [item["header"]["invoiceId"] for item in seeded_jaggaer.sweep(INVOICES)]
    assert all(isinstance(number, int) for number in numbers)
    assert numbers == sorted(numbers)
    times = [item["header"]["lastUpdate"] for item in seeded_jaggaer.sweep(INVOICES)]
    assert times != sorted(times), "the seed orders by time too, so nothing is shown"


def test_an_invoice_by_id_is_bare_with_lines(seeded_jaggaer: Jaggaer) -> None:
    for item in INVOICES.items(seeded_jaggaer.page(INVOICES))[:40]:
        document = seeded_jaggaer.one(INVOICES, item["header"]["invoiceId"])
        assert set(document) == {"header", "lineList"}
        assert document["header"] == item["header"]
        lines = document["lineList"]["invoiceLine"]
        assert lines
        for line in lines:
            assert {"lineNumber", "item", "quantity", "unitPrice"} <= set(line)
            assert isinstance(line["unitPrice"], int | Decimal)
            for name in ("poNumber", "poLineNumber"):
                assert isinstance(line.get(name, ""), str)


def test_the_header_has_the_words_of_the_contract(seeded_jaggaer: Jaggaer) -> None:
    words = {
        "invoiceType": {"Invoice", "Credit memo"},
        "invoiceLineType": {"PO", "Non-PO"},
        "paymentStatus": {"InProcess", "Payable", "Paid"},
        "workflowStatus": {"Pending", "Completed", "Rejected"},
        "matchStatus": {"Matched", "Unmatched", "Do Not Match"},
        "exportStatus": {"NotExported", "Exported", "Failed"},
    }
    for record in seeded_jaggaer.steer.records("invoices"):
        for name, known in words.items():
            assert record["header"].get(name, next(iter(known))) in known, name


def test_a_credit_memo_has_negative_amounts(seeded_jaggaer: Jaggaer) -> None:
    memos = [
        record
        for record in seeded_jaggaer.steer.records("invoices")
        if record["header"]["invoiceType"] == "Credit memo" and "total" in record["header"]
    ]
    assert memos, "the seed has no credit memo"
    assert all(record["header"]["total"]["value"] < 0 for record in memos)


def test_the_seed_has_what_real_tenants_have(seeded_jaggaer: Jaggaer) -> None:
    """contracts/jaggaer.md 7 and 9."""
    headers = [record["header"] for record in seeded_jaggaer.steer.records("invoices")]
    for name in ("total", "businessUnit", "supplierInvoiceNumber"):
        assert any(not header.get(name) for header in headers), f"{name} is never missing"
    assert any(header["paymentStatus"] == "Payable" and header["workflowStatus"] == "Pending" for header in headers)
    assert any(header["paymentStatus"] == "Payable" and header["workflowStatus"] == "Completed" for header in headers)


@pytest.mark.parametrize(("status", "becomes"), [("SUCCESS", "Exported"), ("FAILED", "Failed")])
@pytest.mark.parametrize(("make", "resource"), [(invoice, INVOICES), (receipt, RECEIPTS)], ids=["invoice", "receipt"])
def test_the_export_status_is_set_and_moves_last_update(
    jaggaer: Jaggaer, make: Any, resource: Resource, status: str, becomes: str
) -> None:
    record = make(jaggaer)
    before = kept(jaggaer, resource, record)["header"]
    assert before["exportStatus"] == "NotExported"
    time.sleep(0.005)
    answer = export(jaggaer, resource, record, status=status, message="a message")
    assert code(answer) == 0
    assert answer["returnMessage"] in ("OK", "")
    after = kept(jaggaer, resource, record)["header"]
    assert after["exportStatus"] == becomes
    assert after["lastUpdate"] > before["lastUpdate"]


@pytest.mark.parametrize(("make", "resource"), [(invoice, INVOICES), (receipt, RECEIPTS)], ids=["invoice", "receipt"])
def test_an_export_status_may_be_told_again(jaggaer: Jaggaer, make: Any, resource: Resource) -> None:
    record = make(jaggaer)
    for status in ("FAILED", "SUCCESS", "SUCCESS"):
        assert code(export(jaggaer, resource, record, status=status)) == 0
    assert kept(jaggaer, resource, record)["header"]["exportStatus"] == "Exported"


@pytest.mark.parametrize(("make", "resource"), [(invoice, INVOICES), (receipt, RECEIPTS)], ids=["invoice", "receipt"])
def test_an_unknown_export_status_is_refused(jaggaer: Jaggaer, make: Any, resource: Resource) -> None:
    record = make(jaggaer)
    answer = export(jaggaer, resource, record, status="PERHAPS")
    assert code(answer) == -1106
    assert "status" in answer["returnMessage"]
    assert kept(jaggaer, resource, record)["header"]["exportStatus"] == "NotExported"


def test_export_status_and_payment_of_an_unknown_document_are_refused(jaggaer: Jaggaer) -> None:
    for path in ("invoices/99999999/exportstatus", "receipts/99999999/exportstatus", "invoices/99999999/payment"):
        answer = jaggaer.send("POST", f"/j1p/api/public/ji/v1/{path}", body=DONE | {"status": "Paid"})
        assert answer.status_code == 404 or code(answer_json(answer)) not in {0, 1}, path


def test_a_payment_makes_an_invoice_paid(jaggaer: Jaggaer) -> None:
    record = invoice(jaggaer)
    body = {
        "status": "Paid",
        "paymentDate": "2026-02-20T00:00:00.000Z",
        "amount": Decimal("119.00"),
        "reference": "PAY-1",
    }
    time.sleep(0.005)
    before = kept(jaggaer, INVOICES, record)["header"]
    assert code(jaggaer.post(f"{INVOICES.path}/{record['header']['invoiceId']}/payment", body)) == 0
    after = kept(jaggaer, INVOICES, record)["header"]
    assert (before["paymentStatus"], after["paymentStatus"]) == ("Payable", "Paid")
    found = jaggaer.sweep(INVOICES, {"flt": "paymentStatus==Paid"})
    assert record["header"]["invoiceId"] in {item["header"]["invoiceId"] for item in found}


def test_another_payment_status_is_refused(jaggaer: Jaggaer) -> None:
    record = invoice(jaggaer)
    body = {"status": "Perhaps", "paymentDate": "2026-02-20T00:00:00.000Z", "amount": Decimal(1), "reference": "x"}
    assert code(jaggaer.post(f"{INVOICES.path}/{record['header']['invoiceId']}/payment", body)) == -1106
    assert kept(jaggaer, INVOICES, record)["header"]["paymentStatus"] == "Payable"


def test_an_invoice_that_a_person_changes_is_shown_again(jaggaer: Jaggaer) -> None:
    record = invoice(jaggaer)
    export(jaggaer, INVOICES, record)
    moment = kept(jaggaer, INVOICES, record)["header"]["lastUpdate"]
    time.sleep(0.005)
    key = {"invoiceId": record["header"]["invoiceId"]}
    jaggaer.steer.change("invoices", key, {"header": {"exportStatus": "NotExported"}})
    header = kept(jaggaer, INVOICES, record)["header"]
    assert header["exportStatus"] == "NotExported"
    assert header["lastUpdate"] > moment
    assert header["total"]["value"] == Decimal("119.00")
    found = jaggaer.sweep(INVOICES, {"flt": f"lastUpdate>={header['lastUpdate']}"})
    assert record["header"]["invoiceId"] in {item["header"]["invoiceId"] for item in found}


# -- receipts -----------------------------------------------------------------------------------------------


def test_receipts_come_with_their_lines(seeded_jaggaer: Jaggaer) -> None:
    for item in RECEIPTS.items(seeded_jaggaer.page(RECEIPTS)):
        assert set(item) == {"header", "lineList"}
        header = item["header"]
        assert {"receiptId", "receiptNumber", "receiptDate", "poNumber", "status", "lastUpdate"} <= set(header)
        assert header["status"] in {"Completed", "Voided"}
        for line in item["lineList"]["receiptLine"]:
            assert {"lineNumber", "poLineNumber", "quantity", "unitOfMeasure", "type"} <= set(line)
            assert line["type"] in {"Receive", "Return"}


def test_a_receipt_is_found_by_its_last_update(jaggaer: Jaggaer) -> None:
    record = receipt(jaggaer)
    found = jaggaer.sweep(RECEIPTS, {"flt": f"lastUpdate>={record['header']['lastUpdate']}"})
    assert record["header"]["receiptId"] in {item["header"]["receiptId"] for item in found}


def test_a_voided_receipt_shows_again(jaggaer: Jaggaer) -> None:
    record = receipt(jaggaer)
    time.sleep(0.005)
    key = {"receiptId": record["header"]["receiptId"]}
    jaggaer.steer.change("receipts", key, {"header": {"status": "Voided"}})
    after = kept(jaggaer, RECEIPTS, record)
    assert after["header"]["status"] == "Voided"
    assert after["header"]["lastUpdate"] > record["header"]["lastUpdate"]
    assert after["lineList"] == record["lineList"]


# -- contracts ----------------------------------------------------------------------------------------------


def test_contracts_have_the_fields_of_the_contract(seeded_jaggaer: Jaggaer) -> None:
    items = seeded_jaggaer.sweep(CONTRACTS, {"comp": "PRICES"})
    for item in items:
        assert {"contractReferenceCode", "title", "status", "supplier", "deletedStatus", "lastModTime"} <= set(item)
        assert item["status"] in {"Draft", "Executed", "ExecutedInEffect", "Expired", "Terminated"}
        for price in (item.get("priceList") or {}).get("price", []):
            assert price["itemCode"]
            assert isinstance(price["unitPrice"]["value"], int | Decimal)
            assert price["unitPrice"]["currency"]
    assert any((item.get("priceList") or {}).get("price") for item in items)


def test_deleted_contracts_can_be_left_out(jaggaer: Jaggaer) -> None:
    there = contract(jaggaer)["contractReferenceCode"]
    gone = contract(jaggaer, deletedStatus="DELETED")["contractReferenceCode"]
    found = {item["contractReferenceCode"] for item in jaggaer.sweep(CONTRACTS, {"flt": "deletedStatus==NOT-DELETED"})}
    assert there in found
    assert gone not in found


def test_a_changed_contract_shows_again(jaggaer: Jaggaer) -> None:
    record = contract(jaggaer)
    time.sleep(0.005)
    key = {"contractReferenceCode": record["contractReferenceCode"]}
    after = jaggaer.steer.change("contracts", key, {"title": "Renamed"})
    assert after["title"] == "Renamed"
    assert after["priceList"] == record["priceList"]
    found = jaggaer.sweep(CONTRACTS, {"flt": f"LASTMODTIME>={after['lastModTime']}"})
    assert record["contractReferenceCode"] in {item["contractReferenceCode"] for item in found}


def test_contracts_are_read_only(jaggaer: Jaggaer) -> None:
    answer = jaggaer.send("POST", CONTRACTS.path, body={"contractReferenceCode": "X"})
    assert answer.status_code == 405 or code(answer_json(answer)) not in {0, 1}
