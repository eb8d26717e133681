"""What a kind asks for, and what it is answered; see `mapping.kinds`. All of it pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeAlias

from connectors.wire import Row
from ifs_jaggaer.errors import System


@dataclass(frozen=True, slots=True)
class IfsRows:
    """All rows of an IFS set in which `attribute` is one of `values` and each of `also` one of its values.

    `any_case`: `attribute` is compared in lower case, as people write names.
    """

    set: str
    attribute: str
    values: frozenset[str]
    also: tuple[tuple[str, frozenset[str]], ...] = ()
    any_case: bool = False


@dataclass(frozen=True, slots=True)
class JaggaerRecords:
    """All records of a JAGGAER resource in which the filter field is one of `values`; with `parts` (comp).

    `at_hand`: a record of the page that was polled just now is good enough, by the last part of its key.
    """

    resource: str
    filter: str
    values: frozenset[str]
    at_hand: bool = False


@dataclass(frozen=True, slots=True)
class JaggaerDetails:
    """Each record by its id, whole; one request each."""

    resource: str
    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class JaggaerHeaders:
    """Records by id as a list shows them, for a resource that cannot be filtered by id.

    From the page that was polled just now where they stand on it, else the record whole, one request each.
    A resource without ids on the wire is read as a list from `since` on: none of these was changed before.
    """

    resource: str
    ids: frozenset[str]
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """Links of a kind by the key of one side."""

    kind: str
    side: System
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Snapshots:
    """Last agreed or last sent state of documents, by the key under which it was settled."""

    kind: str
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Polled:
    """The rows with these keys on the page that was polled just now; no request, and none where it has them not."""

    name: str
    keys: frozenset[tuple[str, ...]]


WireAsk: TypeAlias = IfsRows | JaggaerRecords | JaggaerHeaders | JaggaerDetails | Polled
Ask: TypeAlias = WireAsk | Links | Snapshots


@dataclass(frozen=True, slots=True)
class Link:
    """That two records are one. `detail` holds what must outlive the wire, e.g. line keys, first sent dates."""

    kind: str
    ifs_key: str
    jaggaer_key: str
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was last settled for one document: agreed fields, or the fingerprint of what was sent.

    `version` counts the settlements; a plan made from an older one is dropped (DESIGN, retry). `doubted`: a person
    named the document in this run, so that the other side is looked at whole, whatever was settled or marks say.
    """

    kind: str
    key: str
    fields: Mapping[str, str | None]
    version: int = 0
    doubted: bool = False


class Answers(Protocol):
    """What came of the asks, typed by the ask."""

    def rows(self, ask: WireAsk) -> list[Row]: ...

    def links(self, ask: Links) -> dict[str, Link]: ...

    def snapshots(self, ask: Snapshots) -> dict[str, Snapshot]: ...
