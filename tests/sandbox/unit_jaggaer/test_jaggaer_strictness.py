"""What the server refuses, and what its own faults leave undone."""

from decimal import Decimal
from typing import Any

import pytest
from conformance.contract import CONTRACTS, FIELD_VALUES, INVOICES, ORDERS, SUPPLIERS
from conformance.suppliers import company, good, info_of
from conformance.wire import Jaggaer, Row, answer_json, code
from conformance.world import (
    create_supplier,
    distribution,
    fresh_name,
    invoice,
    money,
    send_order,
    split,
    wire_line,
    wire_order,
)


@pytest.mark.parametrize(
    ("field", "info"),
    [
        ("bizFaxx", {"bizFaxx": "1"}),
        ("lastModTime", {"lastModTime": "2026-01-01T00:00:00.000Z"}),
        ("isoCountry", {"isoCountry": "Germany"}),
        ("currency", {"currency": "euro"}),
        ("city", {"city": 7}),
        ("bravoId", {"bravoId": "77"}),
    ],
)
def test_a_company_field_that_does_not_fit_is_named(jaggaer: Jaggaer, field: str, info: Row) -> None:
    answer = jaggaer.post(SUPPLIERS.path, company("CREATE", good(**info)))
    assert code(answer) == -1106
    assert field in answer["returnMessage"]


def test_a_needed_field_cannot_be_cleared(jaggaer: Jaggaer) -> None:
    made = create_supplier(jaggaer)
    update = company("UPDATE", {"bravoId": str(made["bravoId"]), "companyName": ""})
    assert code(jaggaer.post(SUPPLIERS.path, update)) == -1106
    assert info_of(jaggaer, made["bravoId"])["companyName"] == "Acme Castings GmbH"


@pytest.mark.parametrize("values", [{}, {"value": []}, {"value": [{"deValue": 7}]}, {"value": [{}]}, None])
def test_extended_data_wants_texts(jaggaer: Jaggaer, values: Any) -> None:
    body = company("CREATE", good())
    body["company"]["deBasic"] = {"deInfo": [{"name": "IBAN", "type": "TEXT", "values": values}]}
    answer = jaggaer.post(SUPPLIERS.path, body)
    assert code(answer) == -1106


@pytest.mark.parametrize("body", [[], "text", 7, {}, {"company": []}, {"company": {}}])
def test_a_body_of_another_shape_is_a_validation(jaggaer: Jaggaer, body: Any) -> None:
    for path in (SUPPLIERS.path, FIELD_VALUES.path, ORDERS.path):
        assert code(jaggaer.post(path, body)) == -1106


def test_a_body_that_is_no_json_is_a_validation(jaggaer: Jaggaer) -> None:
    headers = {"Authorization": f"Bearer {jaggaer.token()}", "Content-Type": "application/json"}
    for content in (b"{", b"", b'{"a":NaN}', b"\xff"):
        answer = jaggaer.http.post(SUPPLIERS.path, content=content, headers=headers)
        assert answer.status_code == 200
        assert code(answer_json(answer)) == -1106


def test_another_content_type_is_415(jaggaer: Jaggaer) -> None:
    headers = {"Authorization": f"Bearer {jaggaer.token()}", "Content-Type": "text/plain"}
    assert jaggaer.http.post(SUPPLIERS.path, content=b"{}", headers=headers).status_code == 415


def test_methods_that_do_not_occur_are_405(jaggaer: Jaggaer) -> None:
    record = invoice(jaggaer)
    for method in ("PUT", "PATCH", "DELETE"):
        assert jaggaer.send(method, SUPPLIERS.path, body={}).status_code == 405
    assert jaggaer.send("POST", f"{INVOICES.path}/{record['header']['invoiceId']}", body={}).status_code == 405
    assert jaggaer.send("GET", f"{INVOICES.path}/{record['header']['invoiceId']}/exportstatus").status_code == 405


def test_options_on_a_document_or_a_write_are_refused(jaggaer: Jaggaer) -> None:
    record = invoice(jaggaer)
    answer = jaggaer.send("GET", f"{INVOICES.path}/{record['header']['invoiceId']}?comp=lines")
    assert code(answer_json(answer)) == -1106
    answer = jaggaer.send("POST", f"{SUPPLIERS.path}?dry=1", body=company("CREATE", good()))
    assert code(answer_json(answer)) == -1106
    twice = jaggaer.send("GET", f"{INVOICES.path}?start=1&start=2")
    assert code(answer_json(twice)) == -1106
    for resource in (INVOICES, ORDERS):
        assert code(answer_json(jaggaer.listing(resource, {"comp": "PRICES"}))) == -1106


