"""Law 2 and law 8: kill -9 between any two instructions, then a run that completes what was begun."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from pipeline.driving import Product, in_a_process
from pipeline.world import World

MOST_SECONDS = 30


@pytest.fixture(scope="module", autouse=True)
def _accounts(product: Product) -> None:
    product.run("gl-accounts")


@pytest.mark.parametrize(("nth", "committed"), [(1, True), (4, False)])
def test_orders_and_suppliers(nth: int, committed: bool, world: World, product: Product) -> None:
    suppliers = [world.supplier() for _ in range(6)]
    companies = [world.company() for _ in range(3)]
    _killed_at(world, product, "suppliers", nth, committed=committed, system="jaggaer", path="companyprofiles$")
    product.run("suppliers")
    for number in suppliers:
        there = [
            r for r in world.records("jaggaer", "companyprofiles") if r["returnCompanyInfo"].get("extCode") == number
        ]
        assert len(there) == 1
    for bravo in companies:
        assert sum(r["Cf_JaggaerId"] == bravo for r in world.records("ifs", "SupplierInfoGeneralSet")) == 1
    orders = [world.order(number) for number in suppliers]
    _killed_at(world, product, "purchase-orders", nth, committed=committed, system="jaggaer", path="purchaseorders$")
    product.run("purchase-orders")
    assert [len(world.orders_there(order)) for order in orders] == [1] * len(orders)
    assert {world.orders_there(order)[0]["header"]["revisionNumber"] for order in orders} == {0}
    assert not product.open_items()
    product.verify_audit()


@pytest.mark.parametrize(("nth", "committed"), [(1, False), (3, True)])
def test_invoices_and_suppliers_of_jaggaer(nth: int, committed: bool, world: World, product: Product) -> None:
    """Nothing but the look-up guards these against a second one."""
    suppliers, companies = [world.supplier() for _ in range(2)], [world.company() for _ in range(4)]
    general = r"SupplierInfoGeneralSet$"
    _killed_at(world, product, "suppliers", nth, committed=committed, system="ifs", path=general)
    product.run("suppliers")
    for bravo in companies:
        ours = [row for row in world.records("ifs", "SupplierInfoGeneralSet") if row["Cf_JaggaerId"] == bravo]
        assert len(ours) == 1
        addresses = [
            r for r in world.records("ifs", "SupplierInfoAddressSet") if r["SupplierId"] == ours[0]["SupplierId"]
        ]
        assert len(addresses) == 1
    invoices = [world.invoice(suppliers[turn % 2]) for turn in range(5)]
    _killed_at(world, product, "invoices", nth, committed=committed, system="ifs", path=r"\$batch$")
    product.run("invoices")
    assert [len(world.proposals(invoice)) for invoice in invoices] == [1] * len(invoices)
    assert {world.invoice_there(invoice)["header"]["exportStatus"] for invoice in invoices} == {"Exported"}
    assert not product.open_items()
    product.verify_audit()


def _killed_at(world: World, product: Product, sync: str, nth: int, *, committed: bool, system: str, path: str) -> None:
    """SIGKILL while the n-th write is at the server, which carried it out or will not."""
    world.calm()
    fault = "timeout_after_commit" if committed else "timeout_before_commit"
    world.fault(system, fault, method="POST", path=path, skip=nth - 1, args={"seconds": 20}, times=100)
    patient = product.with_settings(IFS__READ_TIMEOUT=20, JAGGAER__READ_TIMEOUT=20)
    with in_a_process(patient, sync) as process:
        _until(lambda: sum(world.hits(system)) > 0 or process.poll() is not None)
        assert process.poll() is None, "it ended before the n-th write"
        process.kill()
        process.wait(10)
    world.calm()


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + MOST_SECONDS
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
