"""A kind says which sets and resources it works with: all that its modules name, and nothing that the profile lacks."""

from __future__ import annotations

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ifs_jaggaer.pipeline.kinds import KINDS
from ifs_jaggaer.pipeline.needs import needs
from mapping.kinds import Kind
from mapping.profile import Profile

MAPPING = Path(__file__).parents[2] / "mapping"
PROFILE = Profile.load()
ASKS = {
    "IfsRows",
    "IfsCreate",
    "IfsUpdate",
    "IfsAct",
    "JaggaerRecords",
    "JaggaerHeaders",
    "JaggaerDetails",
    "JaggaerPost",
}
ALL = tuple(KINDS.values())


def modules_of(kind: Kind) -> Iterator[Path]:
    """The kind's own modules: its package, or its one module."""
    own = Path(sys.modules[type(kind).__module__].__file__ or "")
    yield from (own.parent.glob("[!_]*.py") if own.stem == "kind" else (own,))


def named(kind: Kind) -> set[str]:
    """Sets and resources that are named where the kind asks or writes."""
    found: set[str] = set()
    for path in modules_of(kind):
        module = importlib.import_module(".".join(path.relative_to(MAPPING.parent).with_suffix("").parts))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ASKS and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add(first.value)
                elif isinstance(first, ast.Name):
                    value = getattr(module, first.id, None)
                    found |= {value} if isinstance(value, str) else set()
    return found


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.name)
def test_what_a_kind_asks_for_it_says(kind: Kind) -> None:
    found = named(kind)
    assert found
    needed = needs([kind], PROFILE)
    assert found <= needed["ifs"].keys() | needed["jaggaer"].keys()


def test_the_profile_has_all_of_it() -> None:
    needed = needs(ALL, PROFILE)
    assert needed["ifs"].keys() <= PROFILE.ifs.sets.keys()
    assert needed["jaggaer"].keys() <= PROFILE.jaggaer.resources.keys()
    for name, need in needed["ifs"].items():
        assert need.actions <= PROFILE.ifs.sets[name].actions.keys(), name
    for name, need in needed["jaggaer"].items():
        assert need.filters <= PROFILE.jaggaer.resources[name].filters.keys(), name


def test_a_polled_set_says_for_which_syncs() -> None:
    account = needs(ALL, PROFILE)["ifs"]["account"]
    assert account.polled
    assert {"suppliers", "gl-accounts"} <= account.syncs.keys()