def test_codes_of_the_suppliers_are_texts_when_refused_too(jaggaer: Jaggaer) -> None:
    assert jaggaer.post(SUPPLIERS.path, {})["returnCode"] == "-1106"
    assert answer_json(jaggaer.listing(CONTRACTS, {"start": "0"}))["returnCode"] == "-1106"
    assert jaggaer.post(ORDERS.path, {})["returnCode"] == -1106


@pytest.mark.parametrize(
    ("field", "line"),
    [
        ("lineNumber", {"lineNumber": 1}),
        ("quantity", {"quantity": None}),
        ("discountPercent", {"discountPercent": Decimal(101)}),
        ("charges", {"charges": "1"}),
        ("productType", {"item": {"productType": "Thing"}}),
        ("unitPrice.currency", {"unitPrice": {"currency": "USD", "value": Decimal(1)}}),
        ("requestedDeliveryDate", {"requestedDeliveryDate": "2026-03-01T08:00:00.000Z"}),
        ("distributionType", {"splittableFieldSetGroupList": distribution(split(0, "100"), kind="")}),
    ],
)
def test_a_line_that_does_not_fit_is_named(jaggaer: Jaggaer, field: str, line: Row) -> None:
    answer = send_order(jaggaer, "CREATE", wire_order(wire_line(**line)))
    assert code(answer) == -1106
    assert field in answer["returnMessage"]


def test_null_is_no_value(jaggaer: Jaggaer) -> None:
    for document in (wire_order(shipTo={"address": {"city": None}}), wire_order(wire_line(anything=None))):
        answer = send_order(jaggaer, "CREATE", document)
        assert code(answer) == -1106
        assert "null" in answer["returnMessage"]


def test_line_numbers_are_unique_and_there_is_a_line(jaggaer: Jaggaer) -> None:
    answer = send_order(jaggaer, "CREATE", wire_order(wire_line("1"), wire_line("1")))
    assert (code(answer), "lineNumber" in answer["returnMessage"]) == (-1106, True)
    empty = wire_order()
    empty["lineList"] = {"poLine": []}
    assert code(send_order(jaggaer, "CREATE", empty)) == -1106


@pytest.mark.parametrize(
    ("currency", "price", "amounts", "good"),
    [
        ("JPY", "33.3", ["167"], True),
        ("JPY", "33.3", ["166"], True),
        ("JPY", "33.3", ["166.5"], False),
        ("TND", "1.2345", ["3.086", "3.087"], True),
        ("TND", "1.2345", ["6.17"], False),
    ],
)
def test_amounts_are_those_of_the_currency(
    jaggaer: Jaggaer, currency: str, price: str, amounts: list[str], *, good: bool
) -> None:
    """Five times the price; a tie may be rounded either way."""
    shares = [split(at, amount, Account="4010") for at, amount in enumerate(amounts)]
    line = wire_line(
        quantity=5,
        unitPrice={"currency": currency, "value": Decimal(price)},
        splittableFieldSetGroupList=distribution(*shares, kind="AmountOfPrice"),
    )
    total = {"currency": currency, "value": Decimal(1)}
    answer = send_order(jaggaer, "CREATE", wire_order(line, currency=currency, total=total))
    assert code(answer) == (0 if good else -1106), answer


def test_a_cancel_needs_the_next_revision_and_keeps_the_rest(jaggaer: Jaggaer) -> None:
    document = wire_order(note="stays")
    assert code(send_order(jaggaer, "CREATE", document)) == 0
    number = document["header"]["poNumber"]
    for revision in (0, 2):
        header = {"poNumber": number, "revisionNumber": revision}
        assert code(send_order(jaggaer, "CANCEL", {"header": header})) == -1104
    header = {"poNumber": number, "revisionNumber": 1, "externalReference": "IFS:P:1:new"}
    answer = send_order(jaggaer, "CANCEL", {"header": header})
    assert (code(answer), answer["revisionNumber"]) == (0, 1)
    [item] = jaggaer.sweep(ORDERS, {"flt": f"poNumber=={number}"})
    kept = item["header"]
    assert (kept["status"], kept["note"], kept["externalReference"]) == ("Cancelled", "stays", "IFS:P:1:new")
    header["revisionNumber"] = 2
    assert code(send_order(jaggaer, "CANCEL", {"header": header})) == -1105


