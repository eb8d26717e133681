"""What a task's result is kept under, and which failures are waited out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prefect import Task
from prefect.cache_policies import CacheKeyFnPolicy
from prefect.client.schemas.objects import TaskRun
from prefect.context import TaskRunContext, _deployment_id
from prefect.states import Failed

from flows import tasks
from ifs_jaggaer.errors import SettingsError, Unreachable
from ifs_jaggaer.pipeline.pages import PageRef, PageStart

OF_A_PAGE: tuple[Task[Any, Any], ...] = (tasks.poll_page, tasks.map_and_plan, tasks.write_and_settle)
ALL: tuple[Task[Any, Any], ...] = (*OF_A_PAGE, tasks.fetch_token, tasks.verdict)

starts = st.builds(
    PageStart, st.sampled_from(["ifs.supplier_general", "ifs.account", "calendar.account"]), st.integers(1, 999)
)


def key_of(task: Task[Any, Any], run: UUID, start: PageStart) -> str | None:
    context = cast("TaskRunContext", SimpleNamespace(task=task, task_run=SimpleNamespace(flow_run_id=run)))
    inputs = {"start": start} if task is tasks.poll_page else {"ref": PageRef(start, (), (), 0)}
    assert isinstance(task.cache_policy, CacheKeyFnPolicy)
    return task.cache_policy.compute_key(task_ctx=context, inputs=inputs, flow_parameters={})


@given(st.lists(starts, min_size=2, max_size=5, unique=True))
def test_no_two_pages_tasks_or_runs_share_a_result(pages: list[PageStart]) -> None:
    runs = [uuid4(), uuid4()]
    keys = [key_of(task, run, page) for run in runs for task in OF_A_PAGE for page in pages]
    assert len(set(keys)) == len(keys)


@given(starts)
def test_a_page_read_again_has_the_same_key_whatever_it_holds(start: PageStart) -> None:
    run = uuid4()
    moved = PageStart(start.leg, start.number, cursor="elsewhere")
    assert {key_of(task, run, start) for task in OF_A_PAGE} == {key_of(task, run, moved) for task in OF_A_PAGE}


@given(starts)
def test_the_results_of_a_run_lie_in_its_folder(start: PageStart) -> None:
    run = uuid4()
    for task in OF_A_PAGE:
        folder, _, name = str(key_of(task, run, start)).partition("/")
        assert folder == str(run)
        assert "/" not in name


@pytest.mark.parametrize("task", ALL, ids=lambda task: task.name)
def test_results_of_pages_are_kept_and_of_nothing_else(task: Task[Any, Any]) -> None:
    assert task.persist_result is (task in OF_A_PAGE)
    assert task.retries == 3
    assert sum(tasks.OUTAGE_RETRIES) <= 600, "then the run fails, and somebody hears of it"


@pytest.mark.parametrize(
    ("failure", "deployed", "again"),
    [
        (Unreachable("away"), True, True),
        (Unreachable("away"), False, False),
        (SettingsError("a wrong secret"), True, False),
        (KeyError("a fault of ours"), True, False),
    ],
    ids=["outage, deployed", "outage, by hand", "setting", "fault"],
)
async def test_only_an_outage_of_a_deployed_run_is_waited_out(failure: Exception, deployed: bool, again: bool) -> None:
    token = _deployment_id.set(uuid4() if deployed else None)
    try:
        assert await tasks._is_outage(tasks.poll_page, cast("TaskRun", None), Failed(data=failure)) is again
    finally:
        _deployment_id.reset(token)


async def test_nor_is_a_verdict() -> None:
    token = _deployment_id.set(uuid4())
    try:
        assert not await tasks._is_outage(tasks.verdict, cast("TaskRun", None), Failed(message="3 rejected"))
    finally:
        _deployment_id.reset(token)
