from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from jaggaer_tenant import Asked, Free, Noted, Reply, Tenant, said

from connectors.http import Channel
from connectors.jaggaer.client import JaggaerClient
from connectors.jaggaer.envelope import value_results
from connectors.jaggaer.filters import equals
from connectors.jaggaer.resources import PURCHASE_ORDERS
from connectors.wire import Call
from ifs_jaggaer.errors import (
    AlreadyExists,
    OutcomeUnknown,
    Rejected,
    SettingsError,
    Unreachable,
    Waiting,
)

CALL = Call("purchase order", "P1", "create")
DATE = {"Date": "Sat, 14 Feb 2026 20:00:00 GMT"}
OK = said({"returnCode": 0, "returnMessage": "", "poId": 88123})


def listed(records: list[Any], asked: Asked, size: int = 100, total: int | None = None) -> Reply:
    start = int(asked.query["start"])
    part = records[start - 1 : start - 1 + size]
    total = len(records) if total is None else total
    body = {
        "returnCode": "0",
        "returnMessage": "OK",
        "totRecords": str(total),
        "returnedRecords": str(len(part)),
        "startAt": str(start),
        "purchaseOrderList": {"purchaseOrder": part},
    }
    return said(body, **DATE)


def order(number: int) -> dict[str, Any]:
    return {
        "header": {
            "poNumber": f"P{number:04}",
            "poId": number,
            "lastUpdate": f"2026-02-14T00:{number // 60:02}:{number % 60:02}.000Z",
        }
    }


async def everything(jaggaer: JaggaerClient) -> list[str]:
    keys, start = [], 1
    while True:
        page = await jaggaer.page("purchaseorders", start=start)
        keys += [row.key[0] for row in page.rows]
        if page.next_start is None:
            return keys
        start = page.next_start


async def test_a_page_as_the_contract_has_it(jaggaer: JaggaerClient, tenant: Tenant, witness: Noted) -> None:
    tenant.answer = lambda _asked: said(
        {
            "returnCode": "0",
            "returnMessage": "OK",
            "totRecords": "2",
            "returnedRecords": "2",
            "startAt": "1",
            "returnCompanyData": [
                {"returnCompanyInfo": {"bravoId": 10442, "lastModTime": "2026-02-14T19:58:56.973Z"}},
                {"returnCompanyInfo": {"companyName": "nobody"}},
            ],
        },
        **DATE,
    )
    page = await jaggaer.page(
        "companyprofiles", modified_since=datetime(2026, 1, 31, tzinfo=UTC), where=equals("extCode", "a b")
    )
    (asked,) = tenant.asked
    assert asked.path == "/j1p/api/public/ja/v1/companyprofiles"
    assert asked.query == {
        "flt": "TYPE==SELLER;extCode=='a b';LASTMODTIME>=2026-01-31T00:00:00.000Z",
        "comp": "returnCompanyInfo;deBasic",
        "start": "1",
    }
    assert "+" not in asked.target
    (row,) = page.rows
    assert (row.kind, row.key, row.modified) == ("companyprofiles", ("10442",), "2026-02-14T19:58:56.973Z")
    assert row.values == {"returnCompanyInfo": {"bravoId": 10442, "lastModTime": "2026-02-14T19:58:56.973Z"}}
    assert (page.total, page.next_start) == (2, None)
    assert page.server_time == datetime(2026, 2, 14, 20, tzinfo=UTC)
    (fault,) = page.unreadable
    assert (fault.system, fault.record, fault.field) == ("jaggaer", "companyprofiles", "returnCompanyInfo.bravoId")
    assert [outcome.rows for _, outcome in witness.after_] == [2]


@pytest.mark.parametrize("count", [0, 1, 2, 99, 100, 101, 199, 200, 250])
async def test_all_pages_are_read_to_the_end(jaggaer: JaggaerClient, tenant: Tenant, count: int) -> None:
    records = [order(number) for number in range(count)]
    tenant.answer = lambda asked: listed(records, asked)
    assert sorted(set(await everything(jaggaer))) == [f"P{number:04}" for number in range(count)]
    assert len(tenant.asked) <= count // 99 + 1


