"""Totals of both sides: whatever stands where, source = target + what is named, to the last unit."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from mapping.reconcile.documents import Cause
from mapping.reconcile.totals import Entry, by_currency, tie

AMOUNTS = st.none() | st.decimals(-(10**9), 10**9, places=2)
ENTRIES = st.builds(
    Entry,
    key=st.sampled_from("ABCD"),
    own=st.sampled_from("1234"),
    supplier=st.sampled_from(["", "S1", "S2"]),
    currency=st.sampled_from(["", "EUR", "JPY"]),
    amount=AMOUNTS,
    void=st.booleans(),
)
WHY = st.dictionaries(st.sampled_from("ABCD"), st.tuples(st.sampled_from(list(Cause)), st.just("because")))


def entry(key: str, amount: str | None, own: str = "", **more: str) -> Entry:
    told = {"supplier": "S1", "currency": "EUR"} | more
    return Entry(key, own or key, told["supplier"], told["currency"], None if amount is None else Decimal(amount))


@given(st.lists(ENTRIES, max_size=8), st.lists(ENTRIES, max_size=8), WHY)
def test_it_always_ties(source: list[Entry], target: list[Entry], why: dict[str, tuple[Cause, str]]) -> None:
    figures = tie(source, target, why)
    for one in (*figures, *by_currency(figures)):
        assert one.ties
    counted = {one.key: one for one in source if not one.void}
    assert sum(one.source_amount for one in figures) == sum(one.worth for one in counted.values())
    assert sum(one.source_count for one in figures) == len(counted)
    there = [one for one in target if not one.void]
    assert sum(one.target_amount for one in figures) == sum(one.worth for one in there)
    assert sum(one.target_count for one in figures) == len(there)


@given(st.lists(ENTRIES, max_size=8, unique_by=lambda one: one.key))
def test_equal_sides_need_no_name(entries: list[Entry]) -> None:
    assert all(one.named == [] for one in tie(entries, entries, {}))


def test_figures_that_were_tampered_with_do_not_tie() -> None:
    (one,) = tie([entry("A", "1.00")], [entry("A", "1.00")], {})
    assert one.ties
    one.target_amount += Decimal("0.01")
    assert not one.ties


def test_what_is_missing_has_the_cause_of_its_document() -> None:
    (one,) = tie([entry("A", "1.00"), entry("B", "2.00")], [entry("A", "1.00")], {"B": (Cause.WAITING, "for S1")})
    assert [(n.key, n.count, n.amount, n.cause) for n in one.named] == [("B", 1, Decimal("2.00"), Cause.WAITING)]


def test_out_of_scope_explains_nothing_that_is_there() -> None:
    why = {"A": (Cause.OUT_OF_SCOPE, "not ready"), "B": (Cause.OUT_OF_SCOPE, "not ready")}
    (one,) = tie([entry("A", "1.00"), entry("B", "5.00")], [entry("A", "3.00")], why)
    assert [(n.key, n.cause) for n in one.named] == [("A", Cause.UNEXPLAINED), ("B", Cause.OUT_OF_SCOPE)]


def test_what_a_person_enters_counts_once_it_is_there() -> None:
    back = replace(entry("A", "2.00"), by_hand=True)
    assert tie([back], [], {}) == []
    (one,) = tie([back], [entry("A", "-2.00", "9")], {})
    assert (one.named, one.source_count, one.source_amount) == ([], 1, Decimal("-2.00"))
    (twice,) = tie([back], [entry("A", "-2.00", "9"), entry("A", "-2.00", "10")], {})
    assert [n.reason for n in twice.named] == ["a second one of A"]


def test_doubles_ghosts_and_other_currencies_are_named() -> None:
    figures = tie(
        [entry("A", "1.00"), entry("C", "3.00")],
        [entry("A", "1.00", "1"), entry("A", "1.00", "2"), entry("G", "9.00", "3"), entry("C", "3.00", currency="USD")],
        {},
    )
    named = {(one.currency, n.key, n.own, n.count): n.amount for one in figures for n in one.named}
    assert named == {
        ("EUR", "A", "2", -1): Decimal("-1.00"),
        ("EUR", "G", "3", -1): Decimal("-9.00"),
        ("EUR", "C", "C", 1): Decimal("3.00"),
        ("USD", "C", "C", -1): Decimal("-3.00"),
    }
    assert all(n.cause is Cause.UNEXPLAINED for one in figures for n in one.named)


def test_a_supplier_that_the_source_does_not_name_is_the_targets() -> None:
    (one,) = tie([entry("A", "1.00", supplier="")], [entry("A", "1.00")], {})
    assert (one.supplier, one.named) == ("S1", [])


def test_cancelled_on_both_sides_counts_for_nothing() -> None:
    void = Entry("A", "A", "S1", "EUR", Decimal(7), void=True)
    assert tie([void], [void], {}) == []
    (one,) = tie([void], [entry("A", "7.00")], {"A": (Cause.IN_FLIGHT, "x")})
    assert [(n.count, n.cause) for n in one.named] == [(-1, Cause.IN_FLIGHT)]


def test_a_second_one_is_told_whatever_else_is_wrong_with_its_document() -> None:
    twice = [entry("A", "1.00", "61002"), entry("A", "1.00", "61004")]
    why = {"A": (Cause.CONFLICT, "the notes differ")}
    (one,) = tie([entry("A", "1.00")], twice, why)
    assert [(n.own, n.cause, n.reason, n.second) for n in one.named] == [
        ("61004", Cause.UNEXPLAINED, "a second one of A", True)
    ]
    (named,) = tie([entry("A", "1.00")], twice, why, {"A": "IFS has it twice: 61002 and 61004"})
    assert [(n.own, n.cause, n.second) for n in named.named] == [("61004", Cause.CONFLICT, False)]
    (other,) = tie([entry("A", "1.00")], twice, why, {"A": "61002 and 610040"})
    assert [n.second for n in other.named] == [True]
