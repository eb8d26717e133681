"""Reconcile: both systems compared for a window; every difference named with its cause (docs/reconcile.md).

Writes nothing to either system and no business state of the store; its reads are in the audit record.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from connectors.ifs import filters
from ifs_jaggaer.errors import SettingsError, SyncError, System
from ifs_jaggaer.pipeline.hooked import print_of
from ifs_jaggaer.pipeline.kinds import KINDS
from ifs_jaggaer.pipeline.reconcile.book import Sums
from ifs_jaggaer.pipeline.reconcile.look import Look
from ifs_jaggaer.pipeline.reconcile.reading import Window, all_of, any_company, pages
from ifs_jaggaer.pipeline.witness import Scribe
from mapping.money import in_minor_units
from mapping.reconcile.books import BOOKS
from mapping.reconcile.documents import Cause, Difference, Seen

if TYPE_CHECKING:
    from decimal import Decimal

    from connectors.wire import Row
    from ifs_jaggaer.pipeline.wiring import Wiring
    from mapping.kinds import Kind, Source
    from mapping.reconcile.totals import Figures

AT_ONCE = 250
"""Documents between two words of progress: about a minute of JAGGAER's budget where each takes a request."""

NAME = "reconcile"
"""The name of its runs in the store, beside those of the syncs."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person or a schedule asked for; `syncs` empty: every kind."""

    run_id: str
    trigger: str
    window: Window = field(default_factory=Window)
    company: str | None = None
    syncs: tuple[str, ...] = ()

    def as_document(self) -> dict[str, str | list[str] | None]:
        """For the run's record in the store."""
        since, until = self.window.since, self.window.until
        return {
            "since": since.isoformat() if since else None,
            "until": until.isoformat() if until else None,
            "company": self.company,
            "syncs": list(self.syncs),
        }


@dataclass(slots=True)
class KindReport:
    """How the documents of one kind stand.

    `figures`: counts and amounts by currency and supplier; `counted`: counts alone. `digits`: of currencies that only
    the profile knows.
    """

    sync: str
    source: System
    target: System
    counted: bool = False
    digits: Mapping[str, int] = field(default_factory=dict)
    differences: list[Difference] = field(default_factory=list)
    figures: list[Figures] = field(default_factory=list)
    _stand: dict[str, tuple[Cause | None, str]] = field(default_factory=dict)

    @property
    def documents(self) -> int:
        return len(self._stand)

    @property
    def standing(self) -> Counter[str]:
        """Documents by "agreed" or their gravest cause."""
        return Counter(str(cause or "agreed") for cause, _ in self._stand.values())

    @property
    def rules(self) -> Counter[str]:
        """Why documents are out of scope, with their number."""
        return Counter(rule for cause, rule in self._stand.values() if cause is Cause.OUT_OF_SCOPE)

    def worth(self, amount: Decimal, currency: str) -> str:
        """An amount of its figures for a person; nothing where records are counted alone."""
        return "" if self.counted else in_minor_units(amount, currency, self.digits)

    def note(self, seen: Seen) -> None:
        """Counts a document, once, by the gravest that is told of it."""
        known = self._stand.get(seen.key)
        grave = max((seen.cause, known[0] if known else None), key=_gravity)
        self._stand[seen.key] = (grave, seen.rule or (known[1] if known else ""))
        self.differences += seen.differences

    def leave_out(self, keys: Collection[str]) -> None:
        """Documents of companies that were not asked for."""
        for key in keys:
            self._stand.pop(key, None)
        self.differences = [one for one in self.differences if one.key not in keys]

    @property
    def unexplained(self) -> list[Difference]:
        return [one for one in self.differences if one.cause is Cause.UNEXPLAINED]


def _gravity(cause: Cause | None) -> int:
    return -1 if cause is None else [*Cause].index(cause)


@dataclass(slots=True)
class Report:
    """What came of a reconciliation."""

    asked: Asked
    at: datetime
    companies: tuple[str, ...]
    kinds: list[KindReport] = field(default_factory=list)
    requests: Mapping[System, int] = field(default_factory=dict)
    head: str = ""
    store: str = ""
    error: str = ""
    cut_over: datetime | None = None

    @property
    def span(self) -> str:
        """What was compared, in words: of documents nothing that changed before the cut-over."""
        window = self.asked.as_document()
        since = window["since"] or "the beginning"
        if window["since"] is None and self.cut_over is not None:
            since = f"the cut-over on {self.cut_over:%Y-%m-%d} (suppliers and GL accounts: from the beginning)"
        return f"Changed from {since} until {window['until'] or 'now'}"

    @property
    def run_id(self) -> str:
        return self.asked.run_id

    @property
    def unexplained(self) -> list[Difference]:
        return [one for kind in self.kinds for one in kind.unexplained]

    @property
    def state(self) -> str:
        """As runs say it: completed, attention, failed."""
        return "failed" if self.error else "attention" if self.unexplained else "completed"

    @property
    def message(self) -> str:
        """What was found, in one line."""
        if self.error:
            return self.error
        documents = sum(kind.documents for kind in self.kinds)
        causes: Counter[str] = Counter()
        for kind in self.kinds:
            causes.update({name: number for name, number in kind.standing.items() if name != "agreed"})
        told = ", ".join(f"{causes[cause]} {cause}" for cause in Cause if causes[cause])
        left = len(self.unexplained)
        verdict = "nothing is unexplained" if not left else f"{left} difference{'s' * (left != 1)} unexplained"
        return f"{documents} documents compared: {verdict}" + (f" ({told})" if told else "")


