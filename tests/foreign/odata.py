"""$filter as contracts/ifs.md 2 allows it and nothing more: comparisons, and/or/not, string functions."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from foreign.catalogue import EntitySet

_TOKEN = re.compile(
    r"\s*(?:(?P<timestamp>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)|(?P<date>\d{4}-\d\d-\d\d)(?!\d|T)"
    r"|(?P<number>-?\d+(?:\.\d+)?)(?![\w:.-])"
    r"|(?P<enum>[A-Za-z_][\w.]*'(?:[^']|'')*')|(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_]\w*)|(?P<mark>[(),]))"
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: a == b,
    "ne": lambda a, b: a != b,
    "gt": lambda a, b: a is not None and b is not None and a > b,
    "ge": lambda a, b: a is not None and b is not None and a >= b,
    "lt": lambda a, b: a is not None and b is not None and a < b,
    "le": lambda a, b: a is not None and b is not None and a <= b,
}
_TESTS = {"contains": str.__contains__, "startswith": str.startswith, "endswith": str.endswith}
_CHANGES = {"tolower": str.lower, "toupper": str.upper, "trim": str.strip}
Test = Callable[[dict[str, Any]], Any]


class Malformed(Exception):
    """The server answers 400."""

    def __init__(self, text: str, name: str = "") -> None:
        super().__init__(text)
        self.name = name


class Filter:
    """One parsed $filter; `names` are the attributes that it uses."""

    def __init__(self, text: str, entry: EntitySet, lacking: set[str], collate: Callable[[str], Any]) -> None:
        self.entry, self.lacking, self.collate = entry, lacking, collate
        self.names: set[str] = set()
        self.equal: dict[str, set[Any]] = {}
        self._tokens = _tokens(text)
        self._at = 0
        self.test = self._either()
        if self._at != len(self._tokens):
            raise Malformed(f"what is {self._tokens[self._at][1]!r}")

    def _peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        self._at += 1
        return token

    def _eat(self, text: str) -> bool:
        if self._peek()[1] == text and self._peek()[0] in {"name", "mark"}:
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._eat(text):
            raise Malformed(f"{text} is missing")

    def _either(self) -> Test:
        parts = [self._both()]
        while self._eat("or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else lambda row: any(part(row) for part in parts)

    def _both(self) -> Test:
        parts = [self._one()]
        while self._eat("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else lambda row: all(part(row) for part in parts)

    def _one(self) -> Test:
        if self._eat("not"):
            inner = self._one()
            return lambda row: not inner(row)
        if self._eat("("):
            inner = self._either()
            self._expect(")")
            return inner
        name = self._peek()[1]
        if name in _TESTS and self._tokens[self._at + 1][1] == "(":
            self._at += 2
            (left, kind, _), (right, _, _) = self._value(), (self._expect(","), self._value())[1]
            self._expect(")")
            if kind != "text":
                raise Malformed(f"{name} is for text")
            return lambda row: left(row) is not None and _TESTS[name](str(left(row)), str(right(row)))
        return self._comparison()

    def _comparison(self) -> Test:
        left, kind, name = self._value()
        operator = self._next()[1]
        if operator not in _COMPARE:
            raise Malformed(f"the operator {operator!r} is not supported")
        right, other, _ = self._value()
        if other not in {"null", kind} and {kind, other} != {"int", "decimal"}:
            raise Malformed(f"{kind} cannot be compared with {other}", name)
        if operator == "eq" and name:
            self.equal.setdefault(name, set()).add(right({}))
        compare = _COMPARE[operator]
        if kind == "text" and operator not in {"eq", "ne"}:
            return lambda row: (
                left(row) is not None
                and right(row) is not None
                and compare(self.collate(left(row)), self.collate(right(row)))
            )
        return lambda row: compare(left(row), right(row))

    def _value(self) -> tuple[Test, str, str]:
        kind, text = self._next()
        if kind == "text":
            value: Any = text[1:-1].replace("''", "'")
        elif kind == "number":
            kind, value = ("decimal" if "." in text else "int"), Decimal(text)
        elif kind == "timestamp":
            value = datetime.fromisoformat(text)
        elif kind == "date":
            value = date.fromisoformat(text)
        elif kind == "enum":
            value = self._word(text)
        elif kind == "name" and text in {"true", "false", "null"}:
            kind, value = ("null", None) if text == "null" else ("bool", text == "true")
        elif kind == "name" and text in _CHANGES and self._eat("("):
            inner, _, _ = self._value()
            self._expect(")")
            return lambda row: None if inner(row) is None else _CHANGES[text](inner(row)), "text", ""
        elif kind == "name":
            if text not in self.entry.types or text in self.lacking:
                raise Malformed(f"the property {text} is unknown", text)
            self.names.add(text)
            return lambda row: row.get(text), self.entry.types[text], text
        else:
            raise Malformed(f"what is {text!r}")
        return lambda _: value, kind, ""

    def _word(self, text: str) -> str:
        typed, _, word = text.partition("'")
        word = word[:-1]
        known = {self.entry.enumeration(a): words for a, words in self.entry.words.items()}
        if word not in known.get(typed, ()):
            raise Malformed(f"the enumeration {text} is unknown")
        return word


def _tokens(text: str) -> list[tuple[str, str]]:
    found = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match or not match.lastgroup:
            raise Malformed(f"what is {text[at : at + 30]!r}")
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found
