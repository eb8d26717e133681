"""The real product on one store, started again and again as processes that may die."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pipeline.driving import pages
from simulation.mortality import Process, run_in
from simulation.tenants import Tenants
from simulation.virtual_time import Times

from connectors.backoff import Backoff
from ifs_jaggaer import settings
from ifs_jaggaer.errors import SyncError
from ifs_jaggaer.pipeline.outcome import RunResult, finish
from ifs_jaggaer.pipeline.reconcile.course import Asked, Report, ended, open_reconciliation
from ifs_jaggaer.pipeline.request import Request, SyncName
from ifs_jaggaer.pipeline.run import open_run
from ifs_jaggaer.pipeline.wiring import Outside, Wiring, open_store, open_wiring
from ifs_jaggaer.store import Store, migrate, store
from ifs_jaggaer.store.engine import make_engine
from mapping.profile import Profile


@dataclass
class Product:
    """`heads`: what was anchored outside the store of its audit record, since the store was begun."""

    tenants: Tenants
    times: Times
    chance: random.Random
    folder: Path
    names: Mapping[str, object]
    heads: list[str] = field(default_factory=list)
    runs: int = 0

    @property
    def settings(self) -> settings.Settings:
        variables = self.tenants.variables(f"sqlite:///{self.file}")
        return settings.load(variables=variables | {f"IFS_JAGGAER_{name}": str(v) for name, v in self.names.items()})

    @property
    def file(self) -> Path:
        return self.folder / "store.sqlite3"

    @property
    def outside(self) -> Outside:
        backoff = Backoff(jitter=lambda top: self.chance.uniform(0.0, top))
        return Outside(self.times.now, self.times.monotonic, backoff, self.tenants.networks)

    async def run(self, syncs: tuple[SyncName, ...], process: Process, **asked: Any) -> list[RunResult]:
        """These syncs, one after the other, as one process; what it came to before it died."""
        results: list[RunResult] = []

        async def work() -> None:
            for sync in syncs:
                await self._sync(sync, results, asked)

        await run_in(process, work)
        return results

    async def _sync(self, sync: SyncName, results: list[RunResult], asked: Mapping[str, Any]) -> None:
        self.runs += 1
        request = Request(sync=sync, run_id=f"run {self.runs}", trigger="simulation", **asked)
        async with self.wiring() as wiring, open_run(wiring, request) as run:
            self.heads.append(run.scribe.head)
            error: SyncError | None = None
            try:
                await pages(run)
            except SyncError as stopped:
                error = stopped
            result = finish(run, error)
            self.heads.append(result.head)
            results.append(result)

    async def reconcile(self) -> Report:
        """Both sides compared by the product itself."""
        self.runs += 1
        asked = Asked(f"run {self.runs}", "simulation")
        async with self.wiring() as wiring, open_reconciliation(wiring, asked) as run:
            report = await run.report()
            self.heads.append(ended(run, report.state, report.message, {}, None))
            return report

    def wiring(self) -> Any:
        return open_wiring(self.settings, self.times.now, self.outside)

    @contextmanager
    def store(self) -> Iterator[Store]:
        with open_store(self.settings, self.outside) as opened:
            yield opened

    def lose_store(self) -> None:
        """Its file is gone, and so is what was anchored of it."""
        for file in self.folder.glob("store.sqlite3*"):
            file.unlink()
        self.heads.clear()


@contextmanager
def quick_starts() -> Iterator[None]:
    """What each start of a process would do anew with the same end: reading the profile, compiling statements."""
    engines = cache(make_engine)

    def bring_up(engine: Any) -> None:
        file = Path(engine.url.database)
        if not file.exists() or not file.stat().st_size:
            migrate.bring_up(engine)

    with ExitStack() as patches:
        patches.enter_context(patch.object(store, "make_engine", engines))
        patches.enter_context(patch.object(store, "bring_up", bring_up))
        patches.enter_context(patch.object(Profile, "load", cache(Profile.load)))
        yield


__all__ = ["Product", "Wiring", "quick_starts"]
