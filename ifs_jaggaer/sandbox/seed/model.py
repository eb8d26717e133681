"""What a seed is made of."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
"""One record: a flat IFS row, or a JAGGAER document in its wire shape."""


@dataclass(frozen=True)
class Seed:
    """The first state of both systems, and where it bites."""

    ifs: dict[str, list[Row]]
    jaggaer: dict[str, list[Row]]
    special: dict[str, list[str]] = field(default_factory=dict)
    """Kind of special case -> keys of the records (supplier ids, order numbers, invoice ids, ...)."""


class Specials:
    """Collects the special cases while the seed is made."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {}

    def note(self, kind: str, key: str) -> None:
        self.found.setdefault(kind, []).append(key)


def spread(total: int, share: float, kinds: tuple[str, ...]) -> dict[int, str]:
    """Places for special cases: at least `share` of `total`, evenly strewn, the kinds in turn."""
    wanted = min(total, int(total * share) + 1) if total else 0
    return {(2 * at + 1) * total // (2 * wanted): kinds[at % len(kinds)] for at in range(wanted)}


def deal(total: int, shares: tuple[tuple[str, float], ...], rest: str) -> Iterator[str]:
    """Deal `total` cards of the kinds named by their shares; what is left over is `rest`."""
    dealt = 0
    for kind, share in shares:
        count = min(round(total * share), total - dealt)
        dealt += count
        yield from [kind] * count
    yield from [rest] * (total - dealt)
