from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lab import LINE, edm, told
from odata_server import Filter

from connectors.ifs import filters
from connectors.ifs.filters import and_, any_of, divided, encoded, eq, ge, gt, matches, ne, or_, render
from connectors.ifs.keys import key_of, predicate
from connectors.ifs.sets import EntitySet
from ifs_jaggaer.errors import SettingsError

SET = EntitySet.of("line", told())
text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@pytest.mark.parametrize(
    ("attribute", "value", "shown"),
    [
        ("OrderNo", "O'Brien", "OrderNo eq 'O''Brien'"),
        ("OrderNo", None, "OrderNo eq null"),
        ("OrderNo", 42, "OrderNo eq '42'"),
        ("LineNo", "42", "LineNo eq 42"),
        ("LineNo", Decimal("42.0"), "LineNo eq 42"),
        ("Qty", "12.50", "Qty eq 12.5"),
        ("Qty", Decimal("1E+3"), "Qty eq 1000"),
        ("Done", True, "Done eq true"),
        ("Done", "False", "Done eq false"),
        ("WantedDate", date(2026, 2, 14), "WantedDate eq 2026-02-14"),
        ("WantedDate", "2026-02-14", "WantedDate eq 2026-02-14"),
        ("Objstate", "Released", "Objstate eq IfsApp.Handling.LineState'Released'"),
        ("LastModifiedDate", "2026-02-14T08:30:00Z", "LastModifiedDate eq 2026-02-14T08:30:00Z"),
        ("LastModifiedDate", "2026-02-14T08:30:00.000Z", "LastModifiedDate eq 2026-02-14T08:30:00Z"),
        ("LastModifiedDate", "2026-02-14T08:30:00.120Z", "LastModifiedDate eq 2026-02-14T08:30:00.120Z"),
        ("LastModifiedDate", datetime(2026, 2, 14, 8, 30, 0, 999, UTC), "LastModifiedDate eq 2026-02-14T08:30:00Z"),
    ],
)
def test_each_type_has_its_literal(attribute: str, value: object, shown: str) -> None:
    assert render(eq(attribute, value), SET) == shown


def test_a_moment_is_written_in_the_sets_zone() -> None:
    berlin = EntitySet.of("line", told(zone="Europe/Berlin"))
    assert render(ge("LastModifiedDate", datetime(2026, 7, 1, 8, tzinfo=UTC)), berlin).endswith("2026-07-01T10:00:00Z")


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("LineNo", "1 or true"),
        ("LineNo", "1.5"),
        ("LineNo", True),
        ("Qty", "NaN"),
        ("Qty", "1e999999"),
        ("Done", "1 eq 1"),
        ("WantedDate", "yesterday"),
        ("Objstate", "Released' or '1' eq '1"),
        ("LastModifiedDate", "2026-02-14T08:30:00Z or true"),
        ("LastModifiedDate", "2026-02-14"),
        ("OrderNo", "\ud800"),
    ],
)
def test_what_a_type_cannot_hold_is_no_literal(attribute: str, value: object) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words do not matter
        render(eq(attribute, value), SET)


@pytest.mark.parametrize("attribute", ["Cf_Gone", "Unheard"])
def test_an_attribute_that_the_tenant_lacks_is_the_profiles_matter(attribute: str) -> None:
    with pytest.raises(SettingsError, match=attribute):
        render(eq(attribute, "x"), SET)


def test_junctions_nest_and_names_are_the_tenants() -> None:
    renamed = EntitySet.of("line", told(renames={"OrderNo": "Cf_Order"}))
    expr = and_(any_of("OrderNo", ["a", "b"]), or_(gt("LineNo", 1)), ne("Qty", 0))
    assert render(expr, renamed) == "(Cf_Order eq 'a' or Cf_Order eq 'b') and LineNo gt 1 and Qty ne 0"


@given(text, st.lists(text, max_size=4))
def test_no_text_becomes_syntax(wanted: str, others: list[str]) -> None:
    expr = and_(any_of("OrderNo", [wanted, *others]), eq("LineNo", 1))
    wire = encoded(render(expr, SET))
    assert wire.isascii()
    assert not re.search(r"[ +&#?'\"<>]", wire)
    accepts = Filter(unquote(wire), edm(LINE)).parse()
    assert accepts({"OrderNo": wanted, "LineNo": 1})
    assert not accepts({"OrderNo": wanted, "LineNo": 2})
    assert not accepts({"OrderNo": f"{wanted}x{''.join(others)}", "LineNo": 1})


@given(text, st.integers(-(10**12), 10**12))
def test_no_text_leaves_a_key(order: str, number: int) -> None:
    wire = predicate(SET, (order, str(number)))
    assert wire.isascii()
    assert not re.search(r"[ +&#?/\"<>]", wire)
    found = re.fullmatch(r"\(OrderNo='((?:[^']|'')*)',LineNo=(-?\d+)\)", unquote(wire), re.DOTALL)
    assert found
    assert (found[1].replace("''", "'"), int(found[2])) == (order, number)


def test_keys_are_text_in_key_order_whatever_came() -> None:
    assert key_of(SET, {"LineNo": Decimal("2.0"), "OrderNo": "P1"}) == ("P1", "2")
    for broken in ({"OrderNo": "P1"}, {"OrderNo": "P1", "LineNo": None}, {"OrderNo": "P1", "LineNo": "x"}):
        with pytest.raises(ValueError, match="LineNo"):
            key_of(SET, broken)


def test_a_state_that_the_server_cannot_filter_is_filtered_here() -> None:
    stubborn = EntitySet.of("line", told(filter_state=False))
    expr = and_(eq("OrderNo", "a"), any_of("Objstate", ["Released", "Closed"]))
    there, here = divided(expr, stubborn)
    assert there is not None
    assert here is not None
    assert render(there, stubborn) == "OrderNo eq 'a'"
    assert matches(here, {"Objstate": "Closed"}, stubborn)
    assert not matches(here, {"Objstate": "Planned"}, stubborn)
    assert divided(expr, SET) == (expr, None)
    assert divided(eq("Objstate", "Closed"), stubborn) == (None, eq("Objstate", "Closed"))
    with pytest.raises(ValueError, match="gt"):
        matches(gt("Objstate", "A"), {}, stubborn)


def test_nothing_of_nothing_is_false() -> None:
    assert render(any_of("OrderNo", []), SET) == "false"
    assert filters.render(and_(), SET) == "true"
