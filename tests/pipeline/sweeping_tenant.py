"""Tenants whose sets do not say when they changed, and how their order lines are changed so that nothing tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pipeline.driving import Product
from pipeline.world import World

LINES, SHARES = "purchase_order_line", "pre_accounting"
LONG_AGO = "2001-01-01T00:00:00Z"


def profile_of(folder: Path, *sets: str) -> Path:
    """A profile in which these sets have no change time."""
    file = folder / "profile.toml"
    file.write_text(
        "".join(
            f'[ifs.sets.{name}]\nstrategy = "sweep"\n[ifs.sets.{name}.attributes]\nLastModifiedDate = "absent"\n'
            for name in sets
        )
    )
    return file


def line_key(order: str, number: str = "1") -> dict[str, str]:
    return {"OrderNo": order, "LineNo": number, "ReleaseNo": "1"}


def change_line(world: World, order: str, number: str = "1", **values: Any) -> None:
    """A change that no change time shows."""
    world.change("ifs", "PurchaseOrderLineSet", line_key(order, number), values | {"LastModifiedDate": LONG_AGO})


def lines_there(world: World, order: str) -> list[tuple[int, str]]:
    """Quantity and status of each line at JAGGAER."""
    [record] = world.orders_there(order)
    return [(int(line["quantity"]), line["status"]) for line in record["lineList"]["poLine"]]


def state(product: Product) -> dict[str, Any]:
    """What a run may leave behind in the store, without the record of the run itself."""
    without = [name for name in product.tables() if name.startswith("audit")]
    return product.tables(without=[*without, "run", "bucket"])
