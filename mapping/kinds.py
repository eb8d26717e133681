"""What a kind of record is to the pipeline: where it is read, what must be known, what is decided.

All of it pure. A kind asks for what it must know by yielding `Ask`s and is sent `Answers`
(as httpx lets an auth flow yield requests), so that it can be tested without a server and
the pipeline can put many keys into one request.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal, Protocol, TypeAlias, runtime_checkable

from connectors.wire import ETag, Json, JsonValue, Row
from ifs_jaggaer.errors import Rejected, System
from mapping.money import Money
from mapping.profile import Profile

# --- asking -----------------------------------------------------------------------------------


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

    `version` counts the settlements; a plan made from an older one is dropped (DESIGN, retry).
    """

    kind: str
    key: str
    fields: Mapping[str, str | None]
    version: int = 0


class Answers(Protocol):
    """What came of the asks, typed by the ask."""

    def rows(self, ask: WireAsk) -> list[Row]: ...

    def links(self, ask: Links) -> dict[str, Link]: ...

    def snapshots(self, ask: Snapshots) -> dict[str, Snapshot]: ...


# --- deciding ---------------------------------------------------------------------------------


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
    marks what law 11 counts, `limit` by which of its limits.
    """

    kind: ItemKind
    field: str
    value: str | None
    reason: str
    remedy: str
    waits_for: str | None = None
    brake: bool = False
    limit: Limit = ""


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
    too, beside the settled one, so that what a run sent that was killed is known (`announced_kind`).
    """

    link: Link | None = None
    learns: str = ""
    snapshot: Mapping[str, str | None] | None = None
    parts: tuple[Link, ...] = ()
    stamp: str = ""
    announced: bool = False


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
    `refused`: those that it refused in this run, with the reason.
    """

    winners: Mapping[str, System] = field(default_factory=dict)
    approved: Mapping[str, str | None] = field(default_factory=dict)
    without: frozenset[str] = frozenset()
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """One polled set. `leads_to` names the document of a row, e.g. "ifs:1001"; None: no document of ours.

    `scope_attribute`: the attribute that the company scope filters on. `document`: subject to the cut-over.
    `only`: attribute and value that every row of ours has, of a set that holds much else. `used`: whether this
    profile makes such rows; where it does not, the nightly sweep alone looks whether there are any. `those`: of
    JAGGAER's resource, the filter field and its values that records of ours have.
    """

    system: System
    name: str
    leads_to: Callable[[Row], str | None]
    scope_attribute: str | None = None
    document: bool = False
    dates: tuple[str, str] | None = None
    only: tuple[str, str] | None = None
    used: Callable[[Profile], bool] | None = None
    those: Callable[[Profile], tuple[str, frozenset[str]]] | None = None


Gathering: TypeAlias = "Generator[tuple[Ask, ...], Answers, list[Case]]"


class Case(Protocol):
    """All that one decision is made from; each kind has its own frozen dataclass.

    `key` is that of the decision; `references` are all under which the document is known ("ifs:1001",
    "jaggaer:10442").
    """

    @property
    def key(self) -> str: ...

    @property
    def references(self) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Posts of several documents in one body; `results` gives each document's error by its key, "" for none.

    A key that is missing from the results was not answered: its document is decided again.
    """

    post: JaggaerPost
    keys: tuple[str, ...]
    results: Callable[[Json], Mapping[str, str]]


@runtime_checkable
class Batching(Protocol):
    """A kind whose posts the target takes many at a time."""

    def batches(self, posts: Iterable[JaggaerPost]) -> list[Batch]: ...


@runtime_checkable
class Partial(Protocol):
    """A kind of which some fields can go although others are refused (DESIGN, law 9)."""

    def refused(self, write: Write, refusal: Rejected, profile: Profile) -> frozenset[str]:
        """The fields of a write that the target's refusal is about, for `Instructions.without`."""


@dataclass(frozen=True, slots=True)
class Reach:
    """A set or resource that a kind reads or writes without polling it: what `ping` and the schema check look at.

    `actions`: bound actions of IFS by the profile's names. `filters`: filter fields of JAGGAER that it asks by.
    """

    system: System
    name: str
    actions: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()


@runtime_checkable
class Reaching(Protocol):
    """A kind that works with more than it polls; a polled set may be named again for its actions and filters."""

    def reaches(self, profile: Profile) -> tuple[Reach, ...]:
        """What it works with under this profile."""


class Kind(Protocol):
    """One kind of record. Modules of `mapping/` give one of these each.

    A document reference is "ifs:<key>" or "jaggaer:<key>"; `gather` turns references of either side
    into cases (each document once), `decide` decides one of them.

    `name` is the sync's ("purchase-orders"); `record` is the kind of its links and snapshots ("purchase_order").
    """

    name: str
    record: str

    @property
    def sources(self) -> tuple[Source, ...]: ...

    def gather(self, references: frozenset[str], profile: Profile) -> Gathering: ...

    def decide(self, case: Case, profile: Profile, as_of: date, told: Instructions) -> Decision: ...
