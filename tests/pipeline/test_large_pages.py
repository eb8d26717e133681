"""A run of any size stays below Prefect's task limit: pages grow, and are read and decided in parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline.driving import Product
from pipeline.world import World

from ifs_jaggaer.pipeline.pages import LARGEST, MOST, ROOM, size_of

MOST_TASKS = 300
TASKS_OF_A_PAGE = 3


def test_a_million_rows_fit_in_one_run() -> None:
    assert ROOM * TASKS_OF_A_PAGE < MOST_TASKS
    assert sum(size_of(number, 100) for number in range(1, ROOM + 1)) > 1_000_000


@given(st.integers(1, 10_000), st.integers(1, LARGEST))
def test_pages_never_shrink_and_have_a_bound(number: int, smallest: int) -> None:
    assert smallest <= size_of(number, smallest) <= size_of(number + 1, smallest) <= MOST
    assert size_of(number, smallest, LARGEST) <= LARGEST


@pytest.mark.parametrize("asked", [{}, {"sweep": True}], ids=str)
def test_a_page_beyond_one_request(
    asked: dict[str, bool], monkeypatch: pytest.MonkeyPatch, world: World, product: Product
) -> None:
    """Read two rows at a time, decided two documents at a time, settled as one page."""
    product.run("gl-accounts")
    supplier = world.supplier()
    product.run("suppliers")
    orders = [world.order(supplier) for _ in range(7)]
    for module in ("poll", "stages"):
        monkeypatch.setattr(f"ifs_jaggaer.pipeline.{module}.LARGEST", 2)
    ran = product.run("purchase-orders", page_size=5, dry_run=True, **asked)
    assert ran.counts == {"created": 7}
    ran = product.run("purchase-orders", page_size=5, **asked)
    assert ran.counts == {"created": 7}
    assert [len(world.orders_there(order)) for order in orders] == [1] * 7
    world.calm()
    product.run("purchase-orders", page_size=5, **asked)
    assert world.writes() == {"ifs": 0, "jaggaer": 0}
