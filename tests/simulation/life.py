"""A tenant's life: actions one after the other, and the laws at each rest."""

from __future__ import annotations

import asyncio
import logging
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from pipeline.driving import IN_ORDER
from simulation import edits_goods, edits_invoices, edits_orders, edits_suppliers
from simulation.actions import Action, Edit, Fault, Forget, Kill, Meanwhile, Rest, Run, Wait
from simulation.edits import EDITS, Desk, Nothing
from simulation.laws_at_rest import LAWS
from simulation.mortality import Process, belonging, mortal_store
from simulation.product import Product, quick_starts
from simulation.standing import Standing
from simulation.tenants import Refused, Tenants
from simulation.virtual_time import Times, VirtualLoop, live
from simulation.wishes import Wishes

from ifs_jaggaer.errors import System

# Their functions are found by name.
__all__ = ["Broken", "Life", "Lost", "edits_goods", "edits_invoices", "edits_orders", "edits_suppliers", "simulate"]

QUIET_SECONDS = 700
"""Longer than what is sent may still be at work, and than the overlap."""

LOOKED_AT_AGAIN = 3700
"""After an hour open items are read again by themselves."""

MOST_CYCLES = 5
"""Of runs at rest until one writes nothing."""

SYSTEMS: tuple[System, System] = ("ifs", "jaggaer")


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
    kill: int | None = None
    arrived: int = 0

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
            case Fault(system, fault, method, skip, seconds):
                order = {"fault": fault, "skip": skip, "args": {"seconds": seconds}}
                self.tenants.systems[system].faults.arm(order | ({"method": method} if method else {}))
                self.say(str(action))
            case Meanwhile(edit, request):
                self.meanwhile.setdefault(request, []).append(edit)
            case Kill(step):
                self.kill = step
            case Run(sync):
                await self._run(sync)
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

    def _arrived(self, system: str, what: str) -> None:
        self.arrived += 1
        self.say(f"  {system} {what}")
        for edit in self.meanwhile.pop(self.arrived, ()):
            self._edit(edit)

    async def _run(self, sync: str) -> None:
        process = Process(self.kill)
        self.arrived = 0
        self.say(f"run {sync}" + (f", to die at step {self.kill}" if self.kill else ""))
        results = await self.product.run(IN_ORDER if sync == "all" else (sync,), process)  # type: ignore[arg-type]
        for result in results:
            self.say(f"{result.sync}: {result.state}: {result.message}")
            self.counts[f"runs {result.state}"] += 1
        if process.dead:
            self.say(f"died {process.died_at}")
            self.counts["deaths"] += 1
        self.kill = None
        self.meanwhile.clear()

    def _forget(self, what: str) -> None:
        self.say(f"forget the {what}")
        if what == "store":
            self.product.lose_store()
            return
        with self.product.store() as store, store.unit() as unit:
            unit.watermarks.reset(None)

    async def _rest(self) -> None:
        self.say("rest")
        self.meanwhile.clear()
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
        """Cycles until one writes nothing; how its runs failed, if they did."""
        for _ in range(MOST_CYCLES):
            for system in self.tenants.systems.values():
                system.traffic.reset()
            runs = len(self.log)
            await self._run("all")
            if not any(self._writes().values()):
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
            findings = [finding for finding in store.audit.verify(self.product.heads) if finding.fault]
        standing = Standing(self.tenants.users, self.wishes, items, intents, findings, self._writes(), report, failed)
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


def simulate(seed: int, actions: Sequence[Action]) -> Life:
    """Lives these actions; whoever raises has the life so far in `Lost.life`.

    Raises:
        Lost: a law does not hold, or the product ended in a way that nobody foresaw.
    """
    loop = VirtualLoop()
    loop.set_task_factory(belonging)
    times = Times(loop)
    chance = random.Random(f"{seed} world")  # noqa: S311
    names = {"PAGE_SIZE": chance.choice((1, 2, 3, 100))}
    tenants = Tenants(times)
    tenants.systems["jaggaer"].apply_settings({"server_page": chance.choice((2, 3, 100))})
    with tempfile.TemporaryDirectory(dir=_memory()) as folder, mortal_store(), quick_starts(), _silence():
        product = Product(tenants, times, random.Random(f"{seed} jitter"), Path(folder), names)  # noqa: S311
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
