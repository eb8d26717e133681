"""Poll: what changed at a source, one page at a time (DESIGN, law 1)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from connectors.ifs import filters
from connectors.ifs.paging import Cursor
from connectors.ifs.times import WireTimes
from connectors.jaggaer.pages import JaggaerPage
from connectors.jaggaer.sweep import Standing, Sweep
from connectors.wire import Row
from ifs_jaggaer.errors import Rejected
from ifs_jaggaer.pipeline import sweeping
from ifs_jaggaer.pipeline.due import due_references
from ifs_jaggaer.pipeline.fresh import Fresh
from ifs_jaggaer.pipeline.pages import LARGEST, PageRef, PageStart, SweptPage, pack, size_of, unpack
from ifs_jaggaer.pipeline.watches import stirred
from mapping.kinds import Source

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun

KEYS, REPLAY, CALENDAR, OPEN_ITEMS, BRAKE = "keys", "replay", "calendar", "open-items", "brake"
NAMING = frozenset({KEYS, REPLAY, OPEN_ITEMS, BRAKE})
"""Legs that read no source: their documents are named by a person or by the store."""

JAGGAER_PAGE = 100
NAMED = 10
"""Records that a note names."""


def legs(run: SyncRun) -> list[str]:
    """The legs of a run, in order: its sources, what the calendar changed, open items that are due, the brake."""
    if run.request.replay:
        return [REPLAY, BRAKE]
    if run.request.keys:
        return [KEYS, BRAKE]
    used = [source for source in run.kind.sources if source.used is None or source.used(run.wiring.profile)]
    sources = [leg_of(source) for source in used if not sweeping.swept(run, source)]
    # After them: what they led to is known by then.
    sources += [
        sweeping.leg_of(source)
        for source in run.kind.sources
        if source.system == "ifs" and (run.request.sweep or (source in used and sweeping.swept(run, source)))
    ]
    calendar = [f"{CALENDAR}.{source.name}" for source in run.kind.sources if source.dates]
    if run.request.narrowed:
        return [*sources, BRAKE]
    return [*sources, *calendar, OPEN_ITEMS, BRAKE]


def leg_of(source: Source) -> str:
    return f"{source.system}.{source.name}"


async def poll(run: SyncRun, start: PageStart) -> PageRef:
    """Reads one page and says which documents it leads to; rows whose version is known lead nowhere.

    A page of more rows than one request may ask for is read by several.

    Raises:
        SettingsError: a first run of documents without `start_from`, or a source that may not be read.
        Unreachable: the source did not answer.
    """
    if start.leg == OPEN_ITEMS:
        run.stirred = await stirred(run)
    if start.leg in NAMING:
        references = _named(run, start.leg)
        return PageRef(start, references, (), len(references))
    leg, _, name = start.leg.partition(".")
    source = next(source for source in run.kind.sources if source.name == name)
    if leg == sweeping.SWEEP:
        return await sweeping.sweep(run, source, start)
    if leg == CALENDAR:
        return await _calendar(run, source, start)
    return await (_keyset if source.system == "ifs" else _listed)(run, source, start)


def _named(run: SyncRun, leg: str) -> tuple[str, ...]:
    """Documents that the store or a person names, not a source."""
    if leg == KEYS:
        return run.references_of(run.request.keys)
    if leg == OPEN_ITEMS:
        return due_references(run)
    return {REPLAY: run.listed_for_replay, BRAKE: run.released_by_brake}[leg]()


def _left(run: SyncRun, fresh: Fresh, unreadable: Iterable[Rejected]) -> None:
    """What the page tells besides its documents."""
    run.tally.seen(run.documents_of(fresh.stale - fresh.references.keys()))
    for fault in unreadable:
        run.unreadable(fault)


async def _keyset(run: SyncRun, source: Source, start: PageStart) -> PageRef:
    times = WireTimes(run.wiring.profile.ifs_set(source.name))
    at = unpack(start.cursor)
    since = at.get("since") if start.cursor else _since(run, source, times)
    until = times.until(run.request.until) if run.request.until else None
    after = Cursor.loads(str(at["after"])) if at.get("after") else None
    size = size_of(start.number, run.page_size)
    fresh = Fresh(source)
    unreadable: list[Rejected] = []
    reach: str | None = None
    while True:
        page = await run.wiring.ifs.page(
            source.name,
            after=after,
            since=str(since) if since else None,
            until=until,
            where=run.scope(source),
            size=min(LARGEST, size),
        )
        await fresh.take(run, page.rows)
        unreadable += page.unreadable
        changed = next((row.modified for row in reversed(page.rows) if row.modified), None)
        reach = _not_ahead(changed, page.date, times) if changed else reach
        after = page.next
        if after is None or fresh.rows >= size or size <= LARGEST:
            break
    _left(run, fresh, unreadable)
    following = pack(after=after.dumps(), since=str(since) if since else None) if after else None
    return PageRef(start, tuple(fresh.references), tuple(fresh.versions), fresh.rows, reach, following)


def _not_ahead(changed: str, server_time: datetime | None, times: WireTimes) -> str:
    """The change time, or the server's own time where that is lower: one row of the year 2099 must hide no other."""
    if server_time is None:
        return changed
    now = times.from_moment(server_time)
    return now if datetime.fromisoformat(now) < datetime.fromisoformat(changed) else changed


