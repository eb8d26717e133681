"""contracts/ifs.md 3: POST, PATCH, DELETE, ETags, actions, errors."""

import time
from decimal import Decimal

import pytest

from .contract import ADDRESS, COMM_METHOD, INVOICE_INFO, ORDER, ORDER_LINE, RECEIPT, SUPPLIER
from .wire import Ifs, Row, answer_json, detail_codes, detail_text, error_of
from .world import PARTY, fresh_name, order, order_line, supplier

UNKNOWN = {"SupplierId": "no-such-supplier"}


def new_supplier() -> Row:
    return {"SupplierId": fresh_name("NEW"), "Name": "New Ltd", "Country": "DE", "Status": "Active"}


def given_etag(answer: object) -> str:
    """The ETag of a write: of the row, or of the header where no row came."""
    assert hasattr(answer, "status_code")
    if answer.status_code == 204:
        return str(answer.headers["etag"])  # type: ignore[attr-defined]
    return str(answer.json()["@odata.etag"])  # type: ignore[attr-defined]


# -- POST ---------------------------------------------------------------------------------------------------


def test_post_answers_201_with_the_row_and_its_etag(ifs: Ifs) -> None:
    values = new_supplier()
    answer = ifs.post(SUPPLIER, values)
    assert answer.status_code == 201, answer.text
    row = answer_json(answer)
    assert {name: row[name] for name in values} == values
    assert row["LastModifiedDate"]
    read = ifs.read(SUPPLIER, values)
    assert read["@odata.etag"] == row["@odata.etag"]
    assert {name: read[name] for name in values} == values


def test_post_keeps_decimals_exact(ifs: Ifs) -> None:
    head = order(ifs)
    exact = Decimal("1234567890123456789.123456789")
    for price in (exact, str(exact)):
        line = order_line(ifs, head, LineNo=fresh_name(""))
        answer = ifs.patch(ORDER_LINE, line, {"FbuyUnitPrice": price}, ifs.etag(ORDER_LINE, line))
        assert answer.status_code in {200, 204}, answer.text
        assert Decimal(ifs.read(ORDER_LINE, line)["FbuyUnitPrice"]) == exact


def test_post_of_a_key_that_is_there_is_20112(ifs: Ifs) -> None:
    kept = supplier(ifs, Name="The first")
    answer = ifs.post(SUPPLIER, {"SupplierId": kept["SupplierId"], "Name": "The second"})
    assert answer.status_code >= 400
    assert error_of(answer)["code"] == "DATABASE_ERROR"
    assert "20112" in detail_codes(answer)
    assert ifs.read(SUPPLIER, kept)["Name"] == "The first"


def test_a_server_key_is_given_by_the_server(ifs: Ifs) -> None:
    head = order(ifs)
    order_line(ifs, head)
    numbers = []
    for _ in range(2):
        answer = ifs.post(
            RECEIPT, {"OrderNo": head["OrderNo"], "LineNo": "1", "ReleaseNo": "1", "QtyArrived": Decimal(1)}
        )
        assert answer.status_code == 201, answer.text
        row = answer_json(answer)
        assert row["ReceiptNo"]
        numbers.append(row["ReceiptSequence"])
        assert ifs.read(RECEIPT, row)["@odata.etag"] == row["@odata.etag"]
    assert numbers[0] != numbers[1]


@pytest.mark.parametrize(
    "values",
    [
        {"SupplierId": "REFUSED", "Name": "x", "NoSuchThing": 1},
        {"SupplierId": "REFUSED", "Name": 5},
        {"SupplierId": "REFUSED", "Name": "x", "CreationDate": "yesterday"},
        {"SupplierId": "REFUSED", "Name": "x", "Addresses": [{"AddressId": "1"}]},
        {"SupplierId": "REFUSED", "Name": "x", "Status": "Sleeping"},
        {"SupplierId": "REFUSED", "Name": {"value": "x"}},
        ["REFUSED"],
        "REFUSED",
    ],
    ids=str,
)
def test_a_body_that_does_not_fit_is_refused(ifs: Ifs, values: object) -> None:
    answer = ifs.send("POST", ifs.url(SUPPLIER), body=values)
    assert answer.status_code == 400, answer.text
    error_of(answer)
    assert ifs.stored(SUPPLIER, {"SupplierId": "REFUSED"}) is None


