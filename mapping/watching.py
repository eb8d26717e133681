"""Items that go once certain rows of IFS change: an order's lines, a company's periods, our own proposal.

IFS tells nobody of a change; so such an item keeps a digest of the rows that it was decided from, and every run
compares it, all items of a set in one request.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from connectors.wire import Row

_PREFIX = "rows"
_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Watch:
    """All rows of an IFS set in which `attribute` is `value`, as they stood; `str()` is an item's `waits_for`."""

    set: str
    attribute: str
    value: str
    digest: str

    @classmethod
    def of(cls, name: str, attribute: str, value: str, rows: Iterable[Row]) -> Watch:
        """What is to be compared later; `rows` may hold those of other values."""
        return cls.each(name, attribute, (value,), rows)[value]

    @classmethod
    def each(cls, name: str, attribute: str, values: Iterable[str], rows: Iterable[Row]) -> dict[str, Watch]:
        """The same for each of several values."""
        told: dict[str, list[str]] = {value: [] for value in values}
        for row in rows:
            mine = told.get(str(row.values.get(attribute)))
            if mine is not None:
                mine.append(f"{row.key} {row.etag or sorted(row.values.items())}")
        return {value: cls(name, attribute, value, _digest(lines)) for value, lines in told.items()}

    @classmethod
    def read(cls, waits_for: str | None) -> Watch | None:
        """The watch that an item states; None where it waits for something else."""
        prefix, *parts = (waits_for or "").split(":", 4)
        return cls(parts[0], parts[1], parts[3], parts[2]) if prefix == _PREFIX and len(parts) == 4 else None

    def __str__(self) -> str:
        return f"{_PREFIX}:{self.set}:{self.attribute}:{self.digest}:{self.value}"


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:_LENGTH]
