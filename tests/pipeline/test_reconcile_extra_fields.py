"""Extra fields are compared like all others: what somebody alters of one at the target is found and named."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from pipeline.deals import Deals
from pipeline.driving import Product
from pipeline.extra_fields import PROFILE, Own, custom, tune
from pipeline.invoicing import with_profile
from pipeline.world import World

from ifs_jaggaer.pipeline.reconcile.course import Asked, Report
from ifs_jaggaer.pipeline.reconcile.run import reconcile


def differences(product: Product) -> dict[tuple[str, str], tuple[str | None, str | None, str]]:
    """By kind and field: what IFS says, what JAGGAER says, the cause."""
    report = asyncio.run(reconcile(product.settings, Asked("extra", "test")))
    assert isinstance(report, Report)
    found = (one for kind in report.kinds for one in kind.differences)
    return {
        (one.sync, one.field): (
            *((one.source, one.target) if one.target_system == "jaggaer" else (one.target, one.source)),
            str(one.cause),
        )
        for one in found
    }


def test_each_of_them(small_world: World, product: Product, tmp_path: Path) -> None:
    world = small_world
    tune(world)
    own = with_profile(product, tmp_path, PROFILE)
    supplier = world.supplier()
    own.run_all()
    made = Own.make(world, supplier)
    own.run_all()
    own.run_all()
    assert differences(own) == {}
    (order,) = world.orders_there(made.order)
    line: dict[str, Any] = order["lineList"]["poLine"][0]
    line["item"]["weight"] = 9
    key = {"poId": order["header"]["poId"]}
    world.change("jaggaer", "purchaseorders", key, {"header": custom(Incoterm_Code="Free carrier")})
    world.change("jaggaer", "purchaseorders", key, {"lineList": {"poLine": [line]}})
    world.change("jaggaer", "requisitions", {"requisitionNumber": made.requisition}, {"header": {"reason": "anders"}})
    (proposal,) = world.proposals(made.invoice)
    key = {name: proposal[name] for name in ("Company", "ProposalId")}
    world.change("ifs", "PostingProposalHeadSet", key, {"Cf_Approver": "GNOWAK"})
    world.change("ifs", "PostingProposalLineSet", key | {"RowNo": 1}, {"Cf_Asset": False})
    agreement = Deals(world).agreement(made.contract)
    world.change("ifs", "SupplierAgreementSet", {"AgreementId": agreement["AgreementId"]}, {"Cf_Incoterm": "FCA"})
    (receipt,) = (
        r for r in world.records("ifs", "PurchaseReceiptSet") if r["ReceiptReference"] == f"JAG:{made.receipt}:1"
    )
    world.change("ifs", "PurchaseReceiptSet", {"ReceiptSequence": receipt["ReceiptSequence"]}, {"Cf_Slip": "LS-9"})
    found = differences(own)
    assert {name: told[:2] for name, told in found.items() if name[0] not in {"contracts", "receipts"}} == {
        ("requisitions", "header.extra.reason"): ("Ersatz", "anders"),
        ("purchase-orders", "header.extra.incoterm"): ("Delivered", "Free carrier"),
        ("purchase-orders", "lines[1-1].extra.weight"): ("1.5", "9"),
        ("invoices", "extra.approver"): ("GNOWAK", "AKLEIN"),
        ("invoices", "lines.extra.asset"): ("false", "true"),
    }
    assert {name for name in found if name[0] in {"contracts", "receipts"}} == {
        ("contracts", "extra.incoterm"),
        ("receipts", "lines[1].extra.slip"),
    }
    assert {cause for *_, cause in found.values()} <= {"unexplained", "conflict"}
    world.change("ifs", "PostingProposalHeadSet", key, {"Cf_Approver": "AKLEIN"})
    world.change("ifs", "PostingProposalLineSet", key | {"RowNo": 1}, {"Cf_Asset": True})
    assert not [field for kind, field in differences(own) if kind == "invoices"]
