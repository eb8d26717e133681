from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.jaggaer.filters import Flt, Operator, Term, among, at_least, encoded, equals, pieces

VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SPITEFUL = st.text(st.sampled_from("a1;,()'\"=<>!~\\ %&+#\n"), max_size=12)
FIELDS = st.sampled_from(["poNumber", "TYPE", "lastUpdate"])


def read_values(text: str) -> tuple[list[str], str]:
    """Reads comma-separated values up to `;`, `)` or the end, as contracts/jaggaer.md 2 has them."""
    values = []
    while True:
        if text.startswith("'"):
            value, text = "", text[1:]
            while not text.startswith("'") or text.startswith("''"):
                value += text[0]
                text = text[2:] if text.startswith("''") else text[1:]
            text = text[1:]
        else:
            end = min((text.find(mark) for mark in ";,)" if mark in text), default=len(text))
            value, text = text[:end], text[end:]
        values.append(value)
        if not text.startswith(","):
            return values, text
        text = text[1:]


def read_flt(text: str) -> list[tuple[str, str, list[str]]]:
    terms = []
    while text:
        place, operator = min((text.find(mark), mark) for mark in ("=in=", "==", ">=") if mark in text)
        name, text = text[:place], text[place + len(operator) :]
        if operator == "=in=":
            assert text.startswith("(")
            values, text = read_values(text[1:])
            assert text.startswith(")")
            text = text[1:]
        else:
            values, text = read_values(text)
        terms.append((name, operator, values))
        assert not text or text.startswith(";")
        text = text[1:]
    return terms


@given(st.lists(st.tuples(FIELDS, st.lists(VALUES | SPITEFUL, min_size=1, max_size=4)), max_size=4))
def test_what_was_asked_is_what_the_server_reads(wanted: list[tuple[str, list[str]]]) -> None:
    flt = Flt()
    for name, values in wanted:
        flt &= among(name, values)
    on_the_wire = parse_qs(f"flt={encoded(str(flt))}", keep_blank_values=True)["flt"][0]
    assert read_flt(on_the_wire) == [(name, "==" if len(values) == 1 else "=in=", values) for name, values in wanted]


@given(VALUES | SPITEFUL)
def test_nothing_but_unreserved_characters_goes_into_the_url(value: str) -> None:
    assert set(encoded(value)) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%")


@pytest.mark.parametrize("name", ["", "a b", "a;b", "a==1", "1a", "ä", "a\n"])
def test_a_field_is_a_plain_name(name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        equals(name, "x")


def test_a_comparison_takes_as_many_values_as_it_can() -> None:
    with pytest.raises(ValueError, match="does not take 0"):
        among("poNumber", [])
    with pytest.raises(ValueError, match="does not take 2"):
        Term("poNumber", Operator.EQUALS, ("a", "b"))
    with pytest.raises(ValueError, match="surrogates"):
        equals("poNumber", "\ud800")


def test_the_contracts_example() -> None:
    moment = datetime(2026, 1, 31, 1, tzinfo=timezone(timedelta(hours=1)))
    flt = equals("TYPE", "SELLER") & among("status", ["A", "B b"]) & at_least("LASTMODTIME", moment)
    assert str(flt) == "TYPE==SELLER;status=in=(A,'B b');LASTMODTIME>=2026-01-31T00:00:00.000Z"


def test_a_moment_is_rounded_down_and_has_a_zone() -> None:
    moment = datetime(2026, 1, 31, 0, 0, 0, 999_999, tzinfo=UTC)
    assert str(at_least("t", moment)) == "t>=2026-01-31T00:00:00.999Z"
    with pytest.raises(ValueError, match="time zone"):
        at_least("t", moment.replace(tzinfo=None))


@given(st.sets(VALUES, max_size=60), st.integers(10, 400))
def test_pieces_hold_each_value_once_and_keep_their_size(values: set[str], room: int) -> None:
    parts = list(pieces("poNumber", values, room))
    assert sorted(value for part in parts for value in part.terms[0].values) == sorted(values)
    for part in parts:
        values_of = part.terms[0].values
        text = encoded(str(part)) + encoded(",")
        assert len(values_of) == 1 or len(text) <= room + len(encoded("poNumber=in=()"))


def test_few_values_are_one_piece() -> None:
    assert len(list(pieces("poNumber", (f"P{n}" for n in range(400)), 5000))) == 1
