"""The grammar of `$filter`: what is read, and how refusals are told apart."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ifs_jaggaer.sandbox.ifs.errors import ODataError
from ifs_jaggaer.sandbox.ifs.expressions import Binary, Literal, Name, Unary, constant, parse


def test_precedence_is_that_of_odata() -> None:
    assert parse("A eq 1 or B eq 2 and not C eq 3") == Binary(
        "or",
        Binary("eq", Name("A"), Literal(1, "Edm.Int32")),
        Binary(
            "and",
            Binary("eq", Name("B"), Literal(2, "Edm.Int32")),
            Binary("eq", Unary("not", Name("C")), Literal(3, "Edm.Int32")),
        ),
    )


@pytest.mark.parametrize("name", ["Allowed", "AnyThing", "NotText", "NullValue", "TrueValue", "andOr", "in_use"])
def test_a_name_may_begin_like_a_word_of_the_language(name: str) -> None:
    assert parse(f"{name} eq 'x'") == Binary("eq", Name(name), Literal("x", "Edm.String"))


@given(st.text())
def test_any_text_survives_as_a_literal(text: str) -> None:
    assert constant("'" + text.replace("'", "''") + "'") == Literal(text, "Edm.String")


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9))
def test_a_number_is_read_exactly(number: Decimal) -> None:
    assert constant(format(number, "f")).value == number


@given(st.text(alphabet="()'ab1 eqand,-.TZ:2026$/", max_size=40))
def test_nonsense_is_refused_and_never_breaks_the_parser(text: str) -> None:
    with suppress(ODataError):
        parse(text)


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(ODataError) as refused:
        parse("(" * 5000 + "A eq 1" + ")" * 5000)
    assert refused.value.status == 400


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("A in ('1')", 501),
        ("A has X.Y'b'", 501),
        ("Lines/any(l:l/A eq 1)", 501),
        ("A eq 2026-02-14T08:30:00.000Z", 400),
        ("A eq 2026-02-14T08:30:00+01:00", 400),
        ("A eq 2026-13-01", 400),
        ("A eq 'x", 400),
        ("A == 1", 400),
    ],
)
def test_what_is_not_offered_is_told_from_what_is_wrong(text: str, status: int) -> None:
    with pytest.raises(ODataError) as refused:
        parse(text)
    assert refused.value.status == status
