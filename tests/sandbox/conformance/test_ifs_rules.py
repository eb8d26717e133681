"""contracts/ifs.md 4: the rules that IFS keeps."""

from decimal import Decimal

import httpx
import pytest

from .batch import Result
from .contract import (
    ACCOUNT,
    ADDRESS,
    INVOICE_INFO,
    ORDER_LINE,
    PROPOSAL,
    PROPOSAL_LINE,
    RECEIPT,
    VOUCHER,
    VOUCHER_ROW,
)
from .postings import post_voucher, propose
from .schema import fitted
from .wire import EntitySet, Ifs, Row, answer_json, detail_codes, detail_text, error_of
from .world import (
    COMPANY,
    IFS_SUPPLIER,
    OTHER_COMPANY,
    PARTY,
    build_ifs,
    fresh_name,
    make,
    order,
    order_line,
    proposal_head,
    proposal_line,
    supplier,
    voucher_head,
    voucher_rows,
)


@pytest.fixture(autouse=True)
def _company(ifs: Ifs) -> None:
    build_ifs(ifs)


# -- receipts -----------------------------------------------------------------------------------------------


def receive(ifs: Ifs, line: Row, quantity: str, **values: object) -> httpx.Response:
    keys = {name: line[name] for name in ("OrderNo", "LineNo", "ReleaseNo")}
    body = keys | {"QtyArrived": Decimal(quantity), "Uom": "PCS", "ArrivalDate": "2026-02-12"} | values
    return ifs.post(RECEIPT, fitted(ifs, RECEIPT, body))


def test_a_receipt_within_the_open_quantity_is_registered(ifs: Ifs) -> None:
    line = order_line(ifs, order(ifs))
    reference = fresh_name("JAG:") + ":1"
    answer = receive(ifs, line, "10", ReceiptReference=reference)
    assert answer.status_code == 201, answer.text
    row = answer_json(answer)
    assert row["ReceiptReference"] == reference
    assert row["Objstate"] in {"Arrived", "Received"}
    [again] = ifs.rows(RECEIPT, {"$filter": f"ReceiptReference eq '{reference}'"})
    assert again["ReceiptSequence"] == row["ReceiptSequence"]


def test_a_receipt_over_the_open_quantity_is_a_database_error(ifs: Ifs) -> None:
    line = order_line(ifs, order(ifs))
    assert receive(ifs, line, "7").status_code == 201
    answer = receive(ifs, line, "3.01")
    assert answer.status_code >= 400
    assert error_of(answer)["code"] == "DATABASE_ERROR"
    assert line["OrderNo"] in detail_text(answer)
    assert receive(ifs, line, "3").status_code == 201


def test_a_cancelled_receipt_opens_its_quantity_again(ifs: Ifs) -> None:
    line = order_line(ifs, order(ifs))
    row = answer_json(receive(ifs, line, "10"))
    assert receive(ifs, line, "10").status_code >= 400
    assert ifs.act(RECEIPT, row, "Cancel", row["@odata.etag"]).is_success
    assert receive(ifs, line, "10").status_code == 201


def test_a_receipt_for_an_unknown_line_is_refused(ifs: Ifs) -> None:
    answer = receive(ifs, {"OrderNo": "no-such-order", "LineNo": "1", "ReleaseNo": "1"}, "1")
    assert answer.status_code >= 400
    error_of(answer)
    assert not ifs.rows(RECEIPT, {"$filter": "OrderNo eq 'no-such-order'"})


def test_receipt_references_of_more_than_50_characters_are_refused(ifs: Ifs) -> None:
    line = order_line(ifs, order(ifs))
    assert receive(ifs, line, "1", ReceiptReference="x" * 50).status_code == 201
    answer = receive(ifs, line, "1", ReceiptReference="x" * 51)
    assert answer.status_code >= 400
    error_of(answer)


def test_two_receipts_may_carry_the_same_reference(ifs: Ifs) -> None:
    """Only the look-up of our mark keeps us from doubling: nothing in the contract makes it unique."""
    line = order_line(ifs, order(ifs))
    for _ in range(2):
        assert receive(ifs, line, "1", ReceiptReference="JAG:1:1").status_code == 201


