"""What IFS works out by itself when a person or a client changes something."""

from decimal import Decimal
from typing import Any

import pytest

from ifs_jaggaer.sandbox.kernel import Refusal

from .tools import Asker, Row, body_of

LINE = "PurchaseOrderLineSet"
KEY = {"OrderNo": "P1", "LineNo": "1", "ReleaseNo": "1"}
URL = "(OrderNo='P1',LineNo='1',ReleaseNo='1')"


def patch(ask: Asker, set_name: str, url: str, values: Row) -> Row:
    etag = body_of(ask.call("GET", set_name, url))["@odata.etag"]
    answer = ask.call("PATCH", set_name, url, body=values, headers={"if-match": etag})
    assert answer.status == 200, answer.body
    return body_of(answer)


def act(ask: Asker, set_name: str, url: str, action: str) -> Any:
    row = body_of(ask.call("GET", set_name, url))
    answer = ask.call("POST", set_name, f"{url}/{action}", body={}, headers={"if-match": row["@odata.etag"]})
    assert answer.status == 200, answer.body
    return body_of(answer)


def test_a_line_and_its_order_are_calculated(ask: Asker) -> None:
    line = ask.order(Discount=Decimal(10), AdditionalCost=Decimal("1.00"))
    assert line["NetAmtCurr"] == Decimal("23.50")
    assert ask.stored("PurchaseOrderSet")["TotalAmount"] == Decimal("23.50")
    ask.system.create(LINE, {"OrderNo": "P1", "BuyQtyDue": 1, "FbuyUnitPrice": Decimal("0.125")})
    assert ask.stored("PurchaseOrderSet")["TotalAmount"] == Decimal("23.63")
    ask.system.change(LINE, KEY, {"BuyQtyDue": Decimal(20)})
    assert ask.stored("PurchaseOrderSet")["TotalAmount"] == Decimal("46.13")
    ask.system.change(LINE, KEY, {"Objstate": "Cancelled"})
    assert ask.stored("PurchaseOrderSet")["TotalAmount"] == Decimal("0.13")


def test_a_calculated_total_moves_neither_etag_nor_modified_time(ask: Asker) -> None:
    ask.order()
    ask.system.change("PurchaseOrderSet", {"OrderNo": "P1"}, {"LastModifiedDate": "2026-01-01T00:00:00Z"})
    before = ask.stored("PurchaseOrderSet")
    ask.system.change(LINE, KEY, {"BuyQtyDue": Decimal(20)})
    assert ask.stored("PurchaseOrderSet") == before | {"TotalAmount": Decimal("50.00")}


def test_a_person_may_state_what_does_not_tie(ask: Asker) -> None:
    ask.order()
    ask.system.change(LINE, KEY, {"BuyQtyDue": Decimal(20), "NetAmtCurr": Decimal("1.00")})
    assert ask.stored(LINE)["NetAmtCurr"] == Decimal("1.00")


def test_a_client_may_not_state_what_is_calculated(ask: Asker) -> None:
    ask.order()
    answer = ask.call("PATCH", LINE, URL, body={"NetAmtCurr": 1}, headers={"if-match": ask.stored(LINE)["@odata.etag"]})
    assert answer.status == 400
    assert ask.stored(LINE)["NetAmtCurr"] == Decimal("25.00")


def test_a_promise_plans_the_receipt(ask: Asker) -> None:
    ask.order(PlannedReceiptDate="2026-03-01")
    assert patch(ask, LINE, URL, {"PromisedDeliveryDate": "2026-03-09"})["PlannedReceiptDate"] == "2026-03-09"


def test_the_state_of_an_order_goes_down_to_its_lines(ask: Asker) -> None:
    ask.order()
    act(ask, "PurchaseOrderSet", "(OrderNo='P1')", "IfsApp.PurchaseOrderHandling.PurchaseOrder_Cancel")
    assert ask.stored(LINE)["Objstate"] == "Cancelled"
    assert ask.stored("PurchaseOrderSet")["TotalAmount"] == 0


def test_states_change_by_actions_only(ask: Asker) -> None:
    ask.order()
    etag = ask.stored("PurchaseOrderSet")["@odata.etag"]
    answer = ask.call(
        "PATCH", "PurchaseOrderSet", "(OrderNo='P1')", body={"Objstate": "Closed"}, headers={"if-match": etag}
    )
    assert answer.status == 400
    action = "(OrderNo='P1')/IfsApp.PurchaseOrderHandling.PurchaseOrder_Confirm"
    assert ask.call("POST", "PurchaseOrderSet", action, body={}).status == 428


def test_receipts_move_line_and_order(ask: Asker) -> None:
    ask.order()
    for quantity, state in ((Decimal(4), "Arrived"), (Decimal(6), "Received")):
        answer = ask.call("POST", "PurchaseReceiptSet", body=KEY | {"QtyArrived": quantity})
        assert answer.status == 201, answer.body
        assert ask.stored(LINE)["Objstate"] == ask.stored("PurchaseOrderSet")["Objstate"] == state
    assert ask.stored(LINE)["QtyReceived"] == 10
    for number in (1, 2):
        act(
            ask,
            "PurchaseReceiptSet",
            f"(ReceiptSequence={number})",
            "IfsApp.PurchaseReceiptEntity.PurchaseReceipt_Cancel",
        )
    assert (ask.stored(LINE)["QtyReceived"], ask.stored(LINE)["Objstate"]) == (0, "Released")


