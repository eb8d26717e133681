"""What the connectors promise to those above and ask of those beside them; no I/O here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NewType, Protocol, TypeAlias

from ifs_jaggaer.errors import System

JsonValue: TypeAlias = "bool | int | Decimal | str | list[JsonValue] | dict[str, JsonValue] | None"
Json: TypeAlias = "dict[str, JsonValue]"
ETag = NewType("ETag", str)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of an IFS entity set or one record of a JAGGAER resource, as it came.

    `kind` is the logical name ("purchase_order", "companyprofiles"), `key` the key values in the order
    of the set's key, `values` all attributes under the contract's names, unknown ones included.
    `modified` is the set's own change time as the server wrote it; `etag` byte for byte (IFS only).
    """

    kind: str
    key: tuple[str, ...]
    values: Mapping[str, JsonValue]
    etag: ETag | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What a request is about, in business terms: for the audit record, never for the wire.

    `before` and `after` are the changed fields only, already fit to be kept (no bank account in clear).
    """

    entity: str
    key: str
    action: str
    before: Mapping[str, str | None] | None = None
    after: Mapping[str, str | None] | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt on the wire. `number` counts from 1 for each call; `request_id` is our correlation id."""

    system: System
    method: str
    path: str
    call: Call
    number: int
    request_id: str
    write: bool
    etag: ETag | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: a status, or `error` in words where none came. `rows` for reads."""

    status: int | None
    error: str = ""
    etag: ETag | None = None
    server_request_id: str | None = None
    rows: int | None = None


class Witness(Protocol):
    """Sees every attempt. For a write `before` commits intent and audit event (DESIGN, laws 2 and 8)."""

    def before(self, attempt: Attempt) -> None:
        """Called for writes, after the permission of the rate budget and with a token in hand."""

    def check(self, attempt: Attempt) -> None:
        """Called for writes as the last thing before the bytes leave; raises Unreachable past the send-by time."""

    def after(self, attempt: Attempt, outcome: Outcome) -> None:
        """Called once for each attempt, whatever came of it, reads included."""


class Budget(Protocol):
    """The rate budget of one system, shared by all who use the tenant (DESIGN, rate limits)."""

    async def permit(self) -> None:
        """Returns when one request may be sent."""

    def throttled(self, seconds: float) -> None:
        """The server answered 429: nobody sends for that many seconds."""
