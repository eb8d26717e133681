from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from mapping.matching import Cause, Claim, Limit, Ordered, Tolerance, match
from mapping.money import Currency
from mapping.profile_tables import Match

EUR = Currency("EUR", 2)
STRICT = Tolerance(Limit(Decimal(0)), Limit(Decimal(2)))
ORDERED = Ordered(Decimal(100), Decimal(5), Decimal(0), Decimal(100), Decimal(0), "EA")


def claim(quantity: str, net: str, unit: str = "EA", at: str = "1") -> Claim:
    return Claim(at, Decimal(quantity), Decimal(net), unit)


def causes(
    *claims: Claim, ordered: Ordered = ORDERED, tolerance: Tolerance = STRICT, credit: bool = False
) -> list[Cause]:
    return [one.cause for one in match(claims, ordered, tolerance, EUR, credit=credit)]


@pytest.mark.parametrize(
    ("net", "expected"),
    [
        ("500", []),
        ("510.01", []),
        ("510.02", [Cause.PRICE]),
        ("489.99", []),
        ("489.98", [Cause.PRICE]),
    ],
)
def test_price_within_percent_and_one_minor_unit(net: str, expected: list[Cause]) -> None:
    assert causes(claim("100", net)) == expected


@pytest.mark.parametrize(
    ("net", "expected"), [("250", []), ("270", []), ("280", [Cause.PRICE]), ("240", [Cause.PRICE])]
)
def test_charges_of_the_line_come_with_any_part(net: str, expected: list[Cause]) -> None:
    assert causes(claim("50", net), ordered=replace(ORDERED, charges=Decimal(20))) == expected


@pytest.mark.parametrize(
    ("quantity", "received", "invoiced", "expected"),
    [
        ("100", "100", "0", []),
        ("101", "101", "0", [Cause.QUANTITY]),
        ("60", "100", "40", []),
        ("60", "100", "41", [Cause.OVER_INVOICED]),
        ("60", "99", "41", [Cause.OVER_INVOICED, Cause.NOT_RECEIVED]),
        ("110", "100", "0", [Cause.QUANTITY]),
        ("110", "99", "0", [Cause.QUANTITY, Cause.NOT_RECEIVED]),
        ("60", "59", "0", [Cause.NOT_RECEIVED]),
        ("60", "99", "40", [Cause.NOT_RECEIVED]),
    ],
)
def test_quantities(quantity: str, received: str, invoiced: str, expected: list[Cause]) -> None:
    ordered = replace(ORDERED, received=Decimal(received), invoiced=Decimal(invoiced))
    assert causes(claim(quantity, str(Decimal(quantity) * 5)), ordered=ordered) == expected


def test_a_tolerated_quantity() -> None:
    lenient = replace(STRICT, quantity=Limit(Decimal(10)))
    assert causes(claim("110", "550"), tolerance=lenient) == []
    assert causes(claim("110.1", "550.5"), tolerance=lenient) == [Cause.QUANTITY]


def test_claims_on_one_line_count_together() -> None:
    assert causes(claim("60", "300"), claim("50", "250", at="2")) == [Cause.QUANTITY]


@pytest.mark.parametrize(("invoiced", "expected"), [("10", []), ("9", [Cause.OVER_INVOICED])])
def test_a_credit_against_the_invoiced_quantity(invoiced: str, expected: list[Cause]) -> None:
    ordered = replace(ORDERED, invoiced=Decimal(invoiced), received=Decimal(0))
    assert causes(claim("10", "50"), ordered=ordered, credit=True) == expected


def test_another_unit() -> None:
    assert causes(claim("100", "500", unit="KGM")) == [Cause.QUANTITY]
    assert causes(claim("100", "500", unit="")) == []


# --- limits ---


@pytest.mark.parametrize(
    ("percent", "amount", "either", "room"),
    [
        ("2", None, False, "10"),
        ("2", None, True, "10"),
        ("2", "4", False, "4"),
        ("2", "4", True, "10"),
        ("2", "25", False, "10"),
        ("2", "25", True, "25"),
        ("0", "25", False, "0"),
        ("0", "25", True, "25"),
        ("2", "0", False, "0"),
    ],
)
def test_the_narrower_limit_counts_or_the_wider(percent: str, amount: str | None, either: bool, room: str) -> None:
    limit = Limit(Decimal(percent), None if amount is None else Decimal(amount), either)
    assert limit.room(Decimal(500)) == limit.room(Decimal(-500)) == Decimal(room)


