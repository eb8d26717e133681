"""JSON as the wire has it: exact numbers in, exact numbers out, and nothing that can hurt on the way."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from typing import NoReturn, TypeAlias, cast

import simplejson

from connectors.wire import JsonValue

# Edm.Decimal is declared with a precision of 130 (contracts/ifs.md 2); no amount comes near it.
LONGEST_NUMBER = 200
WIDEST_NUMBER = 130
DEEPEST = 32

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

Sendable: TypeAlias = "bool | str | int | simplejson.RawJSON | list[Sendable] | dict[str, Sendable] | None"


class Undecodable(ValueError):
    """The body is not the JSON that the contracts allow; says why in words without quoting it."""


def loads(body: bytes) -> JsonValue:
    """Decodes a body; numbers become int or Decimal, never a float.

    Raises:
        Undecodable: truncated or no JSON, not UTF-8, a duplicate key, NaN or Infinity, a number beyond
            130 digits, nesting beyond 32.
    """
    try:
        value = json.loads(
            body.decode("utf-8-sig"),
            parse_float=_decimal,
            parse_int=_int,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except Undecodable:
        raise
    except RecursionError:
        raise Undecodable("nested too deeply") from None
    except UnicodeDecodeError:
        raise Undecodable("not UTF-8") from None
    except ValueError:
        raise Undecodable("not JSON, or cut off") from None
    _measure(value)
    return cast("JsonValue", value)


def dumps(value: JsonValue) -> bytes:
    """Encodes a body; a Decimal is written out in full, `1E+2` as `100`.

    Raises:
        TypeError: a float, or another type that JSON has no word for.
        ValueError: a Decimal that is not a number.
    """
    text: str = simplejson.dumps(
        _sendable(value), use_decimal=False, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return text.encode("utf-8")


def storable(text: str) -> bool:
    """Whether databases and URLs can hold the text: no NUL, no half of a surrogate pair."""
    return _UNSTORABLE.search(text) is None


def _decimal(text: str) -> Decimal:
    if len(text) > LONGEST_NUMBER:
        raise Undecodable("a number too long")
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Undecodable("a number too large") from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or max(number.adjusted(), -exponent) > WIDEST_NUMBER:
        raise Undecodable("a number too large or too small")
    return number


def _int(text: str) -> int:
    if len(text) > WIDEST_NUMBER:
        raise Undecodable("a number too long")
    return int(text)


def _refuse_constant(_name: str) -> NoReturn:
    raise Undecodable("NaN or Infinity")


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise Undecodable("a key twice in one object")
    return value


def _measure(value: object) -> None:
    level = [value]
    for _ in range(DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise Undecodable("nested too deeply")


def _inside(value: object) -> list[object]:
    if isinstance(value, dict):
        return [inner for inner in value.values() if isinstance(inner, dict | list)]
    if isinstance(value, list):
        return [inner for inner in value if isinstance(inner, dict | list)]
    return []


def _sendable(value: JsonValue) -> Sendable:
    if value is None or isinstance(value, bool | str | int):
        return value
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError("an amount that is not a number cannot be sent")
        return simplejson.RawJSON(format(value, "f"))
    if isinstance(value, list):
        return [_sendable(item) for item in value]
    if isinstance(value, dict):
        return {name: _sendable(item) for name, item in value.items()}
    raise TypeError(f"{type(value).__name__} cannot be sent as JSON")
