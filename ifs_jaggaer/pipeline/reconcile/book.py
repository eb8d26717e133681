"""Counts and amounts of one kind on both sides, read apart from what is decided (mapping.reconcile.totals)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from connectors.ifs import filters
from ifs_jaggaer.pipeline.plan import GATHERED_TOGETHER
from ifs_jaggaer.pipeline.reconcile.reading import Window, all_of, any_company, pages
from mapping.kinds import Action
from mapping.money import in_minor_units
from mapping.reconcile.causes import DOCUMENT, unexplained
from mapping.reconcile.documents import Cause, Difference, Seen
from mapping.reconcile.totals import Entry, Figures, Named, tie

if TYPE_CHECKING:
    from connectors.wire import Row
    from ifs_jaggaer.errors import System
    from ifs_jaggaer.pipeline.reconcile.look import Look
    from ifs_jaggaer.pipeline.wiring import Wiring
    from mapping.kinds import Source
    from mapping.reconcile.sides import Book, Side


@dataclass(frozen=True, slots=True)
class Tied:
    """The figures, documents that only counting found, and those of companies that are out of scope."""

    figures: list[Figures]
    further: list[Seen]
    elsewhere: frozenset[str]


@dataclass(slots=True)
class Sums:
    """Grows with the pages of the source; the target is read when all of it was seen."""

    wiring: Wiring
    look: Look
    book: Book
    window: Window
    sources: dict[str, Entry] = field(default_factory=dict)
    targets: dict[tuple[str, str], Entry] = field(default_factory=dict)
    why: dict[str, tuple[Cause, str]] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)
    elsewhere: set[str] = field(default_factory=set)

    def take(self, source: Source, rows: Iterable[Row]) -> None:
        """Rows of a page of the source."""
        for side in self.book.sources:
            if (source.system, source.name) == (side.system, side.name):
                self.sources.update((one.key, one) for one in entries(side, rows, self.wiring))

    def know(self, seen: Seen) -> None:
        """How a document stands: why its two sides differ, if they do."""
        if seen.elsewhere:
            self.elsewhere.add(seen.key)
        if seen.differences:
            self.said[seen.key] = "; ".join(
                f"{one.source} {one.target} {one.reason}" for one in seen.differences if one.field != DOCUMENT
            )
        if seen.cause is not None:
            self.why[seen.key] = (seen.cause, seen.why)
            if self.book.other is not None and seen.other_key:
                self.why.setdefault(f"{self.book.other}{seen.other_key}", (seen.cause, seen.why))

    async def tied(self) -> Tied:
        """Reads the target, ties; what nobody explains is read once more, for it may have changed meanwhile."""
        await self._fill_sources(self.sources.values())
        await self._read_targets()
        if self.window.since is not None:  # else all of it was read
            await self._find(self.sources.keys() - {one.key for one in self.targets.values()})
        lost = [one for one in self.targets.values() if one.key not in self.sources]
        further = await self._orphans([one for one in lost if not (one.void and one.unmarked)])
        await self._fill_targets()
        gone = self._without_other_companies()
        figures = self._tie()
        doubtful = {one.key for one in _unexplained(figures) if not self._told_already(one)}
        if doubtful:
            await self._again(doubtful)
            figures = self._tie()
        return Tied(figures, [*further, *self._told(figures)], gone)

    @property
    def _known_unexplained(self) -> set[str]:
        """What the comparison of fields has told already."""
        return {key for key, (cause, _) in self.why.items() if cause is Cause.UNEXPLAINED}

    def _told_already(self, one: Named) -> bool:
        return one.about in self._known_unexplained and not one.second

    def _tie(self) -> list[Figures]:
        return tie(self.sources.values(), self.targets.values(), self.why, self.said)

    async def _read_targets(self) -> None:
        """From the window's beginning on, without an end: what was written came after what it was written for."""
        window = self.window if self.book.both_ways else replace(self.window, until=None)
        for side in self.book.targets:
            own = filters.eq(*side.only) if side.only else None
            where = all_of(any_company(side.company, self.wiring.profile.companies), own)
            async for rows in pages(self.wiring, side.system, side.name, window, where):
                self._put(side, rows)

    def _put(self, side: Side, rows: Iterable[Row], only: Collection[str] | None = None) -> None:
        for one in entries(side, rows, self.wiring):
            if only is None or one.key in only:
                self.targets[side.name, one.own] = one

    async def _find(self, keys: Iterable[str]) -> None:
        """Counterparts that did not change in the window."""
        for side in self.book.targets:
            for some in _chunks(keys):
                self._put(side, await self.look.rows(side.look(some)), some)

    async def _orphans(self, lost: Sequence[Entry]) -> list[Seen]:
        """Records of the target whose document the source does not show in the window, or at all."""
        there = {one.key: one for one in await self._shown({one.key for one in lost})}
        if self.book.both_ways:
            self.sources |= there
        else:
            self._leave_out(there)
        unknown = {one.about: one for one in lost if one.key not in there and one.about not in self.why}
        found = await self.look.at([self.look.reference(about) for about in sorted(unknown)])
        known = {name for one in found for name in self._names(one)}
        unmarked = {about for about, one in unknown.items() if one.unmarked}
        told = [one for one in found if one.differences or (one.cause and unmarked & self._names(one))]
        if self.book.unshown:
            own = unmarked - known - self.look.settled(unmarked - known)
            told += [Seen(about, "", Action.OUT_OF_SCOPE, self.book.unshown) for about in sorted(own)]
        for one in told:
            self.know(one)
        # Documents that agree, and did not change at the source in the window.
        agreed = {name for one in found if one.cause is None for name in self._names(one)}
        self._leave_out({one.key for about, one in unknown.items() if one.unmarked and about in agreed})
        return told

    def _names(self, seen: Seen) -> set[str]:
        """The names by which entries refer to a document."""
        other = f"{self.book.other}{seen.other_key}" if self.book.other is not None and seen.other_key else seen.key
        return {seen.key, other}

    async def _shown(self, keys: Iterable[str]) -> list[Entry]:
        """What the source shows of these documents, now and whatever the window."""
        found: list[Entry] = []
        for some in _chunks(keys):
            for side in self.book.sources:
                rows = await self.look.rows(side.look(some))
                found += [one for one in entries(side, rows, self.wiring) if one.key in some]
        return found

    def _leave_out(self, keys: Collection[str]) -> None:
        self.targets = {at: one for at, one in self.targets.items() if one.key not in keys}

    def _without_other_companies(self) -> frozenset[str]:
        """Gives the documents of companies that are out of scope, by what either side or a decision says of them."""
        companies = set(self.wiring.profile.companies)
        of_key: dict[str, set[str]] = {key: {one.company} for key, one in self.sources.items()}
        for one in self.targets.values():
            of_key.setdefault(one.key, set()).add(one.company)
        elsewhere = {key for key, one in self.sources.items() if one.about in self.elsewhere}
        gone = {key for key, known in of_key.items() if not known & companies and (known - {""} or key in elsewhere)}
        told = {one.about for one in (*self.sources.values(), *self.targets.values()) if one.key in gone}
        self.sources = {key: one for key, one in self.sources.items() if key not in gone}
        self._leave_out(gone)
        kept = {one.about for one in (*self.sources.values(), *self.targets.values())}
        return frozenset((told | self.elsewhere) - kept)

    async def _fill_sources(self, found: Iterable[Entry]) -> None:
        """What does not state its amount itself; some are known by another name then."""
        for side in self.book.sources:
            bare = [one for one in found if side.fill and _bare(one)]
            done = await filled(side, bare, self.look)
            for one in bare:
                self.sources.pop(one.key, None)
            self.sources.update((one.key, one) for one in done)

    async def _fill_targets(self) -> None:
        for side in self.book.targets:
            bare = [one for (name, _), one in self.targets.items() if name == side.name and side.fill and _bare(one)]
            for one in await filled(side, bare, self.look):
                self.targets[side.name, one.own] = one

    async def _again(self, keys: set[str]) -> None:
        """What is found now takes the place of what was; a double under another number cannot be looked for."""
        gone = {key: one for key, one in self.sources.items() if key in keys}
        self.sources = {key: one for key, one in self.sources.items() if key not in keys}
        found = await self._shown({*keys, *(one.about for one in gone.values())})
        self.sources.update((one.key, one) for one in found)
        await self._fill_sources(found)
        await self._find(keys)
        await self._fill_targets()

    def _words(self, entry: Entry) -> str:
        name = entry.what if entry.own == entry.key else f"{entry.what} {entry.own}"
        if self.book.counted:
            return name
        worth = in_minor_units(entry.worth, entry.currency, self.wiring.profile.currencies)
        return f"{name}: {worth} {entry.currency}".strip()

    def _told(self, figures: Sequence[Figures]) -> list[Seen]:
        """What only counting found, as a difference of its document."""
        found: dict[str, Seen] = {}
        for one in _unexplained(figures):
            if self._told_already(one) or one.about in found:
                continue
            target: System = "jaggaer" if self.look.home == "ifs" else "ifs"
            cause, reason, remedy = unexplained(one.about, target, one.reason)
            source, there = self.sources.get(one.key), [e for e in self.targets.values() if e.key == one.key]
            difference = Difference(
                sync=self.look.kind.name,
                key=one.about,
                other_key=one.own if one.own != one.key else "",
                field=DOCUMENT if one.count else "amount",
                source=self._words(source) if source else None,
                target=" and ".join(map(self._words, there)) or None,
                target_system=target,
                cause=cause,
                reason=reason,
                remedy=remedy,
            )
            found[one.about] = Seen(one.about, difference.other_key, Action.NONE, differences=(difference,))
        return list(found.values())


def entries(side: Side, rows: Iterable[Row], wiring: Wiring) -> list[Entry]:
    """The documents of ours among the rows."""
    return [one for row in rows for one in side.entries(row, wiring.profile)]


async def filled(side: Side, bare: Sequence[Entry], look: Look) -> list[Entry]:
    """Entries that state no amount themselves, with what belongs to them."""
    if side.fill is None:
        return list(bare)
    found: list[Entry] = []
    for start in range(0, len(bare), GATHERED_TOGETHER):
        found += await look.filled(side.fill(list(bare[start : start + GATHERED_TOGETHER]), look.wiring.profile))
    return found


def _bare(entry: Entry) -> bool:
    """Whether it does not state what it is worth."""
    return entry.amount is None or (not entry.currency and bool(entry.amount))


def _unexplained(figures: Iterable[Figures]) -> list[Named]:
    return [one for group in figures for one in group.named if one.cause is Cause.UNEXPLAINED]


def _chunks(keys: Iterable[str]) -> list[frozenset[str]]:
    every = sorted(keys)
    return [frozenset(every[start : start + GATHERED_TOGETHER]) for start in range(0, len(every), GATHERED_TOGETHER)]
