"""The history of a tenant's schema: attributes by service and set, and when each service was looked at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")
STANDING = sa.text("until IS NULL")


def upgrade() -> None:
    op.create_table(
        "schema_attribute",
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("service", WORDS, nullable=False),
        sa.Column("set", WORDS, nullable=False),
        sa.Column("attribute", WORDS, nullable=False),
        sa.Column("type", WORDS, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("connection", "service", "set", "attribute", "since", name=op.f("pk_schema_attribute")),
    )
    op.create_index(
        "uq_schema_attribute_standing",
        "schema_attribute",
        ["connection", "service", "set", "attribute"],
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    )
    op.create_table(
        "schema_look",
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("service", WORDS, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("connection", "service", name=op.f("pk_schema_look")),
    )
