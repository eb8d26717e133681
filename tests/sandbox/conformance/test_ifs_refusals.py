"""contracts/ifs.md 2: what is not supported is refused, never ignored."""

import pytest

from .contract import ORDER, ORDER_LINE, PERIOD, SITE, SUPPLIER
from .wire import Ifs, answer_json, detail_text, error_of


def test_expand_is_not_implemented(seeded_ifs: Ifs) -> None:
    answer = seeded_ifs.listing(ORDER, {"$expand": "OrderLinesArray", "$top": 1})
    assert answer.status_code == 501
    assert error_of(answer)["code"] == "ODP_NOT_IMPLEMENTED"


@pytest.mark.parametrize(
    "options",
    [
        {"$apply": "aggregate(BuyQtyDue with sum as Total)"},
        {"$search": "casting"},
        {"$compute": "BuyQtyDue mul 2 as Double"},
        {"$deltatoken": "1"},
        {"$levels": "2"},
        {"$nosuchoption": "1"},
        {"nosuchoption": "1"},
        {"filter": "LineNo eq '1'"},
        {"$Filter": "LineNo eq '1'"},
        {"page": "2"},
        {"$skiptoken": "nonsense"},
        {"$format": "xml"},
    ],
    ids=lambda options: next(iter(options)),
)
def test_an_option_that_is_not_supported_is_refused(seeded_ifs: Ifs, options: dict[str, str]) -> None:
    answer = seeded_ifs.listing(ORDER_LINE, {**options, "$top": 1})
    assert answer.status_code in {400, 501}, answer.text
    error_of(answer)


def test_an_option_given_twice_is_refused(seeded_ifs: Ifs) -> None:
    answer = seeded_ifs.send("GET", seeded_ifs.url(ORDER_LINE) + "?$top=1&$top=2")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "options",
    [
        {"$filter": "NoSuchThing eq 1"},
        {"$filter": "lineno eq '1'"},
        {"$filter": "contains(NoSuchThing,'1')"},
        {"$select": "LineNo,NoSuchThing"},
        {"$orderby": "NoSuchThing"},
    ],
    ids=str,
)
def test_an_unknown_property_is_a_malformed_request_that_names_it(seeded_ifs: Ifs, options: dict[str, str]) -> None:
    answer = seeded_ifs.listing(ORDER_LINE, {**options, "$top": 1})
    assert answer.status_code == 400
    assert error_of(answer)["message"] == "Malformed Request."
    assert "nosuchthing" in detail_text(answer).lower() or "lineno" in detail_text(answer)


@pytest.mark.parametrize(
    "text",
    [
        "OrderNo in ('1','2')",
        "Objstate has IfsApp.PurchaseOrderLinesHandling.PurchaseOrderLineState'Released'",
        "OrderNo has 'P1'",
        "Lines/any(line:line/LineNo eq '1')",
        "Lines/all(line:line/LineNo eq '1')",
        "hassubset(Lines,['1'])",
        "hassubsequence(Lines,['1'])",
        "round(BuyQtyDue) eq 5",
        "floor(BuyQtyDue) eq 5",
        "ceiling(BuyQtyDue) eq 5",
        "LastModifiedDate add duration'P1D' gt 2026-01-01T00:00:00Z",
        "LastModifiedDate sub duration'P1D' gt 2026-01-01T00:00:00Z",
        "WantedDeliveryDate add duration'P1D' gt 2026-01-01",
        "LastModifiedDate gt 2026-02-14T08:30:00.5Z",
        "LastModifiedDate gt 2026-02-14T08:30:00.000Z",
        "LastModifiedDate gt '2026-02-14T08:30:00Z'",
        "LastModifiedDate gt 2026-02-14",
        "LastModifiedDate gt yesterday",
        "LastModifiedDate gt 2026-02-30T08:30:00Z",
        "BuyQtyDue gt 'five'",
        "OrderNo eq 5",
        "OrderNo eq 'P1",
        'OrderNo eq "P1"',
        "OrderNo == 'P1'",
        "OrderNo eq 'P1' and",
        "(OrderNo eq 'P1'",
        "OrderNo eq 'P1' LineNo eq '1'",
        "OrderNo eq 'P1' xor LineNo eq '1'",
        "nosuchfunction(OrderNo) eq 'x'",
        "contains(BuyQtyDue,'1')",
        "contains(OrderNo)",
        "contains(OrderNo,1)",
        "length(BuyQtyDue) eq 1",
        "tolower(LastModifiedDate) eq 'x'",
        "OrderNo and LineNo eq '1'",
        "not OrderNo",
        "BuyQtyDue add 'x' gt 1",
        "OrderNo add 1 gt 1",
        "BuyQtyDue div 0 gt 1",
        "BuyQtyDue",
        "true eq 1",
        "OrderNo",
        "OrderNo eq",
        "",
    ],
)
def test_a_filter_that_is_not_supported_is_refused(seeded_ifs: Ifs, text: str) -> None:
    answer = seeded_ifs.listing(ORDER_LINE, {"$filter": text, "$top": 1})
    assert answer.status_code in {400, 501}, answer.text
    error_of(answer)


