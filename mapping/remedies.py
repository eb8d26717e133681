"""Remedies that are a line of the profile, so that `fit` can gather the lines, or a command: worded in one place."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from shlex import quote

BARE = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_STATED = re.compile(r"add below \[(?P<table>.+?)\] of the profile: (?P<line>.+?)(?:; or correct it .*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """A line to add to the profile, and the table that it goes below; what a person must fill in stands in <>."""

    table: str
    line: str


def add_below(table: str, line: str, otherwise: str = "in the record") -> str:
    """The remedy in words. `otherwise`: where else it could be put right."""
    return f"add below [{table}] of the profile: {line}; or correct it {otherwise}"


def profile_line(remedy: str) -> ProfileLine | None:
    """The line that a remedy of `add_below` tells to add; None for any other remedy."""
    found = _STATED.fullmatch(remedy)
    return ProfileLine(found["table"], found["line"]) if found else None


def entry(name: str, value: str) -> str:
    """`name = "value"` as TOML has it."""
    return f"{key(name)} = {_text(value)}"


def key(name: str) -> str:
    """A name as a key of TOML: bare where that is allowed."""
    return name if BARE.fullmatch(name) else _text(name)


def let_go(sync: str) -> str:
    """The command that lets go what the brake holds of a sync."""
    return f"`ifs-jaggaer replay {sync} --held brake`"


def resolve(sync: str, key: str, winner: str, field: str = "") -> str:
    """The command by which a person decides a conflict; an empty field stands for all of them."""
    narrowed = f" --field {quote(field)}" if field else ""
    return f"`ifs-jaggaer conflicts resolve {quote(key)} --sync {sync}{narrowed} --winner {winner}`"


def blank(what: str) -> str:
    """What a person must fill in; a profile that still holds it is refused."""
    return f"<{what}>"


def is_blank(word: str) -> bool:
    return word.startswith("<") and word.endswith(">")


def _text(value: str) -> str:
    # A basic string of TOML has the escapes of JSON.
    return json.dumps(value, ensure_ascii=False)
