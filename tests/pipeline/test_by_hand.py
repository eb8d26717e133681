"""What a person does at the command line is on the audit record, with who did it."""

from __future__ import annotations

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
    done = command.invoke(app, ["dead-letters", "discard", number, "--by", "Ida Kontor"])
    assert done.exit_code == 0, done.output
    assert item.field not in {item.field for item in product.items_of(number)}
    with product.store() as store:
        (event,) = [event for event in store.audit.trace([number]) if event.action == "discard"]
    assert event.payload == {"field": item.field, "reason": item.reason, "by": "Ida Kontor"}
    product.verify_audit()
    assert command.invoke(app, ["dead-letters", "discard", number, "--by", "Ida Kontor"]).exit_code == 1


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
