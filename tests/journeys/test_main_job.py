"""The main job as a user would try it: all of it, again, after resets, after twenty changes; every amount compared."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest
from programs import Product, Sandbox, product_of, sandbox_program, store_files

from ifs_jaggaer.pipeline.request import SyncName

SIZES = ("--seed", "11", "--suppliers", "60", "--orders", "150", "--invoices", "90")
COMPARE = Path(__file__).parents[2] / "scripts/compare_amounts.py"
NOTHING = {"ifs": 0, "jaggaer": 0}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with sandbox_program(*SIZES) as program:
        yield program


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("main-job")


@pytest.fixture(scope="module")
def product(sandbox: Sandbox, prefect: dict[str, str], folder: Path) -> Product:
    return product_of(sandbox.settings(folder), prefect)


@pytest.fixture(scope="module")
def synced(product: Product, sandbox: Sandbox) -> dict[str, Any]:
    """The first sync of everything."""
    dry = product.run("all", "--dry-run")
    assert sandbox.writes() == NOTHING, "a dry run writes nothing"
    real = product.run("all")
    return {"dry": {s["sync"]: s for s in dry["syncs"]}, "real": {s["sync"]: s for s in real["syncs"]}}


@pytest.mark.journey
class TestMainJob:
    """In order: each step stands on the one before."""

    def test_everything_moves(self, synced: dict[str, Any], sandbox: Sandbox) -> None:
        real = synced["real"]
        assert real["suppliers"]["created"] > 10
        assert real["purchase-orders"]["created"] > 100
        assert real["invoices"]["created"] > 50
        assert [*real] == list(get_args(SyncName))
        assert {sync for sync, ran in real.items() if not ran["created"]} == {"payments"}, "nothing is paid yet"
        assert all(Decimal(amount) > 0 for amount in real["purchase-orders"]["amounts"].values())
        there = {record["header"]["poNumber"] for record in sandbox.records("jaggaer", "purchaseorders")}
        assert len(there) == real["purchase-orders"]["created"], "one order there for each order here"

    def test_the_dry_run_foretold_what_was_written(self, synced: dict[str, Any]) -> None:
        for sync, real in synced["real"].items():
            dry = synced["dry"][sync]
            assert (dry["created"], dry["updated"], dry["amounts"]) == (
                real["created"], real["updated"], real["amounts"],
            ), sync  # fmt: skip

    def test_some_wait_are_held_or_rejected_with_reason_and_remedy(
        self, synced: dict[str, Any], product: Product
    ) -> None:
        assert synced
        items = product.items()
        assert {item["kind"] for item in items} >= {"dead_letter", "waiting", "held"}
        for item in items:
            assert item["reason"], item
            assert item["remedy"], item
            assert item["since"].endswith("+00:00"), item

    def test_every_amount_equals_its_source(self, synced: dict[str, Any], product: Product) -> None:
        assert synced
        compared = subprocess.run(
            [sys.executable, str(COMPARE)], env=product.environment, capture_output=True, text=True, check=False
        )
        assert compared.returncode == 0, compared.stdout + compared.stderr
        assert "0 differences" in compared.stdout
        assert "orders JPY" in compared.stdout

    def test_a_second_sync_writes_nothing(self, synced: dict[str, Any], product: Product, sandbox: Sandbox) -> None:
        assert synced
        sandbox.reset_stats()
        product.run("all", codes={0})
        assert sandbox.writes() == NOTHING

    def test_nor_does_one_after_all_watermarks_were_reset(self, product: Product, sandbox: Sandbox) -> None:
        product.call("watermarks", "reset")
        sandbox.reset_stats()
        product.run("all", codes={0})
        assert sandbox.writes() == NOTHING

    def test_nor_does_one_after_the_store_was_deleted(self, product: Product, sandbox: Sandbox, folder: Path) -> None:
        assert store_files(folder)
        for file in store_files(folder):
            file.unlink()
        sandbox.reset_stats()
        product.run("all")
        assert sandbox.writes() == NOTHING

    def test_twenty_changes_are_carried_and_nothing_else(self, product: Product, sandbox: Sandbox) -> None:
        expected = _twenty_changes(product, sandbox)
        sandbox.reset_stats()
        product.run("all")
        assert sandbox.writes() == expected
        sandbox.reset_stats()
        product.run("all", codes={0})
        assert sandbox.writes() == NOTHING

    def test_trace_shows_the_whole_life_of_an_order(self, product: Product, sandbox: Sandbox) -> None:
        order = sandbox.records("jaggaer", "purchaseorders")[0]["header"]
        by_number = json.loads(product.call("audit", "trace", order["poNumber"], "--json").stdout)
        assert by_number["events"]
        by_id = json.loads(product.call("audit", "trace", str(order["poId"]), "--json").stdout)
        assert {e["key"] for e in by_id["events"]} & {e["key"] for e in by_number["events"]}

    def test_the_audit_record_is_whole(self, product: Product) -> None:
        said = json.loads(product.call("audit", "verify", "--json", codes={0}).stdout)
        assert said["well"]
        assert said["anchors"] > 4


def _agreed_suppliers(product: Product, sandbox: Sandbox) -> list[tuple[str, str]]:
    """Linked suppliers of which nothing stands open: (SupplierId, bravoId)."""
    troubled = {item["key"] for item in product.items("--sync", "suppliers")}
    profiles = {
        r["returnCompanyInfo"].get("extCode"): r["returnCompanyInfo"]
        for r in sandbox.records("jaggaer", "companyprofiles")
    }
    with_address = {r["SupplierId"] for r in sandbox.records("ifs", "SupplierInfoAddressSet") if r["DefAddress"]}
    return [
        (row["SupplierId"], profiles[row["SupplierId"]]["bravoId"])
        for row in sandbox.records("ifs", "SupplierInfoGeneralSet")
        if row["SupplierId"] in profiles
        and row["SupplierId"] not in troubled
        and row["SupplierId"] in with_address
        and row["Status"] == "Active"
        and profiles[row["SupplierId"]].get("bizPhone")
    ]


def _twenty_changes(product: Product, sandbox: Sandbox) -> dict[str, int]:
    """4 fields in IFS, 4 at JAGGAER, 4 on both sides, 3 orders changed, 2 cancelled, 3 invoices; gives their writes."""
    suppliers = iter(_agreed_suppliers(product, sandbox))
    addresses = {r["SupplierId"]: r for r in sandbox.records("ifs", "SupplierInfoAddressSet") if r["DefAddress"]}

    def in_ifs(number: str, city: str) -> None:
        key = {"SupplierId": number, "AddressId": addresses[number]["AddressId"]}
        sandbox.change("ifs", "SupplierInfoAddressSet", key, {"City": city})

    def at_jaggaer(bravo: str, **values: str) -> None:
        sandbox.change("jaggaer", "companyprofiles", {"bravoId": bravo}, {"returnCompanyInfo": values})

    for turn in range(4):
        in_ifs(next(suppliers)[0], f"Neustadt {turn}")
    for turn in range(4):
        at_jaggaer(next(suppliers)[1], bizPhone=f"+49 30 55500{turn}")
    for turn in range(2):  # the same field: IFS wins a city
        number, bravo = next(suppliers)
        in_ifs(number, f"Hier {turn}")
        at_jaggaer(bravo, city=f"Dort {turn}")
    for turn in range(2):  # the same field: nobody wins a name, both stay
        number, bravo = next(suppliers)
        sandbox.change("ifs", "SupplierInfoGeneralSet", {"SupplierId": number}, {"Name": f"Hier {turn} GmbH"})
        at_jaggaer(bravo, companyName=f"Dort {turn} GmbH")

    troubled = {item["key"] for item in product.items("--sync", "purchase-orders")}
    sent = {record["header"]["poNumber"] for record in sandbox.records("jaggaer", "purchaseorders")}
    invoiced = {
        line.get("poNumber") for r in sandbox.records("jaggaer", "invoices") for line in r["lineList"]["invoiceLine"]
    }
    orders = iter(
        row["OrderNo"]
        for row in sandbox.records("ifs", "PurchaseOrderSet")
        if row["OrderNo"] in sent - troubled - invoiced and row["Objstate"] in {"Released", "Confirmed"}
    )
    for turn in range(3):
        sandbox.change(
            "ifs", "PurchaseOrderSet", {"OrderNo": next(orders)}, {"NoteText": f"Bitte \u201esofort\u201c {turn}"}
        )
    for _ in range(2):
        sandbox.change("ifs", "PurchaseOrderSet", {"OrderNo": next(orders)}, {"Objstate": "Cancelled"})

    done = {row["SourceReference"] for row in sandbox.records("ifs", "PostingProposalHeadSet")}
    without_order = [
        record
        for record in sandbox.records("jaggaer", "invoices")
        if record["header"]["invoiceLineType"] == "Non-PO"
        and f"JAG:{record['header']['invoiceId']}" in done
        and record["header"].get("exportStatus") == "Exported"
    ]
    for turn in range(3):
        model = without_order[turn % len(without_order)]
        header = {k: v for k, v in model["header"].items() if k not in {"invoiceId", "exportStatus", "lastUpdate"}}
        header |= {
            "invoiceNumber": f"AGAIN-{turn}",
            "supplierInvoiceNumber": f"AGAIN-{turn}",
            "exportStatus": "NotExported",
        }
        sandbox.create("jaggaer", "invoices", {**model, "header": header})
    return {"ifs": 4 + 3, "jaggaer": 4 + 2 + 3 + 2 + 3}
