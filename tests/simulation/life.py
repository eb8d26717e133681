"""A tenant's life: actions one after the other, and the laws at each rest."""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pipeline.driving import IN_ORDER
from simulation.actions import Action, Beside, Edit, Fault, Forget, Kill, Meanwhile, Rest, Run, Wait
from simulation.edits import EDITS, Desk, Nothing
from simulation.laws_at_rest import LAWS
from simulation.mortality import Process, belonging, mortality
from simulation.product import Product, quick_starts
from simulation.standing import Standing
from simulation.tenants import Refused, Tenants
from simulation.virtual_time import Times, VirtualLoop, live
from simulation.wishes import Wishes

from ifs_jaggaer.errors import System

QUIET_SECONDS = 700
"""Longer than what is sent may still be at work, and than the overlap."""

LOOKED_AT_AGAIN = 3700
"""After an hour open items are read again by themselves."""

MOST_CYCLES = 5
"""Of runs at rest until one writes nothing."""

SYSTEMS: tuple[System, System] = ("ifs", "jaggaer")


ASKED: Mapping[str, Mapping[str, Any]] = {
    "delta": {},
    "dry run": {"dry_run": True},
    "sweep": {"sweep": True},
    "replay": {"replay": "open"},
    "backfill": {"since": datetime(2026, 1, 1, tzinfo=UTC)},
}
"""What a request says beside its sync."""


class Broken(AssertionError):
    """A law does not hold; says which, of what."""


@dataclass
class Life:
    """One life, as far as it has come."""

    loop: VirtualLoop
    tenants: Tenants
    product: Product
    wishes: Wishes = field(default_factory=Wishes)
    log: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    meanwhile: dict[int, list[Edit]] = field(default_factory=dict)
    kill: Kill | None = None
    beside: list[Beside] = field(default_factory=list)
    arrived: int = 0
    store_lost: bool = False
    written: set[str] = field(default_factory=set)

    def say(self, words: str) -> None:
        self.log.append(f"{self.product.times.now():%d %H:%M:%S.%f}"[:-3] + f" {words}")

    async def go(self, actions: Sequence[Action]) -> None:
        for name, network in self.tenants.networks.items():
            network.arrives = partial(self._arrived, name)
        for action in actions:
            await self._act(action)

    async def _act(self, action: Action) -> None:
        match action:
            case Edit():
                self._edit(action)
            case Wait(seconds):
                await asyncio.sleep(seconds)
            case Fault(system, fault, method, skip, times, seconds):
                order = {"fault": fault, "skip": skip, "times": times, "args": {"seconds": seconds}}
                self.tenants.systems[system].faults.arm(order | ({"method": method} if method else {}))
                self.say(str(action))
            case Meanwhile(edit, request):
                self.meanwhile.setdefault(request, []).append(edit)
            case Kill():
                self.kill = action
            case Beside():
                self.beside.append(action)
            case Run(sync, how):
                await self._run(sync, how)
            case Forget(what):
                self._forget(what)
            case Rest():
                await self._rest()

    def _edit(self, edit: Edit) -> None:
        desk = Desk(self.tenants.users, random.Random(edit.chance), self.wishes)  # noqa: S311
        try:
            self.say(f"{edit.what}: {EDITS[edit.what].do(desk)}")
            self.counts["edits"] += 1
        except Nothing:
            self.say(f"{edit.what}: there is none")
        except Refused as refused:
            self.say(f"{edit.what}: {refused}")
            self.counts["edits refused"] += 1

    def _arrived(self, system: str, what: str, write: str) -> None:
        if write:
            self.written.add(write)
        self.arrived += 1
        self.say(f"  {system} {what}")
        for edit in self.meanwhile.pop(self.arrived, ()):
            self._edit(edit)

    async def _run(self, sync: str, how: str = "delta") -> None:
        process = Process(self.kill.step, writing=self.kill.writing) if self.kill else Process()
        others, self.beside, self.arrived = self.beside, [], 0
        self.say(f"run {sync}, {how}" + (f", {self.kill}" if self.kill else ""))
        await asyncio.gather(self._process(sync, process, how), *(self._later(other) for other in others))
        self.kill = None
        self.meanwhile.clear()

    async def _later(self, other: Beside) -> None:
        await asyncio.sleep(other.seconds)
        self.say(f"run {other.sync} beside it")
        self.counts["runs beside another"] += 1
        await self._process(other.sync, Process(), "delta")

    async def _process(self, sync: str, process: Process, how: str) -> None:
        syncs = IN_ORDER if sync == "all" else (sync,)
        results = await self.product.run(syncs, process, **ASKED[how])  # type: ignore[arg-type]
        self.counts[f"runs asked for as {how}"] += 1
        if how == "dry run" and process.writes:
            raise Broken(f"a_dry_run_writes_nothing: {process.writes} writes")
        for result in results:
            self.say(f"{result.sync}: {result.state}: {result.message}")
            self.counts[f"runs {result.state}"] += 1
        if process.dead:
            self.say(f"died {process.died_at}")
            self.counts["deaths"] += 1

    def _forget(self, what: str) -> None:
        self.say(f"forget the {what}")
        if what == "store":
            self.product.lose_store()
            self.store_lost = True
            self.written.clear()
            return
        with self.product.store() as store, store.unit() as unit:
            unit.watermarks.reset(None)

    async def _rest(self) -> None:
        self.say("rest")
        self.meanwhile.clear()
        self.beside.clear()
        self.kill = None
        for system in self.tenants.systems.values():
            self.counts["faults"] += sum(fault["hits"] for fault in system.faults.shown())
            system.faults.disarm()
        await asyncio.sleep(QUIET_SECONDS)
        for network in self.tenants.networks.values():
            await network.rest()
        failed = await self._cycles()
        await self._judge(failed)
        self.wishes.forget()
        self.counts["rests"] += 1

    async def _cycles(self) -> list[str]:
        """Cycles until one writes nothing, and what stood open was tried again; how its runs failed, if they did."""
        for turn in range(MOST_CYCLES):
            for system in self.tenants.systems.values():
                system.traffic.reset()
            runs = len(self.log)
            await self._run("all")
            if turn and not any(self._writes().values()):
                break
            await asyncio.sleep(LOOKED_AT_AGAIN)
        return [words for words in self.log[runs:] if ": failed: " in words]

    def _writes(self) -> dict[System, int]:
        return {name: self.tenants.systems[name].traffic.stats()["writes"] for name in SYSTEMS}

    async def _judge(self, failed: list[str]) -> None:
        report = await self.product.reconcile()
        with self.product.store() as store:
            with store.look() as unit:
                items = unit.items.open()
                intents = [intent for sync in IN_ORDER for intent in unit.intents.unsettled(sync)]
            findings = [str(finding) for finding in store.audit.verify(self.product.heads) if finding.fault]
            told = {event.request_id for event in store.audit.export() if event.phase == "sending"}
            findings += [f"request {write} was sent, and no event says so" for write in sorted(self.written - told)]
        standing = Standing(
            self.tenants.users,
            self.wishes,
            items,
            intents,
            findings,
            self._writes(),
            report,
            failed,
            self.store_lost,
            self.product.times.now(),
        )
        self.counts["left in doubt"] += len(intents)
        for law in LAWS:
            for words in law(standing):
                raise Broken(f"{law.__name__}: {words}")


