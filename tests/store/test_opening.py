"""Opening, migrating, transactions, times, errors."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ifs_jaggaer.errors import Rejected, SettingsError, Unreachable
from ifs_jaggaer.store import Link, Store
from ifs_jaggaer.store import engine as engine_module
from ifs_jaggaer.store.columns import Instant
from ifs_jaggaer.store.engine import make_engine, transaction
from ifs_jaggaer.store.migrate import VERSION_TABLE
from ifs_jaggaer.store.schema import Base, WatermarkRow


def empty_database(url: str, tmp_path: Path) -> str:
    """The URL of a database of the same sort without any table."""
    if url.startswith("sqlite"):
        return f"sqlite:///{tmp_path}/empty.db"
    admin = sa.create_engine(url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with admin.connect() as db:
        name = f"empty_{db.execute(sa.text('SELECT count(*) FROM pg_database')).scalar_one()}"
        db.execute(sa.text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return url.replace("/postgres?", f"/{name}?")


OPEN = "import sys; from ifs_jaggaer.store import Store; Store.open(sys.argv[1], 'c').close()"


def test_migrations_make_exactly_the_tables_that_the_code_knows(database: str, tmp_path: Path) -> None:
    url = empty_database(database, tmp_path)
    Store.open(url, "c").close()
    engine = make_engine(url)
    with transaction(engine, read_only=True) as db:
        context = MigrationContext.configure(db, opts={"version_table": VERSION_TABLE, "compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_many_processes_may_open_an_empty_database_at_once(database: str, tmp_path: Path) -> None:
    url = empty_database(database, tmp_path)
    openers = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", OPEN, url], stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    ends = [(opener.communicate(timeout=60)[1], opener.returncode) for opener in openers]
    assert ends == [("", 0)] * 3


def test_many_threads_may_open_an_empty_database_at_once(database: str, tmp_path: Path) -> None:
    url = empty_database(database, tmp_path)
    with ThreadPoolExecutor(8) as pool:
        for opened in pool.map(lambda _: Store.open(url, "c"), range(8)):
            opened.close()


def test_threads_may_open_different_databases_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        for opened in pool.map(lambda number: Store.open(f"sqlite:///{tmp_path}/{number}.db", "c"), range(8)):
            with opened, opened.unit() as unit:
                assert unit.watermarks.all() == {}


def test_a_store_of_a_newer_program_is_not_touched(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/newer.db"
    Store.open(url, "c").close()
    with sqlite3.connect(tmp_path / "newer.db") as raw:
        raw.execute(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    raw.close()
    with pytest.raises(SettingsError, match="newer"):
        Store.open(url, "c")


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "mysql://host/db", "nonsense", "sqlite:////proc/none/x.db"]
)
def test_a_url_that_makes_no_lasting_store_is_refused(url: str) -> None:
    with pytest.raises(SettingsError):
        Store.open(url, "c")


def test_a_file_that_is_no_database_is_a_matter_of_settings(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"this is a letter, not a database\n" * 100)
    with pytest.raises(SettingsError):
        Store.open(f"sqlite:///{tmp_path}/x.db", "c")


def test_a_server_that_is_away_is_unreachable_and_its_password_is_not_shown() -> None:
    with pytest.raises(Unreachable) as caught:
        Store.open("postgresql://user:hush@127.0.0.1:1/db", "c")
    assert "hush" not in str(caught.value)


@pytest.mark.postgres
def test_a_server_that_turns_us_away_is_a_matter_of_settings(postgres: str) -> None:
    for wrong, said in (
        (postgres.replace("/postgres?", "/nowhere?"), "nowhere"),
        (postgres.replace("//postgres:", "//nobody:"), "nobody"),
    ):
        assert wrong != postgres
        with pytest.raises(SettingsError, match=said) as caught:
            Store.open(wrong, "c")
        assert caught.value.field == "store.url"
        assert "user, password and database" in caught.value.remedy


@pytest.mark.postgres
def test_a_server_that_is_full_is_unreachable(postgres: str) -> None:
    admin = sa.create_engine(postgres.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT")
    with admin.connect() as db:
        db.execute(sa.text("CREATE ROLE crowd LOGIN CONNECTION LIMIT 0"))
    admin.dispose()
    with pytest.raises(Unreachable, match="too many"):
        Store.open(postgres.replace("//postgres:", "//crowd:"), "c")


def test_a_locked_database_is_unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "BUSY_SECONDS", 0.1)
    with Store.open(f"sqlite:///{tmp_path}/x.db", "c") as store:
        blocker = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
        blocker.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unreachable), store.unit():
            pass
        with store.look() as unit:
            assert unit.watermarks.all() == {}
        blocker.close()


def test_a_commit_is_on_the_disk_when_it_returns(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path}/x.db", "c") as store, store.unit() as unit:
        settings = {
            name: unit.db.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_nobody_else_may_read_a_new_store(tmp_path: Path) -> None:
    Store.open(f"sqlite:///{tmp_path}/new/x.db", "c").close()
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    assert (tmp_path / "new" / "x.db").stat().st_mode & 0o077 == 0


KILLED = """
import os, signal, sys
from ifs_jaggaer.store import Store
store = Store.open(sys.argv[1], "c")
with store.unit() as unit:
    unit.fingerprints.put("committed", "yes")
