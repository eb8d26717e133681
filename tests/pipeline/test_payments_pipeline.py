"""Payment status over real HTTP: told once whatever fails in between, and nothing comes back of it."""

from __future__ import annotations

import json
import shlex
import time
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pipeline.driving import Product, in_a_process
from pipeline.paying import pay_all
from pipeline.world import World
from programs import sandbox_program

from flows.parameters import ResolvingParameters

MOST_SECONDS = 30
NOTHING = {"ifs": 0, "jaggaer": 0}
PAID = {"PaidAmount": 148.75, "OpenAmount": 0, "PaymentDate": "2026-03-31", "PaymentReference": "ZL000007"}


@pytest.fixture(scope="module")
def supplier(small_world: World, product: Product) -> str:
    product.run("gl-accounts")
    number: str = small_world.supplier()
    product.run("suppliers")
    return number


@pytest.fixture
def invoice(supplier: str, world: World, product: Product) -> int:
    """An invoice that was posted in IFS, and is open there."""
    made = posted(world, product, supplier)
    world.calm()
    return made


def posted(world: World, product: Product, supplier: str, **header: Any) -> int:
    invoice: int = world.invoice(supplier, **header)
    product.run("invoices")
    (proposal,) = world.proposals(invoice)
    key = {"Company": proposal["Company"], "ProposalId": proposal["ProposalId"]}
    world.change("ifs", "PostingProposalHeadSet", key, {"Objstate": "Posted"})
    return invoice


def item_of(world: World, invoice: int) -> dict[str, Any]:
    (proposal,) = world.proposals(invoice)
    rows = world.records("ifs", "InvoiceLedgerItemSet")
    (item,) = [row for row in rows if row["InvoiceNo"] == proposal["InvoiceNo"]]
    return dict(item)


def pay(world: World, invoice: int, **told: Any) -> str:
    """What IFS does when the payment run is booked; gives the key of the payment."""
    item = item_of(world, invoice)
    key = {name: item[name] for name in ("Company", "Identity", "PartyType", "LedgerItemId")}
    world.change("ifs", "InvoiceLedgerItemSet", key, PAID | told)
    return f"{item['Company']}:{item['Identity']}:{item['InvoiceNo']}"


def status_of(world: World, invoice: int) -> str:
    return str(world.invoice_there(invoice)["header"]["paymentStatus"])


def at_rest(world: World, product: Product) -> None:
    """Neither this run nor one after all watermarks were reset writes anything, in any direction."""
    for reset in (False, True):
        if reset:
            product.reset_watermarks()
        world.calm()
        product.run("invoices")
        product.run("payments")
        assert world.writes() == NOTHING


def test_paid_in_ifs_shows_as_paid_and_nothing_comes_back(invoice: int, world: World, product: Product) -> None:
    product.run("payments")
    assert world.writes() == NOTHING
    key = pay(world, invoice)
    dry = product.run("payments", dry_run=True)
    assert world.writes() == NOTHING
    ran = product.run("payments")
    assert (dry.lines[key], dry.counts, dry.result.amounts) == (ran.lines[key], ran.counts, ran.result.amounts)
    assert (ran.state, ran.counts) == ("completed", {"updated": 1})
    assert ran.result.amounts == {"EUR": Decimal("148.75")}
    header = world.invoice_there(invoice)["header"]
    assert header["paymentStatus"] == "Paid"
    assert header["payment"] == {
        "paymentDate": "2026-03-31T00:00:00.000Z",
        "amount": 148.75,
        "reference": "ZL000007",
    }
    (sent,) = world.sent("jaggaer")
    assert json.loads(sent["body"], parse_float=str)["amount"] == "148.75"
    at_rest(world, product)
    product.verify_audit()


def test_a_payment_moves_the_invoice_but_is_no_change_of_it(invoice: int, world: World, product: Product) -> None:
    """The invoices sync looks at it, since lastUpdate moved, and has nothing to say."""
    pay(world, invoice)
    before = world.invoice_there(invoice)["header"]["lastUpdate"]
    product.run("payments")
    assert world.invoice_there(invoice)["header"]["lastUpdate"] > before
    world.calm()
    ran = product.run("invoices")
    assert world.writes() == NOTHING
    assert ran.lines[str(invoice)].action == "unchanged"
    assert not product.items_of(invoice)


