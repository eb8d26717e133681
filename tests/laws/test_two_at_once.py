"""Laws 1 and 2: two runs of one sync at the same time, in two processes, on one store."""

from __future__ import annotations

import json
import threading
from contextlib import ExitStack
from functools import partial

import pytest
from pipeline.documents import Documents
from pipeline.driving import IN_ORDER, Product, in_a_process
from pipeline.world import World


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def shared(request: pytest.FixtureRequest, product: Product) -> Product:
    """The product on a store of its own on either database."""
    if request.param == "sqlite":
        return product.with_settings(CONNECTION="together")
    return product.with_settings(STORE__URL=request.getfixturevalue("postgres"))


def test_nothing_is_doubled_and_no_watermark_lost(shared: Product, world: World) -> None:
    every = [Documents.make(world) for _ in range(4)]
    with ExitStack() as stack:
        racers = [stack.enter_context(in_a_process(shared, *IN_ORDER, wait=True)) for _ in range(2)]
        for racer in racers:
            assert racer.stdin
            racer.stdin.write("go\n")
            racer.stdin.flush()
        ends = [racer.communicate(timeout=120)[0].splitlines() for racer in racers]
    results = [json.loads(line) for end in ends for line in end]
    assert [result["error"] for result in results] == [""] * 2 * len(IN_ORDER)
    between = shared.watermarks()
    shared.run_all()
    for documents in every:
        there = documents.there(world)
        assert there == dict.fromkeys(there, 1)
        assert world.orders_there(documents.order)[0]["header"]["revisionNumber"] == 0
    assert not shared.open_items()
    after = shared.watermarks()
    assert all(after[leg] >= mark for leg, mark in between.items())
    latest = max(row["LastModifiedDate"] for row in world.records("ifs", "SupplierInfoGeneralSet"))
    assert after["suppliers", "ifs.supplier_general"] == latest
    shared.verify_audit()


def test_a_plan_that_another_run_was_faster_with_writes_nothing(product: Product, world: World) -> None:
    """One run decides; before it writes, another one decides, writes and settles the same, creations and changes."""
    documents = Documents.make(world)
    for sync in IN_ORDER:
        slow = product.run(sync, meanwhile=partial(_at_the_same_time, product, sync))
        written = [ran.result.counts.created + ran.result.counts.updated for ran in (slow, product.runs[-2])]
        assert written[0] == 0, sync
        assert written[1] > 0, sync
    there = documents.there(world)
    assert there == dict.fromkeys(there, 1)
    for system in ("ifs", "jaggaer"):
        sent = [(entry["method"], entry["path"], entry["body"]) for entry in world.sent(system)]
        assert len(sent) == len(set(sent)), "nothing is sent twice"
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": documents.order}, {"NoteText": "eilt"})
    product.run("purchase-orders", meanwhile=partial(_at_the_same_time, product, "purchase-orders"))
    header = world.orders_there(documents.order)[0]["header"]
    assert (header["note"], header["revisionNumber"]) == ("eilt", 1)
    assert not product.open_items()


def _at_the_same_time(product: Product, sync: str) -> None:
    """Another run, in a thread: this one's event loop is busy."""
    other = threading.Thread(target=lambda: product.run(sync))
    other.start()
    other.join(60)
