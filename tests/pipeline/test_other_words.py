"""A tenant that calls things differently: units, terms, states, an attribute; what arrives is the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline.documents import receipt_of
from pipeline.driving import Product
from pipeline.invoicing import bill, line, with_profile
from pipeline.world import World

PROFILE = """
[maps.unit.values]
PCS = "Stk"
[maps.payment_terms.values]
30 = "30 days net"
[jaggaer.words.invoice]
Payable = "ReadyToPay"
[jaggaer.words.receipt]
Completed = "Arrived"
Receive = "Wareneingang"
[ifs.sets.purchase_order.renames]
NoteText = "Cf_BuyerNote"
"""


@pytest.fixture
def own(product: Product, small_world: World, tmp_path: Path) -> Iterator[Product]:
    small_world.tune("ifs", custom_attributes=["PurchaseOrderSet.Cf_BuyerNote"])
    yield with_profile(product, tmp_path, PROFILE)
    small_world.tune("ifs", custom_attributes=[])


def test_words_of_another_tenant(own: Product, world: World) -> None:
    supplier = world.supplier()
    for sync in ("suppliers", "gl-accounts"):
        own.run(sync)
    order = world.order(supplier, Cf_BuyerNote="eilt", NoteText="no note of ours")
    receipt = receipt_of(world, order)
    (record,) = (one for one in world.records("jaggaer", "receipts") if one["header"]["receiptId"] == receipt)
    arrived = [each | {"unitOfMeasure": "Stk", "type": "Wareneingang"} for each in record["lineList"]["receiptLine"]]
    words = {"header": {"status": "Arrived"}, "lineList": {"receiptLine": arrived}}
    world.change("jaggaer", "receipts", {"receiptId": receipt}, words)
    invoice = bill(
        world,
        supplier,
        line("4", "12.50", order=order, item={"unitOfMeasure": {"dimension": "Stk"}}),
        total="59.50",
        paymentStatus="ReadyToPay",
    )
    own.run_all()
    assert not own.open_items()
    [there] = world.orders_there(order)
    assert there["header"]["note"] == "eilt"
    assert there["header"]["terms"] == {"standardPaymentTermsCode": "30 days net"}
    assert there["lineList"]["poLine"][0]["item"]["unitOfMeasure"] == {"dimension": "Stk"}
    rows = world.records("ifs", "PurchaseReceiptSet")
    assert [row["Uom"] for row in rows if row["ReceiptReference"] == f"JAG:{receipt}:1"] == ["PCS"]
    assert len(world.proposals(invoice)) == 1
    world.calm()
    own.run_all(since=own.settings.start_from)
    assert world.writes() == {"ifs": 0, "jaggaer": 0}