@contextmanager
def _silence() -> Iterator[None]:
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(before)


@contextmanager
def _same_names(chance: random.Random) -> Iterator[None]:
    """Names that are drawn by chance, of requests, tokens and chains, are those of the seed."""
    with ExitStack() as patches:
        for module, name, drawn in (
            (uuid, "uuid4", lambda: uuid.UUID(int=chance.getrandbits(128), version=4)),
            (secrets, "token_hex", lambda size=32: chance.randbytes(size).hex()),
            (secrets, "token_urlsafe", lambda size=32: chance.randbytes(size).hex()),
            (secrets, "token_bytes", lambda size=32: chance.randbytes(size)),
        ):
            patches.enter_context(patch.object(module, name, drawn))
        yield


def simulate(seed: int, actions: Sequence[Action]) -> Life:
    """Lives these actions; whoever raises has the life so far in `Lost.life`.

    Raises:
        Lost: a law does not hold, or the product ended in a way that nobody foresaw.
    """
    loop = VirtualLoop()
    loop.set_task_factory(belonging)
    times = Times(loop)
    chance = random.Random(f"{seed} world")  # noqa: S311
    told = {"PAGE_SIZE": chance.choice((1, 2, 3, 100))}
    names = _same_names(random.Random(f"{seed} names"))  # noqa: S311
    tenants = Tenants(times, random.Random(f"{seed} network"))  # noqa: S311
    for system in tenants.systems.values():
        system.apply_settings({"clock_offset": chance.choice((0, 0, -120, 120))})
    tenants.systems["jaggaer"].apply_settings({"server_page": chance.choice((2, 3, 100))})
    tenants.systems["ifs"].apply_settings({"enforce_invoice_no": chance.random() < 0.5})
    with tempfile.TemporaryDirectory(dir=_memory()) as folder, mortality(), quick_starts(), _silence(), names:
        product = Product(tenants, times, random.Random(f"{seed} jitter"), Path(folder), told)  # noqa: S311
        life = Life(loop, tenants, product)
        try:
            live(life.go(actions), loop)
        except Exception as error:
            raise Lost(life) from error
    return life


class Lost(Exception):
    """A life that went wrong; why, is its cause."""

    def __init__(self, life: Life) -> None:
        super().__init__(life)
        self.life = life

    def __str__(self) -> str:
        return f"{type(self.__cause__).__name__}: {self.__cause__}"


def _memory() -> str | None:
    """Where a file costs no disk."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
