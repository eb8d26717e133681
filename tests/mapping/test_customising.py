"""The examples of docs/customising.md are what a customer copies: each of them works."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.wire import Row
from mapping.hooks import Hook
from mapping.kinds import Action, Decision, ItemKind, JaggaerPost
from mapping.money import Money
from mapping.profile import Profile

TEXT = (Path(__file__).parents[2] / "docs" / "customising.md").read_text(encoding="utf-8")
PROFILES = [
    text for text in re.findall(r"^```toml\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL) if "[build-system]" not in text
]
(CODE,) = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class AnyCase:
    key: str = "P1"
    references: tuple[str, ...] = ("ifs:P1",)


@pytest.fixture(scope="module")
def rules() -> Hook:
    names: dict[str, type[Hook]] = {"__name__": "acme_purchasing.rules"}  # type: ignore[dict-item]
    exec(CODE, names)  # noqa: S102 - our own text
    return names["Rules"](Profile.load())


def order(amount: int, note: str = "") -> Decision:
    write = JaggaerPost("purchaseorders", "P1", {"header": {"note": note}}, (), "create")
    return Decision("P1", "", Action.CREATE, writes=(write,), amount=Money(Decimal(amount), "EUR"))


@pytest.mark.parametrize("text", PROFILES, ids=lambda text: text.strip().splitlines()[0])
def test_each_profile_is_good(text: str, tmp_path: Path) -> None:
    file = tmp_path / "our-profile.toml"
    file.write_text(text, encoding="utf-8")
    assert Profile.load(file) != Profile.load()


def test_there_are_as_many_as_it_seems() -> None:
    assert len(PROFILES) == 7


def test_the_hook_reads(rules: Hook) -> None:
    row = Row("purchase_order", ("P1",), {"OrderNo": "P1", "NoteText": "eilt"})
    assert rules.read("purchase-orders", row).values["NoteText"] == "eilt (terms of Acme apply)"
    assert rules.read("receipts", row) is row


def test_the_hook_holds(rules: Hook) -> None:
    small, approved = order(100_000), order(100_001, note="approved")
    assert rules.revise("purchase-orders", AnyCase(), small) is small
    assert rules.revise("purchase-orders", AnyCase(), approved) is approved
    held = rules.revise("purchase-orders", AnyCase(), order(100_001))
    assert (held.key, held.action, held.writes) == ("P1", Action.NONE, ())
    assert [item.kind for item in held.items] == [ItemKind.HELD]
