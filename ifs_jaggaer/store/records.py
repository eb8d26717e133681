"""What the store takes and gives: small frozen records, no rows, no sessions.

The store may not import `mapping`; what it takes is a protocol that the records of `mapping.kinds`
fulfil by their shape, so that they are handed over as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from ifs_jaggaer.errors import System

IntentState: TypeAlias = Literal["open", "done", "failed", "unknown"]
Scalar: TypeAlias = str | int | bool | None
Document: TypeAlias = "Mapping[str, Scalar | Sequence[Scalar | Document] | Document]"
"""JSON that is kept for people: parameters and counts of a run. Amounts go in as strings."""


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far one source of a sync was read; `version` counts the moves."""

    value: str
    version: int


@dataclass(frozen=True, slots=True)
class Link:
    """That two records are one; fields as in `mapping.kinds.Link`."""

    kind: str
    ifs_key: str
    jaggaer_key: str
    detail: Mapping[str, str] = field(default_factory=dict)


class LinkLike(Protocol):
    """What `links.put` takes."""

    @property
    def kind(self) -> str: ...
    @property
    def ifs_key(self) -> str: ...
    @property
    def jaggaer_key(self) -> str: ...
    @property
    def detail(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was last settled for one document; fields as in `mapping.kinds.Snapshot`."""

    kind: str
    key: str
    fields: Mapping[str, str | None]
    version: int = 0


@dataclass(frozen=True, slots=True)
class Kept:
    """A row as it was last dealt with; `reference` names the document it led to, "" where it led to none.

    `version` is "" where it is not known what was dealt with last. `profile` is the fingerprint of the profile that it
    was dealt with under, "" where that is not known.
    """

    version: str
    reference: str = ""
    profile: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """That something is about to be sent, or was (DESIGN, law 2).

    Attributes:
        id: deterministic key of the action, made by the caller.
        run_id: the run that holds it; only that one may send under it.
        attempt: number of the attempt on the wire that it was last recorded for.
        renewals: how often it was recorded again; with `state` the witness for compare-and-swap.
        send_by: past this time (database clock) nothing may be sent under it.
        outcome: what became of it, in words.
    """

    id: str
    sync: str
    system: System
    entity: str
    key: str
    action: str
    run_id: str
    attempt: int
    renewals: int
    state: IntentState
    recorded_at: datetime
    send_by: datetime
    closed_at: datetime | None
    outcome: str


class Concern(Protocol):
    """One open matter of a document as `mapping.kinds.Item` states it."""

    @property
    def kind(self) -> str: ...
    @property
    def field(self) -> str: ...
    @property
    def value(self) -> str | None: ...
    @property
    def reason(self) -> str: ...
    @property
    def remedy(self) -> str: ...
    @property
    def waits_for(self) -> str | None: ...
    @property
    def brake(self) -> bool: ...
    @property
    def limit(self) -> str: ...


@dataclass(frozen=True, slots=True)
class OpenItem:
    """A dead letter, waiting, held or conflict as it stands in the store; `closed_at` tells whether it is over.

    `alerted_by`: the run that said of it that it is too old, "" where none did.
    """

    id: int
    sync: str
    key: str
    other_key: str
    field: str
    kind: str
    value: str | None
    reason: str
    remedy: str
    waits_for: str | None
    brake: bool
    since: datetime
    opened_by: str
    last_tried: datetime
    closed_at: datetime | None
    closed_by: str | None
    limit: str = ""
    alerted_by: str = ""


@dataclass(frozen=True, slots=True)
class Replaced:
    """What `items.replace` did. `opened` holds also those whose kind or reason changed."""

    opened: tuple[OpenItem, ...]
    still: tuple[OpenItem, ...]
    closed: tuple[OpenItem, ...]


@dataclass(frozen=True, slots=True)
class SchemaChange:
    """An attribute that is not as it was; `before` and `after` are types, "" for none. In the tenant's names."""

    service: str
    set: str
    attribute: str
    before: str
    after: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a sync. `completed`: all that it set out to read was read and settled or put aside."""

    id: str
    sync: str
    trigger: str
    scope: str
    parameters: Document
    started_at: datetime
    finished_at: datetime | None
    state: str
    completed: bool
    counts: Document
