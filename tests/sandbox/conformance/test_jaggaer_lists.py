"""contracts/jaggaer.md 2: envelope, paging, filters, components, formats."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from .contract import CONTRACTS, FIELD_VALUES, INVOICES, ORDERS, RECEIPTS, REQUISITIONS, RESOURCES, SUPPLIERS
from .wire import Jaggaer, Resource, Row, answer_json, code
from .world import build_jaggaer, contract, create_supplier, fresh_name, send_order, wire_order

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
COUNTS = ("totRecords", "returnedRecords", "startAt")

each_resource = pytest.mark.parametrize("resource", RESOURCES, ids=lambda one: one.name)


def value_at(path: str) -> Callable[[Row], Any]:
    """A value out of a record, with empty lists and missing keys as None."""

    def found(record: Row) -> Any:
        part: Any = record
        for name in path.split("."):
            if not isinstance(part, dict):
                return None
            part = part.get(name)
        return part if part not in ({}, []) else None

    return found


# resource, filter field, operators, where the value stands in a record
FILTERS = [
    (SUPPLIERS, "TYPE", "==", "returnCompanyInfo.type"),
    (SUPPLIERS, "BRAVOID", "==", "returnCompanyInfo.bravoId"),
    (SUPPLIERS, "extCode", "==", "returnCompanyInfo.extCode"),
    (SUPPLIERS, "extUniqueCode", "==", "returnCompanyInfo.extUniqueCode"),
    (SUPPLIERS, "fiscalCode", "==", "returnCompanyInfo.fiscalCode"),
    (SUPPLIERS, "LASTMODTIME", ">=", "returnCompanyInfo.lastModTime"),
    (FIELD_VALUES, "customField", "==", "customField"),
    (FIELD_VALUES, "lastUpdate", ">=", "lastUpdate"),
    (ORDERS, "poNumber", "==", "header.poNumber"),
    (ORDERS, "lastUpdate", ">=", "header.lastUpdate"),
    (ORDERS, "status", "==", "header.status"),
    (ORDERS, "supplierNumber", "==", "header.supplier.supplierNumber"),
    (REQUISITIONS, "requisitionNumber", "==", "header.requisitionNumber"),
    (REQUISITIONS, "lastUpdate", ">=", "header.lastUpdate"),
    (REQUISITIONS, "status", "==", "header.status"),
    (RECEIPTS, "lastUpdate", ">=", "header.lastUpdate"),
    (INVOICES, "lastUpdate", ">=", "header.lastUpdate"),
    (INVOICES, "paymentStatus", "==", "header.paymentStatus"),
    (INVOICES, "workflowStatus", "==", "header.workflowStatus"),
    (CONTRACTS, "deletedStatus", "==", "deletedStatus"),
    (CONTRACTS, "LASTMODTIME", ">=", "lastModTime"),
]
each_filter = pytest.mark.parametrize(
    ("resource", "field", "sign", "path"), FILTERS, ids=lambda one: one.name if isinstance(one, Resource) else str(one)
)

IDENTITIES = {
    "companyprofiles": "returnCompanyInfo.bravoId",
    "purchaseorders": "header.poNumber",
    "requisitions": "header.requisitionNumber",
    "receipts": "header.receiptId",
    "invoices": "header.invoiceId",
    "contracts": "contractReferenceCode",
}


def identity(resource: Resource, record: Row) -> str:
    if resource is FIELD_VALUES:
        return f"{record['customField']}/{record['value']}"
    return str(value_at(IDENTITIES[resource.name])(record))


def quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'" if re.search(r"[;,()' ]", value) else value


@each_resource
def test_a_list_comes_in_its_envelope(seeded_jaggaer: Jaggaer, resource: Resource) -> None:
    answer = seeded_jaggaer.listing(resource)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    body = answer_json(answer)
    assert set(body) == {"returnCode", "returnMessage", *COUNTS, resource.container[0]}
    assert body["returnCode"] in (0, "0")
    assert body["returnMessage"] in ("OK", "")
    assert int(body["startAt"]) == 1
    assert int(body["returnedRecords"]) == len(resource.items(body))
    assert len(resource.items(body)) == min(100, int(body["totRecords"]))


def test_codes_and_counts_are_numbers_here_and_strings_there(seeded_jaggaer: Jaggaer) -> None:
    bodies = [answer_json(seeded_jaggaer.listing(resource)) for resource in RESOURCES]
    assert {type(body["returnCode"]) for body in bodies} == {int, str}
    assert {type(body[name]) for body in bodies for name in COUNTS} == {int, str}
    suppliers = answer_json(seeded_jaggaer.listing(SUPPLIERS))
    assert isinstance(suppliers["returnCode"], str)
    assert all(isinstance(suppliers[name], str) for name in COUNTS)


@each_resource
def test_all_pages_together_are_all_records(seeded_jaggaer: Jaggaer, resource: Resource) -> None:
    records = seeded_jaggaer.steer.records(resource.name)
    assert records, "the seed leaves this resource empty"
    swept = seeded_jaggaer.sweep(resource)
    assert sorted(identity(resource, record) for record in swept) == sorted(
        identity(resource, record) for record in records
    )


def test_a_page_has_100_records_and_start_counts_from_1(seeded_jaggaer: Jaggaer) -> None:
    total = int(seeded_jaggaer.page(INVOICES)["totRecords"])
    assert total > 100, "the seed is too small for two pages"
    whole = [identity(INVOICES, record) for record in seeded_jaggaer.sweep(INVOICES)]
    for start in (1, 2, 51, 101, total):
        body = seeded_jaggaer.page(INVOICES, {"start": start})
        assert int(body["startAt"]) == start
        assert [identity(INVOICES, record) for record in INVOICES.items(body)] == whole[start - 1 : start + 99]


@each_resource
def test_a_start_beyond_the_end_is_an_empty_page(seeded_jaggaer: Jaggaer, resource: Resource) -> None:
    total = int(seeded_jaggaer.page(resource)["totRecords"])
    body = seeded_jaggaer.page(resource, {"start": total + 1})
    assert resource.items(body) == []
    assert (int(body["totRecords"]), int(body["returnedRecords"])) == (total, 0)


def refused(jaggaer: Jaggaer, resource: Resource, options: dict[str, str]) -> bool:
    """Refused by status, or by a code other than 0 behind a 200."""
    answer = jaggaer.listing(resource, options)
    return answer.status_code == 400 or (answer.status_code == 200 and code(answer_json(answer)) not in {0, 1})


@pytest.mark.parametrize(
    "options",
    [
        {"start": "0"},
        {"start": "-1"},
        {"start": "first"},
        {"start": "1.5"},
        {"limit": "10"},
        {"pageSize": "10"},
        {"size": "10"},
        {"sort": "lastUpdate"},
        {"orderBy": "lastUpdate"},
        {"nosuchoption": "1"},
        {"FLT": "lastUpdate>=2026-01-01T00:00:00.000Z"},
        {"flt": "nosuchfield==1"},
        {"flt": "lastupdate>=2026-01-01T00:00:00.000Z"},
        {"flt": "paymentstatus==Payable"},
        {"flt": "lastUpdate>=yesterday"},
        {"flt": "paymentStatus"},
        {"flt": "paymentStatus=Payable"},
        {"flt": "paymentStatus=like=Pay*"},
        {"flt": "paymentStatus=in=Payable"},
        {"flt": "paymentStatus=in=(Payable"},
        {"flt": "paymentStatus==Payable;"},
        {"flt": "paymentStatus=='Payable"},
        {"flt": "paymentStatus==Payable,workflowStatus==Completed"},
        {"flt": "paymentStatus==Payable and workflowStatus==Completed"},
        {"comp": "NOSUCHPART"},
    ],
    ids=str,
)
def test_what_the_server_does_not_know_is_refused(seeded_jaggaer: Jaggaer, options: dict[str, str]) -> None:
    assert refused(seeded_jaggaer, INVOICES, options)


@each_resource
def test_each_resource_refuses_an_unknown_filter_field(seeded_jaggaer: Jaggaer, resource: Resource) -> None:
    assert refused(seeded_jaggaer, resource, {"flt": "nosuchfield==1"})


@each_filter
def test_a_filter_finds_what_it_says(
    seeded_jaggaer: Jaggaer, resource: Resource, field: str, sign: str, path: str
) -> None:
    records = seeded_jaggaer.steer.records(resource.name)
    at = value_at(path)
    values = sorted({str(at(record)) for record in records if at(record) is not None})
    assert values, f"no record has {path}"
    for value in {values[0], values[len(values) // 2], values[-1]}:
        found = seeded_jaggaer.sweep(resource, {"flt": f"{field}{sign}{quoted(value)}"})
        wanted = [
            record
            for record in records
            if at(record) is not None and (str(at(record)) == value if sign == "==" else at(record) >= value)
        ]
        assert sorted(identity(resource, record) for record in found) == sorted(
            identity(resource, record) for record in wanted
        )


@each_filter
def test_a_filter_on_nothing_that_is_there_finds_nothing(
    seeded_jaggaer: Jaggaer, resource: Resource, field: str, sign: str, path: str
) -> None:
    value = "2099-01-01T00:00:00.000Z" if sign == ">=" else "no-such-value"
    body = seeded_jaggaer.page(resource, {"flt": f"{field}{sign}{value}"})
    assert (int(body["totRecords"]), resource.items(body)) == (0, [])


@pytest.mark.parametrize("sign", ["<=", "<", ">", "!="])
def test_another_operator_is_refused_or_right(seeded_jaggaer: Jaggaer, sign: str) -> None:
    moments = sorted(record["header"]["lastUpdate"] for record in seeded_jaggaer.steer.records("invoices"))
    middle = moments[len(moments) // 2]
    answer = answer_json(seeded_jaggaer.listing(INVOICES, {"flt": f"lastUpdate{sign}{middle}"}))
    holds = {
        "<=": lambda moment: moment <= middle,
        "<": lambda moment: moment < middle,
        ">": lambda moment: moment > middle,
        "!=": lambda moment: moment != middle,
    }[sign]
    if code(answer) == 0:
        assert int(answer["totRecords"]) == sum(holds(moment) for moment in moments)


def test_a_semicolon_is_and(seeded_jaggaer: Jaggaer) -> None:
    records = seeded_jaggaer.steer.records("invoices")
    moment = sorted(record["header"]["lastUpdate"] for record in records)[len(records) // 3]
    text = f"lastUpdate>={moment};paymentStatus==Payable;workflowStatus==Completed"
    found = seeded_jaggaer.sweep(INVOICES, {"flt": text})
    wanted = [
        record["header"]["invoiceId"]
        for record in records
        if record["header"]["lastUpdate"] >= moment
        and record["header"]["paymentStatus"] == "Payable"
        and record["header"]["workflowStatus"] == "Completed"
    ]
    assert wanted
    assert sorted(record["header"]["invoiceId"] for record in found) == sorted(wanted)


def test_in_takes_a_list(seeded_jaggaer: Jaggaer) -> None:
    numbers = [record["header"]["poNumber"] for record in seeded_jaggaer.steer.records("purchaseorders")][:60]
    chosen = numbers[::2]
    found = seeded_jaggaer.sweep(ORDERS, {"flt": f"poNumber=in=({','.join(map(quoted, chosen))},nothing)"})
    assert sorted(record["header"]["poNumber"] for record in found) == sorted(chosen)


AWKWARD = ["A;B", "A,B", "A(B)", "O'Brien", "''", "A B C", "a=in=(b)", "x==y", "Ü&+%"]


@pytest.mark.parametrize("value", AWKWARD)
def test_a_value_with_signs_is_quoted(jaggaer: Jaggaer, value: str) -> None:
    mine = f"{value} {fresh_name('')}"
    assert code(create_supplier(jaggaer, extCode=mine)) == 0
    [record] = jaggaer.sweep(SUPPLIERS, {"flt": f"extCode=={quoted(mine)};TYPE==SELLER"})
    assert record["returnCompanyInfo"]["extCode"] == mine


def test_quoted_values_stand_in_a_list(jaggaer: Jaggaer) -> None:
    numbers = [f"{value}{fresh_name(' ')}" for value in ("A;B", "A,B", "O'Brien")]
    for number in numbers:
        assert code(send_order(jaggaer, "CREATE", wire_order(poNumber=number))) == 0
    text = "poNumber=in=(" + ",".join(map(quoted, numbers)) + ")"
    found = jaggaer.sweep(ORDERS, {"flt": text})
    assert sorted(record["header"]["poNumber"] for record in found) == sorted(numbers)


def test_quotes_may_stand_where_they_are_not_needed(seeded_jaggaer: Jaggaer) -> None:
    plain = seeded_jaggaer.page(INVOICES, {"flt": "paymentStatus==Payable"})
    assert seeded_jaggaer.page(INVOICES, {"flt": "paymentStatus=='Payable'"}) == plain


def test_parts_are_left_out_until_they_are_asked_for(seeded_jaggaer: Jaggaer) -> None:
    for record in SUPPLIERS.items(seeded_jaggaer.page(SUPPLIERS, {"comp": "returnCompanyInfo"})):
        assert set(record) == {"returnCompanyInfo"}
    for record in SUPPLIERS.items(seeded_jaggaer.page(SUPPLIERS)):
        assert "deBasic" not in record
    both = SUPPLIERS.items(seeded_jaggaer.page(SUPPLIERS, {"comp": "returnCompanyInfo;deBasic"}))
    assert any(record.get("deBasic") for record in both)
    assert all("returnCompanyInfo" in record for record in both)
    assert all("priceList" not in item for item in CONTRACTS.items(seeded_jaggaer.page(CONTRACTS)))
    assert any("priceList" in item for item in CONTRACTS.items(seeded_jaggaer.page(CONTRACTS, {"comp": "PRICES"})))


def test_a_component_does_not_change_what_is_found(seeded_jaggaer: Jaggaer) -> None:
    plain = seeded_jaggaer.page(SUPPLIERS)
    both = seeded_jaggaer.page(SUPPLIERS, {"comp": "returnCompanyInfo;deBasic"})
    assert [record["returnCompanyInfo"] for record in SUPPLIERS.items(both)] == [
        record["returnCompanyInfo"] for record in SUPPLIERS.items(plain)
    ]


# -- formats ------------------------------------------------------------------------------------------------


def leaves(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a document with its path; places in lists are left out of the path."""
    if isinstance(part, dict) and part:
        for name, inner in part.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(part, list) and part:
        for inner in part:
            yield from leaves(inner, path)
    else:
        yield path, part


