"""docs/sandbox.md, IFS in particular: where the contract leaves a choice, and tenants that differ."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from .contract import (
    AGREEMENT,
    COMM_METHOD,
    LEDGER_ITEM,
    ORDER,
    ORDER_LINE,
    PROPOSAL,
    RECEIPT,
    REQUISITION,
    SITE,
    SUPPLIER,
)
from .postings import propose
from .schema import described, fitted
from .wire import Ifs, Row, answer_json, error_of
from .world import (
    COMPANY,
    IFS_SUPPLIER,
    agreement,
    build_ifs,
    fresh_name,
    make,
    order,
    order_line,
    proposal_head,
    proposal_line,
    supplier,
)

BARE = {"luname", "keyref", "Objgrants"}
SUPPLIERS = SUPPLIER.name


def plain(row: Row) -> set[str]:
    return {name for name in row if not name.startswith("@")}


# -- tenants that differ (contracts/ifs.md 2 and 3) ---------------------------------------------------------


def test_some_sets_answer_with_the_bare_row_without_select(ifs: Ifs) -> None:
    kept = supplier(ifs)
    ifs.steer.settings(bare_without_select=[SUPPLIERS])
    text = {"$filter": f"SupplierId eq '{kept['SupplierId']}'"}
    [row] = ifs.rows(SUPPLIER, text)
    assert plain(row) == BARE | {"SupplierId"}
    assert plain(ifs.rows(SUPPLIER, text | {"$select": "Name"})[0]) == {"Name"}
    assert "OrderNo" in ifs.read(ORDER, order(ifs))


def test_some_sets_fail_with_select(ifs: Ifs) -> None:
    supplier(ifs)
    ifs.steer.settings(refuses_select=[SUPPLIERS])
    answer = ifs.listing(SUPPLIER, {"$select": "Name", "$top": 1})
    assert answer.status_code >= 400
    error_of(answer)
    assert "Name" in ifs.rows(SUPPLIER, {"$top": 1})[0]


def test_some_sets_do_not_filter_by_state(ifs: Ifs) -> None:
    order(ifs)
    text = "Objstate eq IfsApp.PurchaseOrderHandling.PurchaseOrderState'Released'"
    assert ifs.rows(ORDER, {"$filter": text, "$top": 1})
    ifs.steer.settings(objstate_unfiltered=[ORDER.name])
    answer = ifs.listing(ORDER, {"$filter": text, "$top": 1})
    assert answer.status_code == 400
    error_of(answer)
    assert "Objstate" in ifs.rows(ORDER, {"$top": 1})[0]


def test_changes_may_be_answered_with_the_etag_alone(ifs: Ifs) -> None:
    ifs.steer.settings(empty_answers=True)
    kept = supplier(ifs)
    answer = ifs.patch(SUPPLIER, kept, {"Name": "Quiet"}, ifs.etag(SUPPLIER, kept))
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["etag"] == ifs.etag(SUPPLIER, kept)
    head = order(ifs)
    answer = ifs.act(ORDER, head, "Confirm", ifs.etag(ORDER, head))
    assert (answer.status_code, answer.headers["etag"]) == (204, ifs.etag(ORDER, head))
    made = ifs.post(SUPPLIER, {"SupplierId": fresh_name("Q"), "Name": "x"})
    assert made.status_code == 201
    assert answer_json(made)["Name"] == "x"


def test_messages_of_old_releases_are_objects(ifs: Ifs) -> None:
    ifs.steer.settings(message_as_object=True)
    answer = ifs.get(SUPPLIER, {"SupplierId": "no-such-supplier"})
    assert answer.status_code == 404
    assert isinstance(answer.json()["error"]["message"]["value"], str)


def test_settings_answer_all_settings(ifs: Ifs) -> None:
    shown = answer_json(ifs.steer.call("POST", "settings", {"token_lifetime": 99}))
    assert shown["token_lifetime"] == 99
    assert shown["upsert"] is True
    assert shown["empty_answers"] is False


# -- what a person may state --------------------------------------------------------------------------------


def test_a_person_may_date_a_change(ifs: Ifs) -> None:
    """So that rows of one second, and rows that become visible late, can be made."""
    moment = "2026-01-31T10:11:12Z"
    rows = [make(ifs, COMM_METHOD, comm | {"LastModifiedDate": moment}) for comm in comm_methods(3)]
    for row in rows:
        assert ifs.read(COMM_METHOD, row)["LastModifiedDate"] == moment
    key = {name: rows[0][name] for name in COMM_METHOD.keys}
    before = ifs.etag(COMM_METHOD, rows[0])
    ifs.steer.change(COMM_METHOD.name, key, {"Value": "2", "LastModifiedDate": moment})
    after = ifs.read(COMM_METHOD, rows[0])
    assert (after["Value"], after["LastModifiedDate"]) == ("2", moment)
    assert after["@odata.etag"] != before
    ifs.steer.change(COMM_METHOD.name, key, {"Value": "3"})
    assert ifs.read(COMM_METHOD, rows[0])["LastModifiedDate"] > moment


def comm_methods(count: int) -> list[Row]:
    identity = fresh_name("I")
    return [
        {"Identity": identity, "CommId": number + 1, "MethodId": "PHONE", "Value": str(number)}
        for number in range(count)
    ]


def test_a_client_may_not_state_what_the_server_keeps(ifs: Ifs) -> None:
    kept = order(ifs)
    etag = ifs.etag(ORDER, kept)
    for values in ({"LastModifiedDate": "2026-01-31T10:11:12Z"}, {"Objstate": "Closed"}):
        answer = ifs.patch(ORDER, kept, values, etag)
        assert answer.status_code == 400, values
        error_of(answer)
    assert ifs.etag(ORDER, kept) == etag


# -- actions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "action", "after"),
    [
        ("Planned", "Release", "Released"),
        ("Released", "Confirm", "Confirmed"),
        ("Released", "Stop", "Stopped"),
        ("Stopped", "Release", "Released"),
        ("Received", "Close", "Closed"),
        ("Released", "Cancel", "Cancelled"),
    ],
)
def test_actions_of_an_order(ifs: Ifs, before: str, action: str, after: str) -> None:
    head = order(ifs, Objstate=before)
    answer = ifs.act(ORDER, head, action, ifs.etag(ORDER, head))
    assert answer.status_code == 200, answer.text
    assert answer_json(answer)["Objstate"] == after
    assert ifs.read(ORDER, head)["Objstate"] == after


def test_an_action_that_the_state_does_not_allow_is_a_database_error(ifs: Ifs) -> None:
    head = order(ifs, Objstate="Cancelled")
    answer = ifs.act(ORDER, head, "Confirm", ifs.etag(ORDER, head))
    assert error_of(answer)["code"] == "DATABASE_ERROR"
    assert ifs.read(ORDER, head)["Objstate"] == "Cancelled"


def test_an_action_needs_its_etag(ifs: Ifs) -> None:
    head = order(ifs)
    answer = ifs.act(ORDER, head, "Confirm", None)
    assert answer.status_code == 428
    assert ifs.read(ORDER, head)["Objstate"] == "Released"


def test_actions_of_other_sets(ifs: Ifs) -> None:
    build_ifs(ifs)
    request = make(
        ifs,
        REQUISITION,
        {
            "RequisitionNo": fresh_name("Q"),
            "RequisitionerCode": "ALICE",
            "Contract": f"SITE{COMPANY}",
            "RequisitionDate": "2026-02-02",
            "Objstate": "Planned",
        },
    )
    deal = agreement(ifs)
    for entity_set, row, action, after in (
        (REQUISITION, request, "Release", "Released"),
        (REQUISITION, request, "Close", "Closed"),
        (AGREEMENT, deal, "Close", "Closed"),
        (AGREEMENT, deal, "Activate", "Active"),
    ):
        assert ifs.act(entity_set, row, action, ifs.etag(entity_set, row)).is_success, action
        assert ifs.read(entity_set, row)["Objstate"] == after


def test_a_proposal_is_authorized_and_posted_into_the_ledger(ifs: Ifs) -> None:
    build_ifs(ifs)
    values = proposal_head()
    found = propose(ifs, values, proposal_line())
    assert found[0].body is not None
    head = found[0].body
    for action, state in (("Authorize", "Authorized"), ("Post", "Posted")):
        assert ifs.act(PROPOSAL, head, action, ifs.etag(PROPOSAL, head)).is_success
        assert ifs.read(PROPOSAL, head)["Objstate"] == state
    [item] = ifs.rows(LEDGER_ITEM, {"$filter": f"InvoiceNo eq '{values['InvoiceNo']}'"})
    assert (item["Company"], item["Identity"]) == (COMPANY, IFS_SUPPLIER)
    assert (Decimal(item["OpenAmount"]), Decimal(item["PaidAmount"])) == (Decimal("119.00"), Decimal(0))


def test_an_unbalanced_proposal_is_not_authorized(ifs: Ifs) -> None:
    build_ifs(ifs)
    found = propose(ifs, proposal_head(), proposal_line(NetAmount=Decimal(1)))
    assert found[0].body is not None
    head = found[0].body
    assert error_of(ifs.act(PROPOSAL, head, "Authorize", ifs.etag(PROPOSAL, head)))["code"] == "DATABASE_ERROR"
    assert ifs.read(PROPOSAL, head)["Objstate"] == "Unbalanced"


# -- calculated values --------------------------------------------------------------------------------------


def test_receipts_move_the_received_quantity_and_the_states(ifs: Ifs) -> None:
    head = order(ifs)
    line = order_line(ifs, head)
    keys = {name: line[name] for name in ORDER_LINE.keys}
    receipts = []
    for quantity, expected in (("4", "4"), ("6", "10")):
        answer = ifs.post(RECEIPT, keys | {"QtyArrived": Decimal(quantity)})
        assert answer.status_code == 201, answer.text
        receipts.append(answer_json(answer))
        assert Decimal(ifs.read(ORDER_LINE, line)["QtyReceived"]) == Decimal(expected)
    assert ifs.read(ORDER_LINE, line)["Objstate"] == "Received"
    assert ifs.act(RECEIPT, receipts[0], "Cancel", receipts[0]["@odata.etag"]).is_success
    assert Decimal(ifs.read(ORDER_LINE, line)["QtyReceived"]) == Decimal(6)


def test_a_receipt_whose_quantity_is_invoiced_is_not_cancelled(ifs: Ifs) -> None:
    line = order_line(ifs, order(ifs))
    keys = {name: line[name] for name in ORDER_LINE.keys}
    row = answer_json(ifs.post(RECEIPT, keys | {"QtyArrived": Decimal(4)}))
    assert propose(ifs, proposal_head(), proposal_line(**keys, Quantity=Decimal(3)))[0].body is not None
    answer = ifs.act(RECEIPT, row, "Cancel", row["@odata.etag"])
    assert answer.status_code >= 400
    assert line["OrderNo"] in str(error_of(answer)["details"])
    assert ifs.read(RECEIPT, row)["Objstate"] == row["Objstate"]


def test_lines_of_proposals_move_the_invoiced_quantity(ifs: Ifs) -> None:
    line = order_line(ifs, order(ifs))
    keys = {name: line[name] for name in ORDER_LINE.keys}
    found = propose(ifs, proposal_head(), proposal_line(**keys, Quantity=Decimal(3)))
    assert found[0].body is not None
    assert Decimal(ifs.read(ORDER_LINE, line)["QtyInvoiced"]) == Decimal(3)
    head = found[0].body
    assert ifs.act(PROPOSAL, head, "Cancel", ifs.etag(PROPOSAL, head)).is_success
    assert Decimal(ifs.read(ORDER_LINE, line)["QtyInvoiced"]) == Decimal(0)


def test_the_planned_receipt_follows_the_promised_delivery(ifs: Ifs) -> None:
    line = order_line(ifs, order(ifs))
    values = fitted(ifs, ORDER_LINE, {"PromisedDeliveryDate": "2026-03-17"})
    assert ifs.patch(ORDER_LINE, line, values, ifs.etag(ORDER_LINE, line)).is_success
    row = ifs.read(ORDER_LINE, line)
    assert row["PromisedDeliveryDate"][:10] == row["PlannedReceiptDate"][:10] == "2026-03-17"


def test_a_changed_line_changes_the_total_and_not_the_version_of_its_order(ifs: Ifs) -> None:
    head = order(ifs)
    line = order_line(ifs, head)
    before = ifs.read(ORDER, head)
    answer = ifs.patch(ORDER_LINE, line, {"BuyQtyDue": Decimal(20)}, ifs.etag(ORDER_LINE, line))
    assert answer.status_code == 200, answer.text
    assert Decimal(answer_json(answer)["NetAmtCurr"]) == Decimal("246.80")
    after = ifs.read(ORDER, head)
    assert Decimal(after["TotalAmount"]) == Decimal("246.80")
    assert (after["@odata.etag"], after["LastModifiedDate"]) == (before["@odata.etag"], before["LastModifiedDate"])


def test_lines_follow_the_state_of_their_order(ifs: Ifs) -> None:
    head = order(ifs)
    line = order_line(ifs, head)
    assert ifs.act(ORDER, head, "Cancel", ifs.etag(ORDER, head)).is_success
    assert ifs.read(ORDER_LINE, line)["Objstate"] == "Cancelled"


# -- types, numbers -----------------------------------------------------------------------------------------


def test_types_are_as_described(seeded_ifs: Ifs) -> None:
    lines, orders = described(seeded_ifs, ORDER_LINE).types, described(seeded_ifs, ORDER).types
    assert (lines["LineNo"], lines["ReleaseNo"], lines["PreAccountingId"]) == ("Edm.String", "Edm.String", "Edm.Int32")
    assert (orders["OrderDate"], orders["LastModifiedDate"]) == ("Edm.Date", "Edm.DateTimeOffset")
    assert orders["Objstate"] == "IfsApp.PurchaseOrderHandling.PurchaseOrderState"
    assert described(seeded_ifs, PROPOSAL).types["ProposalId"] == "Edm.Int32"


def test_booleans_come_in_both_forms(seeded_ifs: Ifs) -> None:
    values = {row["DefaultPerMethod"] for row in seeded_ifs.steer.records(COMM_METHOD.name)}
    assert values - {None} <= {"True", "False"}
    assert "True" in values
    addresses = {row["DefAddress"] for row in seeded_ifs.steer.records("SupplierInfoAddressSet")}
    assert addresses - {None} <= {True, False}
    assert True in addresses


def test_numbers_are_given_where_none_is_stated(ifs: Ifs) -> None:
    numbers = set()
    for _ in range(2):
        answer = ifs.post(SUPPLIER, {"Name": "Without a number"})
        assert answer.status_code == 201, answer.text
        numbers.add(answer_json(answer)["SupplierId"])
    assert len(numbers) == 2
    identity = fresh_name("I")
    for _ in range(2):
        answer = ifs.post(COMM_METHOD, {"Identity": identity, "MethodId": "PHONE", "Value": "1"})
        assert answer.status_code == 201, answer.text
    assert len(ifs.rows(COMM_METHOD, {"$filter": f"Identity eq '{identity}'"})) == 2


def test_token_requests_and_429s_do_not_count_against_the_limit(ifs: Ifs) -> None:
    ifs.steer.reset_stats()
    ifs.ask_token()
    assert ifs.steer.stats()["requests"] == ifs.steer.stats()["tokens"] == 1
    ifs.steer.settings(requests_per_minute=1)
    for _ in range(3):
        assert ifs.ask_token().status_code == 200
    waits = [int(ifs.listing(SITE, {"$top": 1}).headers.get("retry-after", 0)) for _ in range(4)]
    assert waits[-1] <= max(waits[:2], default=60) + 1


def test_actions_count_under_their_own_name(ifs: Ifs) -> None:
    head = order(ifs)
    etag = ifs.etag(ORDER, head)
    ifs.steer.reset_stats()
    ifs.act(ORDER, head, "Confirm", etag)
    assert ifs.steer.stats()["by"] == {"POST PurchaseOrder_Confirm": 1}


def test_the_time_of_the_log_is_the_servers(ifs: Ifs) -> None:
    ifs.steer.settings(clock_offset=3600)
    ifs.steer.reset_stats()
    ifs.listing(SITE, {"$top": 1})
    at = datetime.fromisoformat(ifs.steer.log()[0]["at"])
    assert abs((at - datetime.now(UTC)).total_seconds() - 3600) < 10
