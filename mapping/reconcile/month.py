"""The month's end: what of JAGGAER's payable invoices stands in IFS, and where all others are (docs/reconcile.md).

By company, accounting period and currency:
    JAGGAER's payable invoices = posted + held + waiting + rejected + conflict + in flight + out of scope
    IFS's postings = what was posted of them in this period + what other periods' invoices were posted here
Both to the last unit, or the statement says what is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from mapping.dates import within
from mapping.money import exact_sum, in_minor_units
from mapping.reconcile.documents import Cause, Seen
from mapping.reconcile.totals import Entry

_ZERO = Decimal(0)
_INDEX = re.compile(r"\[[^\]]*\]")
NOWHERE = "?"
"""The company of an invoice that names none."""


class Standing(StrEnum):
    """Where a payable invoice is, in the order of the report."""

    POSTED = "posted"
    HELD = "held"
    WAITING = "waiting"
    REJECTED = "rejected"
    CONFLICT = "conflict"
    IN_FLIGHT = "in flight"
    OUT_OF_SCOPE = "out of scope"
    UNEXPLAINED = "unexplained"


OF_CAUSE = {
    Cause.HELD: Standing.HELD,
    Cause.WAITING: Standing.WAITING,
    Cause.DEAD_LETTER: Standing.REJECTED,
    Cause.CONFLICT: Standing.CONFLICT,
    Cause.IN_FLIGHT: Standing.IN_FLIGHT,
    Cause.CHANGED_SINCE: Standing.IN_FLIGHT,
    Cause.PROFILE_CHANGED: Standing.IN_FLIGHT,
    Cause.OUT_OF_SCOPE: Standing.OUT_OF_SCOPE,
    Cause.DECIDED: Standing.OUT_OF_SCOPE,
    Cause.UNEXPLAINED: Standing.UNEXPLAINED,
}


@dataclass(frozen=True, slots=True)
class Period:
    """One accounting period of a company; `closed` as IFS shows it."""

    company: str
    year: int
    number: int
    first: date
    last: date
    closed: bool

    @property
    def name(self) -> str:
        return f"{self.year}/{self.number:02d}"


@dataclass(frozen=True, slots=True)
class Bill:
    """One invoice of JAGGAER that is payable, or was posted: `posted` are its postings in IFS that stand.

    `seen` says why it was not posted, where it was not.
    """

    entry: Entry
    posted: tuple[Entry, ...] = ()
    seen: Seen | None = None

    @property
    def company(self) -> str:
        """That of its posting, which is the one that counts, else its own."""
        return (self.posted[0].company if self.posted else self.entry.company) or NOWHERE

    @property
    def currency(self) -> str:
        return self.entry.currency or (self.posted[0].currency if self.posted else "")

    @property
    def standing(self) -> Standing:
        if self.posted:
            return Standing.POSTED
        cause = self.seen.cause if self.seen else None
        return OF_CAUSE[cause] if cause else Standing.UNEXPLAINED

    @property
    def group(self) -> str:
        """What it is grouped under: the state of its posting, the rule, or the field at fault."""
        if self.posted:
            return f"{self.posted[0].what} {self.posted[0].state}".strip()
        if self.seen is None or self.seen.cause in {None, Cause.OUT_OF_SCOPE}:
            return self.seen.rule if self.seen and self.seen.rule else "neither posted nor listed anywhere"
        fields = (one.field for one in self.seen.differences if one.cause is self.seen.cause)
        return _INDEX.sub("", next(fields, "document"))

    @property
    def why(self) -> str:
        return self.seen.why if self.seen else ""


@dataclass(slots=True)
class Group:
    """Invoices in one place for one reason; `example` is the reason of the first."""

    standing: Standing
    name: str
    count: int = 0
    amount: Decimal = _ZERO
    example: str = ""
    keys: list[str] = field(default_factory=list)

    def add(self, bill: Bill) -> None:
        self.count += 1
        self.amount = exact_sum((self.amount, bill.entry.worth))
        self.example = self.example or bill.why
        self.keys.append(bill.entry.key)


@dataclass(frozen=True, slots=True)
class Gap:
    """One document that keeps a statement from tying: IFS has so much more of it than is due."""

    key: str
    amount: Decimal
    reason: str


@dataclass(slots=True)
class Statement:
    """One company's period in one currency. Amounts in that currency, of credit notes negative.

    `ifs_*`: all postings of ours in IFS in the period. `elsewhere`: posted, but in another period. `from_others`:
    posted here of another period's invoices. `not_payable`: not counted, for it is not payable yet.
    """

    period: Period
    currency: str
    groups: list[Group] = field(default_factory=list)
    source_count: int = 0
    source_amount: Decimal = _ZERO
    ifs_count: int = 0
    ifs_amount: Decimal = _ZERO
    elsewhere: Group = field(default_factory=lambda: Group(Standing.POSTED, "posted in another period"))
    from_others: Group = field(default_factory=lambda: Group(Standing.POSTED, "invoices of another period"))
    not_payable: Group = field(default_factory=lambda: Group(Standing.OUT_OF_SCOPE, "not payable yet"))
    by_state: dict[str, tuple[int, Decimal]] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)

    def count_of(self, standing: Standing) -> int:
        return sum(group.count for group in self.groups if group.standing is standing)

    def amount_of(self, standing: Standing) -> Decimal:
        return exact_sum(group.amount for group in self.groups if group.standing is standing)

    @property
    def grouped(self) -> Decimal:
        """What the groups add up to: JAGGAER's total, to the last unit."""
        return exact_sum(group.amount for group in self.groups)

    @property
    def due_in_ifs(self) -> Decimal:
        """What IFS should show in this period."""
        parts = (self.amount_of(Standing.POSTED), -self.elsewhere.amount, self.from_others.amount)
        return exact_sum(parts)

    @property
    def difference(self) -> Decimal:
        """What IFS shows beyond that."""
        return exact_sum((self.ifs_amount, -self.due_in_ifs))

    @property
    def ties(self) -> bool:
        whole = self.grouped == self.source_amount and sum(group.count for group in self.groups) == self.source_count
        return whole and not self.difference and not self.gaps and not self.count_of(Standing.UNEXPLAINED)

    @property
    def verdict(self) -> str:
        """For the top of the report."""
        place = f"company {self.period.company}, period {self.period.name}, {self.currency or 'no currency'}"
        if self.ties:
            return f"{place}: ties"
        open_ = [key for group in self.groups if group.standing is Standing.UNEXPLAINED for key in group.keys]
        amount = self.difference
        because = [f"{gap.key} ({in_minor_units(gap.amount, self.currency)}): {gap.reason}" for gap in self.gaps]
        if open_:
            amount = exact_sum((amount, -self.amount_of(Standing.UNEXPLAINED)))
            because.append(f"unexplained: invoice {', '.join(open_)}")
        why = "; ".join(because) or "postings came or went while they were read: report it once more"
        return f"{place}: does not tie, difference {in_minor_units(amount, self.currency)}, because {why}"


