"""Under which profile a row was last dealt with. Of the rows that are there nobody knows: they count as of today's."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.add_column("kept_version", sa.Column("profile", WORDS, nullable=False, server_default=""))