async def test_pages_of_one_record_come_to_an_end(jaggaer: JaggaerClient, tenant: Tenant) -> None:
    records = [order(number) for number in range(5)]
    tenant.answer = lambda asked: listed(records, asked, size=1)
    assert await everything(jaggaer) == [f"P{number:04}" for number in range(5)]


async def test_a_page_without_records_before_the_end_is_no_endless_loop(jaggaer: JaggaerClient, tenant: Tenant) -> None:
    tenant.answer = lambda asked: listed([], asked, total=7)
    with pytest.raises(Unreachable, match="without a record"):
        await jaggaer.page("purchaseorders")
    assert len(tenant.asked) == 1


async def test_amounts_are_read_exactly(jaggaer: JaggaerClient, tenant: Tenant) -> None:
    body = b"""{"returnCode":0,"returnMessage":"","totRecords":1,"returnedRecords":1,"startAt":1,
      "jiinvoiceList":{"jiinvoice":[{"header":{"invoiceId":1,"total":{"value":0.1000000000000000055}}}]}}"""
    tenant.answer = lambda _asked: (200, {}, body)
    (row,) = (await jaggaer.page("invoices")).rows
    assert row.values["header"] == {"invoiceId": 1, "total": {"value": Decimal("0.1000000000000000055")}}


async def test_a_look_up_of_many_keys_takes_few_requests_with_short_urls(
    jaggaer: JaggaerClient, tenant: Tenant
) -> None:
    there = {f"P{number:04}": order(number) for number in range(700)}

    def answer(asked: Asked) -> Reply:
        flt = asked.query["flt"].removeprefix("poNumber=in=(").removesuffix(")")
        return listed([there[number] for number in flt.split(",") if number in there], asked)

    tenant.answer = answer
    rows = await jaggaer.records("purchaseorders", "poNumber", [f"P{number:04}" for number in range(800)])
    assert [row.key[0] for row in rows] == sorted(there)
    assert all(len(asked.target) < 6000 for asked in tenant.asked)
    assert len(tenant.asked) <= 12


async def test_a_look_up_whose_pages_do_not_fit_together_is_not_believed(
    jaggaer: JaggaerClient, tenant: Tenant
) -> None:
    records = [order(number) for number in range(150)]
    # A server that forgets where the page should start: half of the records never come.
    tenant.answer = lambda _asked: listed(records[:100], Asked("GET", "/?start=1", {}, b""), total=150)
    with pytest.raises(Unreachable, match="moved"):
        await jaggaer.records("purchaseorders", "status", ["Sent"])


async def test_where_a_field_takes_no_list_the_keys_are_asked_for_singly(
    jaggaer: JaggaerClient, tenant: Tenant
) -> None:
    there = {f"P{number:04}": order(number) for number in range(3)}

    def answer(asked: Asked) -> Reply:
        _, operator, value = asked.query["flt"].partition("==")
        if not operator:
            return said({"returnCode": -1106, "returnMessage": "=in= is not supported for supplierNumber"})
        return listed([there[value]] if value in there else [], asked)

    tenant.answer = answer
    for _ in range(2):
        rows = await jaggaer.records("purchaseorders", "supplierNumber", ["P0000", "P0002", "P0009"])
        assert [row.key[0] for row in rows] == ["P0000", "P0002"]
    assert len(tenant.asked) == 1 + 3 + 3, "refused once, then not tried again"


async def test_a_look_up_that_is_refused_for_another_reason_says_so(jaggaer: JaggaerClient, tenant: Tenant) -> None:
    tenant.answer = lambda _asked: said({"returnCode": -1106, "returnMessage": "unknown filter"})
    with pytest.raises(SettingsError, match="unknown filter"):
        await jaggaer.records("purchaseorders", "supplierNumber", ["P0000", "P0002"])
    assert len(tenant.asked) == 2


async def test_a_look_up_of_nothing_asks_nothing(jaggaer: JaggaerClient, tenant: Tenant) -> None:
    assert await jaggaer.records("purchaseorders", "poNumber", []) == []
    assert tenant.asked == []


