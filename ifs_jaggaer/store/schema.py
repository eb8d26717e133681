"""The tables. Every business key starts with the connection, the name of a pair of tenants."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index, LargeBinary, MetaData, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ifs_jaggaer.store.columns import Instant, Serial, Words


class Base(DeclarativeBase):
    """Root of the tables; names of constraints are fixed, so that a migration can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Words,
        bytes: LargeBinary,
        datetime: Instant,
        dict[str, Any]: JSON,
        list[str]: JSON,
    }


class WatermarkRow(Base):
    __tablename__ = "watermark"

    connection: Mapped[str] = mapped_column(primary_key=True)
    sync: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    version: Mapped[int]
    moved_at: Mapped[datetime]
    moved_by: Mapped[str]


class LinkRow(Base):
    __tablename__ = "link"
    __table_args__ = (Index("uq_link_jaggaer", "connection", "kind", "jaggaer_key", unique=True),)

    connection: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    ifs_key: Mapped[str] = mapped_column(primary_key=True)
    jaggaer_key: Mapped[str]
    detail: Mapped[dict[str, Any]]


class SnapshotRow(Base):
    __tablename__ = "snapshot"

    connection: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    fields: Mapped[dict[str, Any]]
    version: Mapped[int]


class VersionRow(Base):
    __tablename__ = "kept_version"

    connection: Mapped[str] = mapped_column(primary_key=True)
    sync: Mapped[str] = mapped_column(primary_key=True)
    set: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str]
    reference: Mapped[str]
    profile: Mapped[str] = mapped_column(server_default="")


class IntentRow(Base):
    __tablename__ = "intent"
    __table_args__ = (
        Index("ix_intent_sync_key", "connection", "sync", "key"),
        Index("ix_intent_closed", "connection", "closed_at"),
    )

    connection: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    sync: Mapped[str]
    system: Mapped[str]
    entity: Mapped[str]
    key: Mapped[str]
    action: Mapped[str]
    run_id: Mapped[str]
    attempt: Mapped[int]
    renewals: Mapped[int]
    state: Mapped[str]
    recorded_at: Mapped[datetime]
    send_by: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    outcome: Mapped[str]


class LeaseRow(Base):
    __tablename__ = "lease"
    __table_args__ = (Index("ix_lease_holder", "connection", "holder"),)

    connection: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    until: Mapped[datetime]


OPEN = text("closed_at IS NULL")


class ItemRow(Base):
    __tablename__ = "open_item"
    __table_args__ = (
        Index(
            "uq_open_item_field",
            *("connection", "sync", "key", "field"),
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        Index("ix_open_item_waits_for", "connection", "waits_for", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_open_item_since", "connection", "sync", "since"),
    )

    id: Mapped[int] = mapped_column(Serial, primary_key=True, autoincrement=True)
    connection: Mapped[str]
    sync: Mapped[str]
    key: Mapped[str]
    other_key: Mapped[str]
    field: Mapped[str]
    kind: Mapped[str]
    value: Mapped[str | None]
    reason: Mapped[str]
    remedy: Mapped[str]
    waits_for: Mapped[str | None]
    brake: Mapped[bool]
    since: Mapped[datetime]
    opened_by: Mapped[str]
    last_tried: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    brake_limit: Mapped[str] = mapped_column(server_default="")
    alerted_by: Mapped[str] = mapped_column(server_default="")


class RunRow(Base):
    __tablename__ = "run"
    __table_args__ = (Index("ix_run_sync", "connection", "sync", "started_at"),)

    connection: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(primary_key=True)
    sync: Mapped[str]
    trigger: Mapped[str]
    scope: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    state: Mapped[str]
    completed: Mapped[bool]
    counts: Mapped[dict[str, Any]]


class FingerprintRow(Base):
    __tablename__ = "fingerprint"

    connection: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


STANDING = text("until IS NULL")


class AttributeRow(Base):
    """An attribute of a set with one type, from the look that first found it to the one that no longer did."""

    __tablename__ = "schema_attribute"
    __table_args__ = (
        Index(
            "uq_schema_attribute_standing",
            *("connection", "service", "set", "attribute"),
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
    )

    connection: Mapped[str] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    set: Mapped[str] = mapped_column(primary_key=True)
    attribute: Mapped[str] = mapped_column(primary_key=True)
    type: Mapped[str]
    since: Mapped[datetime] = mapped_column(primary_key=True)
    until: Mapped[datetime | None]


class LookRow(Base):
    """When the metadata of a service was read last."""

    __tablename__ = "schema_look"

    connection: Mapped[str] = mapped_column(primary_key=True)
    service: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class BucketRow(Base):
    """The rate budget of one system: what is in the bucket, and how long a block lasts, as of `at`."""

    __tablename__ = "bucket"

    connection: Mapped[str] = mapped_column(primary_key=True)
    system: Mapped[str] = mapped_column(primary_key=True)
    level: Mapped[float]
    blocked: Mapped[float]
    blocks: Mapped[int]
    at: Mapped[datetime]


class SecretRow(Base):
    """Random keys that are worth nothing outside this store."""

    __tablename__ = "secret"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[bytes]


class EraRow(Base):
    """How many chains were started: the logical clock of the audit record."""

    __tablename__ = "audit_era"

    connection: Mapped[str] = mapped_column(primary_key=True)
    era: Mapped[int]


GROWN = text("sequence > referenced")


class ChainRow(Base):
    """One chain: its head, and how far another chain's first event refers to it."""

    __tablename__ = "audit_chain"
    __table_args__ = (
        Index("uq_audit_chain_ordinal", "connection", "ordinal", unique=True),
        Index("ix_audit_chain_unreferenced", "connection", sqlite_where=GROWN, postgresql_where=GROWN),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    connection: Mapped[str]
    ordinal: Mapped[int]
    run_id: Mapped[str]
    sequence: Mapped[int]
    hash: Mapped[str]
    last_at: Mapped[datetime]
    referenced: Mapped[int]


class EventRow(Base):
    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_key", "connection", "key", "at"),
        Index("ix_audit_event_run", "connection", "run_id"),
    )

    chain: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    connection: Mapped[str]
    era: Mapped[int]
    previous: Mapped[str]
    hash: Mapped[str]
    seal: Mapped[str | None]
    at: Mapped[datetime]
    run_id: Mapped[str]
    trigger: Mapped[str]
    system: Mapped[str]
    entity: Mapped[str]
    key: Mapped[str]
    action: Mapped[str]
    phase: Mapped[str]
    attempt: Mapped[int]
    etag: Mapped[str | None]
    request_id: Mapped[str | None]
    server_request_id: Mapped[str | None]
    status: Mapped[int | None]
    rows: Mapped[int | None]
    error: Mapped[str]
    references: Mapped[list[str]]
    payload_hash: Mapped[str | None]


class PayloadRow(Base):
    """Before and after of an event, apart from it so that they can be erased."""

    __tablename__ = "audit_payload"

    chain: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True)
    connection: Mapped[str]
    salt: Mapped[bytes | None]
    body: Mapped[str | None]
    erased_at: Mapped[datetime | None]
