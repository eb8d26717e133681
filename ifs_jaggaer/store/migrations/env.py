"""Alembic's entry: runs in the transaction that `store.migrate` opened."""

from __future__ import annotations

from alembic import context

from ifs_jaggaer.store.migrate import VERSION_TABLE
from ifs_jaggaer.store.schema import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
)
context.run_migrations()
