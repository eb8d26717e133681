"""Requisitions over real HTTP: one at JAGGAER for each that is released, whatever fails in between."""

from __future__ import annotations

import json
import time
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pipeline.driving import Product, in_a_process
from pipeline.world import DAY, World
from programs import Sandbox, sandbox_program

MOST_SECONDS = 30
NOTHING = {"ifs": 0, "jaggaer": 0}
HEAD, LINE = "PurchaseRequisitionSet", "PurchaseReqLineSet"


@pytest.fixture(scope="module")
def supplier(small_world: World, product: Product) -> str:
    product.run("gl-accounts")
    number: str = small_world.supplier()
    product.run("suppliers")
    return number


def requisition(world: World, supplier: str, lines: int = 1, **values: Any) -> str:
    """A released requisition of ten pieces a line; gives its number."""
    number: str = world.number("Q")
    told = {"RequisitionerCode": "GNOWAK", "Contract": "101", "RequisitionDate": DAY, "Objstate": "Released"}
    world.ifs(HEAD, RequisitionNo=number, **told | values)
    for at in range(1, lines + 1):
        line(world, number, str(at), VendorNo=supplier)
    return number


def line(world: World, number: str, at: str, **values: Any) -> None:
    told = {
        "PartNo": "69-1",
        "Description": "Öse",
        "OriginalQty": 10,
        "UnitMeas": "PCS",
        "EstimatedPrice": "12.50",
        "CurrencyCode": "EUR",
        "WantedReceiptDate": "2026-03-01",
        "CodeA": "4010",
        "CodeB": "CC1",
        "Objstate": "Released",
    }
    world.ifs(LINE, RequisitionNo=number, LineNo=at, ReleaseNo="1", **told | values)


def change(world: World, number: str, **values: Any) -> None:
    world.change("ifs", HEAD, {"RequisitionNo": number}, values)


def change_line(world: World, number: str, at: str = "1", **values: Any) -> None:
    world.change("ifs", LINE, {"RequisitionNo": number, "LineNo": at, "ReleaseNo": "1"}, values)


def there(world: World, number: str) -> dict[str, Any]:
    """JAGGAER's requisition of that number; there is one."""
    records = [r for r in world.records("jaggaer", "requisitions") if r["header"]["requisitionNumber"] == number]
    (record,) = records
    return dict(record)


