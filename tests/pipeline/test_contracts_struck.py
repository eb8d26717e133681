"""One contract is one agreement and one row a price, whatever becomes of the requests (law 2)."""

from __future__ import annotations

import time

import pytest
from pipeline.deals import Deals, price
from pipeline.driving import Product, in_a_process
from pipeline.world import World

SET, PRICES, CLOSE = "SupplierAgreementSet$", "SupplierAgreementPartSet$", "SupplierAgreement_Close$"
AFTER = (
    "timeout_after_commit",
    "drop_after_commit",
    "server_error_after_commit",
    "drop_mid_answer",
    "truncated_json",
    "late_commit",
)
BEFORE = ("timeout_before_commit", "drop_before_commit", "html_502", "html_503", "html_200")
PASSING = ("throttle", "expire_tokens", "mi_modified", "locked", "duplicate_after_commit")
SECONDS = {"timeout_after_commit": 2, "timeout_before_commit": 2, "late_commit": 1, "throttle": 1}
MOST_RUNS = 6
MOST_SECONDS = 30


@pytest.fixture(scope="module")
def supplier(small_world: World, product: Product) -> str:
    number = small_world.supplier()
    product.run("suppliers")
    return number


def run_until_settled(product: Product) -> None:
    for _ in range(MOST_RUNS):
        error = product.attempt("contracts").error
        if not error and not product.open_items("contracts"):
            return
        time.sleep(1)


def arm(world: World, faults: tuple[str, ...], path: str, method: str = "POST") -> None:
    for fault in faults:
        args = {"seconds": SECONDS[fault]} if fault in SECONDS else {}
        world.fault("ifs", fault, method=method, path=path, args=args)


@pytest.mark.parametrize("faults", [AFTER, BEFORE, PASSING], ids=["after", "before", "passing"])
def test_struck_by(faults: tuple[str, ...], supplier: str, world: World, product: Product) -> None:
    deals = Deals(world)
    codes = [deals.make(supplier, price("a"), price("a", 100, 11.5)) for _ in faults]
    arm(world, faults, SET)
    arm(world, faults, PRICES)
    run_until_settled(product)
    for code in codes:
        assert len(deals.agreements(code)) == 1
        assert len(deals.rows(code)) == 2
    assert set(world.hits("ifs")) == {1}, "every fault has struck"
    world.calm()
    for code in codes:
        deals.reprice(code, price("a", value=13), price("a", 100, 11.5))
    arm(world, faults, r"PartSet\(", "PATCH")
    run_until_settled(product)
    assert {float(deals.row(code, "a")["Price"]) for code in codes} == {13}
    world.calm()
    for code in codes:
        deals.change(code, status="Expired")
    arm(world, faults, CLOSE)
    run_until_settled(product)
    assert {deals.agreement(code)["Objstate"] for code in codes} == {"Closed"}
    assert not product.open_items("contracts")
    product.verify_audit()


@pytest.mark.parametrize("path", [SET, PRICES])
@pytest.mark.parametrize("committed", [True, False])
def test_killed(path: str, committed: bool, supplier: str, world: World, product: Product) -> None:
    """SIGKILL while the first write, or the second price, is at the server; then the contracts change."""
    nth = 1 if path == SET else 2
    deals = Deals(world)
    codes = [deals.make(supplier, price("a"), price("b"), price("c")) for _ in range(3)]
    fault = "timeout_after_commit" if committed else "timeout_before_commit"
    world.fault("ifs", fault, method="POST", path=path, skip=nth - 1, args={"seconds": 20}, times=100)
    patient = product.with_settings(IFS__READ_TIMEOUT=20)
    with in_a_process(patient, "contracts") as process:
        end = time.monotonic() + MOST_SECONDS
        while not sum(world.hits("ifs")):
            assert process.poll() is None, "it ended before the write"
            assert time.monotonic() < end
            time.sleep(0.02)
        process.kill()
        process.wait(10)
    world.calm()
    for code in codes:
        deals.reprice(code, price("a", value=13), price("b", value=13), price("c"))
        deals.change(code, title="Neu")
    run_until_settled(product)
    for code in codes:
        assert [row["Description"] for row in deals.agreements(code)] == ["Neu"]
        assert {float(deals.row(code, part)["Price"]) for part in ("a", "b")} == {13}
        assert {row["PartNo"] for row in deals.rows(code)} == {"a", "b", "c"}
    assert not product.open_items("contracts")
    product.verify_audit()


def test_a_store_lost_half_way(supplier: str, world: World, product: Product) -> None:
    """The agreement stands, of its prices one; nothing in the store says so."""
    deals = Deals(world)
    code = deals.make(supplier, price("a"), price("b"))
    world.fault("ifs", "drop_before_commit", method="POST", path=PRICES, skip=1, times=100)
    assert product.attempt("contracts").error or product.items_of(code)
    world.calm()
    product.delete_store()
    product.runs.clear()
    product.run("suppliers")
    world.calm()
    product.run("contracts")
    assert len(deals.agreements(code)) == 1
    assert len(deals.rows(code)) == 2
    assert world.writes()["ifs"] == 1
    assert not product.items_of(code)


def test_two_runs_at_once(supplier: str, world: World, product: Product) -> None:
    deals = Deals(world)
    codes = [deals.make(supplier, price("a"), price("b")) for _ in range(6)]
    with in_a_process(product, "contracts", wait=True) as one, in_a_process(product, "contracts", wait=True) as two:
        for process in (one, two):
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        assert one.wait(MOST_SECONDS) == two.wait(MOST_SECONDS) == 0
    run_until_settled(product)
    for code in codes:
        assert len(deals.agreements(code)) == 1
        assert len(deals.rows(code)) == 2
    assert not product.open_items("contracts")