def test_a_body_that_is_no_json_is_a_deserialization_error(ifs: Ifs) -> None:
    for content in (b'{"SupplierId": "BROKEN"', b"", b"SupplierId=BROKEN", b"\xff\xfe"):
        answer = ifs.send("POST", ifs.url(SUPPLIER), content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400, content
        assert error_of(answer)["code"] == "ODP_DESERIALIZATION_ERROR"
    assert ifs.stored(SUPPLIER, {"SupplierId": "BROKEN"}) is None


def test_a_post_without_its_key_is_refused(ifs: Ifs) -> None:
    answer = ifs.post(ADDRESS, {"SupplierId": supplier(ifs)["SupplierId"], "Address1": "x"})
    assert answer.status_code in {400, 409, 500}
    error_of(answer)


def test_the_server_keeps_the_modified_time(ifs: Ifs) -> None:
    answer = ifs.post(SUPPLIER, new_supplier() | {"LastModifiedDate": "2001-01-01T00:00:00Z"})
    if answer.status_code == 201:
        assert not answer_json(answer)["LastModifiedDate"].startswith("2001")
    else:
        assert answer.status_code == 400


# -- ETags and PATCH ----------------------------------------------------------------------------------------


def test_an_etag_stays_while_nothing_changes(ifs: Ifs) -> None:
    kept = supplier(ifs)
    first = ifs.etag(SUPPLIER, kept)
    supplier(ifs)
    assert ifs.etag(SUPPLIER, kept) == first


def test_patch_with_the_etag_changes_and_moves_it(ifs: Ifs) -> None:
    kept = supplier(ifs, VatNo="DE1")
    before = ifs.read(SUPPLIER, kept)
    answer = ifs.patch(SUPPLIER, kept, {"Name": "Renamed"}, before["@odata.etag"])
    assert answer.status_code in {200, 204}, answer.text
    after = ifs.read(SUPPLIER, kept)
    assert given_etag(answer) == after["@odata.etag"] != before["@odata.etag"]
    assert after["Name"] == "Renamed"
    assert after["VatNo"] == "DE1"
    assert after["LastModifiedDate"] >= before["LastModifiedDate"]
    if answer.status_code == 200:
        assert answer_json(answer)["Name"] == "Renamed"


def test_two_writes_within_one_second_have_different_etags(ifs: Ifs) -> None:
    kept = supplier(ifs)
    seen = [ifs.etag(SUPPLIER, kept)]
    for number in range(5):
        answer = ifs.patch(SUPPLIER, kept, {"Name": f"Name {number}"}, seen[-1])
        seen.append(given_etag(answer))
    assert len(set(seen)) == len(seen)


def test_a_write_moves_the_modified_time(ifs: Ifs) -> None:
    kept = supplier(ifs)
    before = ifs.read(SUPPLIER, kept)
    time.sleep(1.05)
    ifs.patch(SUPPLIER, kept, {"Name": "Later"}, before["@odata.etag"])
    assert ifs.read(SUPPLIER, kept)["LastModifiedDate"] > before["LastModifiedDate"]


def test_null_clears(ifs: Ifs) -> None:
    kept = supplier(ifs, VatNo="DE1")
    assert ifs.patch(SUPPLIER, kept, {"VatNo": None}, ifs.etag(SUPPLIER, kept)).is_success
    assert ifs.read(SUPPLIER, kept)["VatNo"] is None


def test_patch_refuses_what_is_unknown_and_changes_nothing(ifs: Ifs) -> None:
    kept = supplier(ifs)
    before = ifs.read(SUPPLIER, kept)
    answer = ifs.patch(SUPPLIER, kept, {"Name": "x", "NoSuchThing": 1}, before["@odata.etag"])
    assert answer.status_code == 400
    assert ifs.read(SUPPLIER, kept) == before


def test_patch_does_not_change_a_key(ifs: Ifs) -> None:
    kept = supplier(ifs)
    answer = ifs.patch(SUPPLIER, kept, {"SupplierId": "ELSE"}, ifs.etag(SUPPLIER, kept))
    assert ifs.stored(SUPPLIER, {"SupplierId": "ELSE"}) is None
    assert ifs.get(SUPPLIER, kept).status_code == 200
    assert answer.status_code >= 400


def test_a_stale_etag_is_a_failed_precondition(ifs: Ifs) -> None:
    kept = supplier(ifs, Name="First")
    stale = ifs.etag(SUPPLIER, kept)
    ifs.steer.change(SUPPLIER.name, {"SupplierId": kept["SupplierId"]}, {"Name": "Second"})
    answer = ifs.patch(SUPPLIER, kept, {"Name": "Third"}, stale)
    assert answer.status_code == 412
    assert error_of(answer)["code"] == "ODP_PRECONDITION_FAILED"
    assert ifs.read(SUPPLIER, kept)["Name"] == "Second"


@pytest.mark.parametrize("etag", ['W/"bm9uc2Vuc2U="', "nonsense", '""', "W/"])
def test_an_etag_that_was_never_given_is_a_failed_precondition(ifs: Ifs, etag: str) -> None:
    kept = supplier(ifs, Name="First")
    answer = ifs.patch(SUPPLIER, kept, {"Name": "Second"}, etag)
    assert answer.status_code in {400, 412}
    assert ifs.read(SUPPLIER, kept)["Name"] == "First"


def test_the_etag_of_another_row_is_a_failed_precondition(ifs: Ifs) -> None:
    kept, other = supplier(ifs, Name="First"), supplier(ifs)
    assert ifs.patch(SUPPLIER, kept, {"Name": "Second"}, ifs.etag(SUPPLIER, other)).status_code == 412
    assert ifs.read(SUPPLIER, kept)["Name"] == "First"


def test_patch_of_an_unknown_row_with_an_etag_creates_nothing(ifs: Ifs) -> None:
    etag = ifs.etag(SUPPLIER, supplier(ifs))
    answer = ifs.patch(SUPPLIER, UNKNOWN, {"Name": "x"}, etag)
    assert answer.status_code in {404, 412}
    error_of(answer)
    assert ifs.stored(SUPPLIER, UNKNOWN) is None


def test_without_upsert_a_patch_without_an_etag_lacks_a_precondition(ifs: Ifs) -> None:
    ifs.steer.settings(upsert=False)
    kept = supplier(ifs, Name="First")
    for row in (kept, UNKNOWN):
        answer = ifs.patch(SUPPLIER, row, {"Name": "Second"}, None)
        assert answer.status_code == 428
        assert error_of(answer)["code"] == "ODP_MISSING_PRECONDITION"
    assert ifs.read(SUPPLIER, kept)["Name"] == "First"
    assert ifs.stored(SUPPLIER, UNKNOWN) is None


def test_with_upsert_a_patch_without_an_etag_overwrites(ifs: Ifs) -> None:
    ifs.steer.settings(upsert=True)
    kept = supplier(ifs, Name="First")
    answer = ifs.patch(SUPPLIER, kept, {"Name": "Second"}, None)
    assert answer.is_success
    assert ifs.read(SUPPLIER, kept)["Name"] == "Second"


def test_with_upsert_a_patch_without_an_etag_creates(ifs: Ifs) -> None:
    ifs.steer.settings(upsert=True)
    row = {"SupplierId": fresh_name("UPSERT")}
    answer = ifs.patch(SUPPLIER, row, {"Name": "Made by PATCH"}, None)
    assert answer.is_success
    assert ifs.read(SUPPLIER, row)["Name"] == "Made by PATCH"


def test_a_star_switches_the_check_off(ifs: Ifs) -> None:
    ifs.steer.settings(upsert=True)
    kept = supplier(ifs, Name="First")
    ifs.steer.change(SUPPLIER.name, {"SupplierId": kept["SupplierId"]}, {"Name": "Second"})
    assert ifs.patch(SUPPLIER, kept, {"Name": "Third"}, "*").is_success
    assert ifs.read(SUPPLIER, kept)["Name"] == "Third"


# -- DELETE and other methods -------------------------------------------------------------------------------


def test_delete_with_the_etag_removes(ifs: Ifs) -> None:
    kept = supplier(ifs)
    answer = ifs.send("DELETE", ifs.url(SUPPLIER, kept), headers={"If-Match": ifs.etag(SUPPLIER, kept)})
    assert answer.status_code in {202, 204}
    assert ifs.get(SUPPLIER, kept).status_code == 404
    assert ifs.stored(SUPPLIER, kept) is None


def test_delete_with_a_stale_etag_removes_nothing(ifs: Ifs) -> None:
    kept = supplier(ifs)
    stale = ifs.etag(SUPPLIER, kept)
    ifs.steer.change(SUPPLIER.name, {"SupplierId": kept["SupplierId"]}, {"Name": "Changed"})
    answer = ifs.send("DELETE", ifs.url(SUPPLIER, kept), headers={"If-Match": stale})
    assert answer.status_code == 412
    assert ifs.stored(SUPPLIER, kept) is not None


def test_methods_that_are_not_there_are_405(ifs: Ifs) -> None:
    kept = supplier(ifs)
    for method, url in (
        ("DELETE", ifs.url(SUPPLIER)),
        ("PATCH", ifs.url(SUPPLIER)),
        ("PUT", ifs.url(SUPPLIER)),
        ("POST", ifs.url(SUPPLIER, kept)),
    ):
        answer = ifs.send(method, url, body={"Name": "x"}, headers={"If-Match": ifs.etag(SUPPLIER, kept)})
        assert answer.status_code == 405, f"{method} {url}"
        error_of(answer)
    assert ifs.stored(SUPPLIER, kept) is not None


def test_writes_to_unknown_sets_are_not_found(ifs: Ifs) -> None:
    answer = ifs.send("POST", f"{SUPPLIER.service}/NoSuchSet", body={"Name": "x"})
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "ODP_RESOURCE_NOTFOUND"


# -- keys in URLs -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["O'BRIEN", "A/B", "50% & 'more'", "a b+c", "Ü?#", "x,y=(z)", "''"])
def test_a_key_is_quoted_and_percent_encoded(ifs: Ifs, number: str) -> None:
    values = new_supplier() | {"SupplierId": number}
    answer = ifs.post(SUPPLIER, values)
    assert answer.status_code == 201, answer.text
    row = ifs.read(SUPPLIER, values)
    assert row["SupplierId"] == number
    assert ifs.patch(SUPPLIER, values, {"Name": "Renamed"}, row["@odata.etag"]).is_success
    assert ifs.read(SUPPLIER, values)["Name"] == "Renamed"


def test_a_composite_key_names_one_row(ifs: Ifs) -> None:
    identity = fresh_name("I")
    for company in ("10", "20"):
        made = ifs.post(
            INVOICE_INFO, {"Company": company, "Identity": identity, "PartyType": PARTY, "DefCurrency": "EUR"}
        )
        assert made.status_code == 201, made.text
    row = {"Company": "20", "Identity": identity, "PartyType": PARTY}
    assert ifs.patch(INVOICE_INFO, row, {"DefCurrency": "USD"}, ifs.etag(INVOICE_INFO, row)).is_success
    assert ifs.read(INVOICE_INFO, row)["DefCurrency"] == "USD"
    assert ifs.read(INVOICE_INFO, row | {"Company": "10"})["DefCurrency"] == "EUR"


# -- bound actions ------------------------------------------------------------------------------------------


def test_an_order_is_confirmed_by_its_action(ifs: Ifs) -> None:
    head = order(ifs)
    before = ifs.etag(ORDER, head)
    answer = ifs.act(ORDER, head, "Confirm", before)
    assert answer.is_success, answer.text
    after = ifs.read(ORDER, head)
    assert after["Objstate"] == "Confirmed"
    assert after["@odata.etag"] != before


def test_a_receipt_is_cancelled_by_its_action(ifs: Ifs) -> None:
    head = order(ifs)
    order_line(ifs, head)
    row = answer_json(
        ifs.post(RECEIPT, {"OrderNo": head["OrderNo"], "LineNo": "1", "ReleaseNo": "1", "QtyArrived": Decimal(4)})
    )
    assert ifs.act(RECEIPT, row, "Cancel", row["@odata.etag"]).is_success
    assert ifs.read(RECEIPT, row)["Objstate"] == "Cancelled"


def test_an_action_with_a_stale_etag_does_nothing(ifs: Ifs) -> None:
    head = order(ifs)
    stale = ifs.etag(ORDER, head)
    ifs.steer.change(ORDER.name, {"OrderNo": head["OrderNo"]}, {"NoteText": "changed"})
    answer = ifs.act(ORDER, head, "Confirm", stale)
    assert answer.status_code == 412
    assert ifs.read(ORDER, head)["Objstate"] == "Released"


def test_unknown_actions_and_rows_are_not_found(ifs: Ifs) -> None:
    head = order(ifs)
    assert ifs.act(ORDER, head, "NoSuchAction", ifs.etag(ORDER, head)).status_code == 404
    assert ifs.act(ORDER, {"OrderNo": "no-such-order"}, "Confirm", ifs.etag(ORDER, head)).status_code == 404
    url = ifs.url(ORDER, head, "/IfsApp.SupplierHandling.PurchaseOrder_Confirm")
    answer = ifs.send("POST", url, body={}, headers={"If-Match": ifs.etag(ORDER, head)})
    assert answer.status_code == 404
    assert ifs.read(ORDER, head)["Objstate"] == "Released"


def test_an_action_is_posted(ifs: Ifs) -> None:
    head = order(ifs)
    url = ifs.url(ORDER, head, "/IfsApp.PurchaseOrderHandling.PurchaseOrder_Confirm")
    assert ifs.send("GET", url).status_code in {404, 405}
    assert ifs.read(ORDER, head)["Objstate"] == "Released"


# -- errors, cookies ----------------------------------------------------------------------------------------


def test_a_database_error_says_what_a_person_needs(ifs: Ifs) -> None:
    kept = supplier(ifs)
    answer = ifs.post(SUPPLIER, {"SupplierId": kept["SupplierId"], "Name": "x"})
    error = error_of(answer)
    assert error["code"] == "DATABASE_ERROR"
    assert detail_text(answer)


def test_a_bearer_token_needs_neither_cookie_nor_xsrf_token(ifs: Ifs) -> None:
    answer = ifs.post(SUPPLIER, new_supplier())
    assert answer.status_code == 201
    assert "cookie" not in answer.request.headers


def test_there_is_no_idempotency_key(ifs: Ifs) -> None:
    values = {"Identity": fresh_name("I"), "CommId": 1, "MethodId": "PHONE", "Value": "1"}
    headers = {"Idempotency-Key": "k1", "X-Request-ID": "r1"}
    assert ifs.post(COMM_METHOD, values, headers=headers).status_code == 201
    assert "20112" in detail_codes(ifs.post(COMM_METHOD, values, headers=headers))


def test_a_cookie_makes_a_browser_that_needs_an_xsrf_token(ifs: Ifs) -> None:
    """contracts/ifs.md 3: keep no cookies."""
    values = new_supplier()
    answer = ifs.post(SUPPLIER, values, headers={"Cookie": "XSRF-TOKEN=x"})
    assert answer.status_code == 403
    assert error_of(answer)["code"] == "CSRF_ERROR"
    assert ifs.stored(SUPPLIER, values) is None


def test_a_client_may_ask_for_the_etag_alone(ifs: Ifs) -> None:
    kept = supplier(ifs)
    headers = {"If-Match": ifs.etag(SUPPLIER, kept), "Prefer": "return=minimal"}
    answer = ifs.send("PATCH", ifs.url(SUPPLIER, kept), body={"Name": "Quiet"}, headers=headers)
    if answer.status_code == 204:
        assert answer.content == b""
        assert answer.headers["etag"] == ifs.etag(SUPPLIER, kept)
    else:
        assert answer.status_code == 200
    assert ifs.read(SUPPLIER, kept)["Name"] == "Quiet"