def test_after_a_lost_store_nothing_is_told_again(invoice: int, world: World, product: Product) -> None:
    pay(world, invoice)
    product.run("payments")
    world.calm()
    product.delete_store()
    for sync in ("suppliers", "gl-accounts", "invoices", "payments"):
        product.run(sync)
    assert world.sent("jaggaer") == []
    at_rest(world, product)


def test_a_payment_that_was_reversed_is_a_conflict(invoice: int, world: World, product: Product) -> None:
    key = pay(world, invoice)
    product.run("payments")
    pay(world, invoice, PaidAmount=0, OpenAmount=148.75, PaymentDate=None, PaymentReference=None)
    world.calm()
    assert product.run("payments").counts == {"conflicts": 1}
    (item,) = product.items_of(key)
    assert (item.kind, item.field, item.value) == ("conflict", "OpenAmount", "148.75")
    assert item.other_key == str(invoice)
    world.change("jaggaer", "invoices", {"invoiceId": invoice}, {"header": {"paymentStatus": "Payable"}})
    product.run("payments", keys=(str(invoice),))
    assert not product.items_of(key)
    assert world.writes() == NOTHING


def test_a_person_leaves_a_reversed_payment_as_it_is(invoice: int, world: World, product: Product) -> None:
    """By the command that the item's remedy gives."""
    key = pay(world, invoice)
    product.run("payments")
    pay(world, invoice, PaidAmount=0, OpenAmount=148.75, PaymentDate=None, PaymentReference=None)
    product.run("payments")
    (item,) = product.items_of(key)
    _, _, _, named, *rest = shlex.split(item.remedy.partition("leave it: ")[2].strip("`"))
    assert rest == ["--sync", "payments", "--winner", "ifs"]
    resolved = ResolvingParameters.model_validate({"resolve": [{"key": named, "field": "*", "winner": "ifs"}]})
    world.calm()
    product.run("payments", keys=(named,), told=resolved.told())
    assert not product.items_of(key)
    assert world.writes() == NOTHING


def test_an_invoice_that_jaggaer_lost_is_a_dead_letter(invoice: int, world: World, product: Product) -> None:
    record = world.invoice_there(invoice)
    world.remove("jaggaer", "invoices", {"invoiceId": invoice})
    key = pay(world, invoice)
    assert product.run("payments").counts == {"rejected": 1}
    (item,) = product.items_of(key)
    assert (item.kind, item.field, item.value) == ("dead_letter", "invoiceId", str(invoice))
    world.create("jaggaer", "invoices", record)
    product.run("payments", replay="open")
    assert status_of(world, invoice) == "Paid"
    assert not product.items_of(key)


def test_a_credit_note_that_was_settled(supplier: str, world: World, product: Product) -> None:
    line = {"lineNumber": "1", "item": {"description": "Öse"}, "quantity": -10, "unitPrice": 12.5, "taxCharge1": -23.75}
    note = world.invoice(supplier, invoiceType="Credit memo", total={"currency": "EUR", "value": -148.75})
    world.change("jaggaer", "invoices", {"invoiceId": note}, {"lineList": {"invoiceLine": [line]}})
    product.run("invoices")
    (proposal,) = world.proposals(note)
    key = {"Company": proposal["Company"], "ProposalId": proposal["ProposalId"]}
    world.change("ifs", "PostingProposalHeadSet", key, {"Objstate": "Posted"})
    assert item_of(world, note)["OpenAmount"] == -148.75
    pay(world, note, PaidAmount=-148.75)
    ran = product.run("payments")
    assert world.invoice_there(note)["header"]["payment"]["amount"] == -148.75
    assert ran.result.amounts == {"EUR": Decimal("-148.75")}


def test_a_company_that_sends_none(invoice: int, world: World, product: Product, tmp_path: Path) -> None:
    profile = tmp_path / "profile.toml"
    profile.write_text('[company."10"]\npayment_status_back = false\n')
    key = pay(world, invoice)
    ran = product.with_settings(PROFILE=profile, CONNECTION="none").run("payments")
    assert "payment_status_back" in ran.lines[key].notes[0]
    assert world.writes() == NOTHING
    product.run("payments", since=product.settings.start_from)
    assert status_of(world, invoice) == "Paid", "switched on, a backfill brings what was paid before"