def test_the_limits_of_a_company_by_unit_and_currency() -> None:
    settings = Match.model_validate(
        {
            "quantity_percent": 10,
            "quantity_amount": {"KG": Decimal("2.5")},
            "price_percent": 2,
            "price_amount": {"EUR": Decimal("4.00"), "JPY": 500},
            "within": "either",
            "on_discrepancy": "hold",
            "on_cause": {"price": "reject", "not_received": "post"},
        }
    )
    assert Tolerance.of(settings, "KG", "EUR") == Tolerance(
        Limit(Decimal(10), Decimal("2.5"), either=True), Limit(Decimal(2), Decimal(4), either=True)
    )
    assert Tolerance.of(settings, "PCS", "USD") == Tolerance(
        Limit(Decimal(10), either=True), Limit(Decimal(2), either=True)
    )
    does = {cause: settings.does(cause.key) for cause in Cause}
    assert does == {
        Cause.PRICE: "reject",
        Cause.QUANTITY: "hold",
        Cause.NOT_RECEIVED: "post",
        Cause.OVER_INVOICED: "hold",
        Cause.UNKNOWN_LINE: "hold",
    }


@pytest.mark.parametrize(
    ("quantity", "price", "invoiced", "net", "within", "found"),
    [
        ("10", "100", "10", "1009.00", "both", []),
        ("10", "1000", "10", "10030", "both", [Cause.PRICE]),
        ("10", "1000", "10", "10030", "either", []),
        ("500", "2", "515", "1030", "both", [Cause.QUANTITY]),
    ],
)
def test_the_examples_of_the_documentation(
    quantity: str, price: str, invoiced: str, net: str, within: str, *, found: list[Cause]
) -> None:
    """docs/invoices.md, tolerances."""
    settings = Match.model_validate(
        {
            "quantity_percent": 5,
            "quantity_amount": {"KG": 10},
            "price_percent": 1,
            "price_amount": {"EUR": 25},
            "within": within,
            "on_discrepancy": "hold",
        }
    )
    due = replace(ORDERED, quantity=Decimal(quantity), net_price=Decimal(price), received=Decimal(quantity))
    assert causes(claim(invoiced, net), ordered=due, tolerance=Tolerance.of(settings, "KG", "EUR")) == found


@pytest.mark.parametrize(
    ("net", "found"), [("504.01", []), ("504.02", [Cause.PRICE]), ("495.99", []), ("495.98", [Cause.PRICE])]
)
def test_a_price_within_an_amount(net: str, found: list[Cause]) -> None:
    """Four euros of a line of 500 are less than two percent, and a cent is rounding."""
    tolerance = replace(STRICT, price=Limit(Decimal(2), Decimal(4)))
    assert causes(claim("100", net), tolerance=tolerance) == found


@pytest.mark.parametrize(("quantity", "found"), [("103", []), ("103.001", [Cause.QUANTITY])])
def test_a_quantity_within_an_amount(quantity: str, found: list[Cause]) -> None:
    tolerance = replace(STRICT, quantity=Limit(Decimal(10), Decimal(3)))
    asked = claim(quantity, str(Decimal(quantity) * 5))
    assert causes(asked, tolerance=tolerance) == found


# --- what is said ---


def said(*claims: Claim, ordered: Ordered = ORDERED, credit: bool = False) -> list[tuple[str, str]]:
    return [(one.reason, one.remedy) for one in match(claims, ordered, STRICT, EUR, credit=credit)]


def test_another_unit_is_no_matter_of_the_quantity() -> None:
    ((reason, remedy),) = said(claim("100", "500", unit="KGM"))
    assert reason == "invoiced in KGM, ordered in EA"
    assert remedy.startswith("correct the unit of the invoice line")
    assert "maps.unit" in remedy


def test_a_cancelled_line_is_named_so() -> None:
    cancelled = replace(ORDERED, quantity=Decimal(0), received=Decimal(0), ended="cancelled")
    ((reason, remedy),) = said(claim("1", "5"), ordered=cancelled)
    assert reason == "1 invoiced, ordered 0; the order line is cancelled"
    assert remedy.startswith("reopen the order line in IFS")


@pytest.mark.parametrize(("invoiced", "received"), [("100", "100"), ("0", "10")])
def test_a_closed_one_too(invoiced: str, received: str) -> None:
    closed = replace(ORDERED, invoiced=Decimal(invoiced), received=Decimal(received), ended="closed")
    ((reason, remedy),) = said(claim("20", "100"), ordered=closed)
    assert reason.endswith("; the order line is closed")
    assert remedy.startswith("reopen the order line in IFS")


def test_a_closed_line_that_fits_is_no_discrepancy() -> None:
    assert said(claim("100", "500"), ordered=replace(ORDERED, ended="closed")) == []


def test_a_credit_note_is_not_mended_by_ordering_more() -> None:
    for ended in ("", "closed"):
        ordered = replace(ORDERED, invoiced=Decimal(9), ended=ended)
        ((reason, remedy),) = said(claim("10", "50"), ordered=ordered, credit=True)
        assert reason == "10 credited, invoiced 9"
        assert "raise the order line" not in remedy
        assert "correct the quantity of the credit note" in remedy
