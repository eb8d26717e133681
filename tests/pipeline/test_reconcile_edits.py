"""What a controller finds after edits by hand: what holds it up, which side says what, once for each document."""

from __future__ import annotations

import asyncio
import time
import uuid
from typing import Any

import pytest
from pipeline.deals import Deals
from pipeline.documents import Documents, receipt_of
from pipeline.driving import Product
from pipeline.world import World

from ifs_jaggaer.pipeline.reconcile.course import Asked, KindReport, Report
from ifs_jaggaer.pipeline.reconcile.run import reconcile
from mapping.reconcile.documents import Cause, Difference


def compared(product: Product, sync: str, company: str | None = None) -> KindReport:
    report = asyncio.run(reconcile(product.settings, Asked(str(uuid.uuid4()), "test", company=company, syncs=(sync,))))
    assert isinstance(report, Report)
    (kind,) = report.kinds
    assert all(one.ties for one in kind.figures)
    return kind


def of(kind: KindReport, key: object) -> list[Difference]:
    return [one for one in kind.differences if one.key == str(key)]


@pytest.fixture(scope="module")
def made(small_world: World, product: Product) -> Documents:
    documents = Documents.make(small_world)
    product.run_all()
    product.run_all()
    return documents


@pytest.fixture(autouse=True)
def _there(made: Documents) -> None:
    assert made.order


def without(record: dict[str, Any], *names: str) -> dict[str, Any]:
    """What a user would state who enters it once more."""
    own = {"lastUpdate", "LastModifiedDate", "luname", "keyref", *names}
    return {name: value for name, value in record.items() if name not in own and "@" not in name}


# --- what stands open -------------------------------------------------------------------------


def test_a_dead_letter_explains_its_order_until_it_goes(world: World, product: Product, made: Documents) -> None:
    account = world.number("6")
    world.account(account, ValidUntil="2020-12-31")
    product.run("gl-accounts")
    order = world.order(made.supplier)
    product.run("purchase-orders")
    world.line(order, "2", CodeA=account)
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": order}, {"NoteText": "eilt"})
    product.run("purchase-orders")
    (letter,) = product.items_of(order)
    (number,) = (row["header"]["poId"] for row in world.orders_there(order))
    world.change("jaggaer", "purchaseorders", {"poId": number}, {"header": {"note": "by hand"}})
    time.sleep(1)
    world.order(made.supplier)
    product.run("purchase-orders")  # beyond the overlap
    product = product.with_settings(OVERLAP=0)
    assert (letter.kind, letter.field.startswith("lines[2-1]")) == ("dead_letter", True)
    found = of(compared(product, "purchase-orders"), order)
    assert {one.cause for one in found} == {Cause.DEAD_LETTER}
    note = next((one for one in found if one.field == "header.note"), found[0])
    assert letter.reason in note.reason

    world.change("ifs", "AccountSet", {"Company": "10", "Account": account}, {"ValidUntil": "2049-12-31"})
    product.run("gl-accounts")
    found = of(compared(product, "purchase-orders"), order)
    assert {one.cause for one in found} == {Cause.DEAD_LETTER}, "nobody has tried it again"
    assert {"header.note", "lines[2-1].quantity"} <= {one.field for one in found}
    assert all(f"`ifs-jaggaer replay purchase-orders --key {order}`" in one.remedy for one in found)
    product.run("purchase-orders", keys=(order,), replay="open")
    assert of(compared(product, "purchase-orders"), order) == []


def test_a_receipt_of_more_than_was_ordered_until_more_is_ordered(
    world: World, product: Product, made: Documents
) -> None:
    order = world.order(made.supplier)
    product.run("purchase-orders")
    line = {"lineNumber": "1", "poLineNumber": "1-1", "quantity": 12, "unitOfMeasure": "EA", "type": "Receive"}
    header = {"poNumber": order, "receiptDate": "2026-02-14T00:00:00.000Z", "status": "Completed"}
    header |= {"exportStatus": "NotExported", "receiptNumber": world.number("RC")}
    receipt = world.create("jaggaer", "receipts", {"header": header, "lineList": {"receiptLine": [line]}})
    key = str(receipt["header"]["receiptId"])
    product.run("receipts")
    time.sleep(1)
    receipt_of(world, made.order)
    product.run("receipts")
    product = product.with_settings(OVERLAP=0)
    (found,) = of(compared(product, "receipts"), key)
    assert (found.cause, found.field) == (Cause.DEAD_LETTER, "lines[1].quantity")
    at = {"OrderNo": order, "LineNo": "1", "ReleaseNo": "1"}
    world.change("ifs", "PurchaseOrderLineSet", at, {"BuyQtyDue": 20})
    (found,) = of(compared(product, "receipts"), key)
    assert (found.cause, found.field) == (Cause.DEAD_LETTER, "lines[1]")
    assert f"`ifs-jaggaer replay receipts --key {key}`" in found.remedy
    product.run("receipts", keys=(key,), replay="open")
    assert of(compared(product, "receipts"), key) == []


# --- which side says what ---------------------------------------------------------------------