with store.unit() as unit:
    unit.fingerprints.put("open", "yes")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_was_committed_outlives_a_killed_process_and_nothing_else_does(database: str, tmp_path: Path) -> None:
    url = empty_database(database, tmp_path)
    ended = subprocess.run([sys.executable, "-c", KILLED, url], check=False)
    assert ended.returncode == -signal.SIGKILL
    with Store.open(url, "c") as store, store.look() as unit:
        assert unit.fingerprints.get("committed") == "yes"
        assert unit.fingerprints.get("open") is None


def test_a_unit_that_fails_leaves_nothing_behind(store: Store) -> None:
    def fail() -> None:
        with store.unit() as unit:
            unit.fingerprints.put("name", "value")
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.look() as unit:
        assert unit.fingerprints.get("name") is None


def test_a_unit_inside_a_unit_is_refused_before_it_waits_for_itself(store: Store) -> None:
    with store.unit(), pytest.raises(RuntimeError, match="inside"), store.unit():
        pass
    with store.unit():
        pass


def test_who_looks_sees_one_state_and_stops_no_writer(store: Store) -> None:
    with store.look() as looking:
        assert looking.fingerprints.get("name") is None

        def write() -> None:
            with store.unit() as unit:
                unit.fingerprints.put("name", "value")

        writer = threading.Thread(target=write)
        writer.start()
        writer.join(10)
        assert looking.fingerprints.get("name") is None
    with store.look() as looking:
        assert looking.fingerprints.get("name") == "value"


def test_connections_see_nothing_of_each_other(new_store: Callable[[], Store]) -> None:
    one, other = new_store(), new_store()
    with one.unit() as unit:
        unit.links.put(Link("supplier", "1", "2"))
        unit.fingerprints.put("name", "value")
        unit.watermarks.move("s", "a", None, "1", "r")
    with other.unit() as unit:
        assert unit.links.by_ifs("supplier", ["1"]) == {}
        unit.links.put(Link("supplier", "1", "3"))
        assert unit.fingerprints.get("name") is None
        assert unit.watermarks.reset(None) == 0
    with one.look() as unit:
        assert unit.links.by_ifs("supplier", ["1"])["1"].jaggaer_key == "2"
        assert len(unit.watermarks.all()) == 1


def test_the_clock_is_the_databases_and_moves_within_a_unit(store: Store) -> None:
    with store.unit() as unit:
        first = unit.now()
        while (later := unit.now()) == first:
            pass
    assert first.tzinfo is UTC
    assert timedelta(0) < later - first < timedelta(seconds=10)
    assert abs(store.now() - datetime.now(UTC)) < timedelta(seconds=10)


def test_a_naive_time_is_refused(store: Store) -> None:
    with store.look() as unit, pytest.raises(sa.exc.StatementError, match="naive"):
        unit.items.due("s", datetime(2026, 1, 1))  # noqa: DTZ001


def test_times_come_back_as_the_same_moment_in_utc(store: Store) -> None:
    moment = datetime(2026, 3, 29, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    with store.unit() as unit:
        row = {"connection": store.connection, "sync": "s", "source": "a", "value": "", "version": 1}
        unit.db.execute(sa.insert(WatermarkRow).values(**row, moved_at=moment, moved_by="r"))
        kept = unit.db.execute(sa.select(WatermarkRow.moved_at).filter_by(connection=store.connection)).scalar_one()
    assert kept == moment
    assert kept.utcoffset() == timedelta(0)
    assert Instant().process_bind_param(None, unit.db.dialect) is None


@pytest.mark.parametrize("text", ["lone \ud800 surrogate"])
def test_text_that_no_database_can_hold_is_rejected_with_a_remedy(store: Store, text: str) -> None:
    with pytest.raises(Rejected), store.unit() as unit:
        unit.fingerprints.put("name", text)


def test_equal_secrets_hash_alike_in_one_store_and_differently_in_another(tmp_path: Path) -> None:
    iban = "DE89370400440532013000"
    hashes = []
    for name in ("a", "a", "b"):
        with Store.open(f"sqlite:///{tmp_path}/{name}.db", "c") as store:
            hashes.append(store.keyed_hash(iban))
            assert store.keyed_hash("1234567")[:1] == "…"
            assert "4567" not in store.keyed_hash("1234567").split()[0]
    assert hashes[0] == hashes[1] != hashes[2]
    assert all(kept.startswith("…3000 ") and iban not in kept for kept in hashes)


def test_importing_the_store_opens_nothing() -> None:
    code = (
        "import gc, sqlalchemy, ifs_jaggaer.store\n"
        "print([found for found in gc.get_objects() if isinstance(found, sqlalchemy.Engine)])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"
