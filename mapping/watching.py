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
_AND = "\n"
_WITHIN, _IS = ",", "="


@dataclass(frozen=True, slots=True)
class Watch:
    """All rows of an IFS set in which `attribute` is `value`, as they stood; `str()` is an item's `waits_for`.

    `within`: a second attribute and its value that the rows have, e.g. their company.
    """

    set: str
    attribute: str
    value: str
    digest: str
    within: tuple[str, str] | None = None

    @classmethod
    def of(cls, name: str, attribute: str, value: str, rows: Iterable[Row]) -> Watch:
        """What is to be compared later; `rows` may hold those of other values."""
        return cls.each(name, attribute, (value,), rows)[value]

    @classmethod
    def each(
        cls,
        name: str,
        attribute: str,
        values: Iterable[str],
        rows: Iterable[Row],
        within: tuple[str, str] | None = None,
    ) -> dict[str, Watch]:
        """The same for each of several values."""
        told: dict[str, list[str]] = {value: [] for value in values}
        for row in rows:
            mine = told.get(str(row.values.get(attribute)))
            if mine is not None and (within is None or str(row.values.get(within[0])) == within[1]):
                mine.append(f"{row.key} {row.etag or sorted(row.values.items())}")
        return {value: cls(name, attribute, value, _digest(lines), within) for value, lines in told.items()}

    @classmethod
    def read(cls, waits_for: str | None) -> tuple[Watch, ...]:
        """The watches that an item states; none where it waits for something else."""
        return tuple(one for words in (waits_for or "").split(_AND) if (one := cls._read(words)))

    @classmethod
    def _read(cls, words: str) -> Watch | None:
        prefix, *parts = words.split(":", 4)
        if prefix != _PREFIX or len(parts) != 4:
            return None
        attribute, _, further = parts[1].partition(_WITHIN)
        name, _, value = further.partition(_IS)
        return cls(parts[0], attribute, parts[3], parts[2], (name, value) if further else None)

    def now(self, rows: Iterable[Row]) -> Watch:
        """The same rows as they stand."""
        return self.each(self.set, self.attribute, (self.value,), rows, self.within)[self.value]

    def __str__(self) -> str:
        further = f"{_WITHIN}{self.within[0]}{_IS}{self.within[1]}" if self.within else ""
        return f"{_PREFIX}:{self.set}:{self.attribute}{further}:{self.digest}:{self.value}"


def any_of(*watches: Watch | None) -> str | None:
    """`waits_for` of an item that goes once any of these rows change; None for none."""
    return _AND.join(dict.fromkeys(str(one) for one in watches if one)) or None


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()[:_LENGTH]
