"""One run of one sync: what it works with, what it remembers, what it adds up to. No Prefect."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from connectors.ifs import filters
from connectors.jaggaer.sweep import Sweep
from connectors.wire import Row
from ifs_jaggaer.errors import Rejected, SettingsError, SyncError, System
from ifs_jaggaer.pipeline.assumed import Assumed
from ifs_jaggaer.pipeline.brake import Brake
from ifs_jaggaer.pipeline.holder import new_holder
from ifs_jaggaer.pipeline.hooked import Hooked, load_hook, print_of
from ifs_jaggaer.pipeline.kinds import KINDS
from ifs_jaggaer.pipeline.plan import Planned
from ifs_jaggaer.pipeline.reading import Reader
from ifs_jaggaer.pipeline.request import FOREIGN, MATCH, METADATA, Request
from ifs_jaggaer.pipeline.scoping import in_scope, words_of
from ifs_jaggaer.pipeline.tally import Line, Tally
from ifs_jaggaer.pipeline.wiring import Wiring
from ifs_jaggaer.pipeline.witness import Scribe
from ifs_jaggaer.store import Kept, OpenItem, Watermark
from ifs_jaggaer.store.audit import Event
from mapping.kinds import Decision, Instructions, Item, ItemKind, Kind, Source
from mapping.profile import Profile


@dataclass(slots=True)
class SyncRun:
    """The state of a run in this process. Nothing in it outlives the process but what the store holds."""

    request: Request
    wiring: Wiring
    kind: Kind
    scribe: Scribe
    reader: Reader
    hooked: Hooked
    as_of: date
    assumed: Assumed
    slots: asyncio.Semaphore
    before: Mapping[System, tuple[int, int]]
    profile_print: str
    holder: str = field(default_factory=new_holder)
    tally: Tally = field(default_factory=Tally)
    plans: dict[int, list[Planned]] = field(default_factory=dict)
    sweeps: dict[str, Sweep] = field(default_factory=dict)
    brake: Brake = field(default_factory=Brake)
    approved: dict[str, Instructions] = field(default_factory=dict)
    refused: dict[str, dict[str, Item]] = field(default_factory=dict)
    moved: dict[str, tuple[str | None, str]] = field(default_factory=dict)
    versions: dict[str, dict[str, Kept]] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)
    other_scopes: list[str] = field(default_factory=list)
    seen: dict[str, set[str]] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    before_cut_over: set[str] = field(default_factory=set)
    marked: set[str] = field(default_factory=set)
    stirred: set[str] = field(default_factory=set)
    asked_for: set[str] = field(default_factory=set)
    aliases: dict[str, str] = field(default_factory=dict)
    unseen: set[tuple[str, str]] = field(default_factory=set)
    found_taken: set[str] = field(default_factory=set)
    stop: SyncError | None = None
    leased_at: float = 0.0

    # --- what holds for the run ---

    @property
    def sync(self) -> str:
        return self.request.sync

    @property
    def page_size(self) -> int:
        return self.request.page_size or self.wiring.settings.page_size

    @property
    def companies(self) -> tuple[str, ...]:
        """Companies in scope: those that the run is for, else all of the profile."""
        return self.request.only or self.wiring.profile.companies

    def scoped(self, name: str) -> str:
        """The name under which watermarks and kept rows stand in the store: each fixed scope has its own."""
        return f"{name}{self.request.scope}"

    @property
    def overlap(self) -> timedelta:
        return timedelta(seconds=self.wiring.settings.overlap)

    @property
    def cut_over(self) -> datetime | None:
        return self.wiring.settings.start_from

    def require_cut_over(self) -> datetime:
        """Raises SettingsError: documents are not synchronised before somebody said from when on."""
        if self.cut_over is None:
            raise SettingsError(
                f"the first run of {self.sync} needs a cut-over: documents changed before it are not carried over",
                field="start_from",
                remedy="set start_from in the settings file or IFS_JAGGAER_START_FROM, for example 2026-01-01",
            )
        return self.cut_over

    def instructions(self, key: str) -> Instructions:
        """What a person told this run, what the brake released, what the target refused."""
        told = self.request.instructions(self.aliases.get(key, key))
        released = self.approved.get(key, Instructions())
        refused = {name: item.reason for name, item in self.refused.get(key, {}).items()}
        without = told.without | refused.keys()
        anew = self.home_reference(key) in self.asked_for
        return Instructions(told.winners, {**told.approved, **released.approved}, without, refused, anew)

    # --- references and versions ---

    def references_of(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Documents that a person names by either system's key."""
        systems = {source.system for source in self.kind.sources}
        wanted = dict.fromkeys(keys)
        with self.wiring.store.look() as unit:
            across = {
                **{key: f"ifs:{link.ifs_key}" for key, link in unit.links.by_jaggaer(self.kind.record, wanted).items()},
                **{
                    key: f"jaggaer:{link.jaggaer_key}"
                    for key, link in unit.links.by_ifs(self.kind.record, wanted).items()
                },
            }
        references: dict[str, None] = {}
        for key in wanted:
            references.update(dict.fromkeys(self._reference(key, system) for system in sorted(systems)))
            if key in across and across[key].partition(":")[0] in systems:
                references[across[key]] = None
        return tuple(references)

    def named(self) -> frozenset[str]:
        """Keys, on either side, of the documents that a person named."""
        return frozenset(reference.partition(":")[2] for reference in self.references_of(self.request.keys))

    def documents_of(self, references: Iterable[str]) -> Iterator[str]:
        """The keys under which these documents are counted, whichever side's row led to them."""
        home = self._home
        foreign: list[str] = []
        for reference in references:
            system, _, key = reference.partition(":")
            known = self.tally.decided.get(reference)
            if known is None and system != home:
                foreign.append(key)
            else:
                yield known or key
        if not foreign:
            return
        with self.wiring.store.look() as unit:
            of = unit.links
            links = (of.by_jaggaer if home == "ifs" else of.by_ifs)(self.kind.record, foreign)
            named = of.by_ifs(self.kind.record, set(foreign) - links.keys()) if home == "ifs" else {}
        if home == "ifs":
            for key in foreign:  # an order goes by the same number on both sides
                yield links[key].ifs_key if key in links else key if key in named else f"{FOREIGN}{key}"
        else:
            # A row of IFS that no link leads from is none of ours.
            yield from (link.jaggaer_key for link in links.values())

    def former_key(self, decision: Decision) -> str:
        """The key that the document had before it was known on both sides, "" where it always has the same."""
        both = len({source.system for source in self.kind.sources}) > 1
        if self._home != "ifs" or not both or not decision.other_key or decision.key.startswith(FOREIGN):
            return ""
        return f"{FOREIGN}{decision.other_key}"

    def home_reference(self, key: str) -> str:
        """The reference of a document by the key that decisions, items and snapshots name it by."""
        return self._reference(key, self._home)

    @property
    def _home(self) -> System:
        """The side by whose keys documents are named."""
        return self.kind.sources[0].system

    def _reference(self, key: str, system: str) -> str:
        foreign = key.removeprefix(FOREIGN)
        return f"jaggaer:{foreign}" if foreign != key else f"{system}:{key}"

    def row_key(self, row: Row) -> str:
        return "|".join(row.key)

    def known_rows(self, name: str, keys: Iterable[str]) -> dict[str, Kept]:
        """Rows that a decision was settled for; none where a person asked for a window (a backfill)."""
        return {} if self.request.narrowed else self.kept_rows(name, keys)

    def kept_rows(self, name: str, keys: Iterable[str]) -> dict[str, Kept]:
        """Rows of a set as they were last dealt with, but those to be looked at all the same."""
        with self.wiring.store.look() as unit:
            kept = unit.versions.kept(self.sync, self.scoped(name), keys)
        return {key: row for key, row in kept.items() if (name, key) not in self.unseen}

    def scope(self, source: Source) -> filters.Expr | None:
        """What the company scope asks of a set, and of which of its rows are ours at all."""
        asked = [filters.any_of(source.scope_attribute, self.companies)] if source.scope_attribute else []
        asked += [filters.eq(*source.only)] if source.only else []
        return filters.and_(*asked) if asked else None

    def polls(self, source: Source, row: Row) -> bool:
        """Whether the runs of this fixed scope read the row: what they never show must not seem gone."""
        companies, attribute = self.request.companies, source.scope_attribute
        return not companies or attribute is None or str(row.values.get(attribute)) in companies

    def lease_of(self, key: str) -> str:
        """The name under which a document is leased."""
        return f"{self.sync}:{key}"

    def forget_versions(self, name: str, keys: Iterable[str]) -> None:
        """For this run alone: what the calendar changed is looked at although its version is known."""
        self.unseen.update((name, key) for key in keys)

    # --- watermarks ---

    def watermark(self, leg: str) -> Watermark | None:
        with self.wiring.store.look() as unit:
            mark = unit.watermarks.get(self.sync, self.scoped(leg))
        if mark is not None:
            self.marked.add(leg)
        return mark

    # --- open items ---

    def listed_for_replay(self) -> tuple[str, ...]:
        """Documents with open items; of what shall be let go exactly what is listed is approved, value by value."""
        wanted = self.named()
        with self.wiring.store.look() as unit:
            items = [
                item
                for item in unit.items.open(sync=self.sync)
                if self._replayed(item) and not item.key.startswith(METADATA)
                if (not wanted or item.key in wanted or item.other_key in wanted)
            ]
        if self.request.replay != "open":
            for item in items:
                self._approve(item.key, item.field, item.value)
                let_go = {"let go": f"{item.field}: {item.value}"}
                self.scribe.note(Event("instructed", "note", entity=self.sync, key=item.key, payload=let_go))
        return tuple(dict.fromkeys(self.home_reference(item.key) for item in items))

    def _replayed(self, item: OpenItem) -> bool:
        asked = self.request
        if asked.opened_by and item.opened_by != asked.opened_by:
            return False
        if (asked.since and item.since < asked.since) or (asked.until and item.since >= asked.until):
            return False
        if self.request.replay == "match":
            return MATCH in item.field
        return item.brake == (self.request.replay == "brake")

    def _approve(self, key: str, field_name: str, value: str | None) -> None:
        known = self.approved.get(key, Instructions())
        self.approved[key] = Instructions(known.winners, {**known.approved, field_name: value})

    def released_by_brake(self) -> tuple[str, ...]:
        """After the last page: what was put aside and may go after all (DESIGN, law 11)."""
        released = self.brake.release(self)
        for key, item in released:
            self._approve(key, item.field, item.value)
        return tuple(dict.fromkeys(self.home_reference(key) for key, _ in released))

    def unreadable(self, fault: Rejected) -> None:
        """A row that cannot even be named is a dead letter all the same."""
        item = Item(
            ItemKind.DEAD_LETTER, fault.field or "row", fault.value, fault.message, fault.remedy or "correct the record"
        )
        key = fault.record or "unreadable row"
        opened: tuple[OpenItem, ...] = ()
        if not self.request.dry_run:
            with self.wiring.store.unit() as unit:
                replaced = unit.items.replace(self.sync, key, "", [item], self.request.run_id)
            opened = replaced.opened
        self.tally.add(Line(key, "", "none", fault.message), [item], opened=opened)

    def warn(self, text: str) -> None:
        self.tally.notes.append(text)


