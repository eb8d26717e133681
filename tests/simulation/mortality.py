"""Processes of the product that can die between any two steps that anybody else could see.

Such a step is a commit of the store or a request. Death is an exception after which that process takes no step any
more: what a real SIGKILL does besides, tests/laws/test_killed.py shows.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import ExitStack, contextmanager
from contextvars import Context, ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar
from unittest.mock import patch

from ifs_jaggaer.pipeline import holder, stages
from ifs_jaggaer.store import store
from ifs_jaggaer.store.engine import transaction

T = TypeVar("T")


class Killed(BaseException):
    """No finally block gets anything done after it, since every step raises it again."""


@dataclass
class Process:
    """One process of the product. `kill_at`: the step at which it dies, none for one that lives on.

    `writing`: steps are counted from its first write on. `died_at` says what the last one was.
    """

    kill_at: int | None = None
    writing: bool = False
    steps: int = 0
    writes: int = 0
    dead: bool = False
    died_at: str = ""
    name: str = field(default_factory=lambda: uuid.uuid4().hex)
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)

    def step(self, what: str, *, write: bool = False) -> None:
        """Raises Killed when its time has come, or came before."""
        self.writing = self.writing and not write
        self.writes += write
        self.steps += not self.writing
        if not self.dead and self.kill_at is not None and self.steps >= self.kill_at:
            self.dead, self.died_at = True, what
        self.breathe()

    def breathe(self) -> None:
        if self.dead:
            raise Killed(self.died_at)


NOBODY = Process()
HERE: ContextVar[Process] = ContextVar("process", default=NOBODY)
"""The process that a task belongs to."""

_ALIVE: set[str] = set()
"""The names of those that have not ended."""


class _NameHere(str):
    """Stands for the name of the process that asks."""

    __slots__ = ()

    def __format__(self, _spec: str) -> str:
        return HERE.get().name


def _is_gone(holder_name: str) -> bool:
    """What the operating system would say."""
    return holder_name.split("|")[2] not in _ALIVE


async def run_in(process: Process, work: Callable[[], Coroutine[Any, Any, T]]) -> T | None:
    """What the work gives; None where the process died. Whatever else it raises is the product's fault."""
    _ALIVE.add(process.name)
    token = HERE.set(process)
    main = asyncio.get_running_loop().create_task(work())
    HERE.reset(token)
    try:
        return await main
    except BaseException:  # a death, or a group of them
        if not process.dead:
            raise
        return None
    finally:
        _ALIVE.discard(process.name)
        await _bury(process.tasks)


async def _bury(left: list[asyncio.Task[Any]]) -> None:
    """Tasks of a process that has ended, which nobody waits for."""
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


def belonging(
    loop: asyncio.AbstractEventLoop,
    work: Coroutine[Any, Any, T] | Generator[Any, None, T],
    context: Context | None = None,
) -> asyncio.Task[T]:
    """A task factory that tells each process its tasks."""
    task = asyncio.Task(work, loop=loop, context=context)
    process = HERE.get() if context is None else context.get(HERE, NOBODY)
    if process is not NOBODY:
        process.tasks.append(task)
    return task


@contextmanager
def mortality() -> Iterator[None]:
    """Each commit of the store is a step, and who holds a lease is known by name."""

    @contextmanager
    def stepping(*args: Any, **how: Any) -> Iterator[Any]:
        process = HERE.get()
        if how.get("read_only"):
            process.breathe()
            with transaction(*args, **how) as db:
                yield db
            return
        process.step("before a commit")
        with transaction(*args, **how) as db:
            yield db
        process.step("after a commit")

    with ExitStack() as patches:
        patches.enter_context(patch.object(store, "transaction", stepping))
        patches.enter_context(patch.object(holder, "_PROCESS", _NameHere()))
        patches.enter_context(patch.object(stages, "is_gone", _is_gone))
        yield
