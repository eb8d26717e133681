"""What each part of a unit of work stands on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Bound:
    """A transaction, and the pair of tenants whose rows it is about."""

    db: Connection
    connection: str
