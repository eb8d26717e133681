"""Law 2: one document there is one document here, whatever becomes of the request that makes it.

Each fault strikes one request of each kind of creation; which document it meets is left to chance.
"""

from __future__ import annotations

import time

import pytest
from pipeline.documents import Documents
from pipeline.driving import IN_ORDER, Product
from pipeline.world import World

CREATIONS = {
    "ifs": (
        r"SupplierInfoGeneralSet$",
        r"SupplierInfoAddressSet$",
        r"IdentityInvoiceInfoSet$",
        r"SupplierAgreementSet$",
        r"SupplierAgreementPartSet$",
        r"PurchaseReceiptSet$",
        r"\$batch$",
    ),
    "jaggaer": (
        r"companyprofiles$",
        r"requisitions$",
        r"purchaseorders$",
        r"receipts/\d+/exportstatus$",
        r"invoices/\d+/exportstatus$",
        r"/payment$",
    ),
}
CHANGES = {
    ("ifs", "PATCH"): (
        r"SupplierInfoGeneralSet\(",
        r"PurchaseOrderSet\(",
        r"PurchaseOrderLineSet\(",
        r"SupplierAgreementPartSet\(",
    ),
    ("ifs", "POST"): (r"PurchaseReceipt_Cancel$",),
    ("jaggaer", "POST"): (r"companyprofiles$", r"purchaseorders$", r"requisitions$"),
}
TOGETHER = r"customfieldvalues$"
"""All values go in one request, which one fault is enough for."""

AFTER = (
    "timeout_after_commit",
    "drop_after_commit",
    "server_error_after_commit",
    "drop_mid_answer",
    "truncated_json",
    "late_commit",
)
BEFORE = ("timeout_before_commit", "drop_before_commit", "html_502", "html_503", "html_504", "html_200")
PASSING = {
    "ifs": ("throttle", "expire_tokens", "mi_modified", "locked", "duplicate_after_commit"),
    "jaggaer": ("throttle", "expire_tokens", "busy", "warnings", "hidden_duplicate"),
}
SECONDS = {"timeout_after_commit": 2, "timeout_before_commit": 2, "late_commit": 1, "throttle": 1}
MOST_RUNS = 6


def run_until_settled(product: Product) -> None:
    """Runs until all went through, and nothing waits for a time to pass."""
    for _ in range(MOST_RUNS):
        errors = [product.attempt(sync).error for sync in IN_ORDER]
        if not any(errors) and not product.open_items():
            return
        time.sleep(1)


def arm(world: World, system: str, fault: str, path: str, method: str = "POST") -> None:
    args = {"seconds": SECONDS[fault]} if fault in SECONDS else {}
    world.fault(system, fault, method=method, path=path, args=args)


def test_without_faults(world: World, product: Product) -> None:
    documents = Documents.make(world)
    product.run_all()
    assert set(documents.there(world).values()) == {1}
    assert not product.open_items()


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param({"ifs": AFTER, "jaggaer": AFTER}, id="after"),
        pytest.param({"ifs": BEFORE, "jaggaer": BEFORE}, id="before"),
        pytest.param(PASSING, id="passing"),
    ],
)
def test_creations_struck_by(faults: dict[str, tuple[str, ...]], world: World, product: Product) -> None:
    world.tune("ifs", enforce_invoice_no=False)  # nothing but the look-up guards against a second proposal
    every = [Documents.make(world) for _ in range(6)]
    for system, paths in CREATIONS.items():
        for path in paths:
            for fault in faults[system]:
                arm(world, system, fault, path)
    arm(world, "jaggaer", faults["jaggaer"][0], TOGETHER)
    run_until_settled(product)
    for documents in every:
        there = documents.there(world)
        assert there == dict.fromkeys(there, 1)
    assert {hits for system in CREATIONS for hits in world.hits(system)} == {1}, "every fault has struck"
    assert not product.open_items()
    product.verify_audit()


def test_an_empty_look_up_proves_nothing_while_the_server_may_still_be_at_work(world: World, product: Product) -> None:
    """The answer is a 504, and the work is done a second later; nothing else delays the look-up here."""
    world.tune("ifs", enforce_invoice_no=False)
    supplier = world.supplier()
    product.run("suppliers")
    invoice, bravo = world.invoice(supplier), world.company()
    for path in (r"\$batch$", r"SupplierInfoGeneralSet$"):
        arm(world, "ifs", "late_commit", path)
    began = time.monotonic()
    run_until_settled(product)
    time.sleep(max(0.0, 2 - (time.monotonic() - began)))
    assert len(world.proposals(invoice)) == 1
    assert sum(row["Cf_JaggaerId"] == bravo for row in world.records("ifs", "SupplierInfoGeneralSet")) == 1
    assert world.hits("ifs") == [1, 1]
    assert not product.open_items()


@pytest.mark.parametrize(
    "faults",
    [
        pytest.param(
            ("timeout_after_commit", "server_error_after_commit", "truncated_json", "late_commit"), id="after"
        ),
        pytest.param(("timeout_before_commit", "html_503", "html_200"), id="before"),
    ],
)
def test_changes_struck_by(faults: tuple[str, ...], world: World, product: Product) -> None:
    """Of every kind, on either side: each is made once, and every one arrives."""
    every = [Documents.make(world) for _ in faults]
    product.run_all()
    assert not product.open_items()
    for turn, documents in enumerate(every):
        documents.change(world, turn)
    world.calm()
    for fault in faults:
        for (system, method), paths in CHANGES.items():
            for path in paths:
                arm(world, system, fault, path, method)
    run_until_settled(product)
    for turn, documents in enumerate(every):
        changed = documents.changed(world, turn)
        assert changed == dict.fromkeys(changed, True)
        there = documents.there(world)
        assert there == dict.fromkeys(there, 1)
    assert {hits for system in CREATIONS for hits in world.hits(system)} == {1}, "every fault has struck"
    assert not product.open_items()
    product.verify_audit()