def everything(jaggaer: Jaggaer) -> Iterator[tuple[str, str, Any]]:
    for resource in RESOURCES:
        comp = {SUPPLIERS: "returnCompanyInfo;deBasic", CONTRACTS: "PRICES"}.get(resource)
        for item in jaggaer.sweep(resource, {"comp": comp} if comp else None):
            yield from ((resource.name, path, value) for path, value in leaves(item))
    for resource in (ORDERS, INVOICES):
        for item in documents(jaggaer, resource, 30):
            yield from ((resource.name, path, value) for path, value in leaves(item))


def documents(jaggaer: Jaggaer, resource: Resource, count: int) -> Iterator[Row]:
    at = {"purchaseorders": "poId", "requisitions": "requisitionId", "invoices": "invoiceId"}[resource.name]
    for item in resource.items(jaggaer.page(resource))[:count]:
        yield jaggaer.one(resource, item["header"][at])


def test_a_missing_value_is_never_null(seeded_jaggaer: Jaggaer) -> None:
    assert [(name, path) for name, path, value in everything(seeded_jaggaer) if value is None] == []


def test_timestamps_have_milliseconds_and_days_are_midnight(seeded_jaggaer: Jaggaer) -> None:
    days = re.compile(r"(poDate|requisitionDate|requestedDeliveryDate|receiptDate|validFrom|validTo|dueDate)$")
    moments = re.compile(r"(lastUpdate|lastModTime)$")
    seen = set()
    for _, path, value in everything(seeded_jaggaer):
        if moments.search(path):
            assert TIMESTAMP.fullmatch(value), (path, value)
            seen.add("moment")
        elif days.search(path):
            assert TIMESTAMP.fullmatch(value), (path, value)
            assert value.endswith("T00:00:00.000Z"), (path, value)
            seen.add("day")
    assert seen == {"moment", "day"}


