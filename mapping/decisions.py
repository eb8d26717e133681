"""What is decided about a document, and what is written for it; see `mapping.kinds`. All of it pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal, TypeAlias

from connectors.wire import ETag, Json, JsonValue, Row
from ifs_jaggaer.errors import System
from mapping.asks import Link
from mapping.money import Money


class ItemKind(StrEnum):
    """The kinds of open item (DESIGN, the store)."""

    DEAD_LETTER = "dead_letter"
    WAITING = "waiting"
    HELD = "held"
    CONFLICT = "conflict"


Limit: TypeAlias = Literal["", "closed_orders"]
"""A limit of the brake: the general one, or that of orders whose own record says that they ended."""


@dataclass(frozen=True, slots=True)
class Item:
    """Something that stays open for one field of one document; `value` is safe to show.

    `waits_for` is "kind:key" (e.g. "supplier:1001") or names rows that are watched (mapping.watching); `brake`
    marks what law 11 counts, `limit` by which of its limits. `ifs`, `jaggaer`: what either system says of the field,
    where that is known and `value` does not name both.
    """

    kind: ItemKind
    field: str
    value: str | None
    reason: str
    remedy: str
    waits_for: str | None = None
    brake: bool = False
    limit: Limit = ""
    ifs: str | None = None
    jaggaer: str | None = None


@dataclass(frozen=True, slots=True)
class MatchDiscrepancy:
    """One cause at one line of an invoice, for the run's table of them; `outcome`: passed, held or rejected."""

    line: str
    order_line: str
    cause: str
    stated: str
    reason: str
    outcome: str


@dataclass(frozen=True, slots=True)
class Change:
    """One field's difference at the target, in words fit for a person and for the audit."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class IfsCreate:
    """POST of one row, or of a head with its lines in one change set (`lines`: navigation name, values).

    `enforced`: IFS itself refuses a second record of this key, so that after an unknown outcome it may
    be sent again at once. `instead_of`: sets in which the same document, under the same key, would stand by another
    setting: what was sent there is in doubt, or done, for this one, too.
    """

    set: str
    key: str
    values: Mapping[str, JsonValue]
    changes: tuple[Change, ...]
    lines: tuple[tuple[str, Mapping[str, JsonValue]], ...] = ()
    enforced: bool = False
    instead_of: tuple[str, ...] = ()
    action: Literal["create"] = "create"


@dataclass(frozen=True, slots=True)
class IfsUpdate:
    """PATCH of the changed attributes with the ETag of the very state that the decision was made from."""

    set: str
    key: tuple[str, ...]
    etag: ETag | None
    values: Mapping[str, JsonValue]
    changes: tuple[Change, ...]
    action: Literal["update"] = "update"


@dataclass(frozen=True, slots=True)
class IfsAct:
    """A bound action by the profile's name for it ("cancel", "close"), with the ETag of the state it was decided from.

    For what IFS changes by action alone, above all a state; after an unknown outcome the state shows what came of it.
    `row`: what it was decided from, needed where the set's lists come without ETag and the kind does not poll it.
    """

    set: str
    key: tuple[str, ...]
    etag: ETag | None
    action: str
    changes: tuple[Change, ...]
    values: Mapping[str, JsonValue] = field(default_factory=dict)
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class JaggaerPost:
    """POST to a JAGGAER resource (below `path`, e.g. "/991/exportstatus", where given).

    `enforced`: the server refuses a repetition (unique key, revision number) or it changes nothing.
    `unchanged_since`: (filter field, value, modified time) read just before; a difference is a Conflict.
    """

    resource: str
    key: str
    body: Json
    changes: tuple[Change, ...]
    action: str
    path: str = ""
    enforced: bool = False
    unchanged_since: tuple[str, str, str] | None = None


Write: TypeAlias = IfsCreate | IfsUpdate | IfsAct | JaggaerPost


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    SKIP = "unchanged"
    OUT_OF_SCOPE = "out of scope"
    NONE = "none"  # nothing can go now: the items say why


@dataclass(frozen=True, slots=True)
class Settlement:
    """What the store keeps once all writes of the decision succeeded.

    `link` may lack one side's key ("") when the server gives it: the pipeline fills it in from the
    answer's attribute `learns` ("bravoId", "SupplierId", "poId", "ProposalId"). `parts` links what the document
    is made of at the other side, so that it is found by those keys, too. `stamp` names the snapshot's field that
    takes the time of JAGGAER's answer, by its own clock. `announced`: the snapshot is kept before the writes leave,
    too, beside the settled one, so that what a run sent that was killed is known (`announced_kind`). `relinks`: the
    link takes the place of the one that IFS's record had, as the other record is gone.
    """

    link: Link | None = None
    learns: str = ""
    snapshot: Mapping[str, str | None] | None = None
    parts: tuple[Link, ...] = ()
    stamp: str = ""
    announced: bool = False
    relinks: bool = False


def announced_kind(record: str) -> str:
    """Under which kind the snapshots are kept that were announced of a kind's documents."""
    return f"{record}{ANNOUNCED}"


ANNOUNCED = ".announced"


@dataclass(frozen=True, slots=True)
class Decision:
    """What shall happen to one document. Raises nothing: what cannot be decided is an item that says why.

    `key` names the document in items, audit and snapshots; `other_key` is the other side's key, "" if none.
    `again`: after these writes, or after those of the documents beside it where it has none, gather and decide once
    more (a supplier made of several rows; an invoice whose number another one takes first).
    `foreseen`: what these later decisions will change as far as it is known, for a dry run, which makes no second one.
    `apart`: its writes stand each by itself, so that one which the target refuses leaves the others to go.
    `notes` are warnings for the run's artifact, `discrepancies` have a table of their own there. `amount` counts
    towards the run's totals when it is written.
    `elsewhere`: it belongs to a company that is not in scope, so that a run for some companies leaves all that is
    known of it as it is. `glance`: it was looked at on one side alone, so that what stands open of it stays open.
    """

    key: str
    other_key: str
    action: Action
    writes: tuple[Write, ...] = ()
    items: tuple[Item, ...] = ()
    settlement: Settlement | None = None
    amount: Money | None = None
    again: bool = False
    foreseen: tuple[Change, ...] = ()
    apart: bool = False
    notes: tuple[str, ...] = ()
    discrepancies: tuple[MatchDiscrepancy, ...] = ()
    elsewhere: bool = False
    glance: bool = False
    base_version: int = 0


@dataclass(frozen=True, slots=True)
class Instructions:
    """What a person decided for this run: winners by field ("*" for all), approved held values by field.

    `without`: fields to be left alone, e.g. because the target refused them and all others shall go (law 9);
    `refused`: those that it refused in this run, with the reason. `anew`: what it refused before is tried once more
    although nothing is known to have changed: the hour is over, what the item waits for changed, or a person asks.
    """

    winners: Mapping[str, System] = field(default_factory=dict)
    approved: Mapping[str, str | None] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    refused: Mapping[str, str] = field(default_factory=dict)
    anew: bool = False
