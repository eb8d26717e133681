from __future__ import annotations

import pytest

from connectors.jaggaer.envelope import envelope_of, refusal, value_results
from connectors.wire import JsonValue
from ifs_jaggaer.errors import AlreadyExists, Conflict, Rejected, SyncError, Unreachable, Waiting

ORDER: JsonValue = {
    "operationCode": "CREATE",
    "purchaseOrder": {
        "header": {"poNumber": "P1001", "supplier": {"supplierNumber": "0006510005"}},
        "lineList": {"poLine": [{"lineNumber": "1-1", "quantity": 10, "account": {"customField": "4010"}}]},
    },
}


@pytest.mark.parametrize("code", [0, "0", " 0 ", 1, "1"])
def test_success_as_a_number_or_as_text(code: JsonValue) -> None:
    envelope = envelope_of({"returnCode": code, "returnMessage": "OK", "totRecords": "214", "returnedRecords": 100})
    assert envelope is not None
    assert envelope.done
    assert (envelope.total, envelope.returned) == (214, 100)


def test_a_warning_is_kept() -> None:
    envelope = envelope_of({"returnCode": "1", "returnMessage": "the buyer is not known"})
    assert envelope is not None
    assert (envelope.done, envelope.warning) == (True, "the buyer is not known")


@pytest.mark.parametrize(
    "body", [None, [], "OK", {}, {"returnMessage": "OK"}, {"returnCode": None}, {"returnCode": ""}]
)
def test_what_has_no_code_is_no_envelope(body: JsonValue) -> None:
    assert envelope_of(body) is None


def test_a_message_with_a_bank_account_is_masked() -> None:
    envelope = envelope_of({"returnCode": -1106, "returnMessage": "IBAN DE89370400440532013000 is wrong"})
    assert envelope is not None
    assert "0400440532" not in envelope.message


def refused(code: JsonValue, message: str, sent: JsonValue = ORDER) -> SyncError:
    envelope = envelope_of({"returnCode": code, "returnMessage": message})
    assert envelope is not None
    assert not envelope.done
    return refusal(envelope, 200, sent)


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        (-996, "already exists", AlreadyExists),
        ("-996", "already exists", AlreadyExists),
        (0, "112(duplicate poNumber)", AlreadyExists),
        ("1", "saved, 112(extCode)", AlreadyExists),
        (-1104, "revision 1 is not newer than 2", Conflict),
        (-1105, "closed", Rejected),
        (-1106, "quantity: must be positive", Rejected),
        (-7, "something of the tenant's", Rejected),
        ("E-12", "something of the tenant's", Rejected),
    ],
)
def test_each_code_asks_for_one_thing(code: JsonValue, message: str, kind: type[SyncError]) -> None:
    error = refused(code, message)
    assert type(error) is kind
    assert error.word is not None
    assert (error.word.code, error.word.message) == (str(code), message)


@pytest.mark.parametrize(
    ("code", "message", "key"),
    [
        (-1101, "unknown supplier 0006510005", "supplier:0006510005"),
        (-1101, "Supplier '0006510005' does not exist.", "supplier:0006510005"),
        (-1102, "Account=4010 is not defined", "gl_account:4010"),
        (-1103, "there is no order P1001", "purchase_order:P1001"),
        (-1103, "order 'X 7' is unknown", "purchase_order:X 7"),
        (-1103, "order unknown: Z9", "purchase_order:Z9"),
    ],
)
def test_what_is_unknown_is_waited_for(code: int, message: str, key: str) -> None:
    error = refused(code, message)
    assert isinstance(error, Waiting)
    assert error.waits_for == key


def test_a_refusal_says_who_corrects_what() -> None:
    remedy = refused(-1106, "quantity: must be positive").remedy
    assert remedy == "correct what JAGGAER names, in IFS or at JAGGAER; then it goes by itself"


FIELDS: JsonValue = {
    "lineList": [
        {"customFieldValue": [{"internalName": "Account", "value": "4010"}, {"internalName": "Project", "value": "7"}]},
        {
            "customFieldValue": [
                {"internalName": "Account", "value": "4020"},
                {"internalName": "CostCenter", "value": "7"},
            ]
        },
    ],
    "note": "4711",
}


@pytest.mark.parametrize(
    ("message", "key"),
    [
        ("Account=4010 is not defined", "Account:4010"),
        ("lineList.poLine[0].Account: no value 4020", "Account:4020"),
        ("unknown value '4010'", "Account:4010"),
        ("CostCenter 7 is unknown", "CostCenter:7"),
        ("7 is unknown", "7"),
        ("4711 is unknown", "4711"),
    ],
)
def test_an_unknown_value_is_waited_for_under_the_name_that_its_sync_gives_it(message: str, key: str) -> None:
    """By the value alone where it could be several fields' own."""
    error = refused(-1102, message, FIELDS)
    assert isinstance(error, Waiting)
    assert (error.waits_for, error.value) == (f"gl_account:{key}", key.rpartition(":")[2])


@pytest.mark.parametrize(
    ("message", "field", "value"),
    [
        ("quantity: must be positive", "quantity", "10"),
        ("poNumber is too long", "poNumber", "P1001"),
        ("the field 'currency' is missing", "currency", None),
        ("purchaseOrder.header.poNumber must not be empty", "purchaseOrder.header.poNumber", "P1001"),
        ("unitPrice differs from total", "unitPrice", None),
        ("no", "", None),
    ],
)
def test_the_field_at_fault_is_named_with_our_value(message: str, field: str, value: str | None) -> None:
    error = refused(-1106, message)
    assert (error.field, error.value) == (field, value)


def test_a_bank_account_that_we_sent_is_not_shown() -> None:
    sent: JsonValue = {
        "company": {"deBasic": {"deInfo": [{"name": "IBAN", "values": {"value": [{"deValue": "DE1"}]}}]}}
    }
    error = refused(-1106, "deValue is wrong", sent)
    assert (error.field, error.value) == ("deValue", None)


def test_each_custom_field_value_has_its_own_code() -> None:
    body: dict[str, JsonValue] = {
        "returnCode": 0,
        "returnMessage": "",
        "resultList": {
            "result": [
                {"value": "4010", "returnCode": 0, "returnMessage": ""},
                {"value": 4020, "returnCode": "-1106", "returnMessage": "description: too long"},
                {"value": "4030", "returnCode": -998, "returnMessage": "busy"},
                {"value": "4040", "returnCode": 0, "returnMessage": "112(4040)"},
            ]
        },
    }
    results = value_results(body, None)
    assert [result.value for result in results] == ["4010", "4020", "4030", "4040"]
    assert [type(result.error) for result in results] == [type(None), Rejected, Unreachable, AlreadyExists]


@pytest.mark.parametrize("results", [{}, {"result": []}, None])
def test_results_that_did_not_come_are_none(results: JsonValue) -> None:
    assert value_results({"returnCode": 0, "resultList": results}, None) == []
