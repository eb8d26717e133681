"""Runs a sync as flows/sync.py does, without Prefect: legs, poll, map, write, finish."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, get_args

import sqlalchemy
from sqlalchemy import text

from ifs_jaggaer import settings
from ifs_jaggaer.errors import SyncError
from ifs_jaggaer.pipeline.assumed import Assumed
from ifs_jaggaer.pipeline.drift import check_schema
from ifs_jaggaer.pipeline.outcome import RunResult, finish
from ifs_jaggaer.pipeline.pages import PageStart
from ifs_jaggaer.pipeline.poll import legs, poll
from ifs_jaggaer.pipeline.request import Request, SyncName
from ifs_jaggaer.pipeline.run import SyncRun, open_run
from ifs_jaggaer.pipeline.stages import map_page, retry_open_items, write_page
from ifs_jaggaer.pipeline.wiring import open_store, open_wiring, utc_now

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ifs_jaggaer.pipeline.tally import Line
    from ifs_jaggaer.store import OpenItem, Store
    from mapping.kinds import Item

IN_ORDER: tuple[SyncName, ...] = get_args(SyncName)


@dataclass(frozen=True)
class Ran:
    """How a run ended, and what it did to each document."""

    result: RunResult
    lines: dict[str, Line]
    items: dict[str, tuple[Item, ...]]
    error: SyncError | None

    @property
    def state(self) -> str:
        return self.result.state

    @property
    def counts(self) -> dict[str, int]:
        counts = self.result.counts
        names = ("created", "updated", "waiting", "rejected", "conflicts", "held")
        return {name: number for name in names if (number := getattr(counts, name))}


Meanwhile: TypeAlias = "Callable[[], None]"


def nothing() -> None:
    """What happens meanwhile, usually."""


async def pages(run: SyncRun, meanwhile: Meanwhile = nothing) -> None:
    """The course of a run (flows/sync.py, `_pages`); `meanwhile` happens between the first decision and its writes."""
    for system in ("ifs", "jaggaer"):
        await run.wiring.channels[system].authorise()
    await check_schema(run)
    number = 0
    for leg in legs(run):
        start: PageStart | None = PageStart(leg, number + 1)
        while start is not None:
            number = start.number
            ref = await poll(run, start)
            if ref.references:
                await map_page(run, ref)
                meanwhile()
                meanwhile = nothing
            if ref.settles:
                await write_page(run, ref)
            start = ref.next_start(number + 1)


async def drive(
    told: settings.Settings,
    request: Request,
    assumed: Assumed | None = None,
    meanwhile: Meanwhile = nothing,
    clock: Callable[[], datetime] = utc_now,
) -> Ran:
    """One run to its end; what flows turn into a failed state is in `error`."""
    async with open_wiring(told, clock) as wiring, open_run(wiring, request, assumed=assumed) as run:
        error: SyncError | None = None
        try:
            await pages(run, meanwhile)
        except SyncError as stopped:
            error = stopped
        return Ran(finish(run, error), dict(run.tally.lines), dict(run.tally.items), error)


async def verdict_again(told: settings.Settings, request: Request, clock: Callable[[], datetime]) -> Ran:
    """The verdict of a run that is retried (flows/tasks.py, `verdict`)."""
    async with open_wiring(told, clock) as wiring, open_run(wiring, request) as run:
        await retry_open_items(run, {request.run_id})
        return Ran(finish(run), dict(run.tally.lines), dict(run.tally.items), None)


@dataclass
class Product:
    """The product on one store, in this process."""

    variables: dict[str, str]
    runs: list[Ran] = field(default_factory=list)
    clock: Callable[[], datetime] = utc_now

    @property
    def settings(self) -> settings.Settings:
        return settings.load(variables=self.variables)

    def with_settings(self, **names: object) -> Product:
        """The same product with further settings, e.g. IFS__READ_TIMEOUT=0.3."""
        return Product(self.variables | {f"IFS_JAGGAER_{name}": str(value) for name, value in names.items()})

    def on(self, day: str) -> Product:
        """The same product on another day."""
        moment = datetime.fromisoformat(day).replace(tzinfo=UTC)
        return Product(self.variables, clock=lambda: moment)

    def run(self, sync: Any, **asked: Any) -> Ran:
        """One run; fails the test when it did not reach its end."""
        ran = self.attempt(sync, **asked)
        assert ran.error is None, ran.error
        return ran

    def attempt(
        self,
        sync: Any,
        *,
        assumed: Assumed | None = None,
        meanwhile: Meanwhile = nothing,
        **asked: Any,
    ) -> Ran:
        """One run, whatever becomes of it."""
        request = Request(sync=sync, run_id=str(uuid.uuid4()), trigger="test", **asked)
        ran = asyncio.run(drive(self.settings, request, assumed, meanwhile, self.clock))
        self.runs.append(ran)
        return ran

    def retry_verdict(self, sync: Any, run_id: str) -> Ran:
        """What Retry does with a run whose verdict alone had failed."""
        ran = asyncio.run(verdict_again(self.settings, Request(sync, run_id, "test"), self.clock))
        self.runs.append(ran)
        return ran

    def run_all(self, **asked: Any) -> dict[str, Ran]:
        """All syncs in their order (flows/sync_all.py)."""
        assumed = Assumed()
        return {sync: self.run(sync, assumed=assumed, **asked) for sync in IN_ORDER}

    @contextmanager
    def store(self) -> Iterator[Store]:
        with open_store(self.settings) as store:
            yield store

    def open_items(self, sync: str | None = None) -> list[OpenItem]:
        with self.store() as store, store.look() as unit:
            return unit.items.open(sync=sync)

    def items_of(self, key: object) -> list[OpenItem]:
        """What is open for one document."""
        return [item for item in self.open_items() if item.key == str(key)]

    def watermarks(self) -> dict[tuple[str, str], str]:
        with self.store() as store, store.look() as unit:
            return {at: mark.value for at, mark in unit.watermarks.all().items()}

    def reset_watermarks(self) -> None:
        with self.store() as store, store.unit() as unit:
            unit.watermarks.reset(None)

    def delete_store(self) -> None:
        file = Path(self.settings.store.url.removeprefix("sqlite:///"))
        for each in file.parent.glob(f"{file.name}*"):
            each.unlink()

    def verify_audit(self) -> None:
        """The audit record has no edit, gap, or reordering (DESIGN, law 8)."""
        with self.store() as store:
            findings = store.audit.verify([ran.result.head for ran in self.runs])
        assert not [finding for finding in findings if finding.fault]

    def tables(self, without: Iterable[str] = ()) -> dict[str, list[tuple[Any, ...]]]:
        """Every table's rows, for comparison."""
        engine = sqlalchemy.create_engine(self.settings.store.url)
        try:
            with engine.connect() as db:
                names = set(sqlalchemy.inspect(db).get_table_names()) - set(without)
                return {
                    name: sorted((tuple(row) for row in db.execute(text(f'SELECT * FROM "{name}"'))), key=repr)
                    for name in sorted(names)
                }
        finally:
            engine.dispose()


@contextmanager
def in_a_process(product: Product, *syncs: str, wait: bool = False) -> Iterator[subprocess.Popen[str]]:
    """The same product in a process of its own (program.py), ended with the block; `wait`: for a line on its input."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("IFS_JAGGAER_")}
    environment = clean | product.variables | {"PYTHONPATH": str(Path(__file__).parents[1])}
    environment |= {"WAIT_FOR_A_LINE": "1"} if wait else {}
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline.program", *syncs],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()