async def test_a_detail_comes_bare(jaggaer: JaggaerClient, tenant: Tenant) -> None:
    tenant.answer = lambda _asked: said(order(7) | {"lineList": {"poLine": []}})
    row = await jaggaer.detail("purchaseorders", "7/a b")
    assert row is not None
    assert (row.key, row.values["lineList"]) == (("P0007",), {"poLine": []})
    assert tenant.asked[0].target == "/j1p/api/public/ji/v1/purchaseorders/7%2Fa%20b"


@pytest.mark.parametrize(
    "reply",
    [(404, {}, b""), (404, {}, b"<html>"), said({"returnCode": -1103, "returnMessage": "unknown order"})],
)
async def test_a_detail_that_is_not_there(jaggaer: JaggaerClient, tenant: Tenant, reply: Reply) -> None:
    tenant.answer = lambda _asked: reply
    assert await jaggaer.detail("purchaseorders", "7") is None


async def test_a_detail_that_is_refused_is_one_records_fault(jaggaer: JaggaerClient, tenant: Tenant) -> None:
    tenant.answer = lambda _asked: said({"returnCode": -5, "returnMessage": "archived"})
    with pytest.raises(Rejected, match="archived"):
        await jaggaer.detail("purchaseorders", "7")


async def test_a_supplier_is_found_by_its_id_through_the_list(jaggaer: JaggaerClient, tenant: Tenant) -> None:
    tenant.answer = lambda _asked: said(
        {"returnCode": 0, "totRecords": 1, "returnCompanyData": [{"returnCompanyInfo": {"bravoId": "10442"}}]}
    )
    row = await jaggaer.detail("companyprofiles", "10442")
    assert row is not None
    assert row.key == ("10442",)
    assert tenant.asked[0].query["flt"] == "TYPE==SELLER;BRAVOID==10442"


def receipts(*ids: int) -> Reply:
    records = [{"header": {"receiptId": number, "lastUpdate": "2026-02-14T19:58:56.973Z"}} for number in ids]
    return said({"returnCode": 0, "totRecords": len(ids), "receiptList": {"receipt": records}})


async def test_a_receipt_that_was_polled_is_handed_on_once_then_read_again(
    jaggaer: JaggaerClient, tenant: Tenant
) -> None:
    tenant.answer = lambda _asked: receipts(1, 2, 3)
    await jaggaer.page("receipts")
    assert [row.key for row in await jaggaer.details("receipts", ["2", "1"])] == [("1",), ("2",)]
    assert len(tenant.asked) == 1
    assert [row.key for row in await jaggaer.details("receipts", ["2", "3", "9"])] == [("2",), ("3",)]
    assert len(tenant.asked) == 2
    assert tenant.asked[1].query == {"start": "1"}


async def test_few_polled_rows_are_kept(
    jaggaer: JaggaerClient, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.jaggaer.client.MOST_POLLED", 2)
    tenant.answer = lambda _asked: receipts(1, 2, 3)
    await jaggaer.page("receipts")
    await jaggaer.details("receipts", ["2", "3"])
    assert len(tenant.asked) == 1
    await jaggaer.details("receipts", ["1"])
    assert len(tenant.asked) == 2


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        ((403, {}, b""), SettingsError),
        ((404, {}, b""), SettingsError),
        (said({"returnCode": -1106, "returnMessage": "unknown filter lastUpdat"}), SettingsError),
        ((400, {}, b"{}"), Rejected),
    ],
)
async def test_a_list_that_is_refused_says_so_at_once(
    jaggaer: JaggaerClient, tenant: Tenant, reply: Reply, error: type[Exception]
) -> None:
    tenant.answer = lambda _asked: reply
    with pytest.raises(error):
        await jaggaer.page("purchaseorders")
    assert len(tenant.asked) == 1


FAULTS = [
    (500, {}, b""),
    (502, {"Content-Type": "text/html"}, b"<html>Bad gateway</html>"),
    (504, {}, b""),
    (200, {"Content-Type": "text/html"}, b"<html>Maintenance</html>"),
    (200, {}, b'{"returnCode":0,"totRec'),
    said({"hello": "from a proxy"}),
    None,
]