# -- posting proposals --------------------------------------------------------------------------------------


def stands(ifs: Ifs, found: list[Result]) -> Row:
    """The head after its change set."""
    assert [result.status for result in found] == [201] * len(found), found
    assert found[0].body is not None
    return ifs.read(PROPOSAL, found[0].body)


def refused(ifs: Ifs, found: list[Result], *named: str) -> None:
    """The change set failed with a database error that names something, and left nothing."""
    [result] = found
    assert result.status >= 400
    assert result.body is not None
    assert result.body["error"]["code"] == "DATABASE_ERROR"
    text = " ".join(detail["message"] for detail in result.body["error"]["details"])
    for name in named:
        assert name in text


def no_proposal(ifs: Ifs, head: Row) -> None:
    assert not ifs.rows(PROPOSAL, {"$filter": f"SourceReference eq '{head['SourceReference']}'"})


def test_head_and_lines_that_add_up_are_balanced(ifs: Ifs) -> None:
    assert stands(ifs, propose(ifs, proposal_head(), proposal_line()))["Objstate"] == "Balanced"
    two = [
        proposal_line(RowNo=1, NetAmount=Decimal("33.33"), TaxAmount=Decimal("6.33")),
        proposal_line(RowNo=2, NetAmount=Decimal("66.67"), TaxAmount=Decimal("12.67")),
    ]
    assert stands(ifs, propose(ifs, proposal_head(), *two))["Objstate"] == "Balanced"


@pytest.mark.parametrize("values", [{"NetAmount": Decimal("99.99")}, {"TaxAmount": Decimal("19.01")}], ids=str)
def test_head_and_lines_that_do_not_add_up_are_unbalanced_and_no_error(ifs: Ifs, values: Row) -> None:
    assert stands(ifs, propose(ifs, proposal_head(), proposal_line(**values)))["Objstate"] == "Unbalanced"


def test_a_head_without_lines_is_unbalanced(ifs: Ifs) -> None:
    head = stands(ifs, propose(ifs, proposal_head()))
    assert head["Objstate"] == "Unbalanced"
    line = ifs.send("POST", ifs.url(PROPOSAL, head, "/PostingProposalLineArray"), body=proposal_line())
    assert line.status_code == 201, line.text
    assert ifs.read(PROPOSAL, head)["Objstate"] == "Balanced"


def test_amounts_are_compared_exactly(ifs: Ifs) -> None:
    lines = [proposal_line(RowNo=row, NetAmount=Decimal("0.1"), TaxAmount=Decimal(0)) for row in range(1, 4)]
    head = proposal_head(NetAmount=Decimal("0.3"), TaxAmount=Decimal(0), GrossAmount=Decimal("0.3"))
    assert stands(ifs, propose(ifs, head, *lines))["Objstate"] == "Balanced"


def test_a_credit_has_amounts_of_its_own_sign(ifs: Ifs) -> None:
    assert stands(ifs, propose(ifs, proposal_head(InvoiceType="Credit"), proposal_line()))["Objstate"] == "Balanced"


def test_lines_are_kept_below_their_head(ifs: Ifs) -> None:
    found = propose(ifs, proposal_head(), proposal_line())
    head = stands(ifs, found)
    assert found[1].body is not None
    line = ifs.read(PROPOSAL_LINE, found[1].body)
    assert (line["Company"], line["ProposalId"]) == (head["Company"], head["ProposalId"])
    assert line["CodeA"] == "4010"


def test_an_invoice_number_is_unique_in_company_and_supplier(ifs: Ifs) -> None:
    head = proposal_head()
    stands(ifs, propose(ifs, head, proposal_line()))
    again = proposal_head(InvoiceNo=head["InvoiceNo"])
    answer = ifs.post(PROPOSAL, again)
    assert answer.status_code >= 400
    assert "20112" in detail_codes(answer)
    refused(ifs, propose(ifs, again, proposal_line()))
    no_proposal(ifs, again)
    for other in ({"Company": OTHER_COMPANY}, {"SupplierId": other_supplier(ifs)}):
        stands(ifs, propose(ifs, proposal_head(InvoiceNo=head["InvoiceNo"], **other), proposal_line()))


