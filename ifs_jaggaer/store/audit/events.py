"""One event, and what its hash covers."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

import simplejson
from sqlalchemy import Row, Select, select

from ifs_jaggaer.errors import SettingsError, System
from ifs_jaggaer.store.records import Document
from ifs_jaggaer.store.schema import EventRow, PayloadRow

Phase: TypeAlias = Literal["sending", "outcome", "read", "note"]

START = "start of chain"
_CANONICAL = simplejson.JSONEncoder(
    use_decimal=True, ensure_ascii=True, sort_keys=True, separators=(",", ":"), allow_nan=False
)

ERASED = "payloads erased"
PRUNED = "older chains pruned"
RESTORED = "store restored"


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, as it is handed in.

    `payload` (before and after, fit to be kept) is stored apart and can be erased; all else stays as
    long as the chain, so that nothing personal belongs there.
    """

    action: str
    phase: Phase
    system: System | Literal[""] = ""
    entity: str = ""
    key: str = ""
    attempt: int = 0
    etag: str | None = None
    request_id: str | None = None
    server_request_id: str | None = None
    status: int | None = None
    rows: int | None = None
    error: str = ""
    payload: Document = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it stands in the store.

    Attributes:
        id: "chain:sequence".
        era: how many chains had been started when it was written.
        references: heads of other chains, or payloads, that it vouches for.
        payload: as it was handed in; None when there was none or it was erased.
        erased_at: when the payload was erased.
    """

    chain: str
    sequence: int
    connection: str
    era: int
    previous: str
    hash: str
    seal: str | None
    at: datetime
    run_id: str
    trigger: str
    system: str
    entity: str
    key: str
    action: str
    phase: str
    attempt: int
    etag: str | None
    request_id: str | None
    server_request_id: str | None
    status: int | None
    rows: int | None
    error: str
    references: tuple[str, ...]
    payload_hash: str | None
    salt: bytes | None
    body: str | None
    erased_at: datetime | None

    @property
    def id(self) -> str:
        return f"{self.chain}:{self.sequence}"

    @property
    def head(self) -> Head:
        return Head(self.chain, self.sequence, self.hash)

    @property
    def payload(self) -> Document | None:
        if self.body is None:
            return None
        said: Document = simplejson.loads(self.body, use_decimal=True)
        return said

    def as_json(self) -> dict[str, Any]:
        """All of it in JSON's types: enough to verify the chain elsewhere."""
        given: dict[str, Any] = {column.name: getattr(self, column.name) for column in fields(self)}
        return given | {
            "at": moment(self.at),
            "references": list(self.references),
            "salt": self.salt.hex() if self.salt is not None else None,
            "erased_at": moment(self.erased_at) if self.erased_at else None,
        }


class Head(NamedTuple):
    """The end of a chain at some time; as text it is the anchor "chain:sequence:hash"."""

    chain: str
    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"{self.chain}:{self.sequence}:{self.hash}"

    @property
    def ordinal(self) -> int:
        return ordinal_of(self.chain)

    @classmethod
    def parse(cls, text: str) -> Head:
        """The head that an anchor names.

        Raises:
            SettingsError: it is no anchor.
        """
        match text.strip().split(":"):
            case [chain, sequence, digest] if sequence.isdecimal() and digest and ordinal_of(chain):
                return cls(chain, int(sequence), digest)
        raise SettingsError("not an anchor", field="anchor", value=text, remedy="give chain:sequence:hash")


def chain_id(ordinal: int, random: str) -> str:
    return f"{ordinal:010d}-{random}"


def ordinal_of(chain: str) -> int:
    """Which chain of its connection it is, counted from 1; 0 when the text is no chain's id."""
    number, dash, _ = chain.partition("-")
    return int(number) if dash and number.isdecimal() else 0


def place_of(id_: str) -> tuple[str, int]:
    """Chain and sequence of an event by its id.

    Raises:
        SettingsError: it is no event's id.
    """
    chain, _, sequence = id_.partition(":")
    if not sequence.isdecimal():
        raise SettingsError("not an event", field="id", value=id_, remedy="give chain:sequence")
    return chain, int(sequence)


def canonical(value: object) -> str:
    """JSON in the one form that is hashed."""
    said: str = _CANONICAL.encode(value)
    return said


def moment(at: datetime) -> str:
    """A time as it is hashed: UTC, microseconds."""
    return at.isoformat(timespec="microseconds")


HASHED = tuple(column.key for column in EventRow.__table__.columns if column.key not in {"hash", "seal"})
"""What the hash of an event covers; `previous` among them makes the chain."""


def digest(values: Mapping[str, Any]) -> str:
    """The hash of an event by its columns."""
    covered = {name: values[name] for name in HASHED}
    covered["at"] = moment(values["at"])
    covered["references"] = list(values["references"])
    return hashlib.sha256(canonical(covered).encode()).hexdigest()


def payload_digest(salt: bytes, body: str) -> str:
    """The hash of a payload; the salt, erased with it, keeps it from being guessed."""
    return hashlib.sha256(salt + body.encode()).hexdigest()


def seal_of(key: bytes, hash_: str) -> str:
    """The seal that only the holder of the key can set."""
    return hmac.new(key, hash_.encode(), hashlib.sha256).hexdigest()


EVENTS: Select[Any] = select(
    *EventRow.__table__.columns, PayloadRow.salt, PayloadRow.body, PayloadRow.erased_at
).outerjoin(PayloadRow, (PayloadRow.chain == EventRow.chain) & (PayloadRow.sequence == EventRow.sequence))
"""Events with their payloads, for `recorded`."""


def recorded(row: Row[Any]) -> Recorded:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
    return Recorded(**values | {"references": tuple(values["references"])})
