"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WORDS = sa.Text().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "audit_chain",
        sa.Column("id", WORDS, nullable=False),
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("run_id", WORDS, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", WORDS, nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("referenced", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_chain")),
    )
    op.create_index(
        "ix_audit_chain_unreferenced",
        "audit_chain",
        ["connection"],
        unique=False,
        sqlite_where=sa.text("sequence > referenced"),
        postgresql_where=sa.text("sequence > referenced"),
    )
    op.create_index("uq_audit_chain_ordinal", "audit_chain", ["connection", "ordinal"], unique=True)
    op.create_table(
        "audit_era",
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("era", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("connection", name=op.f("pk_audit_era")),
    )
    op.create_table(
        "audit_event",
        sa.Column("chain", WORDS, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("era", sa.Integer(), nullable=False),
        sa.Column("previous", WORDS, nullable=False),
        sa.Column("hash", WORDS, nullable=False),
        sa.Column("seal", WORDS, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", WORDS, nullable=False),
        sa.Column("trigger", WORDS, nullable=False),
        sa.Column("system", WORDS, nullable=False),
        sa.Column("entity", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("action", WORDS, nullable=False),
        sa.Column("phase", WORDS, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("etag", WORDS, nullable=True),
        sa.Column("request_id", WORDS, nullable=True),
        sa.Column("server_request_id", WORDS, nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=True),
        sa.Column("error", WORDS, nullable=False),
        sa.Column("references", sa.JSON(), nullable=False),
        sa.Column("payload_hash", WORDS, nullable=True),
        sa.PrimaryKeyConstraint("chain", "sequence", name=op.f("pk_audit_event")),
    )
    op.create_index("ix_audit_event_key", "audit_event", ["connection", "key", "at"], unique=False)
    op.create_index("ix_audit_event_run", "audit_event", ["connection", "run_id"], unique=False)
    op.create_table(
        "audit_payload",
        sa.Column("chain", WORDS, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("body", WORDS, nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("chain", "sequence", name=op.f("pk_audit_payload")),
    )
    op.create_table(
        "bucket",
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("system", WORDS, nullable=False),
        sa.Column("level", sa.Float(), nullable=False),
        sa.Column("blocked", sa.Float(), nullable=False),
        sa.Column("blocks", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("connection", "system", name=op.f("pk_bucket")),
    )
    op.create_table(
        "fingerprint",
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("value", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("connection", "name", name=op.f("pk_fingerprint")),
    )
    op.create_table(
        "intent",
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("id", WORDS, nullable=False),
        sa.Column("sync", WORDS, nullable=False),
        sa.Column("system", WORDS, nullable=False),
        sa.Column("entity", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("action", WORDS, nullable=False),
        sa.Column("run_id", WORDS, nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("renewals", sa.Integer(), nullable=False),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("send_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("connection", "id", name=op.f("pk_intent")),
    )
    op.create_index("ix_intent_closed", "intent", ["connection", "closed_at"], unique=False)
    op.create_index("ix_intent_sync_key", "intent", ["connection", "sync", "key"], unique=False)
    op.create_table(
        "kept_version",
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("set", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("version", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("connection", "set", "key", name=op.f("pk_kept_version")),
    )
    op.create_table(
        "lease",
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("name", WORDS, nullable=False),
        sa.Column("holder", WORDS, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("connection", "name", name=op.f("pk_lease")),
    )
    op.create_index("ix_lease_holder", "lease", ["connection", "holder"], unique=False)
    op.create_table(
        "link",
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("ifs_key", WORDS, nullable=False),
        sa.Column("jaggaer_key", WORDS, nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "kind", "ifs_key", name=op.f("pk_link")),
    )
    op.create_index("uq_link_jaggaer", "link", ["connection", "kind", "jaggaer_key"], unique=True)
    op.create_table(
        "open_item",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("sync", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("other_key", WORDS, nullable=False),
        sa.Column("field", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("value", WORDS, nullable=True),
        sa.Column("reason", WORDS, nullable=False),
        sa.Column("remedy", WORDS, nullable=False),
        sa.Column("waits_for", WORDS, nullable=True),
        sa.Column("brake", sa.Boolean(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", WORDS, nullable=False),
        sa.Column("last_tried", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", WORDS, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_item")),
    )
    op.create_index("ix_open_item_since", "open_item", ["connection", "sync", "since"], unique=False)
    op.create_index(
        "ix_open_item_waits_for",
        "open_item",
        ["connection", "waits_for"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "uq_open_item_field",
        "open_item",
        ["connection", "sync", "key", "field"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "run",
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("id", WORDS, nullable=False),
        sa.Column("sync", WORDS, nullable=False),
        sa.Column("trigger", WORDS, nullable=False),
        sa.Column("scope", WORDS, nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", WORDS, nullable=False),
        sa.Column("completed", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "id", name=op.f("pk_run")),
    )
    op.create_index("ix_run_sync", "run", ["connection", "sync", "started_at"], unique=False)
    op.create_table(
        "secret",
        sa.Column("name", WORDS, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secret")),
    )
    op.create_table(
        "snapshot",
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("kind", WORDS, nullable=False),
        sa.Column("key", WORDS, nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("connection", "kind", "key", name=op.f("pk_snapshot")),
    )
    op.create_table(
        "watermark",
        sa.Column("connection", WORDS, nullable=False),
        sa.Column("sync", WORDS, nullable=False),
        sa.Column("source", WORDS, nullable=False),
        sa.Column("value", WORDS, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_by", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("connection", "sync", "source", name=op.f("pk_watermark")),
    )