@asynccontextmanager
async def open_run(wiring: Wiring, request: Request, *, assumed: Assumed | None = None) -> AsyncIterator[SyncRun]:
    """Starts a run: its record in the store, its chain of audit events, its witness on both channels.

    `assumed` collects what a dry run plans, for the syncs that follow it.
    """
    assumed = Assumed() if assumed is None else assumed
    scribe = Scribe(wiring.store, wiring.store.audit.chain(request.run_id, request.trigger), request.run_id)
    for channel in wiring.channels.values():
        channel.witness = scribe
    concurrency = wiring.settings.concurrency
    kind = KINDS[request.sync]
    whole = wiring.profile
    wiring = replace(wiring, profile=in_scope(whole, request, kind))
    hooked = Hooked(load_hook(wiring.profile), kind)
    run = SyncRun(
        request=request,
        wiring=wiring,
        kind=kind,
        scribe=scribe,
        reader=Reader(
            wiring.ifs, wiring.jaggaer, wiring.store, concurrency=concurrency, assumed=assumed, hooked=hooked
        ),
        hooked=hooked,
        as_of=wiring.clock().date(),
        assumed=assumed,
        slots=asyncio.Semaphore(concurrency),
        before={system: (channel.requests, channel.throttled) for system, channel in wiring.channels.items()},
        profile_print=print_of(whole),
    )
    _start(run, whole)
    run.reader.named = run.named()
    try:
        yield run
    finally:
        with scribe.unit() as unit:
            unit.leases.release(run.holder)


