from __future__ import annotations

from decimal import Decimal

import pytest
import simplejson
from hypothesis import given
from hypothesis import strategies as st

from ifs_jaggaer.errors import Rejected
from mapping import money
from mapping.money import Money

AMOUNTS = st.decimals(min_value=-(10**40), max_value=10**40, places=3)
WEIGHTS = st.lists(st.decimals(min_value=0, max_value=10**12, allow_nan=False), min_size=1, max_size=12)
CODES = st.sampled_from(["EUR", "JPY", "TND", "CLF"])


def test_minor_units_of_zero_two_and_three_digits() -> None:
    assert [money.minor_unit(code) for code in ("JPY", "EUR", "TND")] == [
        Decimal(1),
        Decimal("0.01"),
        Decimal("0.001"),
    ]


def test_an_unknown_currency_names_the_remedy_and_a_customer_can_add_it() -> None:
    with pytest.raises(Rejected, match=r"\[currencies\] of the profile") as caught:
        money.currency("XBT")
    assert caught.value.value == "XBT"
    assert money.currency("XBT", {"XBT": 8}).minor_unit == Decimal("0.00000001")


@pytest.mark.parametrize("amount", [1.5, 1, "1"])
def test_money_is_made_of_decimals_only(amount: object) -> None:
    with pytest.raises(TypeError, match="Decimal"):
        Money(amount, "EUR")  # type: ignore[arg-type]


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "sNaN"])
def test_money_is_finite(amount: str) -> None:
    with pytest.raises(ValueError, match="is no amount"):
        Money(Decimal(amount), "EUR")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="EUR and USD"):
        Money(Decimal(1), "EUR") + Money(Decimal(1), "USD")
    with pytest.raises(ValueError, match="EUR and USD"):
        Money.sum([Money(Decimal(1), "USD")], "EUR")


@given(st.lists(AMOUNTS, max_size=8))
def test_sums_are_exact_beyond_the_default_precision(amounts: list[Decimal]) -> None:
    total = Money.sum((Money(amount, "EUR") for amount in amounts), "EUR")
    thousandths = sum(int(amount.scaleb(3, context=money._EXACT)) for amount in amounts)
    assert total.amount == Decimal(thousandths).scaleb(-3, context=money._EXACT)
    assert money.exact_sum(amounts) == total.amount


@pytest.mark.parametrize(
    ("amount", "digits", "rounded"),
    [
        ("0.125", 2, "0.12"),
        ("0.135", 2, "0.14"),
        ("-0.125", 2, "-0.12"),
        ("2.5", 0, "2"),
        ("-0.001", 2, "0.00"),
    ],
)
def test_half_goes_to_the_even_neighbour(amount: str, digits: int, rounded: str) -> None:
    assert str(money.round_half_even(Decimal(amount), digits)) == rounded


def test_a_spread_gives_what_is_left_to_the_largest_remainder() -> None:
    shares = money.spread(Decimal("100.00"), [Decimal(1), Decimal(1), Decimal(1)], money.currency("EUR"))
    assert shares == [Decimal("33.34"), Decimal("33.33"), Decimal("33.33")]
    assert money.spread(Decimal(10), [Decimal(1), Decimal(2)], money.currency("JPY")) == [
        Decimal(3),
        Decimal(7),
    ]


def test_a_spread_is_no_finer_for_the_zeros_that_somebody_writes() -> None:
    shares = money.spread(Decimal("1.4800"), [Decimal(1)] * 3, money.currency("EUR"))
    assert shares == [Decimal("0.50"), Decimal("0.49"), Decimal("0.49")]
    assert money.spread(Decimal("0.005"), [Decimal(1)] * 2, money.currency("EUR"))[0] == Decimal("0.003")


def test_a_spread_over_zero_weights_is_equal() -> None:
    assert money.spread(Decimal("-0.05"), [Decimal(0)] * 2, money.currency("EUR")) == [
        Decimal("-0.03"),
        Decimal("-0.02"),
    ]


