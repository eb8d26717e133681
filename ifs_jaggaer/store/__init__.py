"""What must be remembered between runs: SQLAlchemy on SQLite or PostgreSQL."""

from ifs_jaggaer.store.audit import Audit, Chain, Event, Finding, Recorded
from ifs_jaggaer.store.lender import Lease, Lender
from ifs_jaggaer.store.links import LinkTaken
from ifs_jaggaer.store.pruning import Pruned
from ifs_jaggaer.store.records import (
    Concern,
    Intent,
    IntentState,
    Kept,
    Link,
    OpenItem,
    Replaced,
    Run,
    SchemaChange,
    Snapshot,
    Watermark,
)
from ifs_jaggaer.store.store import Store, Unit

__all__ = [
    "Audit",
    "Chain",
    "Concern",
    "Event",
    "Finding",
    "Intent",
    "IntentState",
    "Kept",
    "Lease",
    "Lender",
    "Link",
    "LinkTaken",
    "OpenItem",
    "Pruned",
    "Recorded",
    "Replaced",
    "Run",
    "SchemaChange",
    "Snapshot",
    "Store",
    "Unit",
    "Watermark",
]
