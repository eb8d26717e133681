"""What a message of JAGGAER's names: it puts field and key at fault into words (contracts/jaggaer.md 2)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from connectors.wire import JsonValue

_WORD = re.compile(r"[^\s,;:=()\[\]{}'\"<>]+")
_QUOTED = re.compile(r"'([^']+)'|\"([^\"]+)\"")
_NAMED = re.compile(r"\bfield\s*[:=]?\s*['\"]?([A-Za-z_][\w.]*)", re.IGNORECASE)
_PREFIX = re.compile(r"([A-Za-z_][\w.]*)\s*[:=]")
_CODED = re.compile(r"\b([a-z]\w*(?:\.\w+)+|[a-z]+[A-Z]\w*)")


def field_in(message: str, sent: JsonValue = None) -> tuple[str, str | None]:
    """The field that the message is about, and our value of it if the body that we sent has just one.

    A name of the body wins, then what looks like a field: after "field", before a colon, dotted or in
    camel case. ("", None) where it names none.
    """
    ours = dict[str, set[str | None]]()
    for path, value in _leaves(sent):
        # Extended data holds bank accounts.
        ours.setdefault(path[-1], set()).add(None if "deBasic" in path else value)
    words = _words(message)
    known = next((word for word in words if word.rpartition(".")[2] in ours and _CODED.fullmatch(word)), None)
    name = known or _first(_NAMED, message) or _first(_PREFIX, message) or _first(_CODED, message) or ""
    values = ours.get(name.rpartition(".")[2], set())
    return name, next(iter(values)) if len(values) == 1 else None


def key_in(message: str, sent: JsonValue, near: str) -> str | None:
    """The key that the message says is unknown: a value of ours that it names, below `near` if there are several.

    Else what it has in quotes, else its last word with a digit, else None.
    """
    named = {next(filter(None, found)) for found in _QUOTED.findall(message)} | set(_words(message))
    ours = [(path, value) for path, value in _leaves(sent) if value in named]
    if ours:
        return next((value for path, value in ours if any(near in name for name in path)), ours[0][1])
    if quoted := _QUOTED.search(message):
        return str(quoted[1] or quoted[2])
    return next((word for word in reversed(_words(message)) if any(map(str.isdigit, word))), None)


def custom_field_in(message: str, sent: JsonValue) -> tuple[str, str] | None:
    """Custom field and value of ours that the message names; None where several of ours could be meant."""
    named = {next(filter(None, found)) for found in _QUOTED.findall(message)} | set(_words(message))
    named |= {word.rpartition(".")[2] for word in named}
    ours = {(name, value) for name, value in _custom_fields(sent) if value in named}
    meant = {each for each in ours if each[0] in named} or ours
    return next(iter(meant)) if len(meant) == 1 else None


def _custom_fields(value: JsonValue) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        name, own = value.get("internalName"), value.get("value")
        if isinstance(name, str) and isinstance(own, str):
            yield name, own
        for inner in value.values():
            yield from _custom_fields(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _custom_fields(inner)


def _words(message: str) -> list[str]:
    return [word.rstrip(".") for word in _WORD.findall(message)]


def _first(pattern: re.Pattern[str], message: str) -> str | None:
    found = pattern.search(message)
    return found[1] if found else None


def _leaves(value: JsonValue, path: tuple[str, ...] = ("",)) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, path)
    elif value is not None:
        yield path, str(value)
