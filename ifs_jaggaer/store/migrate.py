"""Brings a database to the schema of this program; safe when many open it at once."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from ifs_jaggaer.errors import SettingsError
from ifs_jaggaer.store.engine import transaction

VERSION_TABLE = "ifs_jaggaer_version"
"""Not Alembic's default, which Prefect uses: both may live in one PostgreSQL database."""

ADVISORY_LOCK = 0x1F5_0A66
_alembic = threading.Lock()  # its `context` and `op` are global to the process


def config(db: Connection | None = None) -> Config:
    """Alembic's settings, without a file."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    settings.set_main_option("path_separator", "os")
    settings.attributes["connection"] = db
    return settings


def revision_of(db: Connection) -> str | None:
    """The schema's revision in the database; None for an empty one."""
    return MigrationContext.configure(db, opts={"version_table": VERSION_TABLE}).get_current_revision()


def bring_up(engine: Engine) -> None:
    """Migrates to the newest revision, one opener at a time, all or nothing.

    Raises:
        SettingsError: the database was made by a newer version of this program.
    """
    with _alembic:
        scripts = ScriptDirectory.from_config(config())
        newest = scripts.get_current_head()
        with transaction(engine, read_only=True) as db:
            if revision_of(db) == newest:
                return
        with transaction(engine) as db:
            if db.dialect.name == "postgresql":
                db.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})
            found = revision_of(db)
            if found is not None and found not in {script.revision for script in scripts.walk_revisions()}:
                raise SettingsError(
                    f"the store has schema {found}, newer than this program",
                    field="store.url",
                    remedy="install the newer version, or name another store",
                )
            command.upgrade(config(db), "head")