@pytest.mark.parametrize("state", ["Planned", "Stopped", "Closed", "Cancelled"])
def test_nothing_is_received_for_a_line_that_is_not_open(ask: Asker, state: str) -> None:
    ask.order(Objstate=state)
    answer = ask.call("POST", "PurchaseReceiptSet", body=KEY | {"QtyArrived": 1})
    assert body_of(answer)["error"]["code"] == "DATABASE_ERROR"


def proposal(ask: Asker, **values: object) -> Row:
    """A balanced proposal over four pieces of the order's line."""
    ask.order()
    ask.system.create("SupplierInfoGeneralSet", {"SupplierId": "S1", "Name": "S"})
    ask.system.create("AccountSet", {"Company": "10", "Account": "4010"})
    year = {"DateFrom": "2026-01-01", "DateUntil": "2026-12-31", "PeriodStatus": "Open"}
    ask.system.create("AccountingPeriodSet", {"Company": "10", "AccountingYear": 2026, "AccountingPeriod": 1} | year)
    head = {
        "Company": "10",
        "SupplierId": "S1",
        "InvoiceNo": "I1",
        "InvoiceDate": "2026-02-01",
        "PostingDate": "2026-02-01",
        "CurrencyCode": "EUR",
        "NetAmount": 10,
        "GrossAmount": 10,
        **values,
    }
    made = body_of(ask.call("POST", "PostingProposalHeadSet", body=head))
    line = KEY | {"NetAmount": 10, "Quantity": 4, "CodeA": "4010"}
    url = f"(Company='10',ProposalId={made['ProposalId']})"
    assert ask.call("POST", "PostingProposalHeadSet", f"{url}/PostingProposalLineArray", body=line).status == 201
    return made | {"url": url}


def test_a_proposal_counts_as_invoiced_until_it_is_cancelled(ask: Asker) -> None:
    head = proposal(ask)
    assert ask.stored(LINE)["QtyInvoiced"] == 4
    act(ask, "PostingProposalHeadSet", head["url"], "IfsApp.PostingProposalHandling.PostingProposalHead_Cancel")
    assert ask.stored(LINE)["QtyInvoiced"] == 0


def test_a_credit_note_gives_back_what_was_invoiced_until_it_is_cancelled(ask: Asker) -> None:
    head = proposal(ask, InvoiceType="Credit")
    assert ask.stored(LINE)["QtyInvoiced"] == -4
    act(ask, "PostingProposalHeadSet", head["url"], "IfsApp.PostingProposalHandling.PostingProposalHead_Cancel")
    assert ask.stored(LINE)["QtyInvoiced"] == 0


def test_a_posted_proposal_stands_in_the_ledger_and_is_closed(ask: Asker) -> None:
    head = proposal(ask)
    for action in ("Authorize", "Post"):
        act(ask, "PostingProposalHeadSet", head["url"], f"IfsApp.PostingProposalHandling.PostingProposalHead_{action}")
    item = ask.stored("InvoiceLedgerItemSet")
    assert (item["InvoiceNo"], item["OpenAmount"], item["Identity"]) == ("I1", 10, "S1")
    line = {"NetAmount": 1, "CodeA": "4010"}
    answer = ask.call("POST", "PostingProposalHeadSet", f"{head['url']}/PostingProposalLineArray", body=line)
    assert body_of(answer)["error"]["code"] == "DATABASE_ERROR"


def test_a_posted_credit_note_stands_in_the_ledger_as_a_claim(ask: Asker) -> None:
    head = proposal(ask, InvoiceType="Credit")
    for action in ("Authorize", "Post"):
        act(ask, "PostingProposalHeadSet", head["url"], f"IfsApp.PostingProposalHandling.PostingProposalHead_{action}")
    assert ask.stored("InvoiceLedgerItemSet")["OpenAmount"] == -10


def test_suppliers_without_a_number_get_one_that_is_free(ask: Asker) -> None:
    ask.system.create("SupplierInfoGeneralSet", {"SupplierId": "100002", "Name": "by hand"})
    numbers = [body_of(ask.call("POST", "SupplierInfoGeneralSet", body={"Name": "x"}))["SupplierId"] for _ in range(2)]
    assert numbers == ["100001", "100003"]


def test_a_person_is_held_to_the_rules_too(ask: Asker) -> None:
    ask.order()
    with pytest.raises(Refusal, match="already exists"):
        ask.system.create("PurchaseOrderSet", {"OrderNo": "P1"})
    with pytest.raises(Refusal, match="BuyQtyDue"):
        ask.system.change(LINE, KEY, {"BuyQtyDue": None})
    assert ask.stored(LINE)["BuyQtyDue"] == 10


@pytest.mark.parametrize(("number", "value"), [("1", 1), ("1.50", 1.5), ("1E+2", 100)])
def test_numbers_are_kept_as_they_are_written(ask: Asker, number: str, value: float) -> None:
    line = ask.order(quantity=number)
    assert line["BuyQtyDue"] == Decimal(number) == value
    [row] = ask.rows(LINE)
    assert row["BuyQtyDue"] == format(Decimal(number), "f")
