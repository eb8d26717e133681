from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from jaggaer_tenant import Free, Noted, Tenant, channel_to

from connectors.http import Channel
from connectors.jaggaer.client import JaggaerClient


@pytest.fixture
def witness() -> Noted:
    return Noted()


@pytest.fixture
def budget() -> Free:
    return Free()


@pytest.fixture
async def tenant() -> AsyncIterator[Tenant]:
    tenant = Tenant()
    server = await asyncio.start_server(tenant.serve, "127.0.0.1", 0)
    tenant.port = server.sockets[0].getsockname()[1]
    async with server:
        yield tenant


@pytest.fixture
async def channel(tenant: Tenant, budget: Free, witness: Noted) -> AsyncIterator[Channel]:
    channel = channel_to(tenant.host, budget, witness)
    yield channel
    await channel.aclose()


@pytest.fixture
def jaggaer(channel: Channel) -> JaggaerClient:
    return JaggaerClient(channel, {})
