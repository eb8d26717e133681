"""Every command that a remedy names is one that works as it is written: the command line parses it."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import typer

from ifs_jaggaer.cli import app

ROOT = Path(__file__).parents[2]
PLACES = ("mapping", "connectors", "flows", "ifs_jaggaer/pipeline", "ifs_jaggaer/store", "ifs_jaggaer/cli")

FILLED_IN = {
    "TIME": "2026-01-31",
    "since": "2026-01-31",
    "narrowed": "",
    "sync": "purchase-orders",
    "winner": "ifs",
    "name": "name",
    "field": "name",
}
"""What stands for the part of a text that is filled in, by a word of it; anything else is a key."""

COMMANDS = "run|replay|adopt|conflicts|audit|items|dead-letters|status|settings|ping|fit|reconcile|setup|sandbox"
QUOTED = re.compile(rf"`(ifs-jaggaer [^`]+)`|'(?:ifs-jaggaer )?((?:{COMMANDS})(?: [^']+)?)'")
BARE = re.compile(r"(?<![`'>])\bifs-jaggaer ((?:replay|conflicts|items) [^;:,)`']+)|^ifs-jaggaer (\S.*)$")


def _filled(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    if not isinstance(part, ast.FormattedValue):
        return ""
    said = ast.unparse(part.value)
    return next((value for word, value in FILLED_IN.items() if word in said), "KEY")


def texts(source: str) -> Iterator[str]:
    """Every string of a module but docstrings, what is filled in replaced; none that is part of another."""
    tree = ast.parse(source)
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inner |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(map(_filled, node.values))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
            yield node.value


def commands(text: str) -> list[str]:
    """Those that a text names."""
    named = [one or other for one, other in QUOTED.findall(text)]
    bare = [one or other for one, other in BARE.findall(text)]
    return [each.removeprefix("ifs-jaggaer ") for each in (*named, *bare)]


def _named() -> list[tuple[str, str]]:
    found = {
        (str(path.relative_to(ROOT)), command)
        for place in PLACES
        for path in sorted((ROOT / place).rglob("*.py"))
        for text in texts(path.read_text(encoding="utf-8"))
        for command in commands(text)
    }
    return sorted(found)


def parse(command: str) -> None:
    """Raises what typer raises where the command line would refuse it."""
    words = [FILLED_IN.get(word, word) for word in shlex.split(command)]
    at: Any = typer.main.get_command(app)
    while subcommands := getattr(at, "commands", None):
        at = subcommands[words.pop(0)]
    with suppress(typer.Exit):  # --help
        at.make_context(at.name, words)


NAMED = _named()


def test_commands_are_found() -> None:
    assert len(NAMED) >= 15
    assert commands("try `ifs-jaggaer replay suppliers --held brake`") == ["replay suppliers --held brake"]
    assert commands("then 'replay --held brake' lets it go") == ["replay --held brake"]


@pytest.mark.parametrize(("path", "command"), NAMED, ids=[f"{path}: {command}" for path, command in NAMED])
def test_it_parses(path: str, command: str) -> None:
    parse(command)
    assert path


@pytest.mark.parametrize(
    ("command", "lacking"),
    [
        ("replay --held brake", "Missing parameter: sync"),
        ("run purchase-orders --key", "requires an argument"),
        ("conflicts resolve KEY --sync gl-accounts --winner ifs", "'gl-accounts' is not one of"),
        ("replay nonsense", "'nonsense' is not one of"),
    ],
)
def test_what_would_be_refused_does_not(command: str, lacking: str) -> None:
    with pytest.raises(Exception, match=lacking):
        parse(command)
