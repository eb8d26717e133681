"""Invoices of which nothing is owed: no empty voucher, a proposal with its lines, and nothing left unexplained."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path

import pytest
from pipeline.driving import Product
from pipeline.invoicing import bill, line, proposal, proposal_lines, stands, status, vouchers, with_profile
from pipeline.world import World

from ifs_jaggaer.pipeline.reconcile.course import Asked, Report
from ifs_jaggaer.pipeline.reconcile.run import reconcile

VOUCHERS = '[company."10"]\ninvoices_without_order = "voucher"\n'


@pytest.fixture(scope="module")
def supplier(small_world: World, product: Product) -> str:
    number = small_world.supplier()
    product.run("gl-accounts")
    product.run("suppliers")
    return number


def test_a_voucher_of_nothing_is_never_made(supplier: str, world: World, product: Product, tmp_path: Path) -> None:
    by_voucher = with_profile(product, tmp_path, VOUCHERS)
    empty = bill(world, supplier, line("1", "0", account="4020"), total="0")
    even = bill(world, supplier, line("1", "10", account="4020"), line("1", "-10", at="2", account="4010"), total="0")
    order = world.order(supplier, price="0")
    world.receive(order)
    gift = bill(world, supplier, line("10", "0", order=order), total="0")
    ran = by_voucher.run("invoices")
    assert vouchers(world, empty) == vouchers(world, even) == []
    assert ran.lines[str(empty)].action == "out of scope"
    assert "nothing to post" in ran.lines[str(empty)].notes[0]
    assert (stands(product, empty), status(world, empty)) == ({}, "NotExported")
    assert (stands(product, even), status(world, even)) == ({"total": "held"}, "NotExported")
    assert float(proposal(world, gift)["GrossAmount"]) == 0
    assert (len(proposal_lines(world, gift)), status(world, gift)) == (1, "Exported")

    world.calm()
    by_voucher.run("invoices", keys=(str(empty), str(gift)))
    assert world.writes() == {"ifs": 0, "jaggaer": 0}
    report = asyncio.run(reconcile(by_voucher.settings, Asked(str(uuid.uuid4()), "test", syncs=("invoices",))))
    assert isinstance(report, Report)
    assert report.state == "completed", report.message
    month = asyncio.run(reconcile(by_voucher.settings, Asked(str(uuid.uuid4()), "test"), "2026-02"))
    assert "unexplained: " not in month.message


@pytest.mark.parametrize("accounts", [("4020", "1590"), ()])
def test_an_empty_voucher_of_an_earlier_release_stands(
    supplier: str, world: World, product: Product, tmp_path: Path, accounts: tuple[str, ...]
) -> None:
    by_voucher = with_profile(product, tmp_path, VOUCHERS)
    like = bill(world, supplier, line("1", "10", account="4020"), total="11.90")
    by_voucher.run("invoices")
    empty = bill(world, supplier, line("1", "0", account="4020"), total="0", exportStatus="Exported")
    (head,) = vouchers(world, like)
    number = world.invoice_there(empty)["header"]["supplierInvoiceNumber"]
    own = {"Company", "VoucherType", "AccountingYear", "VoucherDate", "ReferenceSerie"}
    made = world.ifs(
        "VoucherSet", **{name: head[name] for name in own}, ReferenceNumber=str(empty), Text=number,
        Objstate="Approved",
    )  # fmt: skip
    parts = {name: made[name] for name in ("Company", "VoucherType", "AccountingYear", "VoucherNo")}
    for place, account in enumerate(accounts, 1):
        told = {"PartyTypeId": supplier} if account == "1590" else {}
        world.ifs(
            "VoucherRowSet", **parts, RowNo=place, Account=account, CurrencyCode="EUR", CurrencyDebetAmount=0,
            CurrencyCreditAmount=0, ReferenceSerie=head["ReferenceSerie"],
            ReferenceNumber=str(empty), **told,
        )  # fmt: skip
    for _ in range(2):
        by_voucher.run("invoices")
        report = asyncio.run(reconcile(by_voucher.settings, Asked(str(uuid.uuid4()), "test", syncs=("invoices",))))
        assert isinstance(report, Report)
        assert report.state == "completed", report.kinds[0].differences
    month = asyncio.run(reconcile(by_voucher.settings, Asked(str(uuid.uuid4()), "test"), "2026-02"))
    assert month.state == "completed", month.message


def test_in_a_company_of_proposals_it_is_posted(supplier: str, world: World, product: Product) -> None:
    empty = bill(world, supplier, line("1", "0", account="4020"), total="0")
    product.run("invoices")
    assert (proposal(world, empty)["Objstate"], status(world, empty)) == ("Balanced", "Exported")
