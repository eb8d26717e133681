"""What comes to its end at the same moment is settled together, and apart where that fails."""

from __future__ import annotations

import asyncio
import uuid

from pipeline.driving import Product

from ifs_jaggaer.errors import SyncError
from ifs_jaggaer.pipeline.plan import Planned
from ifs_jaggaer.pipeline.request import Request
from ifs_jaggaer.pipeline.run import open_run
from ifs_jaggaer.pipeline.settling import Settling
from ifs_jaggaer.pipeline.wiring import open_wiring
from ifs_jaggaer.pipeline.write import Carried
from mapping.kinds import Action, Decision, Item, ItemKind


def decided(product: Product, reasons: dict[str, str]) -> list[bool | BaseException]:
    """Settles documents with an item each, all at once; says of each whether it was stale, or the error."""

    async def settled() -> list[bool | BaseException]:
        request = Request(sync="purchase-orders", run_id=str(uuid.uuid4()))
        async with open_wiring(product.settings) as wiring, open_run(wiring, request) as run:
            settling, now = Settling(run), wiring.store.now()
            planned = [
                Planned(
                    Decision(key, "", Action.NONE, items=(Item(ItemKind.HELD, "document", None, reason, "wait"),)),
                    (),
                    now,
                )
                for key, reason in reasons.items()
            ]
            ends = (settling.settle(each, Carried()) for each in planned)
            return await asyncio.gather(*ends, return_exceptions=True)

    return asyncio.run(settled())


def test_all_that_end_together_are_settled(product: Product) -> None:
    assert decided(product, {"together-1": "one", "together-2": "two"}) == [False, False]
    assert {"together-1", "together-2"} <= {item.key for item in product.open_items("purchase-orders")}


def test_one_that_the_store_cannot_hold_takes_nobody_with_it(product: Product) -> None:
    ends = decided(product, {"apart-1": "one", "apart-2": "half a pair: \ud800", "apart-3": "three"})
    assert any(isinstance(end, SyncError) for end in ends)
    keys = {item.key for item in product.open_items("purchase-orders")}
    assert {"apart-1", "apart-3"} <= keys
    assert "apart-2" not in keys
