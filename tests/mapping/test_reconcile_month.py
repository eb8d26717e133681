"""The month's end: JAGGAER's payable invoices are all somewhere, and IFS shows what was posted, to the last unit."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from mapping.kinds import Action
from mapping.reconcile.documents import Cause, Difference, Seen
from mapping.reconcile.month import (
    NOWHERE,
    Bill,
    Period,
    Standing,
    Statement,
    period_of,
    periods_of_month,
    statements,
)
from mapping.reconcile.totals import Entry

OCTOBER = Period("10", 2026, 10, date(2026, 10, 1), date(2026, 10, 31), closed=True)
PERIODS = [OCTOBER, replace(OCTOBER, company="20", closed=False), replace(OCTOBER, company=NOWHERE)]
IN, AFTER = date(2026, 10, 9), date(2026, 11, 2)


def invoice(key: str, amount: str | None = "100.00", on: date | None = IN, company: str = "10") -> Entry:
    worth = None if amount is None else Decimal(amount)
    return Entry(key, key, "S1", "EUR", worth, company, "ready", day=on, what="invoice")


def posting(key: str, amount: str = "100.00", on: date = IN, own: str = "10:1", company: str = "10") -> Entry:
    return Entry(key, own, "S1", "EUR", Decimal(amount), company, "Balanced", day=on, what="posting proposal")


def seen(key: str, cause: Cause, field: str = "total") -> Seen:
    if cause is Cause.OUT_OF_SCOPE:
        return Seen(key, "", Action.OUT_OF_SCOPE, "exported before, not by us")
    difference = Difference("invoices", key, "", field, None, None, cause, "because", "do this")
    return Seen(key, "", Action.NONE, differences=(difference,))


def only(bills: list[Bill], made: list[Entry]) -> Statement:
    (statement,) = statements(bills, [], made, PERIODS)
    return statement


def test_everything_is_somewhere() -> None:
    bills = [
        Bill(invoice("1"), (posting("1"),)),
        *(Bill(invoice(str(cause)), seen=seen(str(cause), cause)) for cause in Cause if cause is not Cause.UNEXPLAINED),
    ]
    one = only(bills, [posting("1")])
    assert one.ties
    assert one.verdict == "company 10, period 2026/10, EUR: ties"
    assert (one.source_count, one.source_amount) == (10, Decimal("1000.00"))
    assert {standing: one.count_of(standing) for standing in Standing} == {
        Standing.POSTED: 1, Standing.HELD: 1, Standing.WAITING: 1, Standing.REJECTED: 1, Standing.CONFLICT: 1,
        Standing.IN_FLIGHT: 3, Standing.OUT_OF_SCOPE: 2, Standing.UNEXPLAINED: 0,
    }  # fmt: skip
    assert one.period.closed


def test_reasons_are_grouped_without_their_lines() -> None:
    bills = [
        Bill(invoice(str(n)), seen=seen(str(n), Cause.DEAD_LETTER, field=f"lines[{n}].poNumber")) for n in range(3)
    ]
    one = only(bills, [])
    assert [(group.name, group.count, group.example) for group in one.groups] == [("lines.poNumber", 3, "because")]


def test_posted_in_another_period_is_named_in_both() -> None:
    november = Period("10", 2026, 11, date(2026, 11, 1), date(2026, 11, 30), closed=False)
    bill = Bill(invoice("1"), (posting("1", on=AFTER),))
    first, second = statements([bill], [], [posting("1", on=AFTER)], [OCTOBER, november])
    assert (first.ifs_amount, first.elsewhere.amount, first.ties) == (Decimal(0), Decimal("100.00"), True)
    assert (second.ifs_amount, second.from_others.amount, second.ties) == (Decimal("100.00"), Decimal("100.00"), True)


def test_another_amount_does_not_tie() -> None:
    there = posting("1", "100.01")
    one = only([Bill(invoice("1"), (there,))], [there])
    assert not one.ties
    assert one.difference == Decimal("0.01")
    assert "difference 0.01, because 10:1 (0.01): invoice 1 is 100.00 at JAGGAER, 100.01 posted" in one.verdict


def test_the_verdict_has_amounts_in_minor_units() -> None:
    due, there = (replace(one, currency="JPY") for one in (invoice("1", "3689.0"), posting("1", "1203690.0")))
    one = only([Bill(due, (there,))], [there])
    assert "difference 1,200,001, because 10:1 (1,200,001): invoice 1 is 3,689 at JAGGAER, 1,203,690" in one.verdict


def test_twice_unknown_and_unexplained_do_not_tie() -> None:
    twice = [posting("1", own="10:1"), posting("1", own="10:2")]
    one = only([Bill(invoice("1"), tuple(twice))], twice)
    assert (one.ties, one.difference) == (False, Decimal("100.00"))
    assert "posted twice" in one.verdict
    ghost = only([], [posting("9")])
    assert (ghost.ties, ghost.difference) == (False, Decimal("100.00"))
    lost = only([Bill(invoice("3"))], [])
    assert not lost.ties
    assert "difference -100.00, because unexplained: invoice 3" in lost.verdict


def test_another_currency_is_told_in_both() -> None:
    there = replace(posting("1"), currency="USD")
    euro, dollar = statements([Bill(invoice("1"), (there,))], [], [there], PERIODS)
    assert (euro.difference, euro.ties) == (Decimal("-100.00"), False)
    assert "posted in USD" in euro.verdict
    assert (dollar.difference, dollar.ties) == (Decimal("100.00"), False)


def test_gaps_of_equal_size_do_not_cancel_each_other_out() -> None:
    low, high = posting("1", "99.00", own="10:1"), posting("2", "101.00", own="10:2")
    one = only([Bill(invoice("1"), (low,)), Bill(invoice("2"), (high,))], [low, high])
    assert one.difference == 0
    assert not one.ties


def test_not_payable_yet_is_not_counted() -> None:
    (one,) = statements([], [invoice("1")], [], PERIODS)
    assert (one.source_count, one.not_payable.count, one.not_payable.amount) == (0, 1, Decimal("100.00"))
    assert one.ties


def test_an_invoice_without_a_company_has_a_place_of_its_own() -> None:
    bill = Bill(invoice("1", company=""), seen=seen("1", Cause.DEAD_LETTER))
    assert only([bill], []).period.company == NOWHERE


def test_the_periods_of_a_month() -> None:
    first, last = date(2026, 10, 1), date(2026, 10, 31)
    assert periods_of_month(PERIODS, "10", first, last) == [OCTOBER]
    early = replace(OCTOBER, first=date(2026, 9, 28), last=date(2026, 10, 25))
    late = replace(OCTOBER, number=11, first=date(2026, 10, 26), last=date(2026, 11, 29))
    assert periods_of_month([early, late], "10", first, last) == [early]
    assert periods_of_month([], "10", first, last) == [replace(OCTOBER, closed=False)]
    assert period_of("10", date(2026, 11, 1), PERIODS) is None


AMOUNT = st.decimals(-(10**6), 10**6, places=2)
BILLS = st.lists(
    st.tuples(
        AMOUNT, st.sampled_from([IN, AFTER]), st.sampled_from(["10", "20", ""]),
        st.none() | st.tuples(AMOUNT | st.none(), st.sampled_from([IN, AFTER])),
        st.sampled_from([*Cause, None]),
    ),
    max_size=12,
)  # fmt: skip


@given(BILLS)
def test_what_is_stated_adds_up_and_a_difference_is_never_silent(
    told: list[tuple[Decimal, date, str, tuple[Decimal | None, date] | None, Cause | None]],
) -> None:
    bills, made = [], []
    for number, (amount, on, company, post, cause) in enumerate(told):
        entry = invoice(str(number), str(amount), on, company)
        if post is None:
            bills.append(Bill(entry, seen=seen(str(number), cause) if cause else None))
            continue
        there = posting(
            str(number), str(amount if post[0] is None else post[0]), post[1], f"10:{number}", company or "10"
        )
        bills.append(Bill(entry, (there,)))
        made.append(there)
    found = statements(bills, [], made, PERIODS)
    for one in found:
        assert one.grouped == one.source_amount
        assert one.ifs_amount == one.due_in_ifs + sum(gap.amount for gap in one.gaps)
        assert sum(amount for _, amount in one.by_state.values()) == one.ifs_amount
    in_period = [b for b in bills if b.entry.day == IN]
    assert sum(one.source_amount for one in found) == sum(b.entry.worth for b in in_period)
    assert sum(one.ifs_amount for one in found) == sum(m.worth for m in made if m.day == IN)
    wrong = [b for b in bills if b.posted and b.posted[0].day == IN and b.posted[0].worth != b.entry.worth]
    lost = [b for b in in_period if b.standing is Standing.UNEXPLAINED]
    assert all(one.ties for one in found) == (not wrong and not lost)


def test_a_closing_period_takes_nothing_from_the_one_before_it() -> None:
    """A period 13 of one day: both end in the month, an invoice of that day is counted once."""
    twelve = replace(OCTOBER, number=12, first=date(2026, 12, 1), last=date(2026, 12, 31))
    thirteen = replace(twelve, number=13, first=date(2026, 12, 31))
    found = periods_of_month([thirteen, twelve], "10", date(2026, 12, 1), date(2026, 12, 31))
    assert found == [twelve, thirteen]
    last = date(2026, 12, 31)
    (one,) = statements([Bill(invoice("1", on=last), (posting("1", on=last),))], [], [posting("1", on=last)], found)
    assert (one.period.name, one.source_count, one.ifs_count, one.ties) == ("2026/12", 1, 1, True)


def test_a_period_that_begins_in_the_month_before() -> None:
    """4-4-5: the one that ends in November holds the last days of October."""
    eleven = replace(OCTOBER, number=11, first=date(2026, 10, 26), last=date(2026, 11, 29))
    ten = replace(OCTOBER, first=date(2026, 9, 28), last=date(2026, 10, 25))
    found = periods_of_month([ten, eleven], "10", date(2026, 11, 1), date(2026, 11, 30))
    assert found == [eleven]
    assert period_of("10", date(2026, 10, 28), found) == eleven
    assert period_of("10", date(2026, 11, 30), found) is None
