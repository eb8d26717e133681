"""What a run made counts as made, also where the answer was lost and a look-up alone tells (DESIGN, law 2)."""

from __future__ import annotations

from typing import Any

from pipeline.documents import Documents
from pipeline.driving import IN_ORDER, Product
from pipeline.world import World

from ifs_jaggaer.pipeline.tally import WRITTEN

CREATES = {
    "suppliers": (("ifs", r"SupplierInfoGeneralSet$"), ("jaggaer", r"companyprofiles$")),
    "gl-accounts": (("jaggaer", r"customfieldvalues$"),),
    "requisitions": (("jaggaer", r"requisitions$"),),
    "purchase-orders": (("jaggaer", r"purchaseorders$"),),
    "contracts": (("ifs", r"SupplierAgreementSet$"), ("ifs", r"SupplierAgreementPartSet$")),
    "receipts": (("ifs", r"PurchaseReceiptSet$"),),
    "invoices": (("ifs", r"\$batch$"),),
    "payments": (("jaggaer", r"payment$"),),
}


def made(product: Product) -> dict[str, Any]:
    """By sync: how many were created and updated, and what they amount to."""
    found = {}
    for sync in IN_ORDER:
        ran = product.run(sync)
        counts = ran.counts
        written = [line for line in ran.lines.values() if line.action in WRITTEN]
        found[sync] = counts.get("created", 0), counts.get("updated", 0), ran.result.amounts, len(written)
    return found


def test_a_lost_answer_changes_no_count(world: World, product: Product) -> None:
    Documents.make(world)
    made(product)
    Documents.make(world)
    expected = made(product)
    assert all(created + updated for created, updated, _, _ in expected.values()), expected
    for fault in ("drop_after_commit", "server_error_after_commit"):
        world.calm()
        documents = Documents.make(world)
        for writes in CREATES.values():
            for system, path in writes:
                world.fault(system, fault, method="POST", path=path, times=1)
        assert made(product) == expected, fault
        assert set(world.hits("ifs")) == set(world.hits("jaggaer")) == {1}, "every fault has struck"
        assert set(documents.there(world).values()) == {1}