@pytest.mark.parametrize(
    "options",
    [
        {"$top": "-1"},
        {"$top": "many"},
        {"$top": "1.5"},
        {"$top": ""},
        {"$skip": "-1"},
        {"$skip": "few"},
        {"$orderby": "OrderNo sideways"},
        {"$orderby": "OrderNo,,LineNo"},
        {"$select": ""},
        {"$select": "OrderNo;LineNo"},
    ],
    ids=str,
)
def test_a_malformed_option_is_refused(seeded_ifs: Ifs, options: dict[str, str]) -> None:
    answer = seeded_ifs.listing(ORDER_LINE, options)
    assert answer.status_code == 400, answer.text
    error_of(answer)


def test_a_page_of_more_than_5000_rows_is_refused(seeded_ifs: Ifs) -> None:
    assert seeded_ifs.listing(PERIOD, {"$top": 5000}).status_code == 200
    answer = seeded_ifs.listing(PERIOD, {"$top": 5001})
    assert answer.status_code == 400
    error_of(answer)


def test_a_url_of_more_than_8_kb_is_refused(seeded_ifs: Ifs) -> None:
    def asked(length: int) -> int:
        start = seeded_ifs.url(SITE) + "?$top=1&$filter=Contract%20eq%20'"
        return seeded_ifs.send("GET", start + "x" * (length - len(start) - 1) + "'").status_code

    assert asked(8000) == 200
    assert asked(8300) == 414


@pytest.mark.parametrize(
    "option", ["$expand=Lines", "$filter=Name%20eq%20'x'", "$top=1", "nosuchoption=1", "$orderby=Name"]
)
def test_a_row_by_key_takes_no_option_of_lists(seeded_ifs: Ifs, option: str) -> None:
    [row] = seeded_ifs.rows(SUPPLIER, {"$top": 1})
    answer = seeded_ifs.send("GET", f"{seeded_ifs.url(SUPPLIER, row)}?{option}")
    assert answer.status_code in {400, 501}, answer.text


def test_a_write_takes_no_unknown_option(ifs: Ifs) -> None:
    answer = ifs.send("POST", ifs.url(SUPPLIER) + "?nosuchoption=1", body={"SupplierId": "OPTION", "Name": "x"})
    assert answer.status_code in {400, 501}
    assert ifs.stored(SUPPLIER, {"SupplierId": "OPTION"}) is None


def test_count_is_given_or_refused_never_ignored(seeded_ifs: Ifs) -> None:
    answer = seeded_ifs.listing(SITE, {"$count": "true", "$top": 1})
    if answer.status_code == 200:
        assert int(answer_json(answer)["@odata.count"]) == len(seeded_ifs.steer.records(SITE.name))
    else:
        assert answer.status_code in {400, 501}


def test_an_unknown_member_of_an_enumeration_is_refused(seeded_ifs: Ifs) -> None:
    for text in (
        "Objstate eq IfsApp.PurchaseOrderHandling.PurchaseOrderState'Relased'",
        "Objstate eq IfsApp.PurchaseOrderHandling.NoSuchState'Released'",
        "Objstate eq Released",
    ):
        answer = seeded_ifs.listing(ORDER, {"$filter": text})
        assert answer.status_code == 400, text
