"""The month-end report: reads both systems for the accounting periods of a month (mapping.reconcile.month)."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from connectors.ifs import filters
from connectors.ifs.models import AccountingPeriod
from ifs_jaggaer.errors import SettingsError
from ifs_jaggaer.pipeline.hooked import print_of
from ifs_jaggaer.pipeline.plan import GATHERED_TOGETHER
from ifs_jaggaer.pipeline.reconcile.book import entries, filled
from ifs_jaggaer.pipeline.reconcile.look import Look
from ifs_jaggaer.pipeline.reconcile.reading import Window, all_of, any_company, pages
from mapping.findings import readable
from mapping.invoices.kind import INVOICES as KIND
from mapping.kinds import IfsRows
from mapping.money import in_minor_units
from mapping.reconcile.bills import INVOICES, READY
from mapping.reconcile.documents import Seen
from mapping.reconcile.month import NOWHERE, Bill, Period, Statement, period_of, periods_of_month, statements

if TYPE_CHECKING:
    from decimal import Decimal

    from ifs_jaggaer.pipeline.reconcile.course import Reconciliation
    from mapping.reconcile.sides import Side
    from mapping.reconcile.totals import Entry

POSTED_ON = {"posting_proposal": "PostingDate", "voucher": "VoucherDate"}
"""The attribute by which a posting belongs to a period."""


@dataclass(slots=True)
class MonthReport:
    """What came of it. `undated`: payable invoices that name no date, and so belong to no period.

    `digits`: of currencies that only the profile knows.
    """

    month: str
    run_id: str
    at: datetime
    companies: tuple[str, ...]
    statements: list[Statement] = field(default_factory=list)
    bills: dict[str, Bill] = field(default_factory=dict)
    undated: list[str] = field(default_factory=list)
    digits: Mapping[str, int] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    head: str = ""
    store: str = ""
    error: str = ""

    @property
    def ties(self) -> bool:
        return not self.undated and all(one.ties for one in self.statements)

    def worth(self, amount: Decimal, count: int, statement: Statement) -> str:
        """An amount of a statement for a person, with the number of documents."""
        return f"{in_minor_units(amount, statement.currency, self.digits)} ({count})"

    @property
    def state(self) -> str:
        """As runs say it: completed, attention, failed."""
        return "failed" if self.error else "completed" if self.ties else "attention"

    @property
    def message(self) -> str:
        """The tie-out line."""
        if self.error:
            return self.error
        told = [one.verdict for one in self.statements if not one.ties]
        if self.undated:
            told.append(f"without any date: invoice {', '.join(self.undated)}")
        if not (told or self.statements):
            return f"{self.month} ties: no payable invoice and no posting"
        if not told:
            number = len(self.statements)
            return f"{self.month} ties: {number} statement{'s' * (number != 1)}, to the last unit"
        return f"{self.month} does not tie: {' | '.join(told)}"


def month_of(text: str, today: date) -> tuple[date, date]:
    """First and last day of "2026-10", or of the month before this one for "last".

    Raises:
        SettingsError: it is no month.
    """
    if text == "last":
        year, month = (today.year, today.month - 1) if today.month > 1 else (today.year - 1, 12)
    else:
        try:
            first = date.fromisoformat(f"{text}-01")
        except ValueError:
            raise SettingsError(
                "is no month", field="month", value=text, remedy="write e.g. 2026-10, or last"
            ) from None
        year, month = first.year, first.month
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


async def month_end(run: Reconciliation, month: str) -> MonthReport:
    """Invoices and postings of the month's periods, all companies in scope.

    Raises:
        SettingsError: no month, or a set may not be read.
        Unreachable: a system did not answer.
    """
    first, last = month_of(month, run.as_of)
    look = Look(run.wiring_of(KIND), KIND, run.as_of, print_of(run.wiring.profile))
    companies = look.wiring.profile.companies
    month_end_ = _MonthEnd(run, look, first, last)
    report = MonthReport(f"{first:%Y-%m}", run.asked.run_id, run.wiring.clock(), companies)
    report.digits = look.wiring.profile.currencies
    await month_end_.fill(report)
    sent = {system: channel.requests for system, channel in run.wiring.channels.items()}
    report.requests = {system: number - run.before[system] for system, number in sent.items()}
    return report


@dataclass(slots=True)
class _MonthEnd:
    run: Reconciliation
    look: Look
    first: date
    last: date
    periods: list[Period] = field(default_factory=list)

    async def fill(self, report: MonthReport) -> None:
        self.periods = await self._periods()
        invoices = await self._invoices()
        self.run.progress(f"{len(invoices)} invoices at JAGGAER")
        made = {one.own: one for side in INVOICES.targets for one in await self._postings(side)}
        here = {key: one for key, one in invoices.items() if self._may_be_here(one)}
        counterparts = await self._counterparts([*here, *(one.key for one in made.values())])
        missing = {one.key for one in made.values()} - invoices.keys()
        invoices |= await self._by_id(missing)
        concerned = {key: one for key, one in invoices.items() if key in here or key in counterparts}
        concerned |= {one.key: one for one in await self._whole(concerned.values(), counterparts.keys())}
        posted = {key: tuple(found) for key, found in counterparts.items()}
        bills = {
            key: Bill(one, posted.get(key, ())) for key, one in concerned.items() if one.state == READY or key in posted
        }
        bills = {key: one for key, one in bills.items() if self._in_scope(one)}
        unposted = [key for key, one in bills.items() if not one.posted and self._period(one)]
        for seen in await self._seen(unposted):
            bills[seen.key] = replace(bills[seen.key], seen=seen)
        not_payable = [one for key, one in concerned.items() if key not in bills and one.state != READY]
        report.undated = sorted(
            key for key, one in invoices.items() if one.day is None and one.state == READY and key not in counterparts
        )
        report.bills = {key: one for key, one in bills.items() if self._period(one) or one.posted}
        report.statements = statements(list(bills.values()), not_payable, made.values(), self.periods)
        self.run.progress(f"{len(report.statements)} statements")

    # --- periods ---

    async def _periods(self) -> list[Period]:
        companies = self.look.wiring.profile.companies
        rows = await self.look.rows(IfsRows("accounting_period", "Company", frozenset(companies)))
        known = [one for row in readable(AccountingPeriod, rows)[0] if (one := _period(row)) is not None]
        found = [one for company in companies for one in periods_of_month(known, company, self.first, self.last)]
        return [*found, *periods_of_month((), NOWHERE, self.first, self.last)]

    def _period(self, bill: Bill) -> Period | None:
        return period_of(bill.company, bill.entry.day, self.periods)

    def _may_be_here(self, one: Entry) -> bool:
        """Whether its date lies in a period of its company, or of any while its company is not known."""
        return one.day is not None and any(
            period.first <= one.day <= period.last
            for period in self.periods
            if not one.company or period.company == one.company
        )

    def _in_scope(self, bill: Bill) -> bool:
        return bill.company in {*self.look.wiring.profile.companies, NOWHERE}

    # --- reading ---

    async def _invoices(self) -> dict[str, Entry]:
        """JAGGAER cannot filter on accounting dates: every invoice since the cut-over is looked at."""
        window = Window(since=self.look.wiring.settings.start_from)
        found: dict[str, Entry] = {}
        async for rows in pages(self.look.wiring, "jaggaer", INVOICES.source.name, window):
            found.update((one.key, one) for one in entries(INVOICES.source, rows, self.look.wiring))
            with self.run.scribe.unit():
                """Commits the events of what was read, page by page."""
        return found

    async def _postings(self, side: Side) -> list[Entry]:
        """Our postings that stand, by their date."""
        attribute = POSTED_ON[side.name]
        first, last = min(one.first for one in self.periods), max(one.last for one in self.periods)
        where = all_of(
            any_company(side.company, self.look.wiring.profile.companies),
            filters.ge(attribute, first),
            filters.le(attribute, last),
            filters.eq(*side.only) if side.only else None,
        )
        found: list[Entry] = []
        async for rows in pages(self.look.wiring, side.system, side.name, Window(), where):
            found += [one for one in entries(side, rows, self.look.wiring) if not one.void]
        return [one for one in await self._with_amounts(side, found) if period_of(one.company, one.day, self.periods)]

    async def _counterparts(self, keys: Iterable[str]) -> dict[str, list[Entry]]:
        """What stands in IFS of these invoices, in whichever period."""
        found: dict[str, list[Entry]] = {}
        for some in _chunks(keys):
            for side in INVOICES.targets:
                rows = await self.look.rows(side.look(some))
                standing = [one for one in entries(side, rows, self.look.wiring) if not one.void]
                for one in await self._with_amounts(side, standing):
                    found.setdefault(one.key, []).append(one)
        return found

    async def _with_amounts(self, side: Side, found: Sequence[Entry]) -> list[Entry]:
        bare = await filled(side, [one for one in found if one.amount is None], self.look)
        return [*(one for one in found if one.amount is not None), *bare]

    async def _by_id(self, keys: Iterable[str]) -> dict[str, Entry]:
        found: dict[str, Entry] = {}
        for some in _chunks(keys):
            rows = await self.look.rows(INVOICES.source.look(some))
            found.update((one.key, one) for one in entries(INVOICES.source, rows, self.look.wiring))
        return found

    async def _whole(self, concerned: Iterable[Entry], posted: Collection[str]) -> list[Entry]:
        """Those to be reported that do not state amount, currency or, where no posting tells it, company."""
        bare = [
            one
            for one in concerned
            if (one.state == READY or one.key in posted)
            and (one.amount is None or not one.currency or not (one.company or one.key in posted))
        ]
        return await filled(INVOICES.source, bare, self.look)

    async def _seen(self, keys: Sequence[str]) -> list[Seen]:
        return await self.look.at([self.look.reference(key) for key in sorted(keys)])


def _period(row: AccountingPeriod) -> Period | None:
    if not (row.company and row.accounting_year is not None and row.accounting_period is not None):
        return None
    if row.date_from is None or row.date_until is None:
        return None
    closed = row.period_status != "Open"
    return Period(row.company, row.accounting_year, row.accounting_period, row.date_from, row.date_until, closed)


def _chunks(keys: Iterable[str]) -> list[frozenset[str]]:
    every = sorted(set(keys))
    return [frozenset(every[start : start + GATHERED_TOGETHER]) for start in range(0, len(every), GATHERED_TOGETHER)]