def test_amounts_are_numbers_and_ids_strings(seeded_jaggaer: Jaggaer) -> None:
    amounts = re.compile(r"(total|unitPrice)\.value$|(quantity|receivedQuantity|distributionValue|minQuantity)$")
    names = re.compile(
        r"(bravoId|extCode|poNumber|poLineNumber|supplierNumber|invoiceNumber|receiptNumber|requisitionNumber)$"
        r"|poLine\.lineNumber$"
    )
    seen = set()
    for _, path, value in everything(seeded_jaggaer):
        if amounts.search(path):
            assert isinstance(value, int | Decimal), (path, value)
            seen.add("amount")
        elif names.search(path):
            assert isinstance(value, str), (path, value)
            seen.add("name")
    assert seen == {"amount", "name"}


def test_some_ids_have_leading_zeros(seeded_jaggaer: Jaggaer) -> None:
    codes = [
        record["returnCompanyInfo"].get("extCode", "") for record in seeded_jaggaer.steer.records("companyprofiles")
    ]
    assert any(one.startswith("0") for one in codes)


def test_country_codes_have_two_and_three_letters(seeded_jaggaer: Jaggaer) -> None:
    lengths = {len(value) for _, path, value in everything(seeded_jaggaer) if re.search(r"isoCountry(Code)?$", path)}
    assert lengths == {2, 3}


