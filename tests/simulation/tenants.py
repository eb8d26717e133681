"""Both systems in this process, and their users."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import httpx
from pipeline.world import COMPANIES, World
from programs import Sandbox
from simulation.network import Network
from simulation.virtual_time import Times

from ifs_jaggaer.errors import System as Name
from ifs_jaggaer.sandbox.admin import steer
from ifs_jaggaer.sandbox.ifs.system import REALM, IfsSystem
from ifs_jaggaer.sandbox.jaggaer.system import JaggaerSystem
from ifs_jaggaer.sandbox.kernel import Answer, Call, parse_json
from ifs_jaggaer.sandbox.oauth import Client
from ifs_jaggaer.sandbox.storage import Database
from ifs_jaggaer.sandbox.system import System

UNTHROTTLED = 1_000_000
TOKEN_SECONDS = 180
MONTHS = 3

_NO_SANDBOX = Sandbox({})


class Refused(Exception):
    """The system does not let its user do that."""


@dataclass
class Users(World):
    """`World` without a server between: what docs/sandbox.md says of `/_sandbox/`, asked in memory."""

    systems: dict[Name, System] = field(default_factory=dict)
    sandbox: Sandbox = _NO_SANDBOX
    wire: httpx.Client = field(default=None)  # type: ignore[assignment]
    numbers: Any = field(default_factory=lambda: itertools.count(1))

    def admin(self, system: str, method: str, path: str, body: Any = None) -> Any:
        content = Answer.json(200, body).body if body is not None else b""
        answer = steer(self.systems[system], Call(method, f"/_sandbox/{path}", "", {}, content))  # type: ignore[index]
        if answer.status >= 300:
            raise Refused(answer.body.decode())
        return parse_json(answer.body)

    def ago(self, system: Name, seconds: int) -> str:
        """A moment by that system's clock."""
        moment = self.systems[system].clock.now() - timedelta(seconds=seconds)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    def number(self, prefix: str) -> str:
        return f"{prefix}{next(self.numbers):05d}"

    def build(self) -> None:
        """As in other tests, with some months more."""
        super().build()
        for company, month in itertools.product(COMPANIES, range(3, 3 + MONTHS)):
            self.ifs(
                "AccountingPeriodSet",
                Company=company,
                AccountingYear=2026,
                AccountingPeriod=month,
                DateFrom=f"2026-{month:02d}-01",
                DateUntil=f"2026-{month:02d}-28",
                PeriodStatus="Open",
            )


class Tenants:
    """Two systems, their users, and the wire to each."""

    def __init__(self, times: Times, chance: Random) -> None:
        database = Database()
        self.clients: dict[Name, Client] = {"ifs": Client("ifs", "a+b/c=%"), "jaggaer": Client("jag", "d+e/f=%")}
        self.systems: dict[Name, System] = {
            "ifs": IfsSystem(database, self.clients["ifs"], UNTHROTTLED, TOKEN_SECONDS),
            "jaggaer": JaggaerSystem(database, self.clients["jaggaer"], UNTHROTTLED, TOKEN_SECONDS),
        }
        for system in self.systems.values():
            system.clock.source, system.clock.monotonic = times.now, times.monotonic
        self.users = Users(_NO_SANDBOX, systems=self.systems)
        self.users.build()
        self.networks: dict[Name, Network] = {name: Network(system, chance) for name, system in self.systems.items()}

    def variables(self, store: str) -> dict[str, str]:
        """The product's environment."""
        told = {"STORE__URL": store, "START_FROM": "2000-01-01"}
        for name, client in self.clients.items():
            side = name.upper()
            told |= {
                f"{side}__HOST": f"http://127.0.0.1/{name}"[: -len(name) - 1],
                f"{side}__CLIENT_ID": client.client_id,
                f"{side}__CLIENT_SECRET": client.client_secret,
                f"{side}__REQUESTS_PER_MINUTE": "600000",
            }
        told["IFS__REALM"] = REALM
        return {f"IFS_JAGGAER_{name}": value for name, value in told.items()}