@pytest.mark.parametrize("fault", [*FAULTS, said({"returnCode": "-998", "returnMessage": "busy"}), (429, {}, b"")])
async def test_a_read_goes_again_until_it_is_answered(
    jaggaer: JaggaerClient, tenant: Tenant, fault: Reply | None
) -> None:
    faults = [fault, fault]
    tenant.answer = lambda asked: faults.pop() if faults else listed([order(1)], asked)
    assert await everything(jaggaer) == ["P0001"]
    assert len(tenant.asked) == 3


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_read_ends_in_unreachable(jaggaer: JaggaerClient, tenant: Tenant, fault: Reply | None) -> None:
    tenant.answer = lambda _asked: fault
    with pytest.raises(Unreachable):
        await jaggaer.page("purchaseorders")
    assert len(tenant.asked) == 4


async def test_a_401_without_a_challenge_and_with_a_bad_content_type_renews_the_token(
    jaggaer: JaggaerClient, tenant: Tenant
) -> None:
    faults: list[Reply] = [(401, {"Content-Type": "; charset=UTF-8"}, b"")]
    tenant.answer = lambda asked: faults.pop() if faults else listed([order(1)], asked)
    assert await everything(jaggaer) == ["P0001"]


async def test_a_429_slows_all_of_us(jaggaer: JaggaerClient, tenant: Tenant, budget: Free) -> None:
    faults: list[Reply] = [(429, {"Retry-After": "7"}, b"")]
    tenant.answer = lambda asked: faults.pop() if faults else listed([order(1)], asked)
    await everything(jaggaer)
    assert budget.pauses == [7]


async def test_a_post_writes_amounts_exactly_and_gives_the_envelope(
    jaggaer: JaggaerClient, tenant: Tenant, witness: Noted
) -> None:
    tenant.answer = lambda _asked: OK
    total = Decimal("1234567890123456.70")
    given = await jaggaer.post("purchaseorders", {"total": total, "charges": Decimal("1E+2")}, CALL, repeatable=True)
    assert given.envelope["poId"] == 88123
    (asked,) = tenant.asked
    assert asked.body == b'{"total":1234567890123456.70,"charges":100}'
    assert (asked.method, asked.headers["content-type"]) == ("POST", "application/json")
    assert [attempt.call for attempt in witness.before_] == [CALL]


async def test_a_post_below_a_record(jaggaer: JaggaerClient, tenant: Tenant) -> None:
    tenant.answer = lambda _asked: OK
    await jaggaer.post("invoices", {"status": "SUCCESS"}, CALL, path="/991/exportstatus", repeatable=True)
    assert tenant.asked[0].path == "/j1p/api/public/ji/v1/invoices/991/exportstatus"


async def test_a_warning_is_a_success_whose_words_are_given(jaggaer: JaggaerClient, tenant: Tenant) -> None:
    tenant.answer = lambda _asked: said({"returnCode": "1", "returnMessage": "buyer not known"})
    given = await jaggaer.post("purchaseorders", {}, CALL, repeatable=False)
    assert given.envelope["returnMessage"] == "buyer not known"


@pytest.mark.parametrize("repeatable", [True, False])
async def test_busy_goes_again_even_if_not_repeatable(jaggaer: JaggaerClient, tenant: Tenant, repeatable: bool) -> None:
    faults = [said({"returnCode": "-998", "returnMessage": "busy"})] * 2
    tenant.answer = lambda _asked: faults.pop() if faults else OK
    await jaggaer.post("purchaseorders", {}, CALL, repeatable=repeatable)
    assert len(tenant.asked) == 3