def _instructed(run: SyncRun, key: str, told: Instructions) -> Event:
    """What a person decided is on the record like what the run does."""
    winners = {field_name: str(winner) for field_name, winner in told.winners.items()}
    return Event("instructed", "note", entity=run.sync, key="" if key == "*" else key, payload={"winners": winners})


def _start(run: SyncRun, whole: Profile) -> None:
    request, profile = run.request, run.wiring.profile
    with run.scribe.unit() as unit:
        scope = request.scope or ",".join(run.companies)
        unit.runs.start(request.run_id, run.sync, request.trigger, request.as_document(), scope=scope)
        at_home = run.kind.sources[0].system == "ifs"
        links = (unit.links.by_jaggaer if at_home else unit.links.by_ifs)(run.kind.record, request.told)
        run.aliases.update({link.ifs_key if at_home else link.jaggaer_key: key for key, link in links.items()})
        for key, told in request.told.items():
            run.scribe.note(_instructed(run, key, told))
        plain = f"{run.sync}:profile"
        name = run.scoped(plain)
        run.other_scopes = [one.removeprefix(plain) for one in unit.fingerprints.names(plain) if one != name]
        states = f"{print_of(profile)}:{','.join(profile.companies)}"
        known = unit.fingerprints.get(name)
        if known is not None and known != states and request.company is None:
            run.warn(
                "the profile, its hook, a value map or the company scope changed since the last run: try what is open "
                f"again by `ifs-jaggaer replay {run.sync}`, all else by `ifs-jaggaer run {run.sync} --since TIME` "
                "(--dry-run shows it first)"
            )
        if known != states and not request.dry_run and request.company is None:
            unit.fingerprints.put(name, states)
        for words in words_of(request, run.kind, whole, unit, first=known is None):
            run.warn(words)
