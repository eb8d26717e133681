"""Fixtures of the pipeline's tests and of the laws: a world, a product."""

from __future__ import annotations

import functools
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline.driving import Product
from pipeline.world import World
from programs import sandbox_program

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
