"""Poll: what changed at a source, one page at a time (DESIGN, law 1)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import simplejson

from connectors.ifs import filters
from connectors.ifs.paging import Cursor
from connectors.ifs.times import WireTimes
from connectors.jaggaer.pages import JaggaerPage
from connectors.jaggaer.sweep import Standing, Sweep
from connectors.wire import Row
from ifs_jaggaer.errors import Rejected
from ifs_jaggaer.pipeline.pages import PageRef, PageStart, SweptPage, pack, size_of, unpack
from mapping.kinds import Source

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun

KEYS, REPLAY, CALENDAR, OPEN_ITEMS, BRAKE = "keys", "replay", "calendar", "open-items", "brake"
JAGGAER_PAGE = 100


@dataclass(slots=True)
class Polled:
    """A page's rows on their way to a PageRef."""

    rows: list[Row] = field(default_factory=list)
    unreadable: list[Rejected] = field(default_factory=list)
    reach: str | None = None
    following: str | None = None
    swept: list[SweptPage] = field(default_factory=list)


def legs(run: SyncRun) -> list[str]:
    """The legs of a run, in order: its sources, what the calendar changed, open items that are due, the brake."""
    if run.request.replay:
        return [REPLAY, BRAKE]
    if run.request.keys:
        return [KEYS, BRAKE]
    sources = [leg_of(source) for source in run.kind.sources]
    calendar = [f"{CALENDAR}.{source.name}" for source in run.kind.sources if source.dates]
    if run.request.narrowed:
        return [*sources, BRAKE]
    return [*sources, *calendar, OPEN_ITEMS, BRAKE]


def leg_of(source: Source) -> str:
    return f"{source.system}.{source.name}"


async def poll(run: SyncRun, start: PageStart) -> PageRef:
    """Reads one page and says which documents it leads to; rows whose version is known lead nowhere.

    Raises:
        SettingsError: a first run of documents without `start_from`, or a source that may not be read.
        Unreachable: the source did not answer.
    """
    if start.leg == KEYS:
        return PageRef(start, run.references_of(run.request.keys), (), len(run.request.keys))
    if start.leg == REPLAY:
        listed = run.listed_for_replay()
        return PageRef(start, listed, (), len(listed))
    if start.leg == OPEN_ITEMS:
        due = run.due_references()
        return PageRef(start, due, (), len(due))
    if start.leg == BRAKE:
        released = run.released_by_brake()
        return PageRef(start, released, (), len(released))
    leg, _, name = start.leg.partition(".")
    source = next(source for source in run.kind.sources if source.name == name)
    if leg == CALENDAR:
        polled = await _calendar(run, source, start)
    elif source.system == "ifs":
        polled = await _keyset(run, source, start)
    else:
        polled = await _sweep(run, source, start)
    return _reference(run, source, start, polled)


