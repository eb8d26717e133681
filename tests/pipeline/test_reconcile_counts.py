"""Every kind is counted on both sides straight from the wire, and what is done to either side shows in the counts."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pipeline.documents import Documents
from pipeline.driving import Product
from pipeline.world import World

from ifs_jaggaer.pipeline.kinds import KINDS
from ifs_jaggaer.pipeline.reconcile.course import Asked, KindReport, Report
from ifs_jaggaer.pipeline.reconcile.reading import Window
from ifs_jaggaer.pipeline.reconcile.run import reconcile
from mapping.reconcile.totals import by_currency


def compared(product: Product, *syncs: str, since: datetime | None = None, company: str | None = None) -> Report:
    asked = Asked(str(uuid.uuid4()), "test", Window(since), company, syncs)
    report = asyncio.run(reconcile(product.settings, asked))
    assert isinstance(report, Report)
    assert all(one.ties for kind in report.kinds for one in kind.figures)
    return report


def only(product: Product, sync: str, **asked: Any) -> KindReport:
    (kind,) = compared(product, sync, **asked).kinds
    return kind


def named(kind: KindReport) -> dict[str, tuple[int, str, str]]:
    """By key what the figures name: count, amount, cause."""
    return {
        one.key: (one.count, f"{one.amount:f}", str(one.cause))
        for total in by_currency(kind.figures)
        for one in total.named
    }


def counts(kind: KindReport) -> tuple[int, int]:
    return sum(one.source_count for one in kind.figures), sum(one.target_count for one in kind.figures)


@pytest.fixture(scope="module")
def made(small_world: World, product: Product) -> Documents:
    documents = Documents.make(small_world)
    product.run_all()
    product.run_all()
    return documents


@pytest.fixture(autouse=True)
def _there(made: Documents) -> None:
    assert made.order


Record = tuple[str, str, dict[str, Any]]
"""System, set or resource, key."""


@contextmanager
def changed(world: World, record: Record, now: dict[str, Any], was: dict[str, Any]) -> Iterator[None]:
    world.change(*record, now)
    try:
        yield
    finally:
        world.change(*record, was)


def test_at_rest_every_kind_is_counted_and_ties(product: Product) -> None:
    report = compared(product)
    assert report.unexplained == []
    assert [kind.sync for kind in report.kinds] == [*KINDS]
    for kind in report.kinds:
        source, target = counts(kind)
        assert source == target >= 1, kind.sync
        assert named(kind) == {}, kind.sync
    amounts = {
        kind.sync: [(one.currency, f"{one.source_amount:.2f}") for one in by_currency(kind.figures)]
        for kind in report.kinds
        if not kind.counted
    }
    assert amounts == {
        "requisitions": [("EUR", "125.00")],
        "purchase-orders": [("EUR", "125.00")],
        "receipts": [("quantity", "4.00")],
        "invoices": [("EUR", "297.50")],
        "payments": [("EUR", "148.75")],
    }


def test_a_payment_that_only_one_of_them_shows(world: World, product: Product, made: Documents) -> None:
    paid, payable = ({"header": {"paymentStatus": word}} for word in ("Paid", "Payable"))
    with changed(world, ("jaggaer", "invoices", {"invoiceId": made.paid}), payable, paid):
        kind = only(product, "payments")
        assert named(kind) == {str(made.paid): (1, "148.75", "unexplained")}
        assert "run payments --key" in kind.unexplained[0].remedy
    with changed(world, ("jaggaer", "invoices", {"invoiceId": made.invoice}), paid, payable):
        kind = only(product, "payments")
        assert named(kind) == {str(made.invoice): (-1, "-148.75", "out of scope")}
        assert {one.reason for total in kind.figures for one in total.named} == {
            "the supplier ledger has no such invoice"
        }


def test_what_was_paid_in_part_counts_on_neither_side(world: World, product: Product, made: Documents) -> None:
    rows = world.records("ifs", "InvoiceLedgerItemSet")
    number = world.invoice_there(made.paid)["header"]["supplierInvoiceNumber"]
    (item,) = (row for row in rows if row["InvoiceNo"] == number)
    key = {name: item[name] for name in ("Company", "Identity", "PartyType", "LedgerItemId")}
    record = ("ifs", "InvoiceLedgerItemSet", key)
    was = {"PaidAmount": 148.75, "OpenAmount": 0}
    with changed(world, record, {"PaidAmount": 100, "OpenAmount": 48.75}, was):
        assert named(only(product, "payments")) == {str(made.paid): (-1, "-148.75", "conflict")}
    with changed(world, record, {"PaidAmount": 145.78}, was):
        assert named(only(product, "payments")) == {str(made.paid): (0, "-2.97", "decided")}


def test_a_requisition_of_another_total(world: World, product: Product, made: Documents) -> None:
    record = ("jaggaer", "requisitions", {"requisitionNumber": made.requisition})
    now, was = ({"header": {"total": {"currency": "EUR", "value": value}}} for value in (126.5, 125.0))
    with changed(world, record, now, was):
        found = named(only(product, "requisitions"))
    assert {key: (count, float(amount), cause) for key, (count, amount, cause) in found.items()} == {
        made.requisition: (0, -1.5, "unexplained")
    }


def test_values_that_only_one_of_them_has(world: World, product: Product) -> None:
    own = {"customField": "Account", "value": "JAG-OWN"}
    world.create("jaggaer", "customfieldvalues", own | {"description": "x", "active": "true"})
    account = world.number("7")
    world.account(account)
    product.run("gl-accounts")
    kind = only(product, "gl-accounts")
    assert named(kind) == {"Account:JAG-OWN": (-1, "0", "out of scope")}
    assert kind.rules == {"JAGGAER's own value: no account or code part of IFS": 1}
    world.remove("ifs", "AccountSet", {"Company": "10", "Account": account})
    gone = only(product, "gl-accounts")
    assert named(gone)[f"Account:{account}"] == (-1, "0", "unexplained")
    world.remove("jaggaer", "customfieldvalues", {"customField": "Account", "value": account})
    world.remove("jaggaer", "customfieldvalues", own)
    assert named(only(product, "gl-accounts")) == {}


def test_suppliers_that_only_one_of_them_has(world: World, product: Product) -> None:
    blocked = world.company(status="SUSPENDED")
    number = world.supplier()
    product.run("suppliers")
    assert named(only(product, "suppliers")) == {f"JAGGAER:{blocked}": (-1, "0", "out of scope")}
    world.remove("jaggaer", "companyprofiles", {"bravoId": world.bravo(number)})
    kind = only(product, "suppliers")
    assert named(kind)[number] == (1, "0", "unexplained")
    assert [one.key for one in kind.unexplained] == [number]
    world.remove("ifs", "SupplierInfoGeneralSet", {"SupplierId": number})
    world.remove("jaggaer", "companyprofiles", {"bravoId": blocked})


def test_a_supplier_that_changed_on_either_side_is_counted_on_both(world: World, product: Product) -> None:
    """The window of a kind that goes both ways is that of both."""
    number = world.supplier()
    product.run("suppliers")
    product.run("suppliers")
    later = datetime.now(UTC) + timedelta(hours=1)
    stamp = {"returnCompanyInfo": {"lastModTime": f"{later:%Y-%m-%dT%H:%M:%S}.000Z"}}
    world.change("jaggaer", "companyprofiles", {"bravoId": world.bravo(number)}, stamp)
    kind = only(product, "suppliers", since=later - timedelta(minutes=1))
    assert (counts(kind), named(kind)) == ((1, 1), {})


def test_one_company_is_counted_alone(world: World, product: Product, made: Documents) -> None:
    for sync in ("requisitions", "purchase-orders", "receipts", "invoices", "payments"):
        assert counts(only(product, sync, company="20")) == (0, 0), sync
        assert counts(only(product, sync, company="10"))[1] >= 1, sync
