"""A sweep: all keys and versions of an IFS set against those kept (DESIGN, law 1; contracts/ifs.md 2).

For a set that does not say when its rows changed in every run, for all others by night: it finds what became visible
later than its change time, and what is gone. What is kept moves with settled pages alone, so that a sweep that is
broken off is simply begun again by the next run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from connectors.ifs import filters
from connectors.ifs.filters import Expr
from connectors.ifs.paging import Cursor
from connectors.ifs.times import WireTimes
from connectors.wire import Row
from ifs_jaggaer.errors import Rejected
from ifs_jaggaer.pipeline.fresh import Fresh, version_of
from ifs_jaggaer.pipeline.pages import LARGEST, PageRef, PageStart, RowVersion, pack, size_of, unpack

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun
    from ifs_jaggaer.store import Kept
    from mapping.kinds import Source

SWEEP = "sweep"
COMPANY = "Company"
NARROW = 10
"""Values of a part of the key that are asked for together with those of the most telling part."""

UNREADABLE = ""
"""Stands among the keys that came for a row whose key cannot be read: then nothing is known to be gone."""


def swept(run: SyncRun, source: Source) -> bool:
    """Whether the set does not say when its rows changed."""
    return source.system == "ifs" and run.wiring.profile.ifs_set(source.name).strategy == "sweep"


def leg_of(source: Source) -> str:
    return f"{SWEEP}.{source.name}"


@dataclass(slots=True)
class _Read:
    """What the requests of one page gave. `whole`: with all attributes, not the keys alone."""

    whole: bool
    after: Cursor | None
    keys: dict[str, None] = field(default_factory=dict)
    unreadable: list[Rejected] = field(default_factory=list)


async def sweep(run: SyncRun, source: Source, start: PageStart) -> PageRef:
    """One page of a sweep: rows that are new or changed lead to their documents; on its last page those gone, too.

    A set is read by its keys and ETags. Whole where it sends none, and the first time, when all is new.

    Raises:
        SettingsError: documents without a cut-over, or a set that may not be read.
        Unreachable: IFS did not answer.
    """
    at = unpack(start.cursor)
    first = bool(at["first"]) if start.cursor else run.watermark(start.leg) is None
    began = str(at["began"]) if start.cursor else run.wiring.store.now().isoformat()
    after = Cursor.loads(str(at["after"])) if start.cursor else None
    read = _Read(whole=bool(at["whole"]) if start.cursor else first, after=after)
    fresh = Fresh(source)
    await _page(run, source, start, read, fresh)
    for fault in read.unreadable:
        run.unreadable(fault)
    keys = (*read.keys, *([UNREADABLE] if read.unreadable else []))
    run.seen.setdefault(start.leg, set()).update(keys)
    if first and swept(run, source):
        _leave_out(run, source, fresh)
    elif not first and not swept(run, source):
        run.late |= fresh.references.keys() - run.tally.decided.keys()
    gone: dict[str, Kept] = {}
    if read.after is None:
        gone = _gone(run, source, start.leg)
        for row in gone.values():
            fresh.lead(row.reference)
        _tell(run, source, gone)
    going_on = read.after and pack(after=read.after.dumps(), began=began, first=int(first), whole=int(read.whole))
    return PageRef(
        start,
        references=tuple(fresh.references),
        versions=tuple(fresh.versions),
        rows=len(read.keys),
        reach=None if going_on else began,
        following=going_on or None,
        keys=keys,
        gone=tuple(gone),
    )


async def _page(run: SyncRun, source: Source, start: PageStart, read: _Read, fresh: Fresh) -> None:
    size = size_of(start.number, run.request.page_size or (run.page_size if read.whole else LARGEST))
    where = _where(run, source)
    while True:
        page = await run.wiring.ifs.page(
            source.name, after=read.after, where=where, size=size, sweep=True, whole=read.whole
        )
        if not read.whole and any(row.etag is None for row in page.rows):
            read.whole = True  # some releases send none in lists: then only the whole row tells
            continue
        read.unreadable += page.unreadable
        await _compare(run, source, page.rows, read, fresh)
        read.after = page.next
        if read.after is None or len(read.keys) >= size:
            return


async def _compare(run: SyncRun, source: Source, rows: Sequence[Row], read: _Read, fresh: Fresh) -> None:
    versions = {run.row_key(row): version_of(row) for row in rows}
    read.keys.update(dict.fromkeys(versions))
    # Also in a run for a window: a set without change times has no other way to tell what changed.
    known = run.kept_rows(source.name, versions)
    changed = [row for row in rows if _changed(known, run.row_key(row), versions)]
    if changed and not read.whole:
        changed = await _whole(run, source, changed)
    await fresh.add(run, changed, known)


def _changed(known: dict[str, Kept], key: str, versions: dict[str, str]) -> bool:
    return key not in known or known[key].version != versions[key]


async def _whole(run: SyncRun, source: Source, rows: Sequence[Row]) -> list[Row]:
    """The same rows with all attributes, by as few values of their keys as tell them from others."""
    parts = run.wiring.ifs.entity_set(source.name).keys
    values = [frozenset(row.key[at] for row in rows) for at in range(len(parts))]
    telling = max(range(len(parts)), key=lambda at: len(values[at]))
    also = [(parts[at], values[at]) for at in range(len(parts)) if at != telling and len(values[at]) <= NARROW]
    wanted = {row.key for row in rows}
    try:
        found = await run.wiring.ifs.rows(source.name, parts[telling], values[telling], also=also)
    except Rejected as fault:
        run.unreadable(fault)
        return []
    return [row for row in found if row.key in wanted]


def _where(run: SyncRun, source: Source) -> Expr | None:
    """The company scope and, of documents, what a first run would have taken in: changed since the cut-over."""
    asked = [scope] if (scope := run.scope(source)) else []
    if source.document:
        cut_over = run.require_cut_over()
        told = run.wiring.profile.ifs_set(source.name)
        if not swept(run, source):
            asked.append(filters.ge(told.change, WireTimes(told).since(cut_over)))
    return filters.and_(*asked) if asked else None


def _leave_out(run: SyncRun, source: Source, fresh: Fresh) -> None:
    """The first time nothing tells which rows changed since the cut-over: the document's other rows must.

    A document that none of them led to, that is not linked and has nothing open stays out until one of its rows
    changes. Where no other set of the side that the kind's documents come from says when its rows changed, all are
    taken in: the other side only shows again what was carried.
    """
    home = run.kind.sources[0].system
    others = [other for other in run.kind.sources if other.document and other.system == home and not swept(run, other)]
    if not source.document or not others:
        return
    outside = _untold(run, fresh.references)
    run.before_cut_over |= outside
    for reference in outside:
        del fresh.references[reference]
    if run.request.narrowed:
        fresh.versions = [row for row in fresh.versions if row.reference not in outside]
        return
    # Without a reference, so that a row of it that goes later leads nowhere.
    fresh.versions = [
        RowVersion(row.set, row.key, row.version, "") if row.reference in outside else row for row in fresh.versions
    ]


def _untold(run: SyncRun, references: Iterable[str]) -> set[str]:
    asked = {reference: reference.partition(":")[2] for reference in references if reference not in run.tally.decided}
    numbers = set(asked.values())
    with run.wiring.store.look() as unit:
        known = {*unit.links.by_ifs(run.kind.record, numbers), *unit.snapshots.get(run.kind.record, numbers)}
        known |= {item.key for item in unit.items.open(sync=run.sync)}
    return {reference for reference, number in asked.items() if number not in known}


def _gone(run: SyncRun, source: Source, leg: str) -> dict[str, Kept]:
    """Kept rows that a whole sweep did not show. What follows from that the kind decides (DESIGN, law 11)."""
    seen = run.seen[leg]
    if run.request.narrowed or UNREADABLE in seen:
        return {}
    with run.wiring.store.look() as unit:
        missing = [key for key in unit.versions.keys(run.sync, run.scoped(source.name)) if key not in seen]
    if missing and not seen:
        run.warn(
            f"{source.name}: no row came, {len(missing)} are known: that is unknown, not empty; look whether the "
            f"service user may still read the set and its companies"
        )
        return {}
    return run.kept_rows(source.name, missing)


def _of_lost_companies(run: SyncRun, source: Source, gone: Collection[str]) -> Counter[str]:
    """How many rows are gone of each company of which none came, where the key names it."""
    parts = run.wiring.ifs.entity_set(source.name).keys
    if not gone or COMPANY not in parts:
        return Counter()
    at = parts.index(COMPANY)
    shown = {key.split("|")[at] for key in run.seen[leg_of(source)]}
    return Counter(company for key in gone if (company := key.split("|")[at]) not in shown)


def _tell(run: SyncRun, source: Source, gone: dict[str, Kept]) -> None:
    """In the run's notes: what no watermark would have shown."""
    lost = _of_lost_companies(run, source, gone)
    for company, number in sorted(lost.items()):
        run.warn(
            f"{source.name}: no row of company {company} came, {number} are known: that is unknown, not gone; look "
            f"whether the service user may still read this company"
        )
    if rest := len(gone) - sum(lost.values()):
        run.warn(
            f"{source.name}: rows no longer shown, removed or not permitted; their documents were looked at: {rest}"
        )
    if run.late:
        run.warn(f"{source.name}: documents with a row that became visible later than it changed: {len(run.late)}")
        run.late.clear()
    if run.before_cut_over:
        run.warn(
            f"{source.name}: documents that stay out until they change, since nothing tells that they changed after "
            f"the cut-over: {len(run.before_cut_over)}; `ifs-jaggaer run {run.sync} --key KEY` takes one in"
        )
        run.before_cut_over.clear()