def other_supplier(ifs: Ifs) -> str:
    number = supplier(ifs)["SupplierId"]
    make(ifs, INVOICE_INFO, {"Company": COMPANY, "Identity": number, "PartyType": PARTY, "DefCurrency": "EUR"})
    return str(number)


def test_the_check_of_invoice_numbers_can_be_switched_off(ifs: Ifs) -> None:
    ifs.steer.settings(enforce_invoice_no=False)
    head = proposal_head()
    for _ in range(2):
        stands(ifs, propose(ifs, head, proposal_line()))


BAD_POSTINGS = {
    "unknown account": ({"CodeA": "7777"}, "7777"),
    "account out of its validity": ({"CodeA": "4090"}, "4090"),
    "unknown code part": ({"CodeB": "NOWHERE"}, "NOWHERE"),
    "code part out of its validity": ({"CodeB": "CCOLD"}, "CCOLD"),
    "code part blocked for the account": ({"CodeA": "4020"}, "4020"),
}
each_bad_posting = pytest.mark.parametrize(("values", "named"), BAD_POSTINGS.values(), ids=BAD_POSTINGS)


@each_bad_posting
def test_a_proposal_line_is_posted_to_what_is_valid(ifs: Ifs, values: Row, named: str) -> None:
    head = proposal_head()
    refused(ifs, propose(ifs, head, proposal_line(**values)), named)
    no_proposal(ifs, head)


def test_a_code_part_that_is_blocked_may_be_left_out(ifs: Ifs) -> None:
    found = propose(ifs, proposal_head(), proposal_line(CodeA="4020", CodeB=None))
    assert stands(ifs, found)["Objstate"] == "Balanced"


def test_an_account_belongs_to_its_company(ifs: Ifs) -> None:
    number = "4" + fresh_name("")
    make(
        ifs,
        ACCOUNT,
        {
            "Company": OTHER_COMPANY,
            "Account": number,
            "Description": "there only",
            "ValidFrom": "2020-01-01",
            "ValidUntil": "2049-12-31",
        },
    )
    refused(ifs, propose(ifs, proposal_head(), proposal_line(CodeA=number)), number)


@pytest.mark.parametrize("day", ["2026-03-15", "2026-07-01"], ids=["closed", "unknown"])
def test_a_proposal_is_posted_in_an_open_period(ifs: Ifs, day: str) -> None:
    head = proposal_head(PostingDate=day)
    refused(ifs, propose(ifs, head, proposal_line()))
    no_proposal(ifs, head)


def test_a_proposal_names_a_supplier_that_is_there(ifs: Ifs) -> None:
    head = proposal_head(SupplierId="NOBODY")
    refused(ifs, propose(ifs, head, proposal_line()))
    no_proposal(ifs, head)


def test_source_references_of_more_than_50_characters_are_refused(ifs: Ifs) -> None:
    answer = ifs.post(PROPOSAL, proposal_head(SourceReference="x" * 51))
    assert answer.status_code >= 400
    error_of(answer)


def test_a_line_of_an_unknown_head_is_refused(ifs: Ifs) -> None:
    head = stands(ifs, propose(ifs, proposal_head(), proposal_line()))
    unknown = head | {"ProposalId": "999999" if isinstance(head["ProposalId"], str) else 999999}
    answer = ifs.send("POST", ifs.url(PROPOSAL, unknown, "/PostingProposalLineArray"), body=proposal_line())
    assert answer.status_code >= 400
    error_of(answer)


# -- vouchers -----------------------------------------------------------------------------------------------


def no_voucher(ifs: Ifs, head: Row) -> None:
    assert not ifs.rows(VOUCHER, {"$filter": f"ReferenceNumber eq '{head['ReferenceNumber']}'"})


