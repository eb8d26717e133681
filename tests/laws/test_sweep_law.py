"""Laws 1, 2 and 4 for a set that does not say when its rows changed, whatever breaks off meanwhile."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from laws.test_any_instruction import dying
from pipeline.driving import Product
from pipeline.sweeping_tenant import LINES, LONG_AGO, SHARES, change_line, line_key, lines_there, profile_of
from pipeline.world import World

ORDERS = 3


@dataclass(frozen=True)
class Step:
    """Something that happens to an order's line, or a run: to its end, stopped by an outage, or killed."""

    what: Literal["change", "add", "remove", "run", "outage", "kill"]
    order: int
    number: int


steps = st.lists(
    st.builds(
        Step,
        st.sampled_from(["change", "add", "remove", "change", "run", "outage", "kill"]),
        st.integers(0, ORDERS - 1),
        st.integers(1, 25),
    ),
    min_size=3,
    max_size=10,
)


@pytest.fixture(scope="module")
def sweeping(small_world: World, product: Product, tmp_path_factory: pytest.TempPathFactory) -> Product:
    file = profile_of(tmp_path_factory.mktemp("profile"), LINES, SHARES)
    file.write_text("[limits]\nbrake_least = 10000\n" + file.read_text())
    product.run("gl-accounts")
    return product.with_settings(PROFILE=file)


@pytest.fixture(scope="module")
def supplier(small_world: World, sweeping: Product) -> str:
    number = small_world.supplier()
    sweeping.run("suppliers")
    return number


@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@example(doing=[Step("run", 0, 1), Step("change", 0, 1), Step("outage", 0, 6)], asked={"page_size": 1})
@example(doing=[Step("add", 1, 1), Step("run", 0, 1), Step("remove", 1, 1), Step("kill", 0, 9)], asked={})
@given(
    doing=steps, asked=st.fixed_dictionaries({"page_size": st.sampled_from([1, 2, 5, None]), "sweep": st.booleans()})
)
def test_jaggaer_has_what_ifs_has_after_the_next_run(
    doing: list[Step], asked: dict[str, Any], world: World, supplier: str, sweeping: Product
) -> None:
    orders = [world.order(supplier) for _ in range(ORDERS)]
    lines: list[dict[int, int]] = [{1: 10} for _ in orders]
    for step in doing:
        order, there = orders[step.order], lines[step.order]
        if step.what in {"change", "add", "remove"}:
            happen(world, order, there, step)
        else:
            broken(world, step, lambda: sweeping.attempt("purchase-orders", **asked))
    sweeping.run("purchase-orders", **asked)
    for order, there in zip(orders, lines, strict=True):
        assert len(world.orders_there(order)) == 1
        assert {quantity for quantity, status in lines_there(world, order) if status == "Open"} == {*there.values()}
    assert not sweeping.open_items()
    world.calm()
    sweeping.run("purchase-orders", sweep=True)
    assert world.writes() == {"ifs": 0, "jaggaer": 0}


def happen(world: World, order: str, there: dict[int, int], step: Step) -> None:
    """Each line has a quantity of its own, by which it is known again."""
    last, quantity = max(there), max(there.values()) + 1
    if step.what == "add":
        world.line(order, str(last + 1), BuyQtyDue=quantity, LastModifiedDate=LONG_AGO)
        there[last + 1] = quantity
    elif step.what == "change":
        change_line(world, order, str(last), BuyQtyDue=quantity)
        there[last] = quantity
    elif len(there) > 1:
        world.remove("ifs", "PurchaseOrderLineSet", line_key(order, str(min(there))))
        del there[min(there)]


def broken(world: World, step: Step, run: Callable[[], object]) -> None:
    if step.what == "outage":
        if step.number % 2:
            world.fault("ifs", "html_503", method="GET", skip=step.number, times=100)
        else:
            world.fault("jaggaer", "html_503", skip=step.number % 6, times=100)
        run()
    elif step.what == "kill":
        with dying(step.number) as death:
            try:
                run()
            except BaseException:  # noqa: BLE001 - a death, or a group of them
                assert death.came
    else:
        run()
    world.calm()
