"""What a person does at the command line is on the audit record, with who did it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pipeline.driving import Product
from pipeline.world import World
from typer.testing import CliRunner

from ifs_jaggaer.cli import app


@pytest.fixture
def command(product: Product, monkeypatch: pytest.MonkeyPatch) -> CliRunner:
    for name, value in product.variables.items():
        monkeypatch.setenv(name, value)
    return CliRunner()


def test_a_discarded_dead_letter_is_closed_and_on_the_record(
    world: World, product: Product, command: CliRunner
) -> None:
    number = world.supplier(CorporateForm="OHG & Co")
    product.run("suppliers")
    (item,) = [item for item in product.items_of(number) if item.kind == "dead_letter"]
    done = command.invoke(app, ["dead-letters", "discard", number, "--by", "Ida Kontor", "--reason", "OHG"])
    assert done.exit_code == 0, done.output
    assert item.field not in {item.field for item in product.items_of(number)}
    with product.store() as store:
        (event,) = [event for event in store.audit.trace([number]) if event.action == "discard"]
    assert event.payload == {"field": item.field, "reason": item.reason, "by": "Ida Kontor", "because": "OHG"}
    product.verify_audit()
    assert command.invoke(app, ["dead-letters", "discard", number, "--by", "Ida Kontor"]).exit_code == 1


def test_a_discarded_dead_letter_rests_until_the_record_changes(
    world: World, product: Product, command: CliRunner
) -> None:
    number = world.supplier(CorporateForm="OHG & Co")
    product.run("suppliers")
    other = command.invoke(app, ["dead-letters", "discard", number, "--sync", "invoices"])
    assert other.exit_code == 1, "not of this sync"
    assert "OHG & Co" in command.invoke(app, ["dead-letters", "show", number]).stdout
    done = command.invoke(app, ["dead-letters", "discard", number, "--json"])
    assert [one["key"] for one in json.loads(done.stdout)["discarded"]] == [number]
    assert product.run("suppliers").state == "completed"
    assert not product.items_of(number)
    world.change("ifs", "SupplierInfoGeneralSet", {"SupplierId": number}, {"CorporateForm": "GbR & Co"})
    assert product.run("suppliers").state == "attention"
    assert [item.value for item in product.items_of(number)] == ["GbR & Co"]


def test_items_are_replayed_by_run_or_window(world: World, product: Product) -> None:
    runs, numbers = [], []
    for _ in range(2):
        numbers.append(world.supplier(CorporateForm="Dorfverein"))
        runs.append(product.run("suppliers"))
    first, second = (product.items_of(number)[0] for number in numbers)
    by_run = product.run("suppliers", replay="open", opened_by=runs[0].result.run_id, dry_run=True)
    assert set(by_run.lines) == {numbers[0]}
    in_window = product.run("suppliers", replay="open", since=second.since, dry_run=True)
    assert set(in_window.lines) == {numbers[1]}
    before = product.run("suppliers", replay="open", since=first.since, until=second.since, dry_run=True)
    assert set(before.lines) == {numbers[0]}
    named = product.run("suppliers", replay="open", keys=("4711",))
    assert named.result.message == "nothing to do; 4711: nothing of it stands open"


def test_a_reset_is_on_the_record(product: Product, command: CliRunner) -> None:
    product.run("gl-accounts")
    number = len([leg for sync, leg in product.watermarks() if sync == "gl-accounts"])
    assert number
    done = command.invoke(app, ["watermarks", "reset", "--sync", "gl-accounts"])
    assert done.exit_code == 0, done.output
    assert not [leg for sync, leg in product.watermarks() if sync == "gl-accounts"]
    with product.store() as store:
        events = [event for event in store.audit.export() if event.action == "reset watermarks"]
    assert [(event.entity, event.payload) for event in events] == [("gl-accounts", {"reset": number})]
    product.verify_audit()


@pytest.mark.parametrize(
    "words", [["watermarks", "reset", "--sync", "foo"], ["items", "list", "--sync", "foo"], ["audit", "trace", " "]]
)
def test_unknown_names_are_wrong_usage(words: list[str], command: CliRunner) -> None:
    assert command.invoke(app, words).exit_code == 2


def test_what_waits_too_long_shows_as_such(
    world: World, product: Product, command: CliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = world.order(world.number("S"))
    product.run("purchase-orders", keys=(order,))
    listed = ["items", "list", "--sync", "purchase-orders"]

    def items_and_status() -> tuple[list[bool], int]:
        lines = command.invoke(app, [*listed, "--json"]).stdout.splitlines()
        rows = json.loads(command.invoke(app, ["status", "--json"]).stdout)["syncs"]
        [row] = [row for row in rows if row["sync"] == "purchase-orders"]
        assert row["open"] == {"waiting": 1}
        return [item["too_old"] for item in map(json.loads, lines) if item["key"] == order], row["too_old"]

    assert items_and_status() == ([False], 0)
    profile = tmp_path / "impatient.toml"
    profile.write_text("[limits]\nwaiting_alert_hours = 0.00001\n", encoding="utf-8")
    monkeypatch.setenv("IFS_JAGGAER_PROFILE", str(profile))
    assert items_and_status() == ([True], 1)
    assert "too long)" in command.invoke(app, listed).stdout
    assert "1 of them too long" in " ".join(command.invoke(app, ["status"]).stdout.split())
