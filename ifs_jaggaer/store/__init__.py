"""What must be remembered between runs: SQLAlchemy on SQLite or PostgreSQL."""

from ifs_jaggaer.store.links import LinkTaken
from ifs_jaggaer.store.records import (
    Concern,
    Intent,
    IntentState,
    Link,
    OpenItem,
    Replaced,
    Run,
    Snapshot,
    Watermark,
)
from ifs_jaggaer.store.store import Store, Unit

__all__ = [
    "Concern",
    "Intent",
    "IntentState",
    "Link",
    "LinkTaken",
    "OpenItem",
    "Replaced",
    "Run",
    "Snapshot",
    "Store",
    "Unit",
    "Watermark",
]
