"""`ping` and `fit` as a project lead runs them: exit codes, one line of JSON, a report in a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from programs import Product, Sandbox, product_of, sandbox_program

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with sandbox_program("--seed", "7", "--suppliers", "20", "--orders", "20", "--invoices", "10") as program:
        yield program


@pytest.fixture
def product(sandbox: Sandbox, tmp_path: Path) -> Product:
    return product_of(sandbox.settings(tmp_path), {})


def last_line(product: Product, *words: str, codes: set[int]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(product.call(*words, "--json", codes=codes).stdout.splitlines()[-1])
    return found


def test_ping_then_fit_then_a_report(sandbox: Sandbox, product: Product, tmp_path: Path) -> None:
    sandbox.reset_stats()
    assert last_line(product, "ping", codes={0})["well"] is True
    told = last_line(product, "fit", codes={1})
    assert told["state"] == "some"
    assert {one["sync"] for one in told["syncs"]} > {"suppliers", "gl-accounts", "purchase-orders", "invoices"}
    html, data = tmp_path / "fit.html", tmp_path / "fit.json"
    shown = product.call("fit", "--output", str(html), codes={1}).stdout
    assert "What would be synchronised" in shown
    assert html.read_text("utf-8").startswith("<!doctype html>")
    product.call("fit", "--output", str(data), codes={1})
    assert json.loads(data.read_text("utf-8"))["syncs"] == told["syncs"]
    assert sandbox.writes() == {"ifs": 0, "jaggaer": 0}


def test_exit_codes(sandbox: Sandbox, product: Product, tmp_path: Path) -> None:
    assert "neither in .html nor in .json" in product.call("fit", "--output", "fit.pdf", codes={2}).stderr
    assert "no folder" in product.call("fit", "--output", str(tmp_path / "no" / "fit.html"), codes={2}).stderr
    away = Product(product.environment | {"IFS_JAGGAER_IFS__HOST": "http://127.0.0.1:9"})
    assert last_line(away, "fit", codes={3})["state"] == "away"
    assert last_line(away, "ping", codes={3})["well"] is False
    sandbox.admin("ifs", "POST", "settings", {"forbidden": ["AccountSet"]})
    try:
        refused = [check for check in last_line(product, "ping", codes={2})["checks"] if not check["well"]]
        assert "AccountEntity" in refused[0]["remedy"]
        shown = product.call("ping", codes={2}).stdout
        assert "NO  ifs      account" in shown
        assert "      -> IFS administrator" in shown
    finally:
        sandbox.admin("ifs", "POST", "settings", {"forbidden": []})


def test_drift_ends_a_run_with_the_code_of_settings_and_shows_in_status(sandbox: Sandbox, product: Product) -> None:
    last_line(product, "ping", codes={0})
    sandbox.admin("ifs", "POST", "settings", {"metadata_without": ["SupplierInfoGeneralSet.Cf_Diversity"]})
    try:
        assert last_line(product, "ping", codes={2})["well"] is False
        told = last_line(product, "fit", codes={2})
        assert "Cf_Diversity (before: Edm.String)" in told["syncs"][0]["error"]
        changes = last_line(product, "status", codes={0})["schema"]
        assert [change["what"] for change in changes] == [
            "SupplierInfoGeneralSet.Cf_Diversity is gone (was Edm.String)"
        ]
    finally:
        sandbox.admin("ifs", "POST", "settings", {"metadata_without": []})