def version_of(row: Row) -> str:
    """What tells whether a row was seen as it is: its ETag, else a digest of all it holds.

    The change time is part of it: an invoice's list shows headers, and of a corrected line only that time tells.
    """
    if row.etag:
        return str(row.etag)
    text = simplejson.dumps(dict(row.values), use_decimal=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _reference(run: SyncRun, source: Source, start: PageStart, polled: Polled) -> PageRef:
    run.reader.polled(polled.rows)
    versions = {run.row_key(row): version_of(row) for row in polled.rows}
    known = run.known_versions(source.name, versions)
    fresh: dict[str, None] = {}
    kept: list[tuple[str, str, str]] = []
    stale: set[str] = set()
    for row in polled.rows:
        reference = source.leads_to(row)
        if reference is None:
            continue
        key = run.row_key(row)
        if known.get(key) == versions[key]:
            stale.add(reference)
            continue
        fresh[reference] = None
        kept.append((source.name, key, versions[key]))
    run.tally.seen(run.documents_of(stale - fresh.keys()))
    for fault in polled.unreadable:
        run.unreadable(fault)
    swept = tuple(polled.swept)
    return PageRef(start, tuple(fresh), tuple(kept), len(polled.rows), polled.reach, polled.following, swept)


async def _keyset(run: SyncRun, source: Source, start: PageStart) -> Polled:
    times = WireTimes(run.wiring.profile.ifs_set(source.name))
    at = unpack(start.cursor)
    since = at.get("since") if start.cursor else _since(run, source, times)
    until = times.from_moment(run.request.until) if run.request.until else None
    after = Cursor.loads(str(at["after"])) if at.get("after") else None
    page = await run.wiring.ifs.page(
        source.name,
        after=after,
        since=str(since) if since else None,
        until=until,
        where=_scope(run, source),
        size=size_of(start.number, run.page_size),
    )
    changed = [row.modified for row in page.rows if row.modified]
    return Polled(
        rows=page.rows,
        unreadable=page.unreadable,
        reach=_not_ahead(changed[-1], page.date, times) if changed else None,
        following=pack(after=page.next.dumps(), since=str(since) if since else None) if page.next else None,
    )


def _not_ahead(changed: str, server_time: datetime | None, times: WireTimes) -> str:
    """The change time, or the server's own time where that is lower: one row of the year 2099 must hide no other."""
    if server_time is None:
        return changed
    now = times.from_moment(server_time)
    return now if datetime.fromisoformat(now) < datetime.fromisoformat(changed) else changed


def _since(run: SyncRun, source: Source, times: WireTimes) -> str | None:
    if run.request.since:
        return times.from_moment(run.request.since)
    if run.request.narrowed:
        return times.from_moment(run.cut_over) if source.document and run.cut_over else None
    mark = run.watermark(leg_of(source))
    if mark is not None:
        return times.before(mark.value, run.wiring.settings.overlap)
    if source.document:
        return times.from_moment(run.require_cut_over())
    return None


def _scope(run: SyncRun, source: Source) -> filters.Expr | None:
    if source.scope_attribute is None:
        return None
    return filters.any_of(source.scope_attribute, run.companies)


async def _calendar(run: SyncRun, source: Source, start: PageStart) -> Polled:
    """Rows whose validity began or ended since the last look: no change time moves for them."""
    today = run.as_of.isoformat()
    mark = run.watermark(start.leg)
    if mark is None or mark.value >= today or source.dates is None:
        return Polled(reach=today)
    since = datetime.fromisoformat(mark.value).date()
    valid_from, valid_until = source.dates
    turned = filters.or_(
        filters.and_(filters.gt(valid_from, since), filters.le(valid_from, run.as_of)),
        filters.and_(filters.ge(valid_until, since), filters.lt(valid_until, run.as_of)),
    )
    scope = _scope(run, source)
    rows = await run.wiring.ifs.search(source.name, filters.and_(scope, turned) if scope else turned)
    # Their ETags did not move, so what is known of them must not hide them.
    run.forget_versions(source.name, [run.row_key(row) for row in rows])
    return Polled(rows=rows, reach=today)


async def _sweep(run: SyncRun, source: Source, start: PageStart) -> Polled:
    at = unpack(start.cursor)
    since = datetime.fromisoformat(str(at["since"])) if at.get("since") else None
    if not start.cursor:
        since = _swept_since(run, source)
    sweep = run.sweeps.setdefault(start.leg, Sweep())
    begin = int(str(at.get("start") or 1))
    polled = Polled()
    for _ in range(max(1, size_of(start.number, run.page_size) // JAGGAER_PAGE)):
        page = await run.wiring.jaggaer.page(source.name, modified_since=since, start=begin)
        polled.rows += page.rows
        polled.unreadable += page.unreadable
        polled.swept.append(SweptPage(page.start, page.total, page.next_start, page.server_time, page.seen))
        standing = sweep.take(page)
        if standing in {Standing.COMPLETE, Standing.GIVEN_UP}:
            if standing is Standing.GIVEN_UP:
                run.warn(f"{source.name}: records moved during every sweep, the watermark stays; run again when calmer")
            polled.reach = sweep.watermark.isoformat() if sweep.watermark else None
            return _until(run, polled)
        begin = 1 if standing is Standing.AGAIN or page.next_start is None else page.next_start
    polled.following = pack(start=begin, since=since.isoformat() if since else None)
    return _until(run, polled)


def take_up(run: SyncRun, ref: PageRef) -> None:
    """A page that an earlier attempt of this run had read: its sweep goes on from it, not from the beginning."""
    for page in ref.swept:
        sweep = run.sweeps.setdefault(ref.start.leg, Sweep())
        sweep.take(JaggaerPage([], page.total, page.start, page.following, page.server_time, [], page.seen))


def _until(run: SyncRun, polled: Polled) -> Polled:
    """JAGGAER is asked for "since" alone; the window's end is kept here."""
    if run.request.until:
        end = run.request.until.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        polled.rows = [row for row in polled.rows if row.modified is None or row.modified < end]
    return polled


def _swept_since(run: SyncRun, source: Source) -> datetime | None:
    if run.request.since:
        return run.request.since
    if run.request.narrowed:
        return run.cut_over if source.document else None
    mark = run.watermark(leg_of(source))
    if mark is not None:
        return datetime.fromisoformat(mark.value) - run.overlap
    return run.require_cut_over() if source.document else None
