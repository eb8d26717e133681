"""A supplier's number is one number however it is typed: white space and capitals, in IFS, in a batch, over time."""

from __future__ import annotations

from typing import Any

import pytest
from rows import invoice, invoice_line, row
from world import World

from mapping.kinds import Action, Decision, IfsCreate, ItemKind, Snapshot


def decided(world: World) -> Decision:
    (decision,) = world.decide("jaggaer:991")
    return decision


def numbered(number: str | None, **header: Any) -> dict[str, Any]:
    return invoice(invoice_line(poNumber=None, poLineNumber=None), supplierInvoiceNumber=number, **header)


def used(kind: str, number: str) -> Any:
    """What stands in IFS of supplier 1001 under that number."""
    mine = {"Company": "10", "SupplierId": "1001", "Identity": "1001", "InvoiceNo": number, "Text": number}
    if kind == "voucher":
        head = {"VoucherType": "I", "AccountingYear": 2026, "VoucherNo": 7}
        return [
            row("voucher", "10", "I", "2026", "7", **mine, **head, ReferenceSerie="JAG", ReferenceNumber="5"),
            row(
                "voucher_row", "10", "I", "2026", "7", "1", **mine, **head, ReferenceSerie="JAG",
                ReferenceNumber="5", PartyTypeId="1001",
            ),
        ]  # fmt: skip
    more = {"ProposalId": 5} if kind == "posting_proposal" else {"LedgerItemId": "7"}
    return [row(kind, "10", "5", **mine, **more)]


KINDS = ["posting_proposal", "paid_invoice", "voucher"]


@pytest.mark.parametrize("number", ["RE-1 ", " RE-1", "\tRE-1\n", "RE-1\u00a0"])
def test_white_space_is_no_part_of_what_is_written(billed: World, number: str) -> None:
    billed.invoices["991"]["header"]["supplierInvoiceNumber"] = number
    (write,) = decided(billed).writes
    assert isinstance(write, IfsCreate)
    assert write.values["InvoiceNo"] == "RE-1"


def test_white_space_within_is_one_blank_and_alone_no_number(billed: World) -> None:
    for number, written in (("RE  1", "RE 1"), ("  ", "I000991")):
        billed.invoices["991"]["header"]["supplierInvoiceNumber"] = number
        (write,) = decided(billed).writes
        assert isinstance(write, IfsCreate)
        assert write.values["InvoiceNo"] == written


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("here", "there"), [("HK-5 ", "HK-5"), (" HK-5", "HK-5"), ("HK-5 ", "HK-5 "), ("A  1", "A 1")])
def test_a_number_that_was_used_with_other_white_space(billed: World, kind: str, here: str, there: str) -> None:
    billed.ifs += used(kind, there)
    billed.invoices["991"] = numbered(here)
    (item,) = decided(billed).items
    assert (item.kind, item.field, item.value) == (ItemKind.DEAD_LETTER, "invoiceNumber", " ".join(here.split()))
    assert "already used by" in item.reason


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_differs_in_capitals_alone_is_held_for_a_person(billed: World, kind: str) -> None:
    billed.ifs += used(kind, "DUP-1")
    billed.invoices["991"] = numbered("dup-1 ")
    decision = decided(billed)
    (item,) = decision.items
    assert (item.kind, item.field, item.value) == (ItemKind.HELD, "invoiceNumber", "dup-1")
    assert item.reason.startswith("looks like number DUP-1, already used by")
    assert "supplier 1001 in company 10" in item.reason
    assert decision.writes == (), "held: JAGGAER is told nothing"


@pytest.mark.parametrize(
    ("second", "kind"), [("RE-1", ItemKind.DEAD_LETTER), ("RE-1 ", ItemKind.DEAD_LETTER), ("re-1", ItemKind.HELD)]
)
def test_two_of_one_batch(billed: World, second: str, kind: ItemKind) -> None:
    billed.invoices["992"] = numbered(second, invoiceId=992)
    first, other = billed.decide("jaggaer:991", "jaggaer:992")
    assert first.action is Action.CREATE
    assert other.again
    assert [(item.kind, item.field) for item in other.items] == [(kind, "invoiceNumber")]
    billed.run("jaggaer:991")
    assert [item.kind for item in billed.run("jaggaer:992").items] == [kind]
    assert sum(one.kind == "posting_proposal" for one in billed.ifs) == 1


def test_what_an_earlier_release_posted_with_its_white_space_is_no_conflict(billed: World) -> None:
    billed.invoices["991"]["header"]["supplierInvoiceNumber"] = "RE-1 "
    billed.run("jaggaer:991")
    proposal = next(one for one in billed.ifs if one.kind == "posting_proposal")
    billed.change("posting_proposal", *proposal.key, InvoiceNo="RE-1 ")
    known = billed.snapshots["invoice", "991"]
    assert known.fields["ifs:InvoiceNo"] == "RE-1"
    fields = {**known.fields, "ifs:InvoiceNo": "RE-1 "}
    billed.snapshots["invoice", "991"] = Snapshot("invoice", "991", fields, known.version)
    billed.invoices["991"]["header"]["lastUpdate"] = "2026-03-11T08:00:00.000Z"
    billed.written.clear()
    assert (billed.run("jaggaer:991").items, billed.written) == ((), [])
    billed.lose_store()
    assert (billed.run("jaggaer:991").items, billed.written) == ((), [])
