"""The one course that every sync takes: tokens, pages, verdict; artifacts as it goes."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar

from prefect import get_run_logger
from prefect.client.schemas.objects import State
from prefect.runtime import deployment, flow_run
from prefect.states import Completed, Failed

from flows import artifacts
from flows.blocks import block_values
from flows.naming import begun_name
from flows.parameters import SyncParameters
from flows.plain_logs import speak_plainly
from flows.scope import scoped
from flows.tasks import check_metadata, fetch_token, forget_pages, map_and_plan, poll_page, verdict, write_and_settle
from ifs_jaggaer import settings
from ifs_jaggaer.errors import SyncError
from ifs_jaggaer.pipeline.assumed import Assumed
from ifs_jaggaer.pipeline.outcome import RunResult, finish, not_opened
from ifs_jaggaer.pipeline.pages import PageRef, PageStart
from ifs_jaggaer.pipeline.poll import legs, take_up
from ifs_jaggaer.pipeline.registry import ERRORS, RESULTS, RUNS
from ifs_jaggaer.pipeline.request import Request, SyncName
from ifs_jaggaer.pipeline.run import SyncRun, open_run
from ifs_jaggaer.pipeline.tally import Counts
from ifs_jaggaer.pipeline.wiring import open_wiring

ANCHOR_EVERY = 5
"""Pages between two anchors of the audit chain in the run's artifacts (DESIGN, law 8)."""

CACHED = "Cached"
"""The name of a task's state whose result an earlier attempt of the run had left."""

assumed: ContextVar[Assumed | None] = ContextVar("assumed", default=None)
"""What a dry run of several syncs plans, for those that follow."""


def run_name() -> str:
    """For example "purchase-orders 2026-02-14T08:00 delta"; a retry keeps it."""
    parameters = flow_run.get_parameters().get("parameters")
    kind, companies = "delta", flow_run.get_parameters().get("companies") or ()
    if isinstance(parameters, SyncParameters):
        if parameters.replay:
            kind = "replay"
        elif parameters.document_keys:
            kind = "keys"
        elif parameters.since or parameters.until:
            kind = "window"
        elif parameters.sweep:
            kind = "sweep"
        companies = companies or parameters.companies
        kind = f"{kind}, companies {' '.join(companies)}" if companies else kind
        kind = f"{kind}, dry run" if parameters.dry_run else kind
    return f"{begun_name()} {kind}"


async def run_sync(sync: SyncName, parameters: SyncParameters, companies: tuple[str, ...]) -> State[str]:
    """Runs one sync to its end and gives the flow's final state, whose message says what happened.

    `companies`: the fixed scope, as stated beside `parameters`.
    """
    speak_plainly()
    began = time.monotonic()
    try:
        async with _opened(sync, await scoped(parameters, companies)) as run:
            result = await _course(run)
            await artifacts.publish(run, result, time.monotonic() - began)
            await artifacts.anchor(run)
    except SyncError as error:
        # It did not come so far that there was a run to end: settings, profile, store.
        result = _keep(not_opened(sync, _run_id(), error, dry_run=parameters.dry_run), error)
    if result.state != "completed":
        return Failed(message=result.message)
    forget_pages()
    return Completed(message=result.message)


async def _course(run: SyncRun) -> RunResult:
    """From the first token to the verdict."""
    try:
        await artifacts.anchor(run)
        for system in ("ifs", "jaggaer"):
            await fetch_token(system)
        await check_metadata()
        await _pages(run)
        await verdict()
    except SyncError as error:
        return _keep(finish(run, error), error)
    except Exception as error:
        _keep(finish(run, SyncError(f"{type(error).__name__}, which nobody foresaw: see the log, and report it")))
        raise
    return RESULTS[run.request.run_id]


def _keep(result: RunResult, error: SyncError | None = None) -> RunResult:
    """Leaves the result, and what ended the run, to the command line and to `sync-all`."""
    RESULTS[result.run_id] = result
    if error is not None:
        ERRORS[result.run_id] = error
    return result


async def _pages(run: SyncRun) -> None:
    number = 0
    done_before: Counts | None = None
    for leg in legs(run):
        start: PageStart | None = PageStart(leg, number + 1)
        while start is not None:
            number = start.number
            ref, counts = await _page(run, start)
            done_before = counts or done_before
            if number % ANCHOR_EVERY == 0:
                await artifacts.anchor(run)
            start = ref.next_start(number + 1)
    if done_before is not None:
        run.warn(f"a retry: pages that were done before are not done again; until then there were {done_before}")


async def _page(run: SyncRun, start: PageStart) -> tuple[PageRef, Counts | None]:
    """Polls, maps and writes; gives the counts up to here if an earlier attempt of this run had done it."""
    polled: State[PageRef] = await poll_page(start, return_state=True)  # type: ignore[misc]
    ref = await polled.aresult()
    if polled.name == CACHED:
        take_up(run, ref)
    if ref.references:
        await map_and_plan(ref)
    if not ref.settles:
        return ref, None
    written: State[Counts] = await write_and_settle(ref, return_state=True)  # type: ignore[misc]
    counts = await written.aresult()
    if written.name == CACHED:
        return ref, counts
    get_run_logger().info("%s: %s rows, %s documents; so far %s", start.name, ref.rows, len(ref.references), counts)
    return ref, None


def _run_id() -> str:
    return str(flow_run.get_id())


@asynccontextmanager
async def _opened(sync: SyncName, parameters: SyncParameters) -> AsyncIterator[SyncRun]:
    run_id = _run_id()
    request = Request(
        sync=sync,
        run_id=run_id,
        trigger=f"deployment {deployment.get_name()}" if deployment.get_id() else "by hand",
        dry_run=parameters.dry_run,
        since=parameters.since,
        until=parameters.until,
        keys=parameters.document_keys,
        page_size=parameters.page_size,
        company=parameters.company,
        companies=parameters.companies,
        sweep=parameters.sweep,
        replay=parameters.replay,
        opened_by=parameters.opened_by,
        told=parameters.told(),
    )
    told = settings.load(block=await block_values())
    async with open_wiring(told) as wiring, open_run(wiring, request, assumed=assumed.get()) as run:
        RUNS[run_id] = run
        try:
            yield run
        finally:
            del RUNS[run_id]