@pytest.mark.parametrize(
    ("field", "body"),
    [
        ("status", {}),
        ("erpNumber", {"status": "SUCCESS"}),
        ("erpDate", {"status": "SUCCESS", "erpNumber": "1", "erpDate": "today"}),
        ("number", {"status": "SUCCESS", "erpNumber": "1", "number": "2"}),
    ],
)
def test_what_is_told_of_an_export_is_checked(jaggaer: Jaggaer, field: str, body: Row) -> None:
    record = invoice(jaggaer)
    answer = jaggaer.post(f"{INVOICES.path}/{record['header']['invoiceId']}/exportstatus", body)
    assert code(answer) == -1106
    assert field in answer["returnMessage"]


def test_a_hidden_duplicate_and_a_busy_server_do_nothing(jaggaer: Jaggaer) -> None:
    for fault in ("hidden_duplicate", "busy", "bad_content_type_401"):
        number = fresh_name("00")
        jaggaer.steer.arm(fault, method="POST")
        jaggaer.send("POST", SUPPLIERS.path, body=company("CREATE", good(extCode=number)))
        assert jaggaer.sweep(SUPPLIERS, {"flt": f"extCode=={number}"}) == []


def test_warnings_leave_lists_and_refusals_as_they_are(jaggaer: Jaggaer) -> None:
    jaggaer.steer.arm("warnings", times=2)
    assert code(jaggaer.post(SUPPLIERS.path, {})) == -1106
    body = answer_json(jaggaer.listing(SUPPLIERS))
    assert body["returnCode"] == "1"
    assert body["returnCompanyData"] is not None


def test_a_person_edits_first_by_stated_values(jaggaer: Jaggaer) -> None:
    record = invoice(jaggaer)
    path = f"{INVOICES.path}/{record['header']['invoiceId']}/exportstatus"
    jaggaer.steer.arm("edit_first", path="exportstatus", args={"values": {"header": {"total": money("120.00")}}})
    assert code(jaggaer.post(path, {"status": "FAILED", "message": "no"})) == 0
    kept = jaggaer.one(INVOICES, record["header"]["invoiceId"])["header"]
    assert (kept["total"]["value"], kept["exportStatus"]) == (Decimal("120.00"), "Failed")


def test_a_value_is_edited_first(jaggaer: Jaggaer) -> None:
    name = fresh_name("V")
    entry = {"value": name, "description": "ours", "active": "true"}
    body = {"operationCode": "CREATEUPDATE", "customField": "Account", "valueList": {"value": [entry]}}
    assert code(jaggaer.post(FIELD_VALUES.path, body)) == 0
    jaggaer.steer.arm("edit_first", path="customfieldvalues")
    del entry["description"]
    assert code(jaggaer.post(FIELD_VALUES.path, body)) == 0
    [kept] = [row for row in jaggaer.steer.records("customfieldvalues") if row["value"] == name]
    assert kept["description"] == "ours (edited)"


def test_forbidden_resources_are_403(jaggaer: Jaggaer) -> None:
    jaggaer.steer.settings(forbidden=["contracts"])
    assert jaggaer.listing(CONTRACTS).status_code == 403
    assert jaggaer.listing(SUPPLIERS).status_code == 200
    assert jaggaer.steer.call("POST", "settings", {"forbidden": ["nothing"]}).status_code == 400


def test_exports_are_counted_apart(jaggaer: Jaggaer) -> None:
    record = invoice(jaggaer)
    jaggaer.steer.reset_stats()
    jaggaer.post(f"{INVOICES.path}/{record['header']['invoiceId']}/exportstatus", {"status": "FAILED"})
    jaggaer.one(INVOICES, record["header"]["invoiceId"])
    assert jaggaer.steer.stats()["by"] == {"POST invoices/exportstatus": 1, "GET invoices": 1}


def test_an_older_tenant_has_another_base_token_and_401(jaggaer: Jaggaer) -> None:
    older = "/esop/jint/api/public/ja/v1/companyprofiles"
    assert jaggaer.send("GET", older).status_code == 404
    jaggaer.steer.settings(older_tenant=True)
    try:
        said = answer_json(jaggaer.ask_token())
        assert said == {"token": said["token"], "expire_in": 180_000}
        assert jaggaer.send("GET", older, token=said["token"]).status_code == 200
        assert jaggaer.send("GET", SUPPLIERS.path, token=said["token"]).status_code == 404
        refused = jaggaer.http.get(older)
        assert (refused.status_code, refused.headers["content-type"]) == (401, "; charset=UTF-8")
        assert "www-authenticate" not in refused.headers
    finally:
        jaggaer.steer.settings(older_tenant=False)