def _since(run: SyncRun, source: Source, times: WireTimes) -> str | None:
    if run.request.since:
        return times.since(run.request.since)
    if run.request.narrowed:
        return times.since(run.cut_over) if source.document and run.cut_over else None
    mark = run.watermark(leg_of(source))
    if mark is not None:
        return times.before(mark.value, run.wiring.settings.overlap)
    if source.document:
        return times.since(run.require_cut_over())
    return None


async def _calendar(run: SyncRun, source: Source, start: PageStart) -> PageRef:
    """Rows whose validity began or ended since the last look: no change time moves for them."""
    today = run.as_of.isoformat()
    mark = run.watermark(start.leg)
    if mark is None or mark.value >= today or source.dates is None:
        return PageRef(start, (), (), 0, today)
    since = datetime.fromisoformat(mark.value).date()
    valid_from, valid_until = source.dates
    turned = filters.or_(
        filters.and_(filters.gt(valid_from, since), filters.le(valid_from, run.as_of)),
        filters.and_(filters.ge(valid_until, since), filters.lt(valid_until, run.as_of)),
    )
    scope = run.scope(source)
    rows = await run.wiring.ifs.search(source.name, filters.and_(scope, turned) if scope else turned)
    # Their ETags did not move, so what is known of them must not hide them.
    run.forget_versions(source.name, [run.row_key(row) for row in rows])
    fresh = Fresh(source)
    await fresh.take(run, rows)
    return PageRef(start, tuple(fresh.references), tuple(fresh.versions), fresh.rows, today)


async def _listed(run: SyncRun, source: Source, start: PageStart) -> PageRef:
    """Pages of a JAGGAER list, each time all of it that changed; in a sweep all of it."""
    at = unpack(start.cursor)
    since = datetime.fromisoformat(str(at["since"])) if at.get("since") else None
    if not start.cursor:
        since = _listed_since(run, source)
    sweep = run.sweeps.setdefault(start.leg, Sweep())
    begin = int(str(at.get("start") or 1))
    rows: list[Row] = []
    unreadable: list[Rejected] = []
    swept: list[SweptPage] = []
    following: str | None = pack(start=begin, since=since.isoformat() if since else None)
    for _ in range(max(1, size_of(start.number, run.page_size, LARGEST) // JAGGAER_PAGE)):
        page = await run.wiring.jaggaer.page(source.name, modified_since=since, start=begin)
        rows += page.rows
        unreadable += page.unreadable
        swept.append(SweptPage(page.start, page.total, page.next_start, page.server_time, page.seen))
        standing = sweep.take(page)
        if standing in {Standing.COMPLETE, Standing.GIVEN_UP}:
            following = None
            break
        begin = 1 if standing is Standing.AGAIN or page.next_start is None else page.next_start
        following = pack(start=begin, since=since.isoformat() if since else None)
    if standing is Standing.GIVEN_UP:
        run.warn(f"{source.name}: records moved during every sweep, the watermark stays; run again when calmer")
    rows = _until(run, rows)
    run.reader.polled(rows)
    fresh = Fresh(source)
    await fresh.take(run, rows)
    _left(run, fresh, unreadable)
    return PageRef(
        start,
        references=tuple(fresh.references),
        versions=tuple(fresh.versions),
        rows=len(rows),
        reach=sweep.watermark.isoformat() if following is None and sweep.watermark else None,
        following=following,
        swept=tuple(swept),
        gone=_no_longer_listed(run, source, sweep) if standing is Standing.COMPLETE and run.request.sweep else (),
    )


def _no_longer_listed(run: SyncRun, source: Source, sweep: Sweep) -> tuple[str, ...]:
    """Said once, and nothing follows: JAGGAER tells neither that a record was deleted nor why it does not come."""
    came = {"|".join(key) for key in sweep.keys}
    with run.wiring.store.look() as unit:
        gone = tuple(key for key in unit.versions.keys(run.sync, run.scoped(source.name)) if key not in came)
    if gone and came:
        few = ", ".join(gone[:NAMED])
        run.warn(f"{source.name}: JAGGAER no longer lists {len(gone)} records, nothing follows from that: {few}")
    return gone if came else ()


def take_up(run: SyncRun, ref: PageRef) -> None:
    """A page that an earlier attempt of this run had read: its sweep goes on from it, not from the beginning."""
    for page in ref.swept:
        sweep = run.sweeps.setdefault(ref.start.leg, Sweep())
        sweep.take(JaggaerPage([], page.total, page.start, page.following, page.server_time, [], page.seen))
    if ref.keys:
        run.seen.setdefault(ref.start.leg, set()).update(ref.keys)


def _until(run: SyncRun, rows: list[Row]) -> list[Row]:
    """JAGGAER is asked for "since" alone; the window's end is kept here."""
    if not run.request.until:
        return rows
    end = run.request.until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return [row for row in rows if row.modified is None or row.modified < end]


def _listed_since(run: SyncRun, source: Source) -> datetime | None:
    if run.request.since:
        return run.request.since
    if run.request.narrowed:
        return run.cut_over if source.document else None
    mark = run.watermark(leg_of(source))
    if mark is not None and not run.request.sweep:
        return datetime.fromisoformat(mark.value) - run.overlap
    return run.require_cut_over() if source.document else None
