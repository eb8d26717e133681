"""The receipts of a manufacturer: whatever is shown stands in IFS once, or somebody is told why not."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from pipeline.driving import Product
from programs import Sandbox, sandbox_program

SEED = ("--seed", "9", "--suppliers", "40", "--orders", "200", "--invoices", "0")
BEFORE = ("suppliers", "gl-accounts", "purchase-orders")


def test_every_line_of_the_seed(tmp_path: Path) -> None:
    with sandbox_program(*SEED) as sandbox:
        product = Product(sandbox.settings(tmp_path))
        for sync in BEFORE:
            product.run(sync)
        planned = product.run("receipts", dry_run=True)
        ran = product.run("receipts")
        assert planned.result.counts == ran.result.counts
        assert ran.counts["created"] > 20
        _nothing_is_lost_nor_doubled(sandbox, product)
        _quantities_agree(sandbox)
        for _ in range(2):
            sandbox.reset_stats()
            product.run("purchase-orders")
            product.run("receipts")
            assert sandbox.writes() == {"ifs": 0, "jaggaer": 0}
            product.reset_watermarks()
        product.verify_audit()
        product.delete_store()
        for sync in BEFORE:
            product.run(sync)
        sandbox.reset_stats()
        product.run("receipts")
        assert sandbox.writes() == {"ifs": 0, "jaggaer": 0}
        _nothing_is_lost_nor_doubled(sandbox, product)


def _nothing_is_lost_nor_doubled(sandbox: Sandbox, product: Product) -> None:
    made = [row["ReceiptReference"] for row in sandbox.records("ifs", "PurchaseReceiptSet")]
    marks = [mark for mark in made if mark.startswith("JAG:")]
    assert len(set(marks)) == len(marks)
    told = defaultdict(set)
    for item in product.open_items("receipts"):
        told[item.key].add(item.field.partition(".")[0])
    expected = set()
    for record in sandbox.records("jaggaer", "receipts"):
        header = record["header"]
        fields = told[header["receiptId"]]
        lines = record["lineList"]["receiptLine"] if header["status"] == "Completed" else []
        for line in lines:
            if f"lines[{line['lineNumber']}]" not in fields:
                expected.add(f"JAG:{header['receiptId']}:{line['lineNumber']}")
        assert (header["exportStatus"] == "Exported") == (bool(lines) and not fields)
    assert expected == set(marks)


def _quantities_agree(sandbox: Sandbox) -> None:
    """What IFS counts as received of a line is what arrived of it."""
    arrived: defaultdict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    touched = set()
    for row in sandbox.records("ifs", "PurchaseReceiptSet"):
        key = (row["OrderNo"], row["LineNo"], row["ReleaseNo"])
        arrived[key] += Decimal(str(row["QtyArrived"]))
        if row["ReceiptReference"].startswith("JAG:"):
            touched.add(key)
    for row in sandbox.records("ifs", "PurchaseOrderLineSet"):
        key = (row["OrderNo"], row["LineNo"], row["ReleaseNo"])
        if key in touched:
            assert Decimal(str(row["QtyReceived"])) == arrived[key] <= Decimal(str(row["BuyQtyDue"]))
