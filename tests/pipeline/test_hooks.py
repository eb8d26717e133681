"""A customer's own code: what it changes arrives, what it breaks stops nobody."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from pipeline.driving import Product
from pipeline.world import World

from ifs_jaggaer.errors import SettingsError
from ifs_jaggaer.pipeline.hooked import only_the_hook, print_of
from ifs_jaggaer.pipeline.reconcile.course import Asked, Report
from ifs_jaggaer.pipeline.reconcile.run import reconcile
from mapping.profile import Profile
from mapping.reconcile.documents import Cause, Difference


@pytest.fixture
def hooked(product: Product, tmp_path: Path) -> Product:
    return with_hook(product, tmp_path, "pipeline.house_rules:Rules")


def with_hook(product: Product, folder: Path, name: str) -> Product:
    profile = folder / "profile.toml"
    profile.write_text(f'hook = "{name}"\n')
    return product.with_settings(PROFILE=profile)


def note_there(world: World, number: str) -> str:
    [order] = world.orders_there(number)
    return str(order["header"]["note"])


def test_what_it_derives_is_sent_and_its_change_is_noticed(hooked: Product, product: Product, world: World) -> None:
    number = world.order(world.supplier(), NoteText="eilt")
    hooked.run_all()
    assert note_there(world, number) == "[house] eilt"
    world.writes()
    assert hooked.run("purchase-orders").counts == {}
    plain = product.run("purchase-orders", keys=(number,))
    assert plain.counts == {"updated": 1}
    assert note_there(world, number) == "eilt"


def test_it_can_hold_a_document_until_it_changes(hooked: Product, world: World) -> None:
    number = world.order(world.supplier(), NoteText="ask me")
    hooked.run_all()
    assert world.orders_there(number) == []
    [item] = hooked.items_of(number)
    assert (item.kind, item.reason) == ("held", "the house wants to be asked")
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": number}, {"NoteText": "go"})
    hooked.run("purchase-orders")
    assert note_there(world, number) == "[house] go"
    assert hooked.items_of(number) == []


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("breaks read", "KeyError"),
        ("breaks revise", "ValueError"),
        ("other key", "it answered with the key another"),
        ("no answer", "it answered with NoneType, not with a Decision"),
    ],
)
def test_one_document_that_breaks_it_stops_nobody(note: str, said: str, hooked: Product, world: World) -> None:
    supplier = world.supplier()
    broken, sound = world.order(supplier, NoteText=note), world.order(supplier)
    hooked.run_all()
    assert (len(world.orders_there(broken)), len(world.orders_there(sound))) == (0, 1)
    [item] = hooked.items_of(broken)
    assert item.kind == "dead_letter"
    assert said in item.reason


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("pipeline.house_rules:NoHook", "no subclass"),
        ("pipeline.house_rules:Missing", "cannot be imported"),
        ("nowhere_at_all:Rules", "cannot be imported"),
    ],
)
def test_a_hook_that_cannot_be_used_stops_the_run(name: str, said: str, product: Product, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=said):
        with_hook(product, tmp_path, name).attempt("suppliers")


RULES = """
from dataclasses import replace

from mapping.hooks import Hook
from {package}.words import PREFIX


class Rules(Hook):
    def read(self, sync, row):
        note = row.values.get("NoteText")
        if row.kind != "purchase_order" or not note:
            return row
        return replace(row, values={{**row.values, "NoteText": f"{{PREFIX}} {{note}}"}})
"""


def test_its_source_is_part_of_what_a_run_keeps(
    product: Product, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of any file of its package; a changed hook is told from a changed profile, and the next run says so."""
    package = tmp_path / "acme_hooked"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "rules.py").write_text(RULES.format(package=package.name))
    (package / "words.py").write_text('PREFIX = "[one]"\n')
    monkeypatch.syspath_prepend(tmp_path)
    hooked = with_hook(product, tmp_path, f"{package.name}.rules:Rules")
    profile = Profile.load(tmp_path / "profile.toml")
    before = print_of(profile)
    assert before == print_of(profile) != profile.fingerprint()
    number = world.order(world.supplier(), NoteText="eilt")
    hooked.run_all()
    assert note_there(world, number) == "[one] eilt"
    assert hooked.run("purchase-orders").result.notes == ()
    (package / "words.py").write_text('PREFIX = "[two, and longer]"\n')
    for name in [name for name in sys.modules if name.partition(".")[0] == package.name]:
        del sys.modules[name]
    now = print_of(profile)
    assert now != before
    assert only_the_hook(before, now)
    assert not only_the_hook(before, print_of(Profile.load()))
    [difference] = differences_of(hooked, number)
    assert (difference.cause, difference.source) == (Cause.PROFILE_CHANGED, "[two, and longer] eilt")
    assert "hook acme_hooked.rules:Rules changed" in difference.reason
    [note] = hooked.run("purchase-orders").result.notes
    assert "its hook" in note


def differences_of(product: Product, key: str) -> list[Difference]:
    report = asyncio.run(reconcile(product.settings, Asked("hook", "test", syncs=("purchase-orders",))))
    assert isinstance(report, Report)
    return [one for kind in report.kinds for one in kind.differences if one.key == key]
