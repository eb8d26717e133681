"""An invoice's way: posted once, told once, resent, changed, cancelled, store lost (DESIGN, invoices)."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from rows import head, invoice, invoice_line, line, row
from world import World

from mapping.kinds import Action, IfsCreate, Instructions, ItemKind, JaggaerPost, Snapshot
from mapping.watching import Watch


def done(world: World) -> list[str]:
    """What was written, in order: "create", "SUCCESS", "FAILED"."""
    return [str(write.body["status"]) if isinstance(write, JaggaerPost) else write.action for write in world.written]


def header(world: World) -> dict[str, Any]:
    found: dict[str, Any] = world.invoices["991"]["header"]
    return found


def touch(world: World) -> None:
    header(world)["lastUpdate"] = "2026-03-11T10:00:00.000Z"


@pytest.fixture
def posted(billed: World) -> World:
    billed.run("jaggaer:991")
    assert done(billed) == ["create", "SUCCESS"]
    billed.written.clear()
    billed.asked.clear()
    return billed


def test_posted_then_told_then_linked(billed: World) -> None:
    last = billed.run("jaggaer:991")
    assert done(billed) == ["create", "SUCCESS"]
    success = billed.written[1]
    assert (success.path, success.action, success.enforced) == ("/991/exportstatus", "exportstatus", True)
    assert success.body == {
        "status": "SUCCESS",
        "erpNumber": "9000",
        "erpDate": "2026-03-02T00:00:00.000Z",
        "message": "posting proposal 10:9000",
    }
    assert last.action is Action.SKIP, "the telling belongs to the creation"
    (link,) = [one for one in billed.links if one.kind == "invoice"]
    assert (link.ifs_key, link.jaggaer_key) == ("10:9000", "991")


def test_one_request_for_the_lines_and_one_to_tell(billed: World) -> None:
    billed.run("jaggaer:991")
    assert billed.asked["jaggaer invoice"] == 1


def test_at_rest_nothing_is_written_and_no_line_read(posted: World) -> None:
    for _ in range(3):
        decision = posted.run("jaggaer:991")
        assert (decision.action, decision.items) == (Action.SKIP, ())
    assert posted.written == []
    assert posted.asked["jaggaer invoice"] == 0
    assert posted.run("ifs:10:9000").key == "991"


def test_the_second_look_keeps_nothing_more(posted: World) -> None:
    posted.run("jaggaer:991")
    assert posted.decide("jaggaer:991")[0].settlement is None


def test_paid_meanwhile_is_no_change(posted: World) -> None:
    header(posted)["paymentStatus"] = "Paid"
    touch(posted)
    assert posted.run("jaggaer:991").items == ()
    assert posted.written == []


@pytest.mark.parametrize("ready", [("Payable", "Pending"), ("InProcess", "Completed"), ("Paid", "Completed")])
def test_not_ready(billed: World, ready: tuple[str, str]) -> None:
    billed.invoices["991"] = invoice(paymentStatus=ready[0], workflowStatus=ready[1])
    decision = billed.run("jaggaer:991")
    assert (decision.action, decision.notes) == (Action.OUT_OF_SCOPE, ("paid or not approved at JAGGAER",))
    assert billed.asked["jaggaer invoice"] == 0
    header(billed).update(paymentStatus="Payable", workflowStatus="Completed")
    billed.run("jaggaer:991")
    assert done(billed) == ["create", "SUCCESS"]


def test_exported_by_others(billed: World) -> None:
    billed.invoices["991"] = invoice(exportStatus="Exported")
    assert billed.run("jaggaer:991").action is Action.OUT_OF_SCOPE
    assert billed.written == []


def test_resend_is_told_once_and_posted_never_again(posted: World) -> None:
    posted.run("jaggaer:991")
    header(posted)["exportStatus"] = "NotExported"
    touch(posted)
    assert posted.run("jaggaer:991").action is Action.UPDATE
    assert done(posted) == ["SUCCESS"]
    assert posted.run("jaggaer:991").action is Action.SKIP
    assert done(posted) == ["SUCCESS"]


def test_a_lost_store_costs_no_write(posted: World) -> None:
    posted.lose_store()
    assert posted.run("jaggaer:991").action is Action.SKIP
    assert posted.written == []
    assert posted.asked["jaggaer invoice"] == 0
    assert [one.ifs_key for one in posted.links if one.kind == "invoice"] == ["10:9000"]


def test_killed_after_the_proposal(billed: World) -> None:
    (decision,) = billed.decide("jaggaer:991")
    billed._carry_out(decision.writes[0])
    billed.run("jaggaer:991")
    assert done(billed) == ["create", "SUCCESS"]


def test_killed_after_it_was_told(billed: World) -> None:
    billed.run("jaggaer:991")
    billed.lose_store()
    billed.run("jaggaer:991")
    assert done(billed) == ["create", "SUCCESS"]


def test_killed_after_the_proposal_of_one_that_had_failed(billed: World) -> None:
    """What was kept when it failed says nothing about what was posted."""
    header(billed)["total"] = {"currency": "EUR", "value": Decimal(120)}
    billed.run("jaggaer:991")
    header(billed)["total"] = {"currency": "EUR", "value": Decimal(119)}
    (decision,) = billed.decide("jaggaer:991")
    billed._carry_out(decision.writes[0])
    billed.run("jaggaer:991")
    assert done(billed) == ["FAILED", "create", "SUCCESS"]


# --- failed ---


def test_failed_is_told_once_for_each_reason(billed: World) -> None:
    billed.invoices["991"] = invoice(total={"currency": "EUR", "value": Decimal(120)})
    decision = billed.run("jaggaer:991")
    assert [item.kind for item in decision.items] == [ItemKind.DEAD_LETTER]
    assert decision.action is Action.NONE
    assert done(billed) == ["FAILED"]
    assert "1.00 EUR" in str(billed.written[0].body["message"])
    billed.run("jaggaer:991")
    assert done(billed) == ["FAILED"]
    header(billed)["invoiceType"] = "Debit memo"
    billed.run("jaggaer:991")
    billed.run("jaggaer:991")
    assert done(billed) == ["FAILED", "FAILED"]


def test_failed_is_told_again_of_a_changed_invoice(billed: World) -> None:
    billed.invoices["991"] = invoice(total={"currency": "EUR", "value": Decimal(120)})
    billed.run("jaggaer:991")
    header(billed)["dueDate"] = "2026-04-30T00:00:00.000Z"
    billed.run("jaggaer:991")
    assert done(billed) == ["FAILED", "FAILED"]


def test_failed_is_not_told_where_it_shows_already(billed: World) -> None:
    billed.invoices["991"] = invoice(total={"currency": "EUR", "value": Decimal(120)})
    billed.run("jaggaer:991")
    billed.lose_store()
    billed.run("jaggaer:991")
    assert done(billed) == ["FAILED"]


def test_corrected_after_it_failed(billed: World) -> None:
    billed.invoices["991"] = invoice(total={"currency": "EUR", "value": Decimal(120)})
    billed.run("jaggaer:991")
    header(billed)["total"] = {"currency": "EUR", "value": Decimal(119)}
    billed.run("jaggaer:991")
    assert done(billed) == ["FAILED", "create", "SUCCESS"]
    assert header(billed)["exportStatus"] == "Exported"
    assert billed.run("jaggaer:991").action is Action.SKIP


def test_what_waits_or_is_held_is_not_told(billed: World) -> None:
    billed.links.clear()
    billed.invoices["991"] = invoice(withholdingTax1=Decimal(1))
    kinds = {item.kind for item in billed.run("jaggaer:991").items}
    assert kinds == {ItemKind.WAITING, ItemKind.HELD}
    assert billed.written == []


def test_a_person_lets_a_discrepancy_pass(billed: World) -> None:
    billed.change("purchase_order_line", "P1001", "1", "1", QtyReceived="9")
    (item,) = billed.run("jaggaer:991").items
    assert item.kind is ItemKind.HELD
    billed.run("jaggaer:991", told=Instructions(approved={item.field: item.value}))
    assert done(billed) == ["create", "SUCCESS"]


def test_goes_by_itself_once_it_can(billed: World) -> None:
    links, billed.links = billed.links, []
    assert [item.kind for item in billed.run("jaggaer:991").items] == [ItemKind.WAITING]
    billed.links = links
    billed.run("jaggaer:991")
    assert done(billed) == ["create", "SUCCESS"]


# --- the other side moves ---


def cancel(world: World) -> None:
    world.change("posting_proposal", "10", "9000", Objstate="Cancelled")


def dearer(world: World) -> None:
    header(world)["total"] = {"currency": "EUR", "value": Decimal(120)}


def rejected(world: World) -> None:
    header(world)["workflowStatus"] = "Rejected"


def other_account(world: World) -> None:
    world.invoices["991"]["lineList"]["invoiceLine"][0]["quantity"] = Decimal(5)
    world.invoices["991"]["lineList"]["invoiceLine"][0]["unitPrice"] = Decimal(20)
    touch(world)


@pytest.mark.parametrize("change", [cancel, dearer, rejected, other_account])
@pytest.mark.parametrize("export", ["Exported", "NotExported"])
def test_changed_after_posting_is_a_conflict_never_rewritten(
    posted: World, change: Callable[[World], None], export: str
) -> None:
    posted.run("jaggaer:991")
    change(posted)
    header(posted)["exportStatus"] = export
    decision = posted.run("jaggaer:991")
    assert [item.kind for item in decision.items] == [ItemKind.CONFLICT]
    assert posted.written == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (dearer, "total EUR 119 -> EUR 120"),
        (rejected, "workflowStatus Completed -> Rejected"),
        (other_account, "lines[1].quantity 10 -> 5; lines[1].unitPrice 10 -> 20"),
    ],
)
def test_a_change_is_named_with_what_it_was(posted: World, change: Callable[[World], None], said: str) -> None:
    posted.run("jaggaer:991")
    change(posted)
    (item,) = posted.run("jaggaer:991").items
    assert item.reason == f"changed at JAGGAER after it was posted as posting proposal 10:9000: {said}"
    first = said.partition(";")[0]
    assert f"{item.ifs} -> {item.jaggaer}" in first
    assert "correct posting proposal 10:9000 in IFS" in item.remedy
    assert "conflicts resolve 991 --sync invoices --winner ifs" in item.remedy


@pytest.mark.parametrize(
    ("header_", "said"),
    [
        ({"total": {"currency": "EUR", "value": Decimal(120)}}, "total 119 -> 120"),
        ({"supplierInvoiceNumber": "RE-2"}, "invoiceNumber RE-1 -> RE-2"),
        ({"dueDate": "2026-04-30T00:00:00.000Z"}, "dueDate 2026-03-31 -> 2026-04-30"),
        ({"businessUnit": "20"}, "in its lines or its accounting, of which was not kept what they were"),
    ],
)
def test_of_what_an_earlier_release_posted_as_far_as_it_is_known(
    posted: World, header_: dict[str, Any], said: str
) -> None:
    posted.run("jaggaer:991")
    known = posted.snapshots["invoice", "991"]
    fields = {name: value for name, value in known.fields.items() if name != "said"}
    posted.snapshots["invoice", "991"] = Snapshot("invoice", "991", fields, known.version)
    assert posted.run("jaggaer:991").items == (), "an upgrade changes nothing"
    posted.snapshots["invoice", "991"] = Snapshot("invoice", "991", fields, known.version + 1)
    header(posted).update(header_)
    touch(posted)
    (item,) = posted.run("jaggaer:991").items
    assert item.reason.endswith(f"as posting proposal 10:9000: {said}")
    assert posted.written == []


@pytest.mark.parametrize("change", [cancel, dearer, other_account])
def test_a_person_accepts_what_was_corrected_by_hand(posted: World, change: Callable[[World], None]) -> None:
    posted.run("jaggaer:991")
    change(posted)
    assert posted.run("jaggaer:991", told=Instructions(winners={"*": "ifs"})).items == ()
    assert posted.run("jaggaer:991").items == ()
    assert posted.written == []


@pytest.mark.parametrize("change", [dearer, cancel])
def test_changed_and_the_store_lost(posted: World, change: Callable[[World], None]) -> None:
    change(posted)
    posted.lose_store()
    assert [item.kind for item in posted.run("jaggaer:991").items] == [ItemKind.CONFLICT]
    assert posted.written == []


def test_unbalanced_is_held_with_its_difference(billed: World) -> None:
    values = {
        "Company": "10",
        "ProposalId": 7,
        "SupplierId": "1001",
        "InvoiceNo": "RE-1",
        "InvoiceType": "Invoice",
        "CurrencyCode": "EUR",
        "NetAmount": "100",
        "TaxAmount": "19",
        "GrossAmount": "119",
        "PostingDate": "2026-03-02",
        "SourceReference": "JAG:991",
        "Objstate": "Unbalanced",
    }
    billed.ifs += [
        row("posting_proposal", "10", "7", **values),
        row(
            "posting_proposal_line", "10", "7", "1", Company="10", ProposalId=7, RowNo=1, NetAmount="90", TaxAmount="19"
        ),
    ]
    decision = billed.run("jaggaer:991")
    (item,) = decision.items
    assert item.kind is ItemKind.HELD
    assert "net 100, its lines 90: difference 10" in item.reason
    assert billed.written == []
    billed.change("posting_proposal", "10", "7", Objstate="Balanced")
    billed.run("jaggaer:991")
    assert done(billed) == ["SUCCESS"]


def test_two_proposals_of_one_invoice(posted: World) -> None:
    (one,) = [each for each in posted.ifs if each.kind == "posting_proposal"]
    posted.ifs.append(type(one)(one.kind, ("20", "9000"), {**one.values, "Company": "20"}))
    assert [item.kind for item in posted.run("jaggaer:991").items] == [ItemKind.CONFLICT]


@pytest.mark.parametrize("lost", ["proposal", "invoice"])
def test_absence_is_unknown(posted: World, lost: str) -> None:
    if lost == "proposal":
        posted.hidden.add("posting_proposal")
    else:
        posted.invoices.clear()
    assert [item.kind for item in posted.run("jaggaer:991").items] == [ItemKind.HELD]
    assert posted.written == []


def test_what_is_not_shown_any_more_says_where_to_look_and_watches_for_it(posted: World) -> None:
    posted.run("jaggaer:991")
    posted.hidden.add("posting_proposal")
    (item,) = posted.run("jaggaer:991").items
    assert "posting proposal 9000 of company 10" in item.reason
    assert "source reference JAG:991" in item.remedy
    assert "allowed companies" in item.remedy
    (watch,) = Watch.read(item.waits_for)
    assert (watch.set, watch.attribute, watch.value) == ("posting_proposal", "SourceReference", "JAG:991")
    assert watch.now(posted.ifs) != watch


def test_a_proposal_that_cannot_be_read_is_not_overlooked(posted: World) -> None:
    posted.change("posting_proposal", "10", "9000", GrossAmount="much")
    posted.lose_store()
    header(posted)["exportStatus"] = "NotExported"
    assert [item.kind for item in posted.run("jaggaer:991").items] == [ItemKind.DEAD_LETTER]
    assert posted.written == []


def test_a_header_that_cannot_be_read(billed: World) -> None:
    billed.invoices["991"] = invoice(taxCharge1="a lot")
    (item,) = billed.run("jaggaer:991").items
    assert item.kind is ItemKind.DEAD_LETTER
    assert "taxCharge1" in item.field


def test_a_number_beyond_belief_stops_nobody_else(billed: World) -> None:
    billed.invoices["992"] = invoice(invoice_line(quantity=Decimal("1E+999")), invoiceId=992)
    first, second = billed.decide("jaggaer:991", "jaggaer:992")
    assert first.action is Action.CREATE
    assert [item.field for item in second.items] == ["quantity"]


def test_an_invoice_nobody_knows(billed: World) -> None:
    assert billed.run("jaggaer:5").action is Action.OUT_OF_SCOPE


def test_an_order_and_its_invoice_in_other_currencies(billed: World) -> None:
    for code, number in (("JPY", "RE-J"), ("TND", "RE-T")):
        exact = {"JPY": Decimal(119), "TND": Decimal("119.000")}[code]
        billed.ifs += [head(number, CurrencyCode=code), line(number)]
        billed.invoices["991"] = invoice(
            invoice_line(poNumber=number), supplierInvoiceNumber=number, total={"currency": code, "value": exact}
        )
        (write,) = billed.decide("jaggaer:991")[0].writes
        assert isinstance(write, IfsCreate)
        assert (write.values["CurrencyCode"], write.values["GrossAmount"]) == (code, 119)


def test_the_source_is_never_changed_by_deciding(billed: World) -> None:
    before = copy.deepcopy(billed.invoices)
    billed.decide("jaggaer:991")
    assert billed.invoices == before


def test_a_ledger_that_shows_nothing_any_more_posts_nothing(billed: World) -> None:
    """Somebody keyed the invoice by hand, then the right to see the ledger was lost (DESIGN, laws 2, 11)."""
    item = {"Company": "10", "Identity": "1001", "InvoiceNo": "RE-1", "LedgerItemId": "7"}
    billed.ifs.append(row("paid_invoice", "10", "1001", "Supplier", "7", **item))
    billed.run("jaggaer:991")
    kept = billed.ifs.pop()
    for _ in range(2):
        touch(billed)
        (held,) = billed.run("jaggaer:991").items
        assert (held.kind, held.field, held.value) == (ItemKind.HELD, "invoiceNumber", "RE-1")
        assert "ledger item 7" in held.reason
    billed.ifs.append(kept)
    assert [one.kind for one in billed.run("jaggaer:991").items] == [ItemKind.DEAD_LETTER]
    assert done(billed) == ["FAILED"]
    billed.ifs.pop()
    header(billed)["supplierInvoiceNumber"] = "RE-2"
    billed.run("jaggaer:991")
    assert done(billed) == ["FAILED", "create", "SUCCESS"]