def statements(
    bills: Sequence[Bill], waiting_to_be_payable: Iterable[Entry], made: Iterable[Entry], periods: Sequence[Period]
) -> list[Statement]:
    """One statement for each company, period and currency in which there is anything.

    Args:
        bills: payable or posted invoices, of these periods and of all others that were posted in them.
        waiting_to_be_payable: invoices of these periods that are neither.
        made: all postings of ours in IFS in these periods that stand.
        periods: one or more for each company.
    """
    found: dict[tuple[str, str, str], Statement] = {}

    def at(period: Period, currency: str) -> Statement:
        return found.setdefault((period.company, period.name, currency), Statement(period=period, currency=currency))

    for bill in bills:
        period = period_of(bill.company, bill.entry.day, periods)
        if period is not None:
            _count(at(period, bill.currency), bill)
    for entry in waiting_to_be_payable:
        period = period_of(entry.company or NOWHERE, entry.day, periods)
        if period is not None:
            at(period, entry.currency).not_payable.add(Bill(entry))
    of_key = {bill.entry.key: bill for bill in bills}
    told: set[str] = set()
    for one in made:
        period = period_of(one.company, one.day, periods)
        # A voucher of nothing has no rows, and they alone name its currency.
        currency = one.currency or (of_key[one.key].currency if one.key in of_key else "")
        if period is not None:
            _posted(at(period, currency), replace(one, currency=currency), of_key, told)
    for statement in found.values():
        statement.groups.sort(key=lambda group: (list(Standing).index(group.standing), group.name))
    return [found[name] for name in sorted(found)]


