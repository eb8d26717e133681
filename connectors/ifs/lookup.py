"""Many keys in few requests: lists of values cut so that no address grows beyond what IFS takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from connectors.ifs import filters
from connectors.ifs.filters import Expr
from connectors.ifs.literals import canonical
from connectors.ifs.sets import STATE, EntitySet

# Encoded characters; keys and references of IFS are far shorter.
LONGEST_VALUE = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """One of `values` in `attribute`; `lower`: regardless of case, the values are in lower case."""

    attribute: str
    values: tuple[str, ...]
    lower: bool = False

    @property
    def expr(self) -> Expr:
        return filters.any_of(self.attribute, self.values, lower=self.lower)


def wanted(entity_set: EntitySet, attribute: str, values: Iterable[str], *, any_case: bool = False) -> Wanted:
    """Each value once, in its canonical form; what no attribute can hold matches no row and is left out.

    Raises:
        SettingsError: an attribute that the profile does not list.
    """
    kind = entity_set.type_of(attribute)
    found: dict[str, None] = {}
    for value in values:
        try:
            text = canonical(kind, value.lower() if any_case else value)
        except ValueError:
            continue
        if len(filters.encoded(text)) <= LONGEST_VALUE:
            found[text] = None
    return Wanted(attribute, tuple(sorted(found)), any_case)


def asked_there(entity_set: EntitySet, lists: Sequence[Wanted]) -> list[Wanted]:
    """Those that the server can filter."""
    return [one for one in lists if entity_set.filter_state or one.attribute != STATE]


def cut(entity_set: EntitySet, lists: Sequence[Wanted], room: int) -> Iterator[Expr | None]:
    """Filters that together ask for all combinations, each at most `room` characters when encoded.

    Raises:
        ValueError: a single combination is longer than that.
    """
    expr = filters.and_(*(one.expr for one in lists)) if lists else None
    if expr is None or _length(entity_set, expr) <= room:
        yield expr
        return
    longest = max(range(len(lists)), key=lambda at: _length(entity_set, lists[at].expr))
    values = lists[longest].values
    if len(values) == 1:
        raise ValueError("a value too long to be asked for")
    share = _length(entity_set, lists[longest].expr)
    spare = max(1, room - (_length(entity_set, expr) - share))
    size = max(1, min(len(values) - 1, len(values) * spare // share))
    for at in range(0, len(values), size):
        piece = replace(lists[longest], values=values[at : at + size])
        yield from cut(entity_set, [*lists[:longest], piece, *lists[longest + 1 :]], room)


def _length(entity_set: EntitySet, expr: Expr) -> int:
    return len(filters.encoded(filters.render(expr, entity_set)))
