"""One page of a JAGGAER list: its rows, and where the next one starts (contracts/jaggaer.md 2)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from pydantic import TypeAdapter, ValidationError

from connectors.jaggaer.envelope import Envelope
from connectors.jaggaer.fields import Instant, absent
from connectors.jaggaer.resources import Path, Resource
from connectors.wire import Json, JsonValue, Row
from ifs_jaggaer.errors import Rejected, Unreachable

Key: TypeAlias = tuple[str, ...]

_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


@dataclass(frozen=True, slots=True)
class JaggaerPage:
    """One page as it came.

    `seen` has the key and the modified time of every record in the server's order, with a stand-in for one
    that has no key and is among the `unreadable`. `next_start` is None on the last page. `server_time` is
    the answer's `Date` header.
    """

    rows: list[Row]
    total: int
    start: int
    next_start: int | None
    server_time: datetime | None
    unreadable: list[Rejected]
    seen: tuple[tuple[Key, str | None], ...]


def page_of(resource: Resource, envelope: Envelope, start: int, server_time: datetime | None) -> JaggaerPage:
    """The page that began at `start`.

    Pages overlap by one record, so that one which leaves its place while the pages are read betrays
    itself (see `Sweep`); a page of one record cannot.

    Raises:
        Unreachable: the server gave no records although there should be more, or no total.
    """
    records = _records(resource, envelope.body)
    if envelope.total is None:
        raise Unreachable(f"the list of {resource.name} came without totRecords", system="jaggaer")
    end = start - 1 + len(records)
    if not records and end < envelope.total:
        raise Unreachable(f"{resource.name} from {start} of {envelope.total} came without a record", system="jaggaer")
    following = max(end, start + 1)
    rows: list[Row] = []
    unreadable: list[Rejected] = []
    seen: list[tuple[Key, str | None]] = []
    for record in records:
        row = row_of(resource, record)
        if isinstance(row, Rejected):
            unreadable.append(row)
            seen.append((_stand_in(record), None))
        else:
            rows.append(row)
            seen.append((row.key, row.modified))
    return JaggaerPage(
        rows=rows,
        total=envelope.total,
        start=start,
        next_start=following if end < envelope.total else None,
        server_time=server_time,
        unreadable=unreadable,
        seen=tuple(seen),
    )


def row_of(resource: Resource, record: JsonValue) -> Row | Rejected:
    """The record under its key; Rejected, not raised, where it has none."""
    if not isinstance(record, dict):
        return _rejected(resource, "", "the record is no object")
    key: list[str] = []
    for path in resource.key:
        value = _at(record, path)
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            return _rejected(resource, ".".join(path), "the record has no key")
        key.append(str(value))
    modified = _at(record, resource.modified)
    return Row(
        kind=resource.name,
        key=tuple(key),
        values=record,
        modified=modified if isinstance(modified, str) else None,
    )


def id_of(resource: Resource, record: JsonValue) -> str | None:
    """The id by which the record is read whole."""
    value = _at(record, resource.id)
    return str(value) if isinstance(value, str | int) else None


def latest(moments: Iterable[str | None]) -> datetime | None:
    """The highest of the modified times that can be read."""
    read: list[datetime] = []
    for moment in moments:
        try:
            read.append(_INSTANT.validate_python(moment))
        except ValidationError:
            continue
    return max(read, default=None)


def _records(resource: Resource, body: Json) -> list[JsonValue]:
    found = _at(body, resource.container)
    if absent(found):
        return []
    if not isinstance(found, list):
        raise Unreachable(
            f"the list of {resource.name} has no {'.'.join(resource.container)}",
            system="jaggaer",
            remedy="compare the profile's container with what the tenant answers",
        )
    return found


def _at(value: JsonValue, path: Path) -> JsonValue:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _stand_in(record: JsonValue) -> Key:
    return ("", hashlib.sha256(repr(record).encode("utf-8", "surrogatepass")).hexdigest())


def _rejected(resource: Resource, field: str, message: str) -> Rejected:
    return Rejected(
        message,
        system="jaggaer",
        record=resource.name,
        field=field,
        remedy="open the record in JAGGAER, or compare the profile's key path with what the tenant answers",
    )