def lines_there(world: World, number: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = there(world, number)["lineList"]["requisitionLine"]
    return found


def at_rest(world: World, product: Product) -> None:
    """Neither this run nor one after all watermarks were reset writes anything, in any direction."""
    for reset in (False, True):
        if reset:
            product.reset_watermarks()
        world.calm()
        product.run("requisitions")
        assert world.writes() == NOTHING


def test_from_release_to_order(supplier: str, world: World, product: Product) -> None:
    """As a planner would: planned, released, changed, ordered."""
    number = requisition(world, supplier, lines=2, Objstate="Planned")
    world.calm()
    assert product.run("requisitions").lines[number].action == "out of scope"
    change(world, number, Objstate="Released")
    dry = product.run("requisitions", dry_run=True)
    assert world.writes() == NOTHING
    ran = product.run("requisitions")
    assert (dry.lines[number], dry.counts, dry.result.amounts) == (ran.lines[number], ran.counts, ran.result.amounts)
    assert ran.result.amounts == {"EUR": Decimal("250.00")}
    header = there(world, number)["header"]
    assert (header["status"], header["revisionNumber"], header["businessUnit"]["internalName"]) == ("Pending", 0, "10")
    assert header["externalReference"].startswith(f"IFS:{number}:0:")
    assert [each["preferredSupplier"]["supplierNumber"] for each in lines_there(world, number)] == [supplier] * 2
    change_line(world, number, "2", OriginalQty=12)
    product.run("requisitions")
    assert there(world, number)["header"]["revisionNumber"] == 1
    change_line(world, number, "1", Objstate="Closed", OrderNo="P4711")
    product.run("requisitions")
    assert [each.get("poNumber") for each in lines_there(world, number)] == ["P4711", None]
    change_line(world, number, "2", Objstate="Closed", OrderNo="P4712")
    change(world, number, Objstate="Closed")
    product.run("requisitions")
    assert there(world, number)["header"]["status"] == "Completed"
    assert [each.get("poNumber") for each in lines_there(world, number)] == ["P4711", "P4712"]
    at_rest(world, product)
    product.verify_audit()


def test_a_line_alone_leads_to_its_requisition(supplier: str, world: World, product: Product) -> None:
    number = requisition(world, supplier)
    product.run("requisitions")
    line(world, number, "2")
    world.calm()
    product.run("requisitions")
    assert len(lines_there(world, number)) == 2
    assert world.writes() == {"ifs": 0, "jaggaer": 1}


def test_cancelled_after_transfer(supplier: str, world: World, product: Product) -> None:
    number = requisition(world, supplier)
    product.run("requisitions")
    change(world, number, Objstate="Cancelled")
    product.run("requisitions")
    assert there(world, number)["header"]["status"] == "Cancelled"
    at_rest(world, product)


def test_an_order_number_that_jaggaer_set_is_on_the_record(supplier: str, world: World, product: Product) -> None:
    number = requisition(world, supplier)
    product.run("requisitions")
    (told,) = lines_there(world, number)
    changed = {"lineList": {"requisitionLine": [{**told, "poNumber": "J-PO-1"}]}}
    world.change("jaggaer", "requisitions", {"requisitionNumber": number}, changed)
    ran = product.run("requisitions", keys=(number,))
    note = "line 1-1: JAGGAER's order J-PO-1, none in IFS"
    assert ran.lines[number].notes == (note,)
    with product.store() as store:
        traced = [event.payload for event in store.audit.trace([number]) if event.action == "settled"]
    assert (traced[-1] or {})["notes"] == [note]
    at_rest(world, product)
    assert lines_there(world, number)[0]["poNumber"] == "J-PO-1"


def test_a_revision_made_at_jaggaer_is_a_conflict(supplier: str, world: World, product: Product) -> None:
    number = requisition(world, supplier)
    product.run("requisitions")
    world.change("jaggaer", "requisitions", {"requisitionNumber": number}, {"header": {"revisionNumber": 1}})
    change(world, number, NoteText="eilt")
    assert product.run("requisitions").counts == {"conflicts": 1}
    (item,) = product.items_of(number)
    assert (item.kind, item.field, item.value) == ("conflict", "header", "revision 1")


def test_a_number_of_somebody_else_is_a_dead_letter(supplier: str, world: World, product: Product) -> None:
    number = requisition(world, supplier)
    product.run("requisitions")
    record = there(world, number)
    world.remove("ifs", HEAD, {"RequisitionNo": number})
    other = world.number("Q")
    record["header"] |= {"requisitionNumber": other, "externalReference": "SAP:1"}
    record["header"].pop("requisitionId")
    world.create("jaggaer", "requisitions", record)
    told = {"RequisitionerCode": "GNOWAK", "Contract": "101", "RequisitionDate": DAY, "Objstate": "Released"}
    world.ifs(HEAD, RequisitionNo=other, **told)
    line(world, other, "1")
    world.calm()
    product.run("requisitions")
    (item,) = product.items_of(other)
    assert (item.kind, item.field) == ("dead_letter", "RequisitionNo")
    assert world.writes() == NOTHING


def test_a_preferred_supplier_follows_once_it_is_linked(world: World, product: Product) -> None:
    supplier = world.supplier()
    number = requisition(world, supplier)
    ran = product.run("requisitions")
    assert ran.counts == {"created": 1, "waiting": 1}
    assert ran.state == "completed", "a preference is no matter for a person"
    assert "preferredSupplier" not in lines_there(world, number)[0]
    at_rest(world, product)
    product.run("suppliers")
    product.run("requisitions")
    assert lines_there(world, number)[0]["preferredSupplier"] == {"supplierNumber": supplier}
    assert not product.items_of(number)
    at_rest(world, product)


def test_an_account_that_is_not_there_yet(supplier: str, world: World, product: Product) -> None:
    number, account = requisition(world, supplier), world.number("4")
    change_line(world, number, CodeA=account)
    assert product.run("requisitions").counts == {"waiting": 1}
    world.account(account)
    product.run("gl-accounts")
    product.run("requisitions")
    assert there(world, number)["header"]["status"] == "Pending"


def test_a_company_that_sends_none(supplier: str, world: World, product: Product, tmp_path: Path) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text('[company."10"]\nrequisitions = false\n')
    number = requisition(world, supplier)
    world.calm()
    ran = product.with_settings(PROFILE=profile, CONNECTION="none").run("requisitions")
    assert ran.lines[number].notes == ("company 10 sends no requisitions: requisitions",)
    assert world.writes() == NOTHING


@pytest.mark.parametrize("action", ["create", "update"])
@pytest.mark.parametrize(
    "fault",
    [
        "timeout_after_commit",
        "drop_after_commit",
        "server_error_after_commit",
        "late_commit",
        "drop_before_commit",
        "html_504",
        "busy",
        "warnings",
    ],
)
def test_one_whatever_becomes_of_the_request(
    fault: str, action: str, supplier: str, world: World, product: Product
) -> None:
    number = requisition(world, supplier)
    if action == "update":
        product.run("requisitions")
        change(world, number, NoteText="eilt")
    seconds = {"timeout_after_commit": 2, "late_commit": 1}
    args = {"seconds": seconds[fault]} if fault in seconds else {}
    world.fault("jaggaer", fault, method="POST", path=r"/requisitions$", args=args)
    began = time.monotonic()
    while product.attempt("requisitions").error or product.items_of(number):
        assert time.monotonic() - began < MOST_SECONDS, product.items_of(number)
        time.sleep(0.5)
    assert world.hits("jaggaer") == [1]
    assert there(world, number)["header"]["revisionNumber"] == (action == "update")
    at_rest(world, product)


def test_two_runs_at_once(supplier: str, world: World, product: Product) -> None:
    numbers = [requisition(world, supplier) for _ in range(4)]
    world.calm()
    with ExitStack() as stack:
        racers = [stack.enter_context(in_a_process(product, "requisitions", wait=True)) for _ in range(2)]
        for racer in racers:
            assert racer.stdin
            racer.stdin.write("go\n")
            racer.stdin.flush()
        ends = [json.loads(racer.communicate(timeout=60)[0].splitlines()[-1]) for racer in racers]
    assert [end["error"] for end in ends] == ["", ""]
    product.run("requisitions")
    assert {there(world, number)["header"]["revisionNumber"] for number in numbers} == {0}
    at_rest(world, product)


def test_the_requisitions_of_the_seed(tmp_path: Path) -> None:
    """Each released one is there once or says why not; nothing is written again, also by a lost store."""
    with sandbox_program("--seed", "9", "--suppliers", "40", "--orders", "240", "--invoices", "0") as sandbox:
        product = Product(sandbox.settings(tmp_path))
        for sync in ("suppliers", "gl-accounts"):
            product.run(sync)
        sandbox.reset_stats()
        planned = product.run("requisitions", dry_run=True)
        ran = product.run("requisitions")
        assert planned.lines == ran.lines
        assert planned.result.amounts == ran.result.amounts
        assert ran.counts["created"] > 5
        assert sandbox.writes() == {"ifs": 0, "jaggaer": ran.counts["created"]}
        _released_are_there_once(sandbox, product)
        for forget in (lambda: None, product.reset_watermarks, product.delete_store):
            forget()
            for sync in ("suppliers", "gl-accounts"):
                product.run(sync)
            sandbox.reset_stats()
            product.run("requisitions")
            assert sandbox.writes() == {"ifs": 0, "jaggaer": 0}
        _released_are_there_once(sandbox, product)


def _released_are_there_once(sandbox: Sandbox, product: Product) -> None:
    released = {row["RequisitionNo"] for row in sandbox.records("ifs", HEAD) if row["Objstate"] == "Released"}
    at_jaggaer = [record["header"]["requisitionNumber"] for record in sandbox.records("jaggaer", "requisitions")]
    told = {item.key for item in product.open_items("requisitions")}
    assert len(at_jaggaer) == len(set(at_jaggaer))
    assert set(at_jaggaer) <= released
    assert released - set(at_jaggaer) <= told
