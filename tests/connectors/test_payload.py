from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.payload import Undecodable, dumps, loads, storable
from connectors.redaction import safe
from connectors.wire import JsonValue

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.decimals(-(10**20), 10**20, allow_nan=False, allow_infinity=False, places=6)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(values)
def test_what_is_sent_comes_back_exactly(value: JsonValue) -> None:
    assert loads(dumps(value)) == value


def test_an_amount_is_written_out_and_keeps_its_digits() -> None:
    assert (
        dumps({"a": Decimal("1E+2"), "b": Decimal("0.10"), "c": Decimal("1E-7")}) == b'{"a":100,"b":0.10,"c":0.0000001}'
    )
    assert str(loads(b"12.50")) == "12.50"
    assert loads(b"\xef\xbb\xbf[1]") == [1]


@pytest.mark.parametrize("value", [1.5, {"a": [0.1]}, Decimal("NaN"), Decimal("Infinity"), object()])
def test_what_is_inexact_or_no_number_is_not_sent(value: object) -> None:
    with pytest.raises((TypeError, ValueError)):
        dumps(value)


BOMBS = {
    "cut off": b'{"a":[1,2',
    "empty": b"",
    "html": b"<html></html>",
    "nan": b'{"a":NaN}',
    "infinity": b"[-Infinity]",
    "a large float": b"[1e400]",
    "a huge exponent": b"[1e999999999]",
    "a tiny float": b"[1e-400]",
    "a long number": b"1" * 100_000,
    "a long fraction": b"0." + b"1" * 100_000,
    "a key twice": b'{"a":1,"a":2}',
    "not utf-8": b'{"a":"\xff"}',
    "utf-16": '{"a":1}'.encode("utf-16"),
    "deep lists": b"[" * 200_000 + b"]" * 200_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep enough to hurt others": b"[" * 100 + b"]" * 100,
    "two values": b"{}{}",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_a_clean_error_that_quotes_nothing(name: str) -> None:
    with pytest.raises(Undecodable) as raised:
        loads(BOMBS[name])
    assert len(str(raised.value)) < 60


@given(st.binary(max_size=200))
def test_no_bytes_crash_the_decoder(body: bytes) -> None:
    try:
        value = loads(body)
    except Undecodable:
        return
    assert value == json.loads(body.decode("utf-8-sig"), parse_float=Decimal)


def test_halves_of_pairs_and_nul_are_told() -> None:
    assert not storable("\ud800")
    assert not storable("a\x00b")
    assert storable("😀 \n")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("token eyJhbGciOi.eyJzdWIi.c2ln end", "token [token] end"),
        ("client_secret=abc123&x", "client_secret=[secret]&x"),
        ('{"access_token": "abc"}', '{"access_token": "[secret]"}'),
        ("IBAN DE89370400440532013000 is wrong", "IBAN ****3000 is wrong"),
        ("IBAN DE89 3704 0044 0532 0130 00 is wrong", "IBAN ****3000 is wrong"),
        ("GB29 NWBK 6016 1331 9268 19 is wrong", "****6819 is wrong"),
        ("PO12 LINE 3 IS CLOSED TODAY", "PO12 LINE 3 IS CLOSED TODAY"),
        ("see https://host/path?code=1#x now", "see https://host/path now"),
        ("two\r\nlines\x00\u2028of\ud800 it", "two lines of it"),
        ("Order P1001 of 2026-02-14 is closed.", "Order P1001 of 2026-02-14 is closed."),
    ],
)
def test_a_servers_words_are_made_fit_to_be_kept(said: str, shown: str) -> None:
    assert safe(said) == shown


@given(st.text(max_size=6000))
def test_a_servers_words_are_short_and_storable(said: str) -> None:
    shown = safe(said)
    assert len(shown) <= 500
    assert storable(shown)
    assert "\n" not in shown
