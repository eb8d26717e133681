"""Query options and the pages that they ask for (contracts/ifs.md 2)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final
from urllib.parse import quote, unquote_plus

from ifs_jaggaer.sandbox.ifs.errors import ODataError, malformed, not_implemented
from ifs_jaggaer.sandbox.ifs.expressions import Binary, Literal, Name, Node, parse
from ifs_jaggaer.sandbox.ifs.indexes import Indexes, rank
from ifs_jaggaer.sandbox.ifs.model import TIMESTAMP, EntitySet
from ifs_jaggaer.sandbox.ifs.predicates import predicate, unknown_property
from ifs_jaggaer.sandbox.ifs.records import Records
from ifs_jaggaer.sandbox.ifs.values import Zone
from ifs_jaggaer.sandbox.kernel import Row
from ifs_jaggaer.sandbox.storage import Key

MOST_ROWS: Final = 5000
_OFFERED: Final = frozenset({"$filter", "$orderby", "$top", "$skip", "$select", "$skiptoken"})
_UNOFFERED: Final = frozenset(
    {"$expand", "$count", "$search", "$apply", "$compute", "$format", "$levels", "$index", "$deltatoken", "$id"}
)


@dataclass(frozen=True)
class Query:
    """The options of one request, understood and checked."""

    filter: Node | None = None
    order: tuple[tuple[str, bool], ...] = ()
    top: int | None = None
    skip: int = 0
    select: tuple[str, ...] | None = None


def options(raw: str) -> dict[str, str]:
    """The decoded options of a raw query. Raises ODataError for what is not offered: nothing is ignored."""
    found: dict[str, str] = {}
    for pair in filter(None, raw.split("&")):
        name, _, value = pair.partition("=")
        name = unquote_plus(name)
        if name in _UNOFFERED:
            raise not_implemented(f"The query option {name}")
        if name not in _OFFERED:
            raise malformed(f"The query option {name} is unknown.")
        if name in found:
            raise malformed(f"The query option {name} stands twice.")
        found[name] = unquote_plus(value)
    return found


def understand(given: Mapping[str, str], entity_set: EntitySet) -> Query:
    """Raises ODataError, 400 for an unknown property and for a page of more than 5,000 rows."""
    top = _count(given, "$top")
    if top is not None and top > MOST_ROWS:
        raise ODataError(400, "ODP_PAGE_TOO_LARGE", f"A page has at most {MOST_ROWS} rows.")
    return Query(
        filter=parse(given["$filter"]) if "$filter" in given else None,
        order=tuple(_order(given.get("$orderby"), entity_set)),
        top=top,
        skip=(_count(given, "$skip") or 0) + (_count(given, "$skiptoken") or 0),
        select=selection(given, entity_set),
    )


def selection(given: Mapping[str, str], entity_set: EntitySet) -> tuple[str, ...] | None:
    """The attributes of `$select`; None for all."""
    if "$select" not in given:
        return None
    names = tuple(name.strip() for name in given["$select"].split(","))
    if names == ("*",):
        return None
    for name in names:
        if name not in entity_set.attributes:
            raise unknown_property(name, entity_set)
    return names


def _count(given: Mapping[str, str], option: str) -> int | None:
    text = given.get(option)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()):
        raise malformed(f"{option} is no whole number: {text!r}")
    return int(text)


def _order(text: str | None, entity_set: EntitySet) -> Iterator[tuple[str, bool]]:
    for item in text.split(",") if text is not None else ():
        name, *direction = item.split() or [""]
        if name not in entity_set.attributes:
            raise unknown_property(name, entity_set)
        if direction not in ([], ["asc"], ["desc"]):
            raise malformed(f"$orderby is not understood at {item.strip()!r}")
        yield name, direction == ["desc"]


def uses_timestamps(query: Query, entity_set: EntitySet) -> bool:
    """Whether the request or its answer holds a timestamp."""
    names = set(query.select or entity_set.attributes) | {name for name, _ in query.order}
    if query.filter is not None:
        names |= names_in(query.filter)
    return any(entity_set.attributes[name].type == TIMESTAMP for name in names if name in entity_set.attributes)


def names_in(node: Node) -> set[str]:
    """The attributes that an expression names."""
    match node:
        case Name(name):
            return {name}
        case Binary(_, left, right):
            return names_in(left) | names_in(right)
        case Literal():
            return set()
    inner = node.arguments if hasattr(node, "arguments") else (node.operand,)
    return set().union(*map(names_in, inner))


@dataclass(frozen=True)
class Page:
    """Rows, and where the next page begins if the server cut this one."""

    rows: list[Row]
    next_skip: int | None = None


def read(
    records: Records,
    entity_set: EntitySet,
    query: Query,
    *,
    zone: Zone,
    server_page: int,
    visible: Callable[[Row], bool] | None,
) -> Page:
    """One page. With `$top` no next page is announced, though there are more rows."""
    passes = predicate(query.filter, entity_set, zone) if query.filter is not None else None
    rows: Iterable[Row] = _in_order(records, entity_set, query, zone)
    if passes:
        rows = filter(passes, rows)
    if visible:
        rows = filter(visible, rows)
    limit = server_page if query.top is None else min(query.top, server_page)
    found = list(islice(rows, query.skip, query.skip + limit + 1))
    more = query.top is None and len(found) > limit
    return Page(found[:limit], query.skip + limit if more else None)


def _in_order(records: Records, entity_set: EntitySet, query: Query, zone: Zone) -> Iterator[Row]:
    order = [*query.order, *((key, False) for key in entity_set.keys)]
    indexes = records.indexes(entity_set.name)
    keys = _candidates(query.filter, indexes, entity_set)
    by_index = zone.is_utc and not any(descending for _, descending in order)
    if keys is None and by_index:
        names = tuple(dict.fromkeys(name for name, _ in order))
        return indexes.sorted_by(names).since(_least(query.filter, names[0]))
    if keys is None:
        rows = list(records.all(entity_set.name))
    else:
        rows = [row for key in keys if (row := records.find(entity_set.name, *key)) is not None]
    for name, descending in reversed(order):
        rows.sort(key=_sort_key(entity_set, name, zone), reverse=descending)
    return iter(rows)


def _sort_key(entity_set: EntitySet, name: str, zone: Zone) -> Callable[[Row], Any]:
    if entity_set.attributes[name].type == TIMESTAMP:
        return lambda row: rank(zone.shown(row[name]))
    return lambda row: rank(row[name])


def _least(node: Node | None, name: str) -> Any:
    """A value that this attribute of a passing row is never below; None if there is none."""
    match node:
        case Binary("gt" | "ge" | "eq", Name(found), Literal(value)) if found == name:
            return value
        case Binary("and", left, right):
            bounds = [bound for side in (left, right) if (bound := _least(side, name)) is not None]
            return max(bounds, default=None)
        case Binary("or", left, right):
            one, other = _least(left, name), _least(right, name)
            return None if one is None or other is None else min(one, other)
    return None


def _candidates(node: Node | None, indexes: Indexes, entity_set: EntitySet) -> dict[Key, None] | None:
    """Keys among which all passing rows are, found by equality; None if equality does not narrow."""
    match node:
        case Binary("eq", Name(name), Literal(value)) if value is not None and name in entity_set.attributes:
            if entity_set.attributes[name].type == TIMESTAMP:
                return None
            return indexes.grouped_by(name).keys(value)
        case Binary("and", left, right):
            found = [_candidates(side, indexes, entity_set) for side in (left, right)]
            narrow = [keys for keys in found if keys is not None]
            return min(narrow, key=len, default=None)
        case Binary("or", left, right):
            one = _candidates(left, indexes, entity_set)
            other = None if one is None else _candidates(right, indexes, entity_set)
            return None if one is None or other is None else one | other
    return None


def next_link(entity_set: EntitySet, given: Mapping[str, str], skip: int) -> str:
    """Relative to the service root, with the options of the request."""
    kept = {name: value for name, value in given.items() if name not in {"$skip", "$skiptoken"}}
    pairs = [f"{name}={quote(value, safe='')}" for name, value in kept.items()]
    return f"{entity_set.name}?{'&'.join([*pairs, f'$skiptoken={skip}'])}"
