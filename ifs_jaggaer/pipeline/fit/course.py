"""Fit: both systems read, nothing written: what would be synchronised, what would not, and why.

It is the dry run of every sync over all that is in scope, so that it cannot say anything else than the runs do.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar, cast

from ifs_jaggaer.errors import SettingsError, SyncError, Throttled
from ifs_jaggaer.pipeline.assumed import Assumed
from ifs_jaggaer.pipeline.drift import check_schema
from ifs_jaggaer.pipeline.fit.report import Fit, SyncFit, left_out, sync_fit
from ifs_jaggaer.pipeline.outcome import finish
from ifs_jaggaer.pipeline.pages import PageStart
from ifs_jaggaer.pipeline.poll import legs, poll
from ifs_jaggaer.pipeline.request import Request, SyncName
from ifs_jaggaer.pipeline.run import SyncRun, open_run
from ifs_jaggaer.pipeline.stages import map_page, write_page
from ifs_jaggaer.pipeline.wiring import Wiring
from mapping.kinds import Kind
from mapping.value_maps import PassedWord

PAGE = 500
"""Rows of a page: nobody waits for a watermark here."""

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

PAUSES = (15.0, 30.0, 60.0, 60.0, 60.0)
"""Seconds between the tries of a step while the limit of requests is used up: a fit that ended would read all anew."""

LONGEST_PAUSE = 300.0
"""Seconds; a system that wants a longer pause ends the fit."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Patience:
    """Waits for room where the connector's own tries ended without; Prefect's tasks do it in a run."""

    progress: Callable[[str], None]
    sleep: Callable[[float], Awaitable[None]]

    async def outlast(self, step: Callable[[], Awaitable[T]]) -> T:
        """The step's result, tried again while there is no room. Raises Throttled where there is none for minutes."""
        for pause in PAUSES:
            try:
                return await step()
            except Throttled as full:
                wait = max(pause, full.retry_after or 0.0)
                if wait > LONGEST_PAUSE:
                    raise
                self.progress(f"{full.system}: {full.message}; waiting {wait:.0f} s for room, other clients use it too")
                await self.sleep(wait)
        return await step()


async def fit(
    wiring: Wiring,
    kinds: Mapping[str, Kind],
    since: datetime | None,
    progress: Callable[[str], None],
    company: str | None = None,
    *,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> Fit:
    """Reads both systems for every sync, those first that others refer to.

    `since`: the cut-over of documents, in place of `start_from`. `company`: only its documents, as `run --company`
    has it. A sync that cannot be looked at says why; the others go on, but for an outage.

    Raises:
        SettingsError: the profile has no such company.
    """
    passed: set[PassedWord] = set()
    wiring = replace(wiring, profile=wiring.profile.noting(passed))
    assumed = Assumed()
    patience = Patience(progress, sleep)
    found: list[SyncFit] = []
    away = False
    cut_over = since or wiring.settings.start_from
    for name, kind in kinds.items():
        if away:
            found.append(left_out(name, "not looked at: a system is out of reach or has no room"))
            continue
        progress(f"{name}: reading both systems")
        one = await _one(wiring, kind, cut_over, company, assumed=assumed, patience=patience)
        away = one.error is not None and not one.settings_at_fault
        progress(f"{name}: {one.message}")
        found.append(one)
    return Fit(
        at=wiring.clock(),
        connection=wiring.settings.connection,
        profile=wiring.profile.name,
        companies=(company,) if company else wiring.profile.companies,
        hosts={"IFS": wiring.settings.ifs.host, "JAGGAER": wiring.settings.jaggaer.host},
        since=cut_over,
        syncs=tuple(found),
        passed=tuple(sorted(passed)),
    )


async def _one(
    wiring: Wiring, kind: Kind, cut_over: datetime | None, company: str | None, *, assumed: Assumed, patience: Patience
) -> SyncFit:
    documents = any(source.document for source in kind.sources)
    request = Request(
        sync=cast("SyncName", kind.name),
        run_id=str(uuid.uuid4()),
        trigger="fit",
        dry_run=True,
        since=cut_over if documents else BEGINNING,
        company=company,
        page_size=max(PAGE, wiring.settings.page_size),
    )
    async with open_run(wiring, request, assumed=assumed) as run:
        error: SyncError | None = None
        try:
            if request.since is None:
                run.require_cut_over()
            await _course(run, patience)
        except SyncError as stopped:
            error = stopped
        return sync_fit(run, finish(run, error), error, settings_at_fault=isinstance(error, SettingsError))


async def _course(run: SyncRun, patience: Patience) -> None:
    """Every page of a run, one after the other, as the flow has it (flows/sync.py)."""
    for channel in run.wiring.channels.values():
        await patience.outlast(channel.authorise)
    await patience.outlast(lambda: check_schema(run))
    number = 0
    for leg in legs(run):
        start: PageStart | None = PageStart(leg, number + 1)
        while start is not None:
            number = start.number
            ref = await patience.outlast(partial(poll, run, start))
            if ref.references:
                await patience.outlast(partial(map_page, run, ref))
                await patience.outlast(partial(write_page, run, ref))
            start = ref.next_start(number + 1)
