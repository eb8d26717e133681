"""What a person does in IFS to what was posted of an invoice is seen by ordinary runs (laws 4 and 5)."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from pipeline.driving import Product, Ran
from pipeline.invoicing import bill, line, proposal, stands, status, vouchers, with_profile
from pipeline.world import DAY, World

from mapping.kinds import Instructions

NOTHING = {"ifs": 0, "jaggaer": 0}
VOUCHERS = '[company."10"]\ninvoices_without_order = "voucher"\n'
AT_REST = {"ifs": 1, "jaggaer": 1}
"""One page of each set that is polled."""


@pytest.fixture(scope="module")
def supplier(small_world: World, product: Product) -> str:
    number = small_world.supplier()
    product.run("gl-accounts")
    product.run("suppliers")
    return number


@pytest.fixture
def by_voucher(product: Product, tmp_path: Path) -> Product:
    return with_profile(product, tmp_path, VOUCHERS)


def posted(world: World, product: Product, supplier: str) -> int:
    """An invoice that stands in IFS and of which JAGGAER was told."""
    invoice = bill(world, supplier, line("1", "100", account="4020"), total="119.00")
    product.run("invoices")
    product.run("invoices")
    assert status(world, invoice) == "Exported"
    world.calm()
    return invoice


def change(world: World, invoice: int, **values: Any) -> None:
    head = proposal(world, invoice)
    world.change("ifs", "PostingProposalHeadSet", {name: head[name] for name in ("Company", "ProposalId")}, values)


def change_row(world: World, invoice: int, account: str, **values: Any) -> None:
    rows = [row for row in world.records("ifs", "VoucherRowSet") if row["ReferenceNumber"] == str(invoice)]
    key = ("Company", "VoucherType", "AccountingYear", "VoucherNo", "RowNo")
    (row,) = [row for row in rows if row["Account"] == account]
    world.change("ifs", "VoucherRowSet", {name: row[name] for name in key}, values)


def idle(world: World, product: Product) -> Ran:
    """A run that writes nothing, and nothing more than the pages of a run at rest is read."""
    world.calm()
    ran = product.run("invoices")
    assert world.writes() == NOTHING
    assert ran.result.counts.created + ran.result.counts.updated == 0
    return ran


def test_our_own_postings_come_back_once_and_cost_nothing(supplier: str, world: World, product: Product) -> None:
    invoice = bill(world, supplier, line("1", "100", account="4020"), total="119.00")
    product.run("invoices")
    assert product.items_of(invoice) == []
    assert idle(world, product).result.requests["ifs"] > 1, "the telling moved the invoice: it is looked at once"
    assert idle(world, product).result.requests == AT_REST


def test_others_postings_lead_nowhere(supplier: str, world: World, product: Product) -> None:
    idle(world, product)
    for number, mark in enumerate((None, "JAGD", "SAP:77", "JAG:")):
        told = {"Company": "10", "SupplierId": supplier, "InvoiceNo": world.number("H"), "InvoiceDate": DAY}
        told |= {"PostingDate": DAY, "CurrencyCode": "EUR", "NetAmount": number, "TaxAmount": 0, "GrossAmount": number}
        world.ifs("PostingProposalHeadSet", **told, SourceReference=mark)
    ran = idle(world, product)
    assert (ran.result.requests, ran.lines) == (AT_REST, {})


@pytest.mark.parametrize("sweep", [False, True], ids=["ordinary", "sweep"])
def test_a_cancelled_proposal_is_a_conflict(sweep: bool, supplier: str, world: World, product: Product) -> None:
    invoice = posted(world, product, supplier)
    change(world, invoice, Objstate="Cancelled")
    assert product.run("invoices", dry_run=True).counts == {"conflicts": 1}
    ran = product.run("invoices", sweep=sweep)
    assert (ran.state, ran.counts["conflicts"]) == ("attention", 1)
    (item,) = product.items_of(invoice)
    assert (item.kind, item.field, item.value) == ("conflict", "Objstate", "Cancelled")
    head = proposal(world, invoice)
    assert item.reason == f"its posting proposal 10:{head['ProposalId']} was cancelled in IFS"
    assert world.writes() == NOTHING
    assert status(world, invoice) == "Exported", "JAGGAER is told nothing"
    assert idle(world, product).state == "completed"
    assert stands(product, invoice) == {"Objstate": "conflict"}
    # The remedy holds the very command; this is what it does.
    command = f"ifs-jaggaer conflicts resolve {invoice} --sync invoices --winner ifs`"
    assert item.remedy.endswith(command)
    told = {str(invoice): Instructions(winners={"*": "ifs"})}
    product.run("invoices", keys=(str(invoice),), told=told)
    assert (world.writes(), product.items_of(invoice)) == (NOTHING, [])
    for _ in range(2):
        idle(world, product)
        assert product.items_of(invoice) == []
        product.reset_watermarks()
    product.verify_audit()


def test_a_changed_number_is_a_conflict_that_closes_when_it_is_changed_back(
    supplier: str, world: World, product: Product
) -> None:
    invoice = posted(world, product, supplier)
    before = proposal(world, invoice)["InvoiceNo"]
    change(world, invoice, InvoiceNo="X1", DueDate="2026-09-09")
    product.run("invoices")
    (item,) = product.items_of(invoice)
    assert (item.kind, item.field) == ("conflict", "InvoiceNo")
    assert f"InvoiceNo {before} -> X1; DueDate empty -> 2026-09-09" in item.reason
    idle(world, product)
    change(world, invoice, InvoiceNo=before, DueDate=None)
    product.run("invoices")
    assert product.items_of(invoice) == []
    assert (world.writes(), status(world, invoice)) == (NOTHING, "Exported")
    idle(world, product)


def test_what_changed_at_jaggaer_stays_open_whatever_happens_in_ifs(
    supplier: str, world: World, product: Product
) -> None:
    invoice = posted(world, product, supplier)
    world.change("jaggaer", "invoices", {"invoiceId": invoice}, {"header": {"supplierInvoiceNumber": "Y1"}})
    product.run("invoices")
    assert stands(product, invoice) == {"invoice": "conflict"}
    change(world, invoice, Objstate="Authorized")
    idle(world, product)
    assert stands(product, invoice) == {"invoice": "conflict"}


def test_one_that_no_longer_balances_is_held_and_goes_when_it_does(
    supplier: str, world: World, product: Product
) -> None:
    told = posted(world, product, supplier)
    invoice = bill(world, supplier, line("1", "100", account="4020"), total="119.00")
    unbalanced = {"NetAmount": 90, "GrossAmount": 109}
    dry = product.run("invoices", dry_run=True)
    assert dry.counts == {"created": 1}
    world.fault("jaggaer", "drop_before_commit", path="exportstatus", times=100)
    product.attempt("invoices")
    world.calm()
    for each in (told, invoice):
        change(world, each, **unbalanced)
    product.run("invoices")
    for each in (told, invoice):
        assert stands(product, each) == {"Objstate": "held"}
    assert status(world, invoice) == "NotExported"
    idle(world, product)
    for each in (told, invoice):
        change(world, each, NetAmount=100, GrossAmount=119, PostingDate="2026-02-20")
    product.run("invoices")
    assert status(world, invoice) == "Exported"
    assert world.writes() == {"ifs": 0, "jaggaer": 1}
    assert product.items_of(invoice) == []
    assert stands(product, told) == {"PostingDate": "conflict"}, "once told, its dates count too"


def test_a_voucher_of_ours_altered_in_its_head_or_in_a_row(
    supplier: str, world: World, product: Product, by_voucher: Product
) -> None:
    invoice, other = (posted(world, by_voucher, supplier) for _ in range(2))
    ran = idle(world, by_voucher)
    assert ran.result.requests == {"ifs": 3, "jaggaer": 1}, "a page more for vouchers and their rows"
    change_row(world, invoice, "4020", Account="4010")
    (head,) = vouchers(world, other)
    key = {name: head[name] for name in ("Company", "VoucherType", "AccountingYear", "VoucherNo")}
    world.change("ifs", "VoucherSet", key, {"Text": "X2"})
    by_voucher.run("invoices")
    (item,), (beside,) = by_voucher.items_of(invoice), by_voucher.items_of(other)
    assert (item.kind, item.reason.rpartition(": ")[2]) == ("conflict", "its rows")
    assert f"Text {head['Text']} -> X2" in beside.reason
    idle(world, by_voucher)
    change_row(world, invoice, "4010", Account="4020")
    by_voucher.run("invoices")
    assert (by_voucher.items_of(invoice), len(by_voucher.items_of(other))) == ([], 1)
    # Where no company posts vouchers the set is not asked by ordinary runs, and former ones are seen by night.
    change_row(world, invoice, "4020", Account="4010")
    assert idle(world, product).result.requests == AT_REST
    assert product.items_of(invoice) == []
    product.run("invoices", sweep=True)
    assert [one.reason.rpartition(": ")[2] for one in product.items_of(invoice)] == ["its rows"]


def test_an_upgraded_store_is_not_read_anew(supplier: str, world: World, product: Product) -> None:
    """No watermark, no version and no fact of a posting is known to a store of an earlier release."""
    invoices = [posted(world, product, supplier) for _ in range(3)]
    engine = sqlalchemy.create_engine(product.settings.store.url)
    with engine.begin() as db:
        for table, column in (("watermark", "source"), ("kept_version", '"set"')):
            gone = f"DELETE FROM {table} WHERE sync = 'invoices' AND {column} LIKE '%posting_proposal%'"
            db.execute(sqlalchemy.text(gone))
        kept = db.execute(sqlalchemy.text("SELECT key, fields FROM snapshot WHERE kind = 'invoice'")).all()
        for key, fields in kept:
            former = {name: value for name, value in json.loads(fields).items() if not name.startswith("ifs:")}
            put = sqlalchemy.text("UPDATE snapshot SET fields = :fields WHERE kind = 'invoice' AND key = :key")
            db.execute(put, {"fields": json.dumps(former), "key": key})
    engine.dispose()
    change(world, invoices[0], Objstate="Cancelled")
    world.calm()
    ran = product.run("invoices")
    assert world.writes() == NOTHING
    assert ran.result.requests["jaggaer"] <= 1 + 1, "its list, and the one that was cancelled"
    assert stands(product, invoices[0]) == {"Objstate": "conflict"}
    assert idle(world, product).result.requests == AT_REST
    change(world, invoices[1], InvoiceNo="X3")
    product.run("invoices")
    assert stands(product, invoices[1]) == {"InvoiceNo": "conflict"}, "what it said was kept by the first run"


@pytest.mark.parametrize("first", ["voucher", "proposal"])
def test_a_setting_switched_while_a_creation_is_in_doubt_doubles_nothing(
    first: str, supplier: str, world: World, product: Product, by_voucher: Product
) -> None:
    """What was sent under the one setting is in doubt under the other, too."""
    before, after = (by_voucher, product) if first == "voucher" else (product, by_voucher)
    invoice = bill(world, supplier, line("1", "100", account="4020"), total="119.00")
    before, after = (each.with_settings(IFS__SETTLE_DELAY=2) for each in (before, after))
    world.fault("ifs", "late_commit", path=r"\$batch$", args={"seconds": 1.5})
    before.attempt("invoices", keys=(str(invoice),))
    assert world.hits("ifs") == [1]
    after.attempt("invoices", keys=(str(invoice),))
    time.sleep(3.1)  # two of settling, one until which it might have been sent
    after.run("invoices", keys=(str(invoice),))
    assert len(world.proposals(invoice)) + len(vouchers(world, invoice)) == 1
    assert (status(world, invoice), product.items_of(invoice)) == ("Exported", [])


def test_on_an_empty_store_each_invoice_is_asked_for_once(supplier: str, world: World, product: Product) -> None:
    """By a dry run, too, which keeps nothing of the rows in IFS that it read with the invoice."""
    posted(world, product, supplier)
    product.delete_store()
    product.run("gl-accounts")
    product.run("suppliers")
    window = {"since": product.settings.start_from}
    told = [product.run("invoices", **asked) for asked in ({"dry_run": True}, {"dry_run": True} | window, {})]
    assert [ran.result.requests for ran in told] == [told[-1].result.requests] * 3
    assert told[-1].result.requests["jaggaer"] == 1, "the list"
    assert world.writes() == NOTHING
