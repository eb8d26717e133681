"""Looks at documents on both sides, and asks the store why they differ. Writes nothing, keeps nothing."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from connectors.ifs.times import WireTimes
from ifs_jaggaer.pipeline.assumed import Assumed
from ifs_jaggaer.pipeline.fresh import version_of
from ifs_jaggaer.pipeline.hooked import Hooked, load_hook, only_the_hook
from ifs_jaggaer.pipeline.plan import GATHERED_TOGETHER
from ifs_jaggaer.pipeline.poll import leg_of
from ifs_jaggaer.pipeline.reading import Reader
from ifs_jaggaer.pipeline.request import FOREIGN
from ifs_jaggaer.store.runs import FIXED
from mapping.kinds import Action, Case, Change, Decision, Instructions, Item, ItemKind, Source
from mapping.reconcile.causes import judged, look_closer
from mapping.reconcile.documents import Cause, Compared, Known, Listed, Seen, fresh
from mapping.reconcile.invoices import compare_invoices

if TYPE_CHECKING:
    from connectors.wire import Row
    from ifs_jaggaer.pipeline.wiring import Wiring
    from ifs_jaggaer.store import Intent, OpenItem
    from mapping.kinds import Answers, Ask, Gathering, Kind, WireAsk
    from mapping.profile import Profile
    from mapping.reconcile.sides import Filling
    from mapping.reconcile.totals import Entry

log = logging.getLogger(__name__)

Comparison: TypeAlias = "Callable[[frozenset[str], Profile], Gathering]"

COMPARISONS: Mapping[str, Comparison] = {"invoices": compare_invoices}
"""Kinds of which deciding does not look at all that was written."""


@dataclass(frozen=True, slots=True)
class _Decided:
    """A decision, the references of its document, and the rows that it was made from."""

    decision: Decision
    references: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(slots=True)
class Look:
    """Documents of one kind as they stand now. `profile_print`: of the whole profile, as runs keep it.

    `met`: all references of the documents that were looked at, whichever side's rows led to them.
    """

    wiring: Wiring
    kind: Kind
    as_of: date
    profile_print: str
    items: Mapping[str, list[OpenItem]] = field(default_factory=dict)
    met: set[str] = field(default_factory=set)
    _reader: Reader = field(init=False)
    _hooked: Hooked = field(init=False)

    def __post_init__(self) -> None:
        wiring = self.wiring
        self._hooked = Hooked(load_hook(wiring.profile), self.kind)
        self._reader = Reader(
            wiring.ifs, wiring.jaggaer, wiring.store,
            concurrency=wiring.settings.concurrency, assumed=Assumed(), hooked=self._hooked,
        )  # fmt: skip
        with wiring.store.look() as unit:
            found: dict[str, list[OpenItem]] = defaultdict(list)
            for item in unit.items.open(sync=self.kind.name):
                found[item.key].append(item)
        self.items = found

    async def at(self, references: Sequence[str], polled: Sequence[Row] = ()) -> list[Seen]:
        """How the documents stand that the references lead to; `polled` are rows of them that are at hand.

        What nobody can explain is looked at once more: it may have been written while it was read.

        Raises:
            Unreachable, SettingsError: a system did not answer, or may not be read.
        """
        found: dict[str, Seen] = {}
        for start in range(0, len(references), GATHERED_TOGETHER):
            some = references[start : start + GATHERED_TOGETHER]
            found |= await self._some(some, polled)
            doubtful = [key for key, one in found.items() if one.cause is Cause.UNEXPLAINED]
            if doubtful:
                found |= await self._some([self.reference(key) for key in doubtful], ())
        return list(found.values())

    async def rows(self, ask: WireAsk) -> list[Row]:
        """What one system answers, as it comes."""
        return await self._reader.answered(_plainly(ask))

    async def filled(self, filling: Filling) -> list[Entry]:
        """What a book's filling gives."""
        return await self._reader.answered(filling)

    def reference(self, key: str) -> str:
        """The reference of a document by the key of its decision."""
        foreign = key.removeprefix(FOREIGN)
        return f"jaggaer:{foreign}" if foreign != key else f"{self.home}:{key}"

    def settled(self, keys: Iterable[str]) -> set[str]:
        """Those of the documents that the store says were carried once."""
        with self.wiring.store.look() as unit:
            return set(unit.snapshots.get(self.kind.record, keys))

    @property
    def home(self) -> str:
        return self.kind.sources[0].system

    async def _some(self, references: Sequence[str], polled: Sequence[Row]) -> dict[str, Seen]:
        self._reader.polled(polled)
        wanted = frozenset(references)
        record = self.kind.record
        seen = await self._decided(fresh(self.kind.gather(wanted, self.wiring.profile), record))
        links = self._links(seen)
        found = await self._compared([key for key, one in seen.items() if one.decision.action is not Action.CREATE])
        close = {
            key: one for key, one in seen.items() if found.get(key) or look_closer(one.decision, links.get(key, ""))
        }
        run: dict[str, _Decided] = {}
        if close:
            again = frozenset(reference for one in close.values() for reference in one.references)
            run = await self._decided(self.kind.gather(again, self.wiring.profile))
        by_reference = {reference: one for one in run.values() for reference in one.references}
        made: dict[str, Seen] = {}
        for key, one in seen.items():
            if key not in close:
                made[key] = judged(self.kind.name, one.decision, None, Known())
                continue
            mine = run.get(key) or next((by_reference[r] for r in one.references if r in by_reference), None)
            made[key] = self._judged(one, mine, found.get(key, ()), polled)
        return made

    async def _decided(self, gathering: Gathering) -> dict[str, _Decided]:
        cases, rows = await self._reader.drive(gathering)
        sources = {source.name: source for source in self.kind.sources}
        rows_of: defaultdict[str, list[Row]] = defaultdict(list)
        for row in rows:
            source = sources.get(row.kind)
            for name in {source.leads_to(row) if source else None, *(f"at:{part}" for part in row.key)}:
                if name:
                    rows_of[name].append(row)
        found: dict[str, _Decided] = {}
        for case in cases:
            self.met.update(case.references)
            decision = self._decide(case)
            names = (
                *case.references,
                f"at:{decision.key}",
                *([f"at:{decision.other_key}"] if decision.other_key else []),
            )
            mine = {(row.kind, row.key): row for name in names for row in rows_of.get(name, ())}
            found[decision.key] = _Decided(decision, case.references, tuple(mine.values()))
        return found

    def _decide(self, case: Case) -> Decision:
        """One record that breaks the code stops nobody (DESIGN, law 9)."""
        try:
            decision = self.kind.decide(case, self.wiring.profile, self.as_of, Instructions())
        except Exception as error:
            log.exception("%s %s could not be decided", self.kind.name, case.key)
            item = Item(
                ItemKind.DEAD_LETTER, "document", None, f"the record could not be mapped: {type(error).__name__}",
                "report it with the log of this run",
            )  # fmt: skip
            return Decision(case.key, "", Action.NONE, items=(item,))
        return self._hooked.revise(case, decision)

    async def _compared(self, keys: Iterable[str]) -> dict[str, tuple[Change, ...]]:
        comparison = COMPARISONS.get(self.kind.name)
        wanted = frozenset(keys)
        if comparison is None or not wanted:
            return {}
        cases, _ = await self._reader.drive(comparison(wanted, self.wiring.profile))
        return {case.key: case.changes for case in cases if isinstance(case, Compared) and case.changes}

    def _links(self, keys: Iterable[str]) -> dict[str, str]:
        """The other side's key of each document that the store has linked."""
        record, home = self.kind.record, self.home
        plain = [key for key in keys if not key.startswith(FOREIGN)]
        with self.wiring.store.look() as unit:
            if home == "ifs":
                return {key: link.jaggaer_key for key, link in unit.links.by_ifs(record, plain).items()}
            return {key: link.ifs_key for key, link in unit.links.by_jaggaer(record, plain).items()}

    # --- what the store knows ---

    def _judged(self, seen: _Decided, run: _Decided | None, found: Sequence[Change], polled: Sequence[Row]) -> Seen:
        key = seen.decision.key
        keys = {key, *([run.decision.key] if run else [])}
        rows = {(row.kind, row.key): row for row in (*self._of(seen, polled), *(run.rows if run else ()))}
        known = self._known(keys, list(rows.values()))
        touched = self._touched([*rows.values(), *seen.rows])
        start = self.wiring.settings.start_from

        def judge(known: Known) -> Seen:
            return judged(
                self.kind.name,
                seen.decision,
                run.decision if run else None,
                known,
                goes_to="jaggaer" if self.home == "ifs" else "ifs",
                found=found,
                since=f"{start:%Y-%m-%d}" if start else "TIME",
            )

        first = judge(known)
        if first.cause is not Cause.UNEXPLAINED:
            return first
        other = first.other_key
        return judge(self._asked_the_record(replace(known, touched=touched), [*keys, *([other] if other else [])]))

    def _of(self, seen: _Decided, polled: Sequence[Row]) -> list[Row]:
        """The rows of the page at hand that lead to the document."""
        sources = {source.name: source for source in self.kind.sources}
        return [row for row in polled if row.kind in sources and sources[row.kind].leads_to(row) in seen.references]

    def _known(self, keys: Iterable[str], rows: Sequence[Row]) -> Known:
        keys = set(keys)
        with self.wiring.store.look() as unit:
            now = unit.now()
            in_doubt = any(now < self._ends(each) for each in unit.intents.unsettled(self.kind.name, keys))
            looked = [
                (source, mine, mark, unit.versions.kept(self.kind.name, f"{source.name}{scope}", map(_key_of, mine)))
                for source in self.kind.sources
                for scope, mark in unit.watermarks.in_use(self.kind.name, leg_of(source)).items()
                if (mine := [row for row in rows if row.kind == source.name and _in_scope(row, source, scope)])
            ]
        reachable = overlooked = False
        profiles: set[str] = set()
        for source, mine, mark, versions in looked:
            for row in mine:
                kept = versions.get(_key_of(row))
                if kept is not None:
                    profiles.add(kept.profile)
                if kept is not None and kept.version == version_of(row):
                    continue
                if mark is None or self._in_reach(source, row, mark.value):
                    reachable = True
                elif kept is not None:
                    overlooked = True
        listed = tuple(
            Listed(ItemKind(item.kind), item.field, item.reason, item.remedy, item.brake)
            for key in sorted(keys)
            for item in self.items.get(key, ())
        )
        # One row that was dealt with under this profile vouches for the document; so does one of unknown profile.
        earlier = bool(profiles) and not profiles & {self.profile_print, ""}
        hook = earlier and all(only_the_hook(one, self.profile_print) for one in profiles)
        return Known(
            items=listed,
            intent=in_doubt,
            reachable=reachable,
            overlooked=overlooked,
            earlier_profile=earlier,
            earlier_hook=self.wiring.profile.hook if hook else "",
        )

    def _ends(self, intent: Intent) -> datetime:
        """Until when the target may still be at work on it; nobody says later what came of it (DESIGN, law 2)."""
        settings = self.wiring.settings
        told = settings.ifs if intent.system == "ifs" else settings.jaggaer
        return intent.send_by + timedelta(seconds=told.settle_delay)

    def _in_reach(self, source: Source, row: Row, mark: str) -> bool:
        """Whether the next run reads the row: from its watermark on, less the overlap."""
        if row.modified is None:
            return True
        overlap = self.wiring.settings.overlap
        if source.system == "ifs":
            since = WireTimes(self.wiring.profile.ifs_set(source.name)).before(mark, overlap)
            return datetime.fromisoformat(row.modified) >= datetime.fromisoformat(since)
        return datetime.fromisoformat(row.modified).timestamp() >= datetime.fromisoformat(mark).timestamp() - overlap

    def _asked_the_record(self, known: Known, keys: Sequence[str]) -> Known:
        """What a person decided about it, by the audit record."""
        for event in self.wiring.store.audit.trace(keys):
            if event.action == "instructed" and event.key:
                known = replace(known, decided_at=event.at)
            elif event.action == "discard":
                known = replace(known, discarded=str((event.payload or {}).get("by") or "a person"))
        return known

    def _touched(self, rows: Iterable[Row]) -> datetime | None:
        moments = []
        for row in rows:
            if row.modified is None:
                continue
            own = row.kind in self.wiring.profile.ifs.sets
            moments.append(
                WireTimes(self.wiring.profile.ifs_set(row.kind)).to_moment(row.modified)
                if own
                else datetime.fromisoformat(row.modified)
            )
        return max(moments, default=None)


def _plainly(ask: WireAsk) -> Generator[tuple[Ask, ...], Answers, list[Row]]:
    return (yield (ask,)).rows(ask)


def _in_scope(row: Row, source: Source, scope: str) -> bool:
    """Whether the runs of a fixed scope ("@10,20", "" for all) read the row."""
    if not scope or not source.scope_attribute:
        return True
    return str(row.values.get(source.scope_attribute)) in scope.removeprefix(FIXED).split(",")


def _key_of(row: Row) -> str:
    return "|".join(row.key)
