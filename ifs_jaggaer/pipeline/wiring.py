"""The one composition root: clients, store, profile, clock, for one connection."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

import httpx

from connectors.auth import ClientCredentials, Credentials
from connectors.backoff import Backoff
from connectors.budget import Lease, LeasedBudget, pace
from connectors.exchange import Timeouts
from connectors.http import Channel
from connectors.ifs.client import IfsClient
from connectors.ifs.client import judge as judge_ifs
from connectors.jaggaer.client import JaggaerClient
from connectors.jaggaer.client import judge as judge_jaggaer
from connectors.wire import Attempt, Outcome, Witness
from ifs_jaggaer.errors import System
from ifs_jaggaer.settings import IfsSettings, JaggaerSettings, Settings
from ifs_jaggaer.store import Store
from ifs_jaggaer.store.lender import Lender
from mapping.profile import Profile


class Unwatched:
    """Stands in until a run puts its own witness there: reads may pass, a write may not."""

    def before(self, attempt: Attempt) -> None:
        raise RuntimeError(f"{attempt.method} {attempt.path} outside a run")

    def check(self, attempt: Attempt) -> None:
        """Nothing: no write comes this far."""

    def after(self, attempt: Attempt, outcome: Outcome) -> None:
        """Nothing is kept of reads outside a run."""


@dataclass(frozen=True, slots=True)
class Lending:
    """The store's lender in the connectors' words; neither knows the other."""

    lender: Lender

    def lend(self, want: int) -> Lease:
        given = self.lender.lend(want)
        return Lease(given.granted, given.valid_for, given.wait)

    def blocked(self, seconds: float) -> None:
        self.lender.blocked(seconds)


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Outside:
    """What a process takes from outside itself but for the calendar; a simulation puts its own there.

    `sqlite_clock` is the time of a SQLite store, `monotonic` counts seconds, `backoff` draws by chance how long to
    wait, `transports` stand in for sockets.
    """

    sqlite_clock: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    backoff: Backoff | None = None
    transports: Mapping[System, httpx.AsyncBaseTransport] = field(default_factory=dict)


REAL = Outside()


@dataclass(frozen=True, slots=True)
class Wiring:
    """All that a run works with."""

    settings: Settings
    profile: Profile
    store: Store
    ifs: IfsClient
    jaggaer: JaggaerClient
    channels: dict[System, Channel]
    clock: Callable[[], datetime]
    monotonic: Callable[[], float] = time.monotonic


def open_store(settings: Settings, outside: Outside = REAL) -> Store:
    """The store of the settings' connection, migrated.

    Raises:
        SettingsError, Unreachable: its address is wrong, or it is away.
    """
    key = settings.store.audit_key
    return Store.open(
        settings.store.url,
        settings.connection,
        audit_key=key.get_secret_value().encode() if key else None,
        sqlite_clock=outside.sqlite_clock,
        monotonic=outside.monotonic,
    )


def identity_of(store: Store) -> str:
    """Tells one store from another, so that an anchor is held against the store that it was taken from."""
    return store.keyed_hash("identity").rpartition(":")[2][:16]


@asynccontextmanager
async def open_wiring(
    settings: Settings, clock: Callable[[], datetime] = utc_now, outside: Outside = REAL
) -> AsyncIterator[Wiring]:
    """Opens everything, closes it in the end.

    Raises:
        SettingsError: a setting, the profile or the store's address is wrong.
    """
    loaded = Profile.load(settings.profile)
    store = open_store(settings, outside)
    profile = loaded.with_hash_key(store.keyed_hash("bank accounts").encode())
    nobody = Unwatched()
    channels: dict[System, Channel] = {
        "ifs": _channel("ifs", settings.ifs, store, nobody, clock=clock, outside=outside),
        "jaggaer": _channel("jaggaer", settings.jaggaer, store, nobody, clock=clock, outside=outside),
    }
    try:
        yield Wiring(
            settings=settings,
            profile=profile,
            store=store,
            ifs=IfsClient(channels["ifs"], profile.ifs.sets),
            jaggaer=JaggaerClient(channels["jaggaer"], profile.jaggaer.resources, base=settings.jaggaer.base),
            channels=channels,
            clock=clock,
            monotonic=outside.monotonic,
        )
    finally:
        for channel in channels.values():
            await channel.aclose()
        store.close()


def _channel(
    system: System,
    told: IfsSettings | JaggaerSettings,
    store: Store,
    witness: Witness,
    *,
    clock: Callable[[], datetime],
    outside: Outside,
) -> Channel:
    timeouts = Timeouts(connect=told.connect_timeout, read=told.read_timeout, deadline=told.deadline)
    rate, burst = pace(told.requests_per_minute, told.share)
    credentials = Credentials(
        token_url=f"{told.host.rstrip('/')}/auth/realms/{quote(told.realm, safe='')}/protocol/openid-connect/token",
        client_id=told.client_id,
        client_secret=told.client_secret,
        scope=told.scope if isinstance(told, IfsSettings) else None,
        style=told.auth,
    )
    return Channel(
        system=system,
        base_url=told.host,
        auth=ClientCredentials(
            credentials,
            system=system,
            timeouts=timeouts,
            monotonic=outside.monotonic,
            backoff=outside.backoff,
            transport=outside.transports.get(system),
        ),
        budget=LeasedBudget(Lending(store.lender(system, rate=rate, burst=burst)), monotonic=outside.monotonic),
        witness=witness,
        judge=judge_ifs if system == "ifs" else judge_jaggaer,
        timeouts=timeouts,
        backoff=outside.backoff,
        clock=clock,
        transport=outside.transports.get(system),
    )