def test_a_voucher_whose_sides_are_equal_is_entered(ifs: Ifs) -> None:
    head = voucher_head()
    found = post_voucher(ifs, head, *voucher_rows())
    assert [result.status for result in found] == [201, 201, 201], found
    assert found[0].body is not None
    kept = ifs.read(VOUCHER, found[0].body)
    assert kept["VoucherNo"]
    assert kept["Objstate"] in {"Approved", "AwaitingApproval"}
    text = f"Company eq '{COMPANY}' and VoucherNo eq {number_text(kept['VoucherNo'])} and VoucherType eq 'I'"
    assert [row["Account"] for row in ifs.rows(VOUCHER_ROW, {"$filter": text, "$orderby": "RowNo"})] == ["4010", "9100"]


def number_text(number: object) -> str:
    return f"'{number}'" if isinstance(number, str) else str(number)


def test_a_voucher_whose_sides_differ_is_a_database_error(ifs: Ifs) -> None:
    head = voucher_head()
    refused(ifs, post_voucher(ifs, head, *voucher_rows(CurrencyDebetAmount=Decimal("119.01"))))
    no_voucher(ifs, head)


@pytest.mark.parametrize(
    ("values", "named"),
    [({"Account": values["CodeA"]} if "CodeA" in values else values, named) for values, named in BAD_POSTINGS.values()],
    ids=BAD_POSTINGS,
)
def test_a_voucher_row_is_posted_to_what_is_valid(ifs: Ifs, values: Row, named: str) -> None:
    head = voucher_head()
    refused(ifs, post_voucher(ifs, head, *voucher_rows(**values)), named)
    no_voucher(ifs, head)


def test_a_voucher_is_entered_in_an_open_period(ifs: Ifs) -> None:
    head = voucher_head(VoucherDate="2026-03-15", AccountingPeriod=3)
    refused(ifs, post_voucher(ifs, head, *voucher_rows()))
    no_voucher(ifs, head)


def test_voucher_numbers_are_given_by_the_server(ifs: Ifs) -> None:
    numbers = set()
    for _ in range(3):
        found = post_voucher(ifs, voucher_head(), *voucher_rows())
        assert found[0].body is not None
        numbers.add(found[0].body["VoucherNo"])
    assert len(numbers) == 3


# -- distributions ------------------------------------------------------------------------------------------


def test_an_order_line_stands_below_its_order(ifs: Ifs) -> None:
    answer = ifs.post(
        ORDER_LINE, {"OrderNo": "no-such-order", "LineNo": "1", "ReleaseNo": "1", "BuyQtyDue": Decimal(1)}
    )
    assert answer.status_code >= 400
    error_of(answer)


def test_a_proposal_may_name_an_order_line(ifs: Ifs) -> None:
    line = order_line(ifs, order(ifs))
    found = propose(
        ifs,
        proposal_head(PoRefNumber=line["OrderNo"], SupplierId=IFS_SUPPLIER),
        proposal_line(OrderNo=line["OrderNo"], LineNo="1", ReleaseNo="1", Quantity=Decimal(1), UnitPrice=Decimal(100)),
    )
    assert stands(ifs, found)["PoRefNumber"] == line["OrderNo"]


@pytest.mark.parametrize(
    ("entity_set", "values"),
    [
        (ADDRESS, {"SupplierId": "NOBODY", "AddressId": "1"}),
        (RECEIPT, {"OrderNo": "NONE", "LineNo": "1", "ReleaseNo": "1", "QtyArrived": Decimal(1)}),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_what_refers_to_nothing_does_not_exist(ifs: Ifs, entity_set: EntitySet, values: Row) -> None:
    """contracts/ifs.md 3: 20111."""
    answer = ifs.post(entity_set, values)
    assert error_of(answer)["code"] == "DATABASE_ERROR"
    assert "20111" in detail_codes(answer)


@pytest.mark.parametrize("state", ["Authorized", "Posted", "Cancelled"])
def test_a_state_that_a_person_gave_stands(ifs: Ifs, state: str) -> None:
    head = stands(ifs, propose(ifs, proposal_head(), proposal_line()))
    key = {"Company": head["Company"], "ProposalId": head["ProposalId"]}
    ifs.steer.change(PROPOSAL.name, key, {"Objstate": state})
    assert ifs.read(PROPOSAL, head)["Objstate"] == state
    assert ifs.rows(PROPOSAL, {"$filter": f"InvoiceNo eq '{head['InvoiceNo']}'"})[0]["Objstate"] == state