def test_each_side_stands_in_its_own_column(world: World, product: Product, made: Documents) -> None:
    def sides(one: Difference) -> dict[str, str | None]:
        assert one.sided
        return {one.source_system: one.source, one.target_system: one.target}

    (requisition,) = (
        row["header"]
        for row in world.records("jaggaer", "requisitions")
        if row["header"]["requisitionNumber"] == made.requisition
    )
    record = {"requisitionId": requisition["requisitionId"]}
    world.change("jaggaer", "requisitions", record, {"header": {"note": "by hand"}})
    (note,) = of(compared(product, "requisitions"), made.requisition)
    assert (note.cause, sides(note)) == (Cause.UNEXPLAINED, {"ifs": None, "jaggaer": "by hand"})
    assert "replay" not in note.remedy, "no run has listed it"
    world.change("jaggaer", "requisitions", record, {"header": {"note": None}})

    (row,) = (one for one in world.records("ifs", "PurchaseReceiptSet") if one["ReceiptReference"].startswith(
        f"JAG:{made.receipt}:"))  # fmt: skip
    world.change("ifs", "PurchaseReceiptSet", {"ReceiptSequence": row["ReceiptSequence"]}, {"QtyArrived": 3})
    (quantity,) = of(compared(product, "receipts"), made.receipt)
    assert (quantity.cause, sides(quantity)) == (Cause.CONFLICT, {"ifs": "3", "jaggaer": "4"})
    world.change("ifs", "PurchaseReceiptSet", {"ReceiptSequence": row["ReceiptSequence"]}, {"QtyArrived": 4})

    invoice = world.invoice(made.supplier)
    product.run("invoices")
    head = world.proposals(invoice)[0]
    key = {name: head[name] for name in ("Company", "ProposalId")}
    world.change("ifs", "PostingProposalHeadSet", key, {"Objstate": "Cancelled"})
    (state,) = of(compared(product, "invoices"), invoice)
    assert (state.cause, sides(state)) == (Cause.CONFLICT, {"ifs": "Cancelled", "jaggaer": None})


# --- what is missing, what is there twice -----------------------------------------------------


def test_what_is_missing_at_the_target_is_one_line(world: World, product: Product, made: Documents) -> None:
    order = world.order(made.supplier)
    product.run("purchase-orders")
    (there,) = world.orders_there(order)
    world.remove("jaggaer", "purchaseorders", {"poId": there["header"]["poId"]})
    (one,) = of(compared(product, "purchase-orders"), order)
    assert (one.field, one.source, one.target, one.cause) == ("document", order, None, Cause.UNEXPLAINED)
    assert "is not at JAGGAER" in one.reason
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": order}, {"NoteText": "eilt"})
    product.run("purchase-orders")
    (one,) = of(compared(product, "purchase-orders"), order)
    assert (one.field, one.cause) == ("document", Cause.HELD)
    assert "JAGGAER no longer shows this order" in one.reason

    deals = Deals(world)
    (agreement,) = deals.agreements(made.contract)
    key = {"AgreementId": agreement["AgreementId"]}
    world.remove("ifs", "SupplierAgreementSet", key)
    (one,) = of(compared(product, "contracts"), made.contract)
    assert (one.field, one.source, one.target) == ("document", made.contract, None)
    assert "is not in IFS Cloud" in one.reason


def test_a_second_one_is_told_whatever_else_differs(world: World, product: Product, made: Documents) -> None:
    (requisition,) = (
        row
        for row in world.records("jaggaer", "requisitions")
        if row["header"]["requisitionNumber"] == made.requisition
    )
    header = without(requisition["header"], "requisitionId") | {"requisitionNumber": "R-DOUBLE"}
    double = world.create("jaggaer", "requisitions", {"header": header, "lineList": requisition["lineList"]})
    record = {"requisitionId": requisition["header"]["requisitionId"]}
    world.change("jaggaer", "requisitions", record, {"header": {"note": "by hand"}})
    kind = compared(product, "requisitions")
    assert {one.field for one in of(kind, made.requisition)} == {"header.note", "document"}
    assert kind.documents == sum(kind.standing.values()) == len(world.records("ifs", "PurchaseRequisitionSet"))
    world.change("jaggaer", "requisitions", record, {"header": {"note": None}})
    (one,) = of(compared(product, "requisitions"), made.requisition)
    assert (one.field, one.reason) == ("document", f"a second one of {made.requisition}")
    world.remove("jaggaer", "requisitions", {"requisitionId": double["header"]["requisitionId"]})
    assert of(compared(product, "requisitions"), made.requisition) == []


def test_a_second_receipt_and_contract(world: World, product: Product, made: Documents) -> None:
    (row,) = (one for one in world.records("ifs", "PurchaseReceiptSet") if one["ReceiptReference"].startswith(
        f"JAG:{made.receipt}:"))  # fmt: skip
    second = world.ifs("PurchaseReceiptSet", **without(row, "ReceiptSequence", "ReceiptNo") | {"QtyArrived": 2})
    found = of(compared(product, "receipts"), made.receipt)
    world.change("ifs", "PurchaseReceiptSet", {"ReceiptSequence": second["ReceiptSequence"]}, {"Objstate": "Cancelled"})
    assert {one.cause for one in found} == {Cause.CONFLICT}
    assert "several times" in found[0].reason

    deals = Deals(world)
    contract = deals.with_company(made.bravo)
    product.run("contracts")
    (agreement,) = deals.agreements(contract)
    world.ifs("SupplierAgreementSet", **without(agreement, "AgreementId"))
    found = of(compared(product, "contracts"), contract)
    assert {one.cause for one in found} == {Cause.UNEXPLAINED}
    assert "several agreements" in found[0].reason


# --- one company ------------------------------------------------------------------------------


def test_documents_of_other_companies_are_not_among_those_that_agree(
    world: World, product: Product, made: Documents
) -> None:
    for sync in ("requisitions", "purchase-orders", "receipts", "invoices", "payments"):
        other = compared(product, sync, company="20")
        assert (other.documents, other.differences, other.figures) == (0, [], []), sync
        own = compared(product, sync, company="10")
        assert own.standing["agreed"] >= 1, sync
        assert own.documents == compared(product, sync).documents, sync
    assert world.records("jaggaer", "invoices")
    assert made.invoice