def test_active_is_the_text_true_or_false(seeded_jaggaer: Jaggaer) -> None:
    values = {item["active"] for item in seeded_jaggaer.sweep(FIELD_VALUES)}
    assert values <= {"true", "false"}
    assert values


# -- paths, the rate limit ----------------------------------------------------------------------------------


def test_unknown_paths_are_not_found(seeded_jaggaer: Jaggaer) -> None:
    for path in (
        "/j1p/api/public/ja/v1/nosuchthing",
        "/j1p/api/public/ji/v1/companyprofiles",
        "/j1p/api/public/ja/v1/purchaseorders",
        "/j1p/api/public/ji/v2/purchaseorders",
        "/purchaseorders",
    ):
        assert seeded_jaggaer.send("GET", path).status_code == 404, path


def test_an_unknown_document_is_no_document(seeded_jaggaer: Jaggaer) -> None:
    for resource in (ORDERS, REQUISITIONS, INVOICES):
        answer = seeded_jaggaer.send("GET", f"{resource.path}/99999999")
        assert answer.status_code == 404 or code(answer_json(answer)) not in {0, 1}, resource.name


def test_more_requests_than_allowed_are_429(jaggaer: Jaggaer) -> None:
    jaggaer.steer.settings(requests_per_minute=1)
    for _ in range(2):
        jaggaer.listing(SUPPLIERS)
    jaggaer.steer.reset_stats()
    answer = jaggaer.listing(SUPPLIERS)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert jaggaer.steer.stats()["throttled"] == 1
    jaggaer.steer.settings(retry_after="date")
    assert jaggaer.listing(SUPPLIERS).headers["retry-after"].endswith("GMT")
    jaggaer.steer.settings(retry_after="none")
    assert "retry-after" not in jaggaer.listing(SUPPLIERS).headers


