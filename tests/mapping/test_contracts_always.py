"""What holds for every contract, whatever its lines are and whoever edits what (laws 1, 4, 5, 9, 11)."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from contracts_world import PUT_BACK, World, price
from hypothesis import given
from hypothesis import strategies as st

from connectors.wire import Row
from mapping.contracts.model import terms_of
from mapping.kinds import Action

PARTS = st.sampled_from(["a", "b", "c/1", "d|2"])
DAYS = st.sampled_from(["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z", None])
DEFECTS: tuple[dict[str, Any], ...] = (
    {"unitOfMeasure": "PF"},
    {"unitOfMeasure": None},
    {"unitPrice": None},
    {"unitPrice": {"currency": "USD", "value": Decimal(1)}},
    {"unitPrice": {"currency": "EUR", "value": "cheap"}},
    {"minQuantity": Decimal(-1)},
    {"minQuantity": [Decimal(1)]},
    {"itemCode": None},
    {"itemCode": {"x": "y"}},
    {"discountPercent": Decimal("1e50")},
    {"validTo": "2020-01-01T00:00:00.000Z"},
)


@st.composite
def prices(draw: st.DrawFn) -> dict[str, Any]:
    told = price(
        draw(PARTS),
        draw(st.integers(0, 2)),
        str(draw(st.decimals("0", "99999", places=draw(st.integers(0, 6))))),
        discountPercent=draw(st.none() | st.decimals("0", "100", places=1)),
        leadTimeDays=draw(st.none() | st.integers(0, 90)),
        validFrom=draw(DAYS),
        validTo=draw(st.sampled_from(["2026-12-31T00:00:00.000Z", "2026-02-10T00:00:00.000Z", None])),
    )
    defect = draw(st.none() | st.sampled_from(DEFECTS))
    return {name: value for name, value in {**told, **(defect or {})}.items() if value is not None}


LISTS = st.lists(prices(), min_size=1, max_size=6)


@given(LISTS)
def test_every_line_is_one_row_or_in_one_item(listed: list[dict[str, Any]]) -> None:
    world = World.of(*listed)
    decision = world.run()
    assert world.contract is not None
    terms = terms_of(Row("contracts", ("CW-1",), world.contract), world.profile)
    twice = [line.fault.message for line in terms.bad if line.fault.message.startswith("lines ")]
    together = sum(message.partition(" are of ")[0].count(" and ") + 1 for message in twice)
    assert len(world.prices) == len(terms.lines)
    assert len(terms.lines) + len(terms.bad) - len(twice) + together == len(listed)
    assert len({item.field for item in decision.items}) == len(terms.bad), "each has an item of its own"
    assert all(item.reason and item.remedy for item in decision.items)


@given(LISTS, st.booleans())
def test_what_was_carried_rests(listed: list[dict[str, Any]], lost: bool) -> None:
    world = World.of(*listed)
    first = world.run()
    if lost:
        world.lose_the_store()
    again = world.run()
    assert world.written == []
    assert again.items == first.items
    assert again.action is (Action.NONE if again.items else Action.SKIP)


EDITS: tuple[dict[str, Any], ...] = (
    {"Price": Decimal(77)},
    {"ValidUntil": "2027-05-05"},
    {"ValidUntil": None},
    {"LeadTime": None},
    {"PriceUnitMeas": "KG", "Discount": Decimal(50)},
)


def _edit(world: World, number: int, edit: dict[str, Any]) -> None:
    rows = len(world.prices)
    if rows:
        world.edit("agreement_price", number % rows, **edit)


@given(
    LISTS,
    st.lists(st.tuples(LISTS, st.lists(st.tuples(st.integers(0, 9), st.sampled_from(EDITS)), max_size=2)), max_size=3),
    st.booleans(),
)
def test_after_any_changes_all_rows_agree_or_an_item_names_them(
    listed: list[dict[str, Any]],
    story: list[tuple[list[dict[str, Any]], list[tuple[int, dict[str, Any]]]]],
    put_back: bool,
) -> None:
    """No row is ever deleted; what is no longer listed is over, or named."""
    world = World.of(*listed, profile=PUT_BACK if put_back else World.of().profile)
    world.run()
    for later, edits in story:
        before = set(world.prices)
        assert world.contract is not None
        world.contract["priceList"] = {"price": later}
        for number, edit in edits:
            _edit(world, number, edit)
        decision = world.run()
        assert set(world.prices) >= before
        _agrees_or_is_named(world, [item.field for item in decision.items])
        assert world.run().items == decision.items
        assert world.written == []


def _agrees_or_is_named(world: World, named: list[str]) -> None:
    assert world.contract is not None
    terms = terms_of(Row("contracts", ("CW-1",), world.contract), world.profile)
    stated = {(line.key.part, line.key.quantity, line.key.valid_from): line for line in terms.lines}
    nameless = any(line.part is None for line in terms.bad)
    vague = {line.part for line in terms.bad}
    is_named: Callable[[str, str], bool] = lambda part, quantity: any(  # noqa: E731
        field.startswith((f"prices[{part}/{quantity}]", f"prices[{part}/{quantity}/")) for field in named
    )
    for key, row in world.prices.items():
        if is_named(key[0], key[1]):
            continue
        if key in stated:
            assert row["Price"] == Decimal(stated[key].values["Price"] or 0)
            assert row["ValidUntil"] == stated[key].values["ValidUntil"]
            assert row["PriceUnitMeas"] == stated[key].values["PriceUnitMeas"]
        elif not (nameless or key[0] in vague):
            assert row["ValidUntil"] is not None
            assert row["ValidUntil"] < world.as_of.isoformat()
    for key in stated:
        assert key in world.prices or is_named(key[0], key[1])