def _count(statement: Statement, bill: Bill) -> None:
    statement.source_count += 1
    statement.source_amount = exact_sum((statement.source_amount, bill.entry.worth))
    standing, name = bill.standing, bill.group
    group = next((one for one in statement.groups if (one.standing, one.name) == (standing, name)), None)
    if group is None:
        group = Group(standing, name)
        statement.groups.append(group)
    group.add(bill)
    if bill.posted and not _in(statement.period, bill.posted[0]):
        statement.elsewhere.add(bill)
    elif bill.posted and bill.posted[0].currency not in {"", bill.currency}:
        one = bill.posted[0]
        statement.gaps.append(Gap(one.own, -bill.entry.worth, f"invoice {one.key} is posted in {one.currency}"))


def _posted(statement: Statement, one: Entry, of_key: Mapping[str, Bill], told: set[str]) -> None:
    """One posting in IFS: of an invoice of this period or of another, exactly as it is at JAGGAER, or a gap."""
    statement.ifs_count += 1
    statement.ifs_amount = exact_sum((statement.ifs_amount, one.worth))
    name = f"{one.what} {one.state}".strip()
    count, amount = statement.by_state.get(name, (0, _ZERO))
    statement.by_state[name] = (count + 1, exact_sum((amount, one.worth)))
    bill = of_key.get(one.key)
    if bill is None:
        statement.gaps.append(Gap(one.own, one.worth, f"posted of invoice {one.key}, which JAGGAER does not show"))
        return
    if one.key in told:
        statement.gaps.append(Gap(one.own, one.worth, f"posted twice: invoice {one.key}"))
        return
    told.add(one.key)
    if bill.currency != one.currency:
        statement.gaps.append(Gap(one.own, one.worth, f"invoice {one.key} is in {bill.currency} at JAGGAER"))
        return
    mine = within(bill.entry.day, statement.period.first, statement.period.last) if bill.entry.day else False
    if not mine:
        statement.from_others.add(bill)
    if one.worth != bill.entry.worth:
        difference = exact_sum((one.worth, -bill.entry.worth))
        due, posted = (in_minor_units(each.worth, each.currency) for each in (bill.entry, one))
        reason = f"invoice {one.key} is {due} at JAGGAER, {posted} posted"
        statement.gaps.append(Gap(one.own, difference, reason))


def _in(period: Period, one: Entry) -> bool:
    return one.day is not None and within(one.day, period.first, period.last)


def period_of(company: str, on: date | None, periods: Iterable[Period]) -> Period | None:
    """The period of a company that holds the day."""
    if on is None:
        return None
    return next((one for one in periods if one.company == company and within(on, one.first, one.last)), None)


def periods_of_month(known: Iterable[Period], company: str, first: date, last: date) -> list[Period]:
    """A company's periods that end in the month, else the one that holds its middle, else the month itself."""
    mine = [one for one in known if one.company == company]
    ending = [one for one in mine if within(one.last, first, last)]
    middle = date(first.year, first.month, 15)
    found = ending or [one for one in mine if within(middle, one.first, one.last)]
    if found:
        return sorted(found, key=lambda one: (one.first, one.number))
    return [Period(company, first.year, first.month, first, last, closed=False)]
