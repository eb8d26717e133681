"""Which open item is about which field of a document.

A document mostly goes as one, so that what holds up a field of it holds up all of it. What some kinds carry piece by
piece stands alone: there an item explains its own piece, and one that is about the whole document explains them all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol, TypeVar

from mapping.kinds import ItemKind

_NOTHING = re.compile(r"(?!)")
_ALONE = {
    "suppliers": re.compile(r"(?!(?:link|record|document)$)."),
    "contracts": re.compile(r"prices\["),
    "receipts": re.compile(r"lines\["),
    # What JAGGAER tells IFS goes whatever becomes of the order itself, and the other way round.
    "purchase-orders": re.compile(r"header\.acknowledgement\b|lines\[[^]]*\]\.promisedDeliveryDate$"),
}
_OTHER_WAY = frozenset({"purchase-orders"})
_PART = re.compile(r"\w+\[[^]]*\]")


class Stated(Protocol):
    """An item, decided or listed."""

    @property
    def kind(self) -> ItemKind: ...
    @property
    def field(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def remedy(self) -> str: ...
    @property
    def brake(self) -> bool: ...


_S = TypeVar("_S", bound=Stated)


def part_of(field: str) -> str:
    """`lines[1-1]` of `lines[1-1].quantity`; "" of the document itself."""
    found = _PART.match(field)
    return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class Parts:
    """What of a kind's documents stands alone. `apart`: what concerns the whole document does not concern that."""

    pattern: re.Pattern[str]
    apart: bool

    @classmethod
    def of(cls, sync: str) -> Parts:
        """By the kind's name."""
        return cls(_ALONE.get(sync, _NOTHING), sync in _OTHER_WAY)

    def alone(self, field: str) -> bool:
        """Whether it goes whatever becomes of the rest."""
        return bool(self.pattern.match(field))

    def about(self, field: str, items: Iterable[_S]) -> _S | None:
        """The item that explains a field: its own, its part's, else one that holds up the whole document."""
        every = list(items)
        alone = self.alone(field)
        like = [item for item in every if self.alone(item.field) is alone]
        part = part_of(field)
        nearest = (
            [item for item in like if item.field == field],
            [item for item in like if within(field, item.field) or within(item.field, field)],
            [item for item in like if part and part_of(item.field) == part],
            [] if alone and self.apart else [item for item in every if not self.alone(item.field)],
        )
        return next((item for some in nearest for item in some), None)


def within(field: str, whole: str) -> bool:
    """Whether a field is that one or a part of it."""
    return field == whole or field.startswith((f"{whole}.", f"{whole}["))