async def test_busy_for_too_long_is_certainly_not_carried_out(jaggaer: JaggaerClient, tenant: Tenant) -> None:
    tenant.answer = lambda _asked: said({"returnCode": -998, "returnMessage": "busy"})
    with pytest.raises(Unreachable):
        await jaggaer.post("purchaseorders", {}, CALL, repeatable=False)


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_write_without_a_usable_answer_is_in_doubt_and_not_sent_again(
    jaggaer: JaggaerClient, tenant: Tenant, fault: Reply | None
) -> None:
    tenant.answer = lambda _asked: fault
    with pytest.raises(OutcomeUnknown):
        await jaggaer.post("companyprofiles", {}, CALL, repeatable=False)
    assert len(tenant.asked) == 1


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_repeatable_write_goes_again_and_finds_itself(
    jaggaer: JaggaerClient, tenant: Tenant, fault: Reply | None
) -> None:
    answers = [said({"returnCode": -996, "returnMessage": "P1 exists"}), fault]
    tenant.answer = lambda _asked: answers.pop()
    with pytest.raises(AlreadyExists):
        await jaggaer.post("purchaseorders", {}, CALL, repeatable=True)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (said({"returnCode": 0, "returnMessage": "112(poNumber)"}), AlreadyExists),
        (said({"returnCode": -1101, "returnMessage": "unknown supplier 7"}), Waiting),
        (said({"returnCode": -1106, "returnMessage": "x"}, status=400), Rejected),
        ((403, {}, b""), SettingsError),
        ((404, {}, b""), SettingsError),
        ((422, {}, b"{}"), Rejected),
    ],
)
async def test_a_definite_no(jaggaer: JaggaerClient, tenant: Tenant, reply: Reply, error: type[Exception]) -> None:
    tenant.answer = lambda _asked: reply
    with pytest.raises(error) as caught:
        await jaggaer.post("purchaseorders", {}, CALL, repeatable=False)
    assert "jaggaer purchase order P1" in str(caught.value)
    assert len(tenant.asked) == 1


async def test_a_record_that_is_gone_stops_nobody(jaggaer: JaggaerClient, tenant: Tenant) -> None:
    tenant.answer = lambda _asked: (404, {}, b"")
    with pytest.raises(Rejected, match="no such record"):
        await jaggaer.post("invoices", {}, CALL, path="/991/exportstatus", repeatable=True)


def result(value: str, code: int) -> dict[str, Any]:
    return {"value": value, "returnCode": code, "returnMessage": ""}


def results(*each: dict[str, Any]) -> Reply:
    return said({"returnCode": 0, "returnMessage": "", "resultList": {"result": [*each]}})


async def test_one_custom_field_value_that_failed_is_no_success(jaggaer: JaggaerClient, tenant: Tenant) -> None:
    tenant.answer = lambda _asked: results(result("4010", -1106))
    with pytest.raises(Rejected):
        await jaggaer.post("customfieldvalues", {}, CALL, repeatable=True)


async def test_custom_field_values_of_which_some_failed_are_given(jaggaer: JaggaerClient, tenant: Tenant) -> None:
    tenant.answer = lambda _asked: results(result("4010", -998), result("4020", -1106))
    given = await jaggaer.post("customfieldvalues", {}, CALL, repeatable=True)
    assert [type(each.error) for each in value_results(given.envelope, None)] == [Unreachable, Rejected]


async def test_custom_field_values_that_found_it_busy_go_again(jaggaer: JaggaerClient, tenant: Tenant) -> None:
    answers = [results(result("4010", 0)), results(result("4010", -998))]
    tenant.answer = lambda _asked: answers.pop()
    await jaggaer.post("customfieldvalues", {}, CALL, repeatable=False)
    assert len(tenant.asked) == 2


class Renamed:
    """A tenant's own names, as a profile states them."""

    module = "jx"
    path = ""
    container = "orders"
    key = ("number",)
    id = ""
    modified = "changed"
    modified_filter = "CHANGED"
    parts = ()
    always = {"kind": "PO"}  # noqa: RUF012
    filters = {"poNumber": "NUMBER", "kind": "KIND"}  # noqa: RUF012


async def test_the_profile_has_the_last_word_on_names(channel: Channel, tenant: Tenant) -> None:
    tenant.answer = lambda _asked: said(
        {"returnCode": 0, "totRecords": 1, "orders": [{"number": "P1", "changed": "2026-02-14T19:58:56.973Z"}]}
    )
    jaggaer = JaggaerClient(channel, {"purchaseorders": Renamed()}, base="/esop/jint/api/public/")
    (row,) = await jaggaer.records("purchaseorders", "poNumber", ["P1"])
    assert (row.key, row.modified) == (("P1",), "2026-02-14T19:58:56.973Z")
    (asked,) = tenant.asked
    assert asked.path == "/esop/jint/api/public/jx/v1/purchaseorders"
    assert asked.query == {"flt": "KIND==PO;NUMBER==P1", "start": "1"}


def test_what_is_no_name_the_profile_leaves_alone() -> None:
    told = PURCHASE_ORDERS.told(Renamed())
    assert told.headers_only
    assert told.id == ("number",)
