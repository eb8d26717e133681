"""Kept versions belong to a sync and name their document.

Those of the first schema are dropped: they are a hint, without which each row is decided once more and nothing written.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.drop_table("kept_version")
    op.create_table(
        "kept_version",
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("sync", WORDS, nullable=False),
        sa.Column("set", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("version", WORDS, nullable=False),
        sa.Column("reference", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("connection", "sync", "set", "key", name=op.f("pk_kept_version")),
    )
