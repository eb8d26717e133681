"""What a kind of record is to the pipeline: where it is read, what must be known, what is decided.

All of it pure. A kind asks for what it must know by yielding `Ask`s and is sent `Answers`
(as httpx lets an auth flow yield requests), so that it can be tested without a server and
the pipeline can put many keys into one request.

The seam is three modules: `mapping.asks` (what is asked and answered), `mapping.decisions` (what is decided and
written), and this one, which gives the names of all three.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeAlias, runtime_checkable

from connectors.wire import Json, Row
from ifs_jaggaer.errors import Rejected, System
from mapping.asks import (
    Answers,
    Ask,
    IfsRows,
    JaggaerDetails,
    JaggaerHeaders,
    JaggaerRecords,
    Link,
    Links,
    Polled,
    Snapshot,
    Snapshots,
    WireAsk,
)
from mapping.decisions import (
    ANNOUNCED,
    Action,
    Change,
    Decision,
    IfsAct,
    IfsCreate,
    IfsUpdate,
    Instructions,
    Item,
    ItemKind,
    JaggaerPost,
    Limit,
    MatchDiscrepancy,
    Settlement,
    Write,
    announced_kind,
)
from mapping.profile import Profile

__all__ = [
    "ANNOUNCED",
    "Action",
    "Answers",
    "Ask",
    "Batch",
    "Batching",
    "Case",
    "Change",
    "Decision",
    "Gathering",
    "IfsAct",
    "IfsCreate",
    "IfsRows",
    "IfsUpdate",
    "Instructions",
    "Item",
    "ItemKind",
    "JaggaerDetails",
    "JaggaerHeaders",
    "JaggaerPost",
    "JaggaerRecords",
    "Kind",
    "Leading",
    "Limit",
    "Link",
    "Links",
    "MatchDiscrepancy",
    "Partial",
    "Polled",
    "Reach",
    "Reaching",
    "Settlement",
    "Snapshot",
    "Snapshots",
    "Source",
    "WireAsk",
    "Write",
    "announced_kind",
]


@dataclass(frozen=True, slots=True)
class Source:
    """One polled set. `leads_to` names the document of a row, e.g. "ifs:1001"; None: no document of ours.

    `scope_attribute`: the attribute that the company scope filters on. `document`: subject to the cut-over.
    `only`: attribute and value that every row of ours has, of a set that holds much else. `used`: whether this
    profile makes such rows; where it does not, the nightly sweep alone looks whether there are any.
    """

    system: System
    name: str
    leads_to: Callable[[Row], str | None]
    scope_attribute: str | None = None
    document: bool = False
    dates: tuple[str, str] | None = None
    only: tuple[str, str] | None = None
    used: Callable[[Profile], bool] | None = None


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


@runtime_checkable
class Leading(Protocol):
    """A kind of whose polled rows some name their document only through another row: a distribution, by its line."""

    def named_by(self, rows: Iterable[Row], profile: Profile) -> IfsRows | None:
        """The rows that name the documents of those among these which do not; None where nothing is to be asked."""

    def led(self, rows: Iterable[Row], by: Iterable[Row]) -> Mapping[tuple[str, tuple[str, ...]], str]:
        """By kind and key the references of those rows that do not name their document, but one of `by` does."""


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
