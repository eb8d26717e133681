"""The tasks that every sync is made of, at the grain of a page (DESIGN, in Prefect's terms)."""

from __future__ import annotations

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypedDict
from uuid import UUID

from prefect import Task, task
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowFilter, FlowFilterName, FlowRunFilter, FlowRunFilterParentFlowRunId
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import TaskRunContext
from prefect.filesystems import LocalFileSystem
from prefect.results import get_result_store
from prefect.runtime import deployment, flow_run
from prefect.states import Completed, Failed

from ifs_jaggaer.errors import System, Unreachable
from ifs_jaggaer.pipeline.drift import check_schema
from ifs_jaggaer.pipeline.outcome import finish
from ifs_jaggaer.pipeline.pages import PageRef, PageStart
from ifs_jaggaer.pipeline.poll import poll
from ifs_jaggaer.pipeline.registry import RESULTS, RUNS
from ifs_jaggaer.pipeline.run import SyncRun
from ifs_jaggaer.pipeline.stages import map_page, retry_open_items, write_page
from ifs_jaggaer.pipeline.tally import Counts

OUTAGE_RETRIES = [30.0, 90.0, 180.0]
"""Seconds between the tries of a deployed run during an outage; a person at the keyboard retries by hand.

Five minutes in all: then the run fails, which alerts, and the next scheduled one goes on from the watermark.
"""


def run_of_this_flow() -> SyncRun:
    return RUNS[str(flow_run.get_id())]


def _page_key(context: TaskRunContext, parameters: dict[str, Any]) -> str:
    """Run, task and page: without the task's name `map` would be answered with the result of `poll`.

    Not the task's source, so that a hotfix between two attempts does not repeat what is done. It is the file's
    name too: those of a run lie in one folder.
    """
    start = parameters["start"] if "start" in parameters else parameters["ref"].start
    return f"{context.task_run.flow_run_id}/{context.task.name} {start.name}"


def forget_pages() -> None:
    """Removes the results of this run's pages, which only a retry would read.

    In a storage that is not a folder, such as a bucket, that is its own rules' work.
    """
    storage = get_result_store().result_storage
    if isinstance(storage, LocalFileSystem) and storage.basepath:
        shutil.rmtree(Path(storage.basepath).expanduser() / str(flow_run.get_id()), ignore_errors=True)


async def _is_outage(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """Only an outage gets better by waiting some minutes."""
    if deployment.get_id() is None:
        return False
    return isinstance(await state.aresult(raise_on_failure=False), Unreachable)


class _Retries(TypedDict):
    retries: int
    retry_delay_seconds: list[float]
    retry_condition_fn: Callable[[Task[..., Any], TaskRun, State[Any]], Awaitable[bool]]


OUTAGE: _Retries = {
    "retries": len(OUTAGE_RETRIES),
    "retry_delay_seconds": OUTAGE_RETRIES,
    "retry_condition_fn": _is_outage,
}


@task(
    name="fetch token",
    task_run_name="fetch token {system}",
    persist_result=False,
    **OUTAGE,
)
async def fetch_token(system: System) -> None:
    """One token of one system, fetched before anything else, so that a wrong secret shows at once."""
    await run_of_this_flow().wiring.channels[system].authorise()


@task(
    name="check metadata",
    task_run_name="check metadata",
    persist_result=False,
    **OUTAGE,
)
async def check_metadata() -> None:
    """What IFS says of its sets against what the mapping needs, before data is touched; see `drift.check_schema`."""
    await check_schema(run_of_this_flow())


@task(
    name="poll",
    task_run_name="poll {start.name}",
    persist_result=True,
    cache_key_fn=_page_key,
    **OUTAGE,
)
async def poll_page(start: PageStart) -> PageRef:
    """Reads what changed, says which documents it leads to."""
    return await poll(run_of_this_flow(), start)


@task(
    name="map",
    task_run_name="map {ref.start.name}",
    persist_result=True,
    cache_key_fn=_page_key,
    **OUTAGE,
)
async def map_and_plan(ref: PageRef) -> int:
    """Gathers what must be known and decides; gives the number of documents."""
    return await map_page(run_of_this_flow(), ref)


@task(
    name="write",
    task_run_name="write {ref.start.name}",
    persist_result=True,
    cache_key_fn=_page_key,
    **OUTAGE,
)
async def write_and_settle(ref: PageRef) -> Counts:
    """Writes and settles, then moves the watermark; gives the run's counts so far."""
    return await write_page(run_of_this_flow(), ref)


@task(
    name="verdict",
    task_run_name="verdict",
    persist_result=False,
    **OUTAGE,
)
async def verdict() -> State[str]:
    """Failed when the run opened items that a person must look at; a retry tries those again first."""
    run = run_of_this_flow()
    if tried_as := await earlier_runs():
        await retry_open_items(run, tried_as)
    result = RESULTS[run.request.run_id] = finish(run)
    return Failed(message=result.message) if result.state == "attention" else Completed(message=result.message)


async def earlier_runs() -> set[str]:
    """The run ids of earlier attempts: this one's own, and those that a retried `sync-all` does not take up again."""
    found = {str(flow_run.get_id())} if flow_run.get_run_count() > 1 else set()
    above = flow_run.get_parent_flow_run_id()
    if above is not None:
        async with get_client() as client:
            if (await client.read_flow_run(UUID(above))).run_count > 1:
                siblings = await client.read_flow_runs(
                    flow_filter=FlowFilter(name=FlowFilterName(any_=[str(flow_run.get_flow_name())])),
                    flow_run_filter=FlowRunFilter(parent_flow_run_id=FlowRunFilterParentFlowRunId(any_=[UUID(above)])),
                )
                found |= {str(sibling.id) for sibling in siblings}
    return found
