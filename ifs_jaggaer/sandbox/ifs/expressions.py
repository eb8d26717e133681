"""The grammar of `$filter` (OData 4.0 URL conventions, 5.1.1) as far as contracts/ifs.md 2 goes.

What is grammatical OData but not offered by IFS is ODP_NOT_IMPLEMENTED; all else is malformed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple, NoReturn

from ifs_jaggaer.sandbox.ifs.errors import malformed, not_implemented
from ifs_jaggaer.sandbox.ifs.model import BOOLEAN, DATE, DECIMAL, INTEGER, STRING, TIMESTAMP
from ifs_jaggaer.sandbox.ifs.values import is_date, is_timestamp

NULL: Final = "null"
_DEPTH: Final = 100

_TOKEN: Final = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<string>'(?:[^']|'')*')
    | (?P<enum>[A-Za-z_][\w.]*'(?:[^']|'')*')
    | (?P<guid>[\da-fA-F]{8}-(?:[\da-fA-F]{4}-){3}[\da-fA-F]{12})
    | (?P<timestamp>\d{4}-\d\d-\d\dT[\d:.]*(?:Z|[+-]\d\d:\d\d)?)
    | (?P<date>\d{4}-\d\d-\d\d)
    | (?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
    | (?P<word>[A-Za-z_$@][\w.]*)
    | (?P<sign>[(),/:-])
    """,
    re.VERBOSE,
)


@dataclass(frozen=True)
class Literal:
    """A constant; `type` is an Edm type, `null`, or the full name of an enumeration."""

    value: Any
    type: str


@dataclass(frozen=True)
class Name:
    """An attribute of the set."""

    name: str


@dataclass(frozen=True)
class Function:
    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Binary:
    """`operator` is a comparison, `and`, `or`, or arithmetic."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Unary:
    """`not` or `-`."""

    operator: str
    operand: Node


Node = Literal | Name | Function | Binary | Unary


class _Token(NamedTuple):
    kind: str
    text: str


_END: Final = _Token("end", "the end")
_LEVELS: Final = (
    ("or",), ("and",), ("eq", "ne"), ("gt", "ge", "lt", "le"), ("add", "sub"), ("mul", "div", "mod")
)  # fmt: skip
_UNOFFERED: Final = frozenset({"has", "in", "divby", "any", "all"})


def parse(text: str) -> Node:
    """Read an expression. Raises ODataError."""
    parser = _Parser(list(_tokens(text)))
    node = parser.expression(0)
    if parser.ahead is not _END:
        parser.fail()
    return node


def _tokens(text: str) -> Iterator[_Token]:
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise malformed(f"$filter cannot be read at {text[place : place + 20]!r}")
        place = match.end()
        if match.lastgroup != "space":
            yield _Token(str(match.lastgroup), match.group())
    yield _END


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    @property
    def ahead(self) -> _Token:
        return self._tokens[self._place]

    def fail(self) -> NoReturn:
        if self.ahead.kind == "word" and self.ahead.text in _UNOFFERED:
            raise not_implemented(f"The operator {self.ahead.text}")
        raise malformed(f"$filter is not understood at {self.ahead.text}")

    def expression(self, level: int) -> Node:
        """Operators of this level and of those that bind more strongly."""
        if level == len(_LEVELS):
            return self._unary()
        node = self.expression(level + 1)
        while self.ahead.kind == "word" and self.ahead.text in _LEVELS[level]:
            operator = self._take()
            node = Binary(operator.text, node, self.expression(level + 1))
        return node

    def _unary(self) -> Node:
        self._depth += 1
        if self._depth > _DEPTH:
            raise malformed("$filter is nested too deeply")
        try:
            if self.ahead in {_Token("word", "not"), _Token("sign", "-")}:
                operator = self._take().text
                return Unary(operator, self._unary())
            return self._primary()
        finally:
            self._depth -= 1

    def _primary(self) -> Node:
        if self._skip("("):
            node = self.expression(0)
            self._expect(")")
            return node
        token = self.ahead
        if token.kind in {"sign", "end"}:
            self.fail()
        self._take()
        return self._named(token.text) if token.kind == "word" else literal(token)

    def _named(self, word: str) -> Node:
        if word in _WORDS:
            return _WORDS[word]
        if self._skip("("):
            return Function(word, tuple(self._arguments()))
        if self.ahead.text == "/":
            raise not_implemented(f"The path {word}/…")
        if word[0] in "$@":
            raise malformed(f"{word} is unknown")
        return Name(word)

    def _arguments(self) -> Iterator[Node]:
        if self._skip(")"):
            return
        yield self.expression(0)
        while self._skip(","):
            yield self.expression(0)
        self._expect(")")

    def _take(self) -> _Token:
        token = self.ahead
        self._place += 1
        return token

    def _skip(self, sign: str) -> bool:
        if self.ahead != _Token("sign", sign):
            return False
        self._place += 1
        return True

    def _expect(self, sign: str) -> None:
        if not self._skip(sign):
            self.fail()


_WORDS: Final = {"true": Literal(True, BOOLEAN), "false": Literal(False, BOOLEAN), "null": Literal(None, NULL)}


def literal(token: _Token) -> Literal:
    """Read a constant. Raises ODataError for one that IFS does not accept."""
    kind, text = token
    match kind:
        case "string":
            return Literal(_unquoted(text), STRING)
        case "enum":
            name, _, rest = text.partition("'")
            return Literal(_unquoted("'" + rest), name)
        case "number":
            return Literal(int(text), INTEGER) if text.lstrip("-").isdecimal() else Literal(Decimal(text), DECIMAL)
        case "date" if is_date(text):
            return Literal(text, DATE)
        case "timestamp" if is_timestamp(text):
            return Literal(text, TIMESTAMP)
        case "timestamp":
            raise malformed(f"{text} is no timestamp of whole seconds ending in Z")
    raise malformed(f"{text} is no literal")


def constant(text: str) -> Literal:
    """Read a text that is one constant and nothing else, as in a key. Raises ODataError."""
    match = _TOKEN.fullmatch(text)
    if match is None:
        raise malformed(f"{text} is no literal")
    if text in _WORDS:
        return _WORDS[text]
    return literal(_Token(str(match.lastgroup), text))


def _unquoted(text: str) -> str:
    return text[1:-1].replace("''", "'")