@given(AMOUNTS, WEIGHTS, CODES)
def test_a_spread_adds_up_exactly_and_no_share_is_a_unit_off(total: Decimal, weights: list[Decimal], code: str) -> None:
    unit = money.currency(code)
    shares = money.spread(total, weights, unit)
    assert len(shares) == len(weights)
    assert money.exact_sum(shares) == total
    assert all(share == 0 or (share < 0) == (total < 0) for share in shares)
    whole = money.exact_sum(weights)
    if whole:
        for share, weight in zip(shares, weights, strict=True):
            # |share * whole - total * weight| < unit * whole, exactly
            off = money.exact_sum([money.exact_product(share, whole), money.exact_product(total, weight).copy_negate()])
            assert off.copy_abs() < money.exact_product(unit.minor_unit, whole)
    assert shares == money.spread(total, weights, unit)


def test_a_weight_of_the_other_sign_takes_from_the_whole() -> None:
    eur = money.currency("EUR")
    due = [Decimal("19.00"), Decimal("7.00"), Decimal("-9.50")]
    assert money.spread(Decimal("16.50"), due, eur) == due, "a deposit is returned on the same invoice"
    assert money.spread(Decimal("-16.50"), [amount.copy_negate() for amount in due], eur) == [
        amount.copy_negate() for amount in due
    ]
    assert money.spread(Decimal("0.10"), [Decimal(1), Decimal(-1)], eur) == [Decimal("0.05")] * 2, "they cancel out"


@given(AMOUNTS, st.lists(AMOUNTS, min_size=1, max_size=6), CODES)
def test_a_spread_over_weights_of_both_signs_adds_up(total: Decimal, weights: list[Decimal], code: str) -> None:
    unit = money.currency(code)
    shares = money.spread(total, weights, unit)
    assert money.exact_sum(shares) == total
    whole = money.exact_sum(weights)
    if whole:
        for share, weight in zip(shares, weights, strict=True):
            off = money.exact_sum([money.exact_product(share, whole), money.exact_product(total, weight).copy_negate()])
            assert off.copy_abs() < money.exact_product(unit.minor_unit, whole.copy_abs())


def test_a_spread_needs_a_weight() -> None:
    with pytest.raises(ValueError, match="at least one weight"):
        money.spread(Decimal(1), [], money.currency("EUR"))


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**30), max_value=10**30))
def test_plain_text_has_no_exponent_and_is_exact(amount: Decimal) -> None:
    for text in (money.plain(amount), money.canonical(amount)):
        assert "E" not in text
        assert text != "-0"
        assert Decimal(text) == amount


@given(st.decimals(places=6, min_value=-(10**20), max_value=10**20))
def test_json_shows_plain_exact_numbers(amount: Decimal) -> None:
    text = simplejson.dumps(money.json_number(amount), use_decimal=True)
    assert "E" not in text
    assert Decimal(text) == amount


def test_json_refuses_to_round() -> None:
    with pytest.raises(ValueError, match="closer to 0"):
        money.json_number(Decimal("0.0000001"))


@pytest.mark.parametrize("value", [1.5, True, None, "x", "NaN"])
def test_a_number_from_the_wire_is_never_a_float(value: object) -> None:
    with pytest.raises(Rejected, match="BuyQtyDue"):
        money.decimal(value, "BuyQtyDue")
    assert money.decimal("12.50", "BuyQtyDue") == Decimal("12.50")


@pytest.mark.parametrize(
    ("amount", "code", "shown"),
    [
        ("1234.5", "EUR", "1,234.50"),
        ("1200.00", "JPY", "1,200"),
        ("1E+3", "TND", "1,000.000"),
        ("-0.00", "EUR", "0.00"),
        ("0.005", "EUR", "0.005"),
        ("-7587.90", "quantity", "-7,587.9"),
        ("123456789012345678901234567890123.45", "EUR", "123,456,789,012,345,678,901,234,567,890,123.45"),
    ],
)
def test_for_a_person_in_minor_units_and_never_rounded(amount: str, code: str, shown: str) -> None:
    assert money.in_minor_units(Decimal(amount), code) == shown
