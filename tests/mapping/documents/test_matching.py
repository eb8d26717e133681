from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from mapping.matching import Cause, Claim, Ordered, match
from mapping.money import Currency
from mapping.profile_tables import Match

EUR = Currency("EUR", 2)
STRICT = Match(quantity_percent=Decimal(0), price_percent=Decimal(2), on_discrepancy="hold")
ORDERED = Ordered(Decimal(100), Decimal(5), Decimal(0), Decimal(100), Decimal(0), "EA")


def claim(quantity: str, net: str, unit: str = "EA", at: str = "1") -> Claim:
    return Claim(at, Decimal(quantity), Decimal(net), unit)


def causes(*claims: Claim, ordered: Ordered = ORDERED, tolerance: Match = STRICT, credit: bool = False) -> list[Cause]:
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
        ("60", "100", "41", [Cause.OVER_INVOICED, Cause.NOT_RECEIVED]),
        ("60", "59", "0", [Cause.NOT_RECEIVED]),
        ("60", "99", "40", [Cause.NOT_RECEIVED]),
    ],
)
def test_quantities(quantity: str, received: str, invoiced: str, expected: list[Cause]) -> None:
    ordered = replace(ORDERED, received=Decimal(received), invoiced=Decimal(invoiced))
    assert causes(claim(quantity, str(Decimal(quantity) * 5)), ordered=ordered) == expected


def test_a_tolerated_quantity() -> None:
    lenient = STRICT.model_copy(update={"quantity_percent": Decimal(10)})
    assert causes(claim("110", "550"), tolerance=lenient) == []
    assert causes(claim("110.1", "550.5"), tolerance=lenient) == [Cause.QUANTITY, Cause.NOT_RECEIVED]


def test_claims_on_one_line_count_together() -> None:
    assert causes(claim("60", "300"), claim("50", "250", at="2")) == [Cause.QUANTITY, Cause.NOT_RECEIVED]


@pytest.mark.parametrize(("invoiced", "expected"), [("10", []), ("9", [Cause.OVER_INVOICED])])
def test_a_credit_against_the_invoiced_quantity(invoiced: str, expected: list[Cause]) -> None:
    ordered = replace(ORDERED, invoiced=Decimal(invoiced), received=Decimal(0))
    assert causes(claim("10", "50"), ordered=ordered, credit=True) == expected


def test_another_unit() -> None:
    assert causes(claim("100", "500", unit="KGM")) == [Cause.QUANTITY]
    assert causes(claim("100", "500", unit="")) == []
