"""The `flt` option: `FIELD==value;OTHER=in=(a,b);TIME>=value` (contracts/jaggaer.md 2)."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING, Any, Final

from ifs_jaggaer.sandbox.jaggaer.checks import is_timestamp
from ifs_jaggaer.sandbox.jaggaer.codes import Declined, invalid
from ifs_jaggaer.sandbox.jaggaer.resources import Field, Resource, dig

if TYPE_CHECKING:
    from collections.abc import Callable

    from ifs_jaggaer.sandbox.kernel import Row

_HEAD: Final = re.compile(r"([A-Za-z]+)(==|>=|<=|>|<|=in=)")
_VALUE: Final = re.compile(r"'((?:[^']|'')*)'|([^;,()' ]+)")
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


def parse(text: str, resource: Resource) -> Callable[[Row], bool]:
    """The test that a record must pass. Raises Declined for what the resource or the grammar does not know."""
    reader = _Reader(text, resource)
    tests = [reader.condition()]
    while reader.took(";"):
        tests.append(reader.condition())
    if not reader.at_end:
        raise reader.wrong()
    return lambda row: all(test(row) for test in tests)


class _Reader:
    def __init__(self, text: str, resource: Resource) -> None:
        self._text = text
        self._place = 0
        self._resource = resource

    @property
    def at_end(self) -> bool:
        return self._place == len(self._text)

    def took(self, sign: str) -> bool:
        if not self._text.startswith(sign, self._place):
            return False
        self._place += len(sign)
        return True

    def wrong(self) -> Declined:
        return invalid("flt", f"not understood from place {self._place + 1} on: {self._text!r}")

    def condition(self) -> Callable[[Row], bool]:
        head = _HEAD.match(self._text, self._place)
        if head is None:
            raise self.wrong()
        self._place = head.end()
        name, sign = head.groups()
        if name not in self._resource.fields:
            raise invalid("flt", f"{self._resource.name} has no filter field {name!r}")
        field = self._resource.fields[name]
        if sign == "=in=":
            return _among(field, self._list(name, field))
        value = self._value(name, field)
        if sign == "==":
            return _among(field, {value})
        if not field.is_time:
            raise invalid("flt", f"{name} knows == and =in= alone")
        return _compared(field, _COMPARE[sign], value)

    def _list(self, name: str, field: Field) -> set[str]:
        if not self.took("("):
            raise self.wrong()
        values = {self._value(name, field)}
        while self.took(","):
            values.add(self._value(name, field))
        if not self.took(")"):
            raise self.wrong()
        return values

    def _value(self, name: str, field: Field) -> str:
        found = _VALUE.match(self._text, self._place)
        if found is None:
            raise self.wrong()
        self._place = found.end()
        quoted, bare = found.groups()
        value = str(bare) if quoted is None else str(quoted).replace("''", "'")
        if field.is_time and not is_timestamp(value):
            raise invalid("flt", f"{name} wants a timestamp like 2026-01-31T00:00:00.000Z, not {value!r}")
        return value


def _among(field: Field, values: set[str]) -> Callable[[Row], bool]:
    def test(row: Row) -> bool:
        found = dig(row, field.path)
        return found is not None and str(found) in values

    return test


def _compared(field: Field, compare: Callable[[Any, Any], bool], value: str) -> Callable[[Row], bool]:
    def test(row: Row) -> bool:
        # all timestamps have one form, so that texts compare as times
        found = dig(row, field.path)
        return found is not None and compare(found, value)

    return test
