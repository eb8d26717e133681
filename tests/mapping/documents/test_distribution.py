from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows import line, share

from connectors.ifs.models import PreAccounting, PurchaseOrderLine, read
from connectors.jaggaer.orders import OrderLine
from ifs_jaggaer.errors import Rejected
from mapping.distribution import (
    Distribution,
    Share,
    divide_net,
    divide_quantity,
    from_jaggaer,
    of_order_line,
    to_jaggaer,
    whole,
)
from mapping.money import Currency

EUR = Currency("EUR", 2)
ROW = read(PurchaseOrderLine, line(PreAccountingId=77, CodeA=None, CodeB=None))


def shares(*percents: str) -> list[PreAccounting]:
    return [read(PreAccounting, share(at, percent, f"40{at}0")) for at, percent in enumerate(percents, 1)]


def read_back(distribution: Distribution) -> Distribution | None:
    one = OrderLine.model_validate({"lineNumber": "1", "splittableFieldSetGroupList": to_jaggaer(distribution)})
    return from_jaggaer(one.split_groups, lambda _: True)


@pytest.mark.parametrize("percents", [("100",), ("33.33", "33.33", "33.34"), ("12.5", "87.5")])
def test_there_and_back(percents: tuple[str, ...]) -> None:
    made = of_order_line(ROW, shares(*percents))
    assert made
    assert [str(one.weight) for one in made.shares] == list(percents)
    assert read_back(made) == made


@pytest.mark.parametrize("percents", [("99.99",), ("50", "50.01"), ("33.33", "33.33")])
def test_percents_add_up(percents: tuple[str, ...]) -> None:
    with pytest.raises(Rejected, match="add up"):
        of_order_line(ROW, shares(*percents))


def test_nothing_stated_is_nothing() -> None:
    assert of_order_line(read(PurchaseOrderLine, line(CodeA=None, CodeB=None)), []) is None


def test_a_percent_finer_than_six_decimals_is_not_rounded_away() -> None:
    with pytest.raises(Rejected, match="six decimals"):
        of_order_line(ROW, shares("33.3333333", "66.6666667"))


def test_two_groups_of_one_share_each_are_one_place() -> None:
    group = to_jaggaer(whole(("Account", "4010")))["splittableFieldSetGroup"]
    other = to_jaggaer(whole(("CostCenter", "1100")))["splittableFieldSetGroup"]
    both = {"splittableFieldSetGroup": [*group, *other]}  # type: ignore[misc]
    one = OrderLine.model_validate({"lineNumber": "1", "splittableFieldSetGroupList": both})
    assert from_jaggaer(one.split_groups, lambda _: True) == whole(("Account", "4010"), ("CostCenter", "1100"))
    split = to_jaggaer(Distribution((Share(Decimal(50), (("X", "1"),)), Share(Decimal(50), (("X", "2"),)))))
    both = {"splittableFieldSetGroup": [*group, *split["splittableFieldSetGroup"]]}  # type: ignore[misc]
    one = OrderLine.model_validate({"lineNumber": "1", "splittableFieldSetGroupList": both})
    with pytest.raises(Rejected, match="more than one group"):
        from_jaggaer(one.split_groups, lambda _: True)


def test_a_share_of_several_states_its_value() -> None:
    index_set = {"splittableFieldIndexList": {"splittableFieldIndex": [_bare("1"), _bare("2")]}}
    group = {"splittableFieldSetGroup": [{"splittableFieldIndexSet": [index_set]}]}
    one = OrderLine.model_validate({"lineNumber": "1", "splittableFieldSetGroupList": group})
    with pytest.raises(Rejected, match="states no value"):
        from_jaggaer(one.split_groups, lambda _: True)


def _bare(value: str) -> dict[str, object]:
    return {"customFieldValueList": {"customFieldValue": [{"internalName": "X", "value": value}]}}


WEIGHTS = st.lists(st.integers(1, 9999), min_size=1, max_size=6)
CENTS = st.integers(-(10**9), 10**9).map(lambda cents: Decimal(cents).scaleb(-2))


@given(WEIGHTS, CENTS, CENTS)
def test_shares_of_an_amount_are_the_amount(weights: list[int], net: Decimal, more: Decimal) -> None:
    made = Distribution(tuple(Share(Decimal(weight), ()) for weight in weights))
    assert sum(divide_net(net, more, made, EUR)) == net + more


@given(st.lists(CENTS, min_size=1, max_size=6), CENTS)
def test_stated_amounts_stay_and_carry_the_rest(amounts: list[Decimal], more: Decimal) -> None:
    made = Distribution(tuple(Share(amount, ()) for amount in amounts), by_amount=True)
    net = sum(amounts, Decimal(0))
    assert sum(divide_net(net, more, made, EUR)) == net + more
    assert divide_net(net, Decimal(0), made, EUR) == amounts
    with pytest.raises(Rejected, match="add up"):
        divide_net(net + 1, more, made, EUR)


@given(WEIGHTS, st.decimals(-(10**6), 10**6, places=4))
def test_shares_of_a_quantity_are_the_quantity(weights: list[int], quantity: Decimal) -> None:
    made = Distribution(tuple(Share(Decimal(weight), ()) for weight in weights))
    assert sum(divide_quantity(quantity, made)) == quantity
