"""Several things at the same time, and none left running when one of them fails."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import TypeVar

T = TypeVar("T")


async def together(jobs: Iterable[Coroutine[None, None, T]], *, slots: asyncio.Semaphore | None = None) -> list[T]:
    """Results in the order of the jobs; the first error as it was raised, after the others have ended."""

    async def one(job: Coroutine[None, None, T]) -> T:
        if slots is None:
            return await job
        async with slots:
            return await job

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(job)) for job in jobs]
    except ExceptionGroup as several:
        raise _first(several) from None
    return [task.result() for task in tasks]


def _first(several: ExceptionGroup[Exception]) -> Exception:
    error = several.exceptions[0]
    return _first(error) if isinstance(error, ExceptionGroup) else error