def test_a_throttled_write_writes_nothing(jaggaer: Jaggaer) -> None:
    build_jaggaer(jaggaer)
    jaggaer.steer.settings(requests_per_minute=1)
    for _ in range(2):
        jaggaer.listing(SUPPLIERS)
    number = fresh_name("X")
    info = {"companyName": "x", "isoCountry": "DE", "type": "SELLER", "extCode": number}
    answer = jaggaer.send("POST", SUPPLIERS.path, body={"company": {"operationCode": "CREATE", "companyInfo": info}})
    assert answer.status_code == 429
    assert number not in {
        record["returnCompanyInfo"].get("extCode") for record in jaggaer.steer.records("companyprofiles")
    }


def test_a_forbidden_resource_is_403(jaggaer: Jaggaer) -> None:
    jaggaer.steer.settings(forbidden=["contracts"])
    assert jaggaer.listing(CONTRACTS).status_code == 403
    assert jaggaer.listing(SUPPLIERS).status_code == 200


def test_the_page_can_be_set(jaggaer: Jaggaer) -> None:
    for _ in range(5):
        contract(jaggaer)
    jaggaer.steer.settings(server_page=2)
    body = jaggaer.page(CONTRACTS)
    assert int(body["returnedRecords"]) == 2
    assert len(jaggaer.sweep(CONTRACTS)) == int(body["totRecords"]) >= 5


def test_a_body_that_is_no_json_is_refused(jaggaer: Jaggaer) -> None:
    for resource in (SUPPLIERS, FIELD_VALUES, ORDERS, REQUISITIONS):
        for content in (b'{"operationCode":', b"", b"[]", b'"text"'):
            answer = jaggaer.send("POST", resource.path, content=content, headers={"Content-Type": "application/json"})
            assert answer.status_code in {200, 400}
            if answer.status_code == 200:
                assert code(answer_json(answer)) not in {0, 1}


def test_methods_that_are_not_there_are_405(jaggaer: Jaggaer) -> None:
    for resource in RESOURCES:
        for method in ("PUT", "PATCH", "DELETE"):
            assert jaggaer.send(method, resource.path, body={}).status_code == 405, resource.name