@dataclass(slots=True)
class Reconciliation:
    """One run. `progress` is told what is done, for a person who waits."""

    wiring: Wiring
    asked: Asked
    scribe: Scribe
    as_of: date
    before: Mapping[System, int]
    progress: Callable[[str], None] = lambda _: None

    @property
    def kinds(self) -> list[Kind]:
        """The kinds that were asked for, in the order of their runs."""
        return [kind for name, kind in KINDS.items() if not self.asked.syncs or name in self.asked.syncs]

    async def report(self) -> Report:
        """Compares every kind.

        Raises:
            Unreachable, SettingsError: a system did not answer, or may not be read.
        """
        asked = self.asked.company
        companies = (asked,) if asked else self.wiring.profile.companies
        report = Report(self.asked, self.wiring.clock(), companies, cut_over=self.wiring.settings.start_from)
        for kind in self.kinds:
            report.kinds.append(await self._kind(kind))
        sent = {system: channel.requests for system, channel in self.wiring.channels.items()}
        report.requests = {system: number - self.before[system] for system, number in sent.items()}
        return report

    def wiring_of(self, kind: Kind) -> Wiring:
        """For documents only the company that was asked for is in scope; what companies share is decided from all."""
        company, profile = self.asked.company, self.wiring.profile
        if company is None or not any(source.document for source in kind.sources):
            return self.wiring
        one = {"companies": (company,), "lead_company": profile.lead}
        return replace(self.wiring, profile=profile.model_copy(update=one))

    async def _kind(self, kind: Kind) -> KindReport:
        """Page by page, each document once, however many of its rows are shown."""
        home, wiring = kind.sources[0].system, self.wiring_of(kind)
        book = BOOKS[kind.name]
        report = KindReport(kind.name, home, "jaggaer" if home == "ifs" else "ifs", counted=book.counted)
        report.digits = self.wiring.profile.currencies
        look = Look(wiring, kind, self.as_of, print_of(self.wiring.profile))
        sums = Sums(wiring, look, book, self._window(kind))
        done: set[str] = set()
        for source in kind.sources:
            own = filters.eq(*source.only) if source.only else None
            where = all_of(any_company(source.scope_attribute or "", wiring.profile.companies), own)
            async for rows in pages(wiring, source.system, source.name, self._window(kind), where):
                sums.take(source, rows)
                references = _led_to(source, rows, done | look.met)
                for start in range(0, len(references), AT_ONCE):
                    some = references[start : start + AT_ONCE]
                    for seen in await look.at(some, rows):
                        if seen.key not in done:
                            done |= {seen.key, *some}
                            report.note(seen)
                            sums.know(seen)
                    if len(some) == AT_ONCE:
                        self.progress(f"{kind.name}: {report.documents} documents so far")
                with self.scribe.unit():
                    """Commits the events of what was read, page by page."""
        found = await sums.tied()
        report.figures = found.figures
        for seen in found.further:
            report.note(seen)
        if wiring is not self.wiring:
            report.leave_out(found.elsewhere)
        self.progress(f"{kind.name}: {report.documents} documents, {dict(report.standing)}")
        return report

    def _window(self, kind: Kind) -> Window:
        """Documents are compared from the cut-over on, as they are carried."""
        window = self.asked.window
        if window.since is None and any(source.document for source in kind.sources):
            return replace(window, since=self.wiring.settings.start_from)
        return window


def _led_to(source: Source, rows: Iterable[Row], done: set[str]) -> list[str]:
    found = dict.fromkeys(reference for row in rows if (reference := source.leads_to(row)) is not None)
    return [reference for reference in found if reference not in done]


@asynccontextmanager
async def open_reconciliation(
    wiring: Wiring, asked: Asked, progress: Callable[[str], None] = lambda _: None
) -> AsyncIterator[Reconciliation]:
    """Starts a run: its record in the store, its chain of audit events, its witness on both channels.

    Raises:
        SettingsError: a sync or company that there is not.
    """
    for name in asked.syncs:
        if name not in KINDS:
            raise SettingsError("there is no such sync", field="sync", value=name, remedy=f"name {', '.join(KINDS)}")
    if asked.company is not None and asked.company not in wiring.profile.companies:
        raise SettingsError(
            "the profile has no such company", field="company", value=asked.company,
            remedy=f"name one of {', '.join(wiring.profile.companies)}",
        )  # fmt: skip
    scribe = Scribe(wiring.store, wiring.store.audit.chain(asked.run_id, asked.trigger), asked.run_id)
    for channel in wiring.channels.values():
        channel.witness = scribe
    before = {system: channel.requests for system, channel in wiring.channels.items()}
    with scribe.unit() as unit:
        scope = asked.company or ",".join(wiring.profile.companies)
        unit.runs.start(asked.run_id, NAME, asked.trigger, asked.as_document(), scope=scope)
    yield Reconciliation(wiring, asked, scribe, wiring.clock().date(), before, progress)


def ended(run: Reconciliation, state: str, message: str, counts: Mapping[str, int], error: SyncError | None) -> str:
    """Ends the run's record in the store; gives the head of its audit chain."""
    with run.scribe.unit() as unit:
        unit.runs.finish(run.asked.run_id, state, completed=error is None, counts={**counts, "message": message})
    return run.scribe.head
