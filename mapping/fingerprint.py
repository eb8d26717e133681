"""What identifies the content of a document: fingerprints, and the mark that carries one to JAGGAER."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from decimal import Decimal
from json.encoder import encode_basestring_ascii
from typing import TYPE_CHECKING

from mapping.money import canonical

if TYPE_CHECKING:
    from connectors.wire import JsonValue

_LENGTH = 16


def canonical_json(value: JsonValue) -> str:
    """One text for equal content: keys sorted, `1.50` as `1.5`, what is empty left out of objects."""
    if isinstance(value, str):
        return encode_basestring_ascii(value)
    if isinstance(value, dict):
        present = [(name, inner) for name, inner in sorted(value.items()) if not _empty(inner)]
        inside = ",".join([f"{encode_basestring_ascii(name)}:{canonical_json(inner)}" for name, inner in present])
        return f"{{{inside}}}"
    if isinstance(value, list):
        return f"[{','.join(map(canonical_json, value))}]"
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return canonical(Decimal(value))


def fingerprint(value: JsonValue) -> str:
    """The first 16 hex digits of the SHA-256 of the canonical JSON."""
    return fingerprint_of(canonical_json(value))


def fingerprint_of(text: str) -> str:
    """The same of canonical JSON that is at hand."""
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


def _empty(value: JsonValue) -> bool:
    return value is None or (isinstance(value, str | list | dict) and not value)


@dataclass(frozen=True, slots=True)
class Mark:
    """Whose a record at JAGGAER is and what was sent: `IFS:<OrderNo>:<revision>:<fingerprint>`."""

    number: str
    revision: int
    fingerprint: str

    def __str__(self) -> str:
        return f"IFS:{self.number}:{self.revision}:{self.fingerprint}"


def read_mark(text: str | None) -> Mark | None:
    """The mark in an external reference; None where it carries none of ours."""
    system, _, rest = (text or "").partition(":")
    number, revision, content = (*rest.rsplit(":", 2), "", "")[:3]
    if system != "IFS" or not (number and content and revision.isdecimal() and revision.isascii()):
        return None
    return Mark(number, int(revision), content)