def test_instalments(invoice: int, world: World, product: Product) -> None:
    parts = ("40.50", "108.25")
    item = item_of(world, invoice)
    key = {name: item[name] for name in ("Company", "Identity", "PartyType", "LedgerItemId")}
    world.change("ifs", "InvoiceLedgerItemSet", key, PAID | {"PaidAmount": parts[0]})
    second = key | {"LedgerItemId": f"{item['LedgerItemId']}b", "InvoiceNo": item["InvoiceNo"]}
    world.ifs("InvoiceLedgerItemSet", **second, PaidAmount=0, OpenAmount=parts[1])
    ran = product.run("payments")
    assert ran.lines[f"10:{item['Identity']}:{item['InvoiceNo']}"].notes == (f"paid in part: 40.50, open {parts[1]}",)
    assert status_of(world, invoice) == "Payable"
    told = PAID | {"PaidAmount": parts[1], "PaymentDate": "2026-04-02"}
    world.change(
        "ifs", "InvoiceLedgerItemSet", key | {"LedgerItemId": second["LedgerItemId"]}, told | {"OpenAmount": 0}
    )
    product.run("payments")
    payment = world.invoice_there(invoice)["header"]["payment"]
    assert (payment["amount"], payment["paymentDate"][:10]) == (148.75, "2026-04-02")


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
        "throttle",
    ],
)
def test_told_once_whatever_becomes_of_the_request(fault: str, invoice: int, world: World, product: Product) -> None:
    pay(world, invoice)
    seconds = {"timeout_after_commit": 2, "late_commit": 1, "throttle": 1}
    args = {"seconds": seconds[fault]} if fault in seconds else {}
    world.fault("jaggaer", fault, method="POST", path=r"/payment$", args=args)
    began = time.monotonic()
    while product.attempt("payments").error or product.open_items("payments"):
        assert time.monotonic() - began < MOST_SECONDS, product.open_items("payments")
        time.sleep(0.5)
    assert world.hits("jaggaer") == [1]
    assert status_of(world, invoice) == "Paid"
    done = {"drop_before_commit", "html_504", "busy", "throttle"}
    assert len(world.sent("jaggaer")) == 1 + (fault in done), "what was committed is not told again"
    at_rest(world, product)


def test_two_runs_at_once(supplier: str, world: World, product: Product) -> None:
    invoices = [posted(world, product, supplier) for _ in range(4)]
    for invoice in invoices:
        pay(world, invoice)
    world.calm()
    with ExitStack() as stack:
        racers = [stack.enter_context(in_a_process(product, "payments", wait=True)) for _ in range(2)]
        for racer in racers:
            assert racer.stdin
            racer.stdin.write("go\n")
            racer.stdin.flush()
        ends = [json.loads(racer.communicate(timeout=60)[0].splitlines()[-1]) for racer in racers]
    assert [end["error"] for end in ends] == ["", ""]
    product.run("payments")
    assert [status_of(world, invoice) for invoice in invoices] == ["Paid"] * 4
    assert len(world.sent("jaggaer")) == 4
    assert not product.open_items("payments")


def test_the_ledger_of_the_seed(tmp_path: Path) -> None:
    """What others keyed is no matter of ours; what we posted and IFS pays is told, to the last unit."""
    with sandbox_program("--seed", "9", "--suppliers", "16", "--orders", "40", "--invoices", "40") as sandbox:
        product = Product(sandbox.settings(tmp_path))
        for sync in ("suppliers", "gl-accounts", "purchase-orders", "invoices"):
            product.run(sync)
        sandbox.reset_stats()
        assert not product.run("payments").counts
        expected = pay_all(sandbox)
        assert len(expected) > 10
        sandbox.reset_stats()
        planned = product.run("payments", dry_run=True)
        ran = product.run("payments")
        assert planned.lines == ran.lines
        assert sandbox.writes() == {"ifs": 0, "jaggaer": len(expected)}
        headers = {str(one["header"]["invoiceId"]): one["header"] for one in sandbox.records("jaggaer", "invoices")}
        told = {
            key: Decimal(str(header["payment"]["amount"])) for key, header in headers.items() if "payment" in header
        }
        assert told == expected
        assert sum(ran.result.amounts.values()) == sum(expected.values())
        for forget in (lambda: None, product.reset_watermarks, product.delete_store):
            forget()
            sandbox.reset_stats()
            for sync in ("suppliers", "gl-accounts", "purchase-orders", "invoices", "payments"):
                product.run(sync)
            assert sandbox.writes() == {"ifs": 0, "jaggaer": 0}
