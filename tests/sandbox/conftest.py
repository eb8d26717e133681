"""The sandboxes that the conformance suite speaks to."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest
from conformance import postings, world
from conformance.program import Sandbox, start, stop
from conformance.wire import Ifs, Jaggaer

AnySystem = TypeVar("AnySystem", Ifs, Jaggaer)

SIZES = ("--suppliers", "60", "--orders", "150", "--invoices", "160")
UNTHROTTLED = ("--ifs-requests-per-minute", "1000000", "--jaggaer-requests-per-minute", "1000000")
IFS_SETTINGS = {
    "requests_per_minute": 1_000_000,
    "token_lifetime": 180,
    "server_page": 5000,
    "batch_counts_parts": False,
    "upsert": True,
    "clock_offset": 0,
    "hidden_companies": [],
    "forbidden": [],
    "metadata_forbidden": False,
    "decimals_as_numbers": False,
    "missing_etag": [],
    "metadata_without": [],
    "custom_attributes": [],
    "retry_after": "seconds",
    "enforce_invoice_no": True,
    "time_zone": "UTC",
    "aware": [],
    "bare_without_select": [],
    "refuses_select": [],
    "objstate_unfiltered": [],
    "empty_answers": False,
    "message_as_object": False,
}
JAGGAER_SETTINGS = {
    "requests_per_minute": 1_000_000,
    "token_lifetime": 180,
    "server_page": 100,
    "clock_offset": 0,
    "forbidden": [],
    "retry_after": "seconds",
    "older_tenant": False,
}


def ifs_of(sandbox: Sandbox) -> Ifs:
    said = sandbox.line["ifs"]
    return Ifs(
        said["host"],
        said["client_id"],
        said["client_secret"],
        f"/auth/realms/{said['realm']}/protocol/openid-connect/token",
    )


def jaggaer_of(sandbox: Sandbox) -> Jaggaer:
    said = sandbox.line["jaggaer"]
    return Jaggaer(
        said["host"],
        said["client_id"],
        said["client_secret"],
        "/auth/realms/J1p-integrations/protocol/openid-connect/token",
    )


@pytest.fixture(scope="session")
def seeded_program() -> Iterator[Sandbox]:
    """Seeded data that no test changes."""
    sandbox = start("--seed", "7", *SIZES, *UNTHROTTLED)
    yield sandbox
    stop(sandbox)


@pytest.fixture(scope="session")
def empty_program() -> Iterator[Sandbox]:
    """No seeded data; tests make records with keys of their own."""
    sandbox = start("--seed", "7", "--empty", *UNTHROTTLED)
    yield sandbox
    stop(sandbox)


@pytest.fixture(scope="session")
def _open_clients() -> Iterator[list[Ifs | Jaggaer]]:
    clients: list[Ifs | Jaggaer] = []
    yield clients
    for client in clients:
        client.close()


@pytest.fixture(scope="session")
def seeded_ifs(seeded_program: Sandbox, _open_clients: list[Ifs | Jaggaer]) -> Ifs:
    client = ifs_of(seeded_program)
    _open_clients.append(client)
    client.steer.settings(server_page=5000, token_lifetime=3600)
    postings.fill_targets(client)
    return client


@pytest.fixture(scope="session")
def seeded_jaggaer(seeded_program: Sandbox, _open_clients: list[Ifs | Jaggaer]) -> Jaggaer:
    client = jaggaer_of(seeded_program)
    _open_clients.append(client)
    client.steer.settings(token_lifetime=3600)
    world.fill_targets(client)
    return client


@pytest.fixture(scope="session")
def _empty_ifs(empty_program: Sandbox, _open_clients: list[Ifs | Jaggaer]) -> Ifs:
    client = ifs_of(empty_program)
    _open_clients.append(client)
    return client


@pytest.fixture(scope="session")
def _empty_jaggaer(empty_program: Sandbox, _open_clients: list[Ifs | Jaggaer]) -> Jaggaer:
    client = jaggaer_of(empty_program)
    _open_clients.append(client)
    return client


@pytest.fixture
def ifs(_empty_ifs: Ifs) -> Iterator[Ifs]:
    """IFS without seeded data: no fault armed, all settings as they were, counters at zero."""
    yield from _calm(_empty_ifs, IFS_SETTINGS)


@pytest.fixture
def jaggaer(_empty_jaggaer: Jaggaer) -> Iterator[Jaggaer]:
    """JAGGAER without seeded data: no fault armed, all settings as they were, counters at zero."""
    yield from _calm(_empty_jaggaer, JAGGAER_SETTINGS)


def _calm(system: AnySystem, settings: dict[str, Any]) -> Iterator[AnySystem]:
    system.steer.disarm()
    system.steer.settings(**settings)
    system.forget_token()
    system.token()
    system.steer.reset_stats()
    yield system
    system.steer.disarm()
    system.steer.settings(**settings)


@pytest.fixture
def fresh() -> Iterator[Callable[..., Sandbox]]:
    """Starts programs that end with the test."""
    started: list[Sandbox] = []

    def begin(*options: str) -> Sandbox:
        started.append(start(*options))
        return started[-1]

    yield begin
    for sandbox in started:
        stop(sandbox)
