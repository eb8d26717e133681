"""The `flt` option, for any value (contracts/jaggaer.md 2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifs_jaggaer.sandbox.jaggaer.codes import INVALID, Declined
from ifs_jaggaer.sandbox.jaggaer.filters import parse
from ifs_jaggaer.sandbox.jaggaer.resources import INVOICES, ORDERS, PROFILES

texts = st.text(min_size=1, max_size=12)
awkward = st.text("ab;,()' =<>!&", min_size=1, max_size=8)


def quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def order(number: str) -> dict[str, object]:
    return {"header": {"poNumber": number, "lastUpdate": "2026-02-14T19:58:56.973Z"}}


@given(texts | awkward, texts | awkward)
def test_a_quoted_value_means_itself(wanted: str, other: str) -> None:
    fits = parse(f"poNumber=={quoted(wanted)}", ORDERS)
    assert fits(order(wanted))
    assert fits(order(other)) is (wanted == other)


@given(st.lists(awkward, min_size=1, max_size=5), awkward)
def test_a_list_holds_what_stands_in_it(values: list[str], number: str) -> None:
    fits = parse(f"poNumber=in=({','.join(map(quoted, values))})", ORDERS)
    assert fits(order(number)) is (number in values)


@given(st.text("ab-./:_=<>!&*ü", min_size=1, max_size=8))
def test_without_signs_a_value_needs_no_quotes(value: str) -> None:
    assert parse(f"poNumber=={value}", ORDERS)(order(value))


@given(st.text("ab,() ", min_size=1, max_size=8).filter(lambda text: set(text) - set("ab")))
def test_signs_without_quotes_are_refused(value: str) -> None:
    with pytest.raises(Declined):
        parse(f"poNumber=={value}", ORDERS)


@given(st.datetimes(), st.datetimes(), st.sampled_from([">=", "<=", ">", "<", "=="]))
def test_times_compare(left: object, right: object, sign: str) -> None:
    first, second = (f"{each:%Y-%m-%dT%H:%M:%S.000Z}".rjust(24, "0") for each in (left, right))
    fits = parse(f"lastUpdate{sign}{second}", ORDERS)
    row = {"header": {"lastUpdate": first}}
    expected = {
        ">=": first >= second,
        "<=": first <= second,
        ">": first > second,
        "<": first < second,
        "==": first == second,
    }
    assert fits(row) is expected[sign]


def test_a_missing_value_fits_nothing() -> None:
    assert not parse("extCode==x", PROFILES)({"returnCompanyInfo": {}})
    assert not parse("LASTMODTIME>=2026-01-01T00:00:00.000Z", PROFILES)({"returnCompanyInfo": {}})


def test_a_number_is_found_by_its_text() -> None:
    assert parse("BRAVOID=in=(10442,7)", PROFILES)({"returnCompanyInfo": {"bravoId": "10442"}})


@pytest.mark.parametrize(
    "text",
    [
        "", ";", "poNumber==", "poNumber==a;", ";poNumber==a", "poNumber==a;;status==Sent", "poNumber=in=()",
        "poNumber=in=(a,)", "poNumber=in=(a", "poNumber=in=a)", "poNumber=='a", "poNumber=='a''", "poNumber=='a'b",
        "poNumber>=a", "poNumber == a", "PONUMBER==a", "invoiceId==1", "lastUpdate>=2026-02-14",
        "lastUpdate>=2026-02-14T00:00:00Z", "lastUpdate>=2026-02-30T00:00:00.000Z", "lastUpdate=='2026'",
        "lastUpdate>=2026-02-14T00:00:00.000+01:00",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_and_never_ignored(text: str) -> None:
    with pytest.raises(Declined) as refused:
        parse(text, ORDERS)
    assert refused.value.code == INVALID


def test_each_resource_has_its_own_fields() -> None:
    with pytest.raises(Declined, match="paymentStatus"):
        parse("paymentStatus==Payable", ORDERS)
    assert parse("paymentStatus==Payable", INVOICES)({"header": {"paymentStatus": "Payable"}})
