"""The one composition root: clients, store, profile, clock, for one connection."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from connectors.auth import ClientCredentials
from connectors.budget import LeasedBudget, pace
from connectors.http import Channel, Timeouts
from connectors.ifs.client import IfsClient
from connectors.ifs.client import judge as judge_ifs
from connectors.jaggaer.client import JaggaerClient
from connectors.jaggaer.client import judge as judge_jaggaer
from ifs_jaggaer.errors import System
from ifs_jaggaer.settings import IfsSettings, JaggaerSettings, Settings
from ifs_jaggaer.store import Store
from mapping.profile import Profile


def utc_now() -> datetime:
    return datetime.now(UTC)


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


def open_store(settings: Settings) -> Store:
    """The store of the settings' connection, migrated.

    Raises:
        SettingsError, Unreachable: its address is wrong, or it is away.
    """
    key = settings.store.audit_key
    return Store.open(
        settings.store.url, settings.connection, audit_key=key.get_secret_value().encode() if key else None
    )


@asynccontextmanager
async def open_wiring(settings: Settings, clock: Callable[[], datetime] = utc_now) -> AsyncIterator[Wiring]:
    """Opens everything, closes it in the end.

    Raises:
        SettingsError: a setting, the profile or the store's address is wrong.
    """
    profile = Profile.load(settings.profile)
    store = open_store(settings)
    channels: dict[System, Channel] = {
        "ifs": _channel("ifs", settings.ifs, store, f"auth/realms/{settings.ifs.realm}"),
        "jaggaer": _channel("jaggaer", settings.jaggaer, store, f"auth/realms/{settings.jaggaer.realm}"),
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
        )
    finally:
        for channel in channels.values():
            await channel.aclose()
        store.close()


def _channel(system: System, told: IfsSettings | JaggaerSettings, store: Store, realm: str) -> Channel:
    rate, burst = pace(told.requests_per_minute, told.share)
    auth = ClientCredentials(
        system=system,
        token_url=f"{told.host.rstrip('/')}/{realm}/protocol/openid-connect/token",
        client_id=told.client_id,
        client_secret=told.client_secret,
        scope=told.scope if isinstance(told, IfsSettings) else None,
        style=told.auth,
    )
    return Channel(
        system=system,
        base_url=told.host,
        auth=auth,
        budget=LeasedBudget(store.lender(system, rate=rate, burst=burst)),
        judge=judge_ifs if system == "ifs" else judge_jaggaer,
        timeouts=Timeouts(connect=told.connect_timeout, read=told.read_timeout, deadline=told.deadline),
    )
