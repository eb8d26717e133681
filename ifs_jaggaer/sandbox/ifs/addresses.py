"""Where a request points: service, entity set, key, and what follows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, unquote

from ifs_jaggaer.sandbox.ifs.catalogue import SETS
from ifs_jaggaer.sandbox.ifs.errors import malformed, not_found, not_implemented
from ifs_jaggaer.sandbox.ifs.expressions import constant
from ifs_jaggaer.sandbox.ifs.model import DECIMAL, ENUMERATION, INTEGER, STRING, Attribute, EntitySet
from ifs_jaggaer.sandbox.kernel import Row
from ifs_jaggaer.sandbox.storage import Key

SERVICES: Final = {each.service for each in SETS.values()}
_ROOT: Final = re.compile(r"(/(?:main|int)/ifsapplications/(?:projection|entity)/v1/\w+\.svc)(?:/(.*))?")
_SEGMENT: Final = re.compile(r"([A-Za-z_]\w*)(?:\((.*)\))?", re.DOTALL)
_PAIR: Final = re.compile(r"\s*(?:(\w+)\s*=)?\s*((?:[\w.]*'(?:[^']|'')*')|[^,']+?)\s*(?:,|$)")
_OWNED: Final = {(each.owner, each.navigation): each for each in SETS.values() if each.owner}


@dataclass(frozen=True)
class Address:
    """An entity set (`key` None) or one row of it; perhaps an action on it, perhaps the row that owns it."""

    entity_set: EntitySet
    key: Key | None = None
    action: str | None = None
    owner_key: Key | None = None


def split_service(path: str) -> tuple[str, str]:
    """Service root and the rest of a raw path. Raises ODataError 404 for a service that is not there."""
    match = _ROOT.fullmatch(path)
    if match is None or match[1] not in SERVICES:
        raise not_found(f"The service of {unquote(path)}")
    return match[1], match[2] or ""


def resolve(service: str, rest: str) -> Address:
    """What the raw path below a service root points to. Raises ODataError 400, 404 or 501."""
    first, *more = [unquote(segment) for segment in rest.split("/")]
    entity_set, predicate = _segment(service, first)
    key = _key(entity_set, predicate)
    if not more:
        return Address(entity_set, key)
    if key is None or len(more) > 1:
        raise not_implemented(f"The path {unquote(rest)}")
    action = more[0].removeprefix(f"{entity_set.namespace}.")
    if action != more[0]:
        if action not in entity_set.actions:
            raise not_found(f"The action {more[0]}")
        return Address(entity_set, key, action)
    return _navigate(entity_set, key, more[0])


def _segment(service: str, segment: str) -> tuple[EntitySet, str | None]:
    match = _SEGMENT.fullmatch(segment)
    found = SETS.get(match[1]) if match else None
    if match is None or found is None or found.service != service:
        raise not_found(f"The resource {segment}")
    return found, match[2]


def _navigate(owner: EntitySet, key: Key, segment: str) -> Address:
    match = _SEGMENT.fullmatch(segment)
    owned = _OWNED.get((owner.name, match[1])) if match else None
    if match is None or owned is None:
        if match is not None and match[1] in owner.attributes:
            raise not_implemented(f"Reading the single property {match[1]}")
        raise not_found(f"The navigation {segment}")
    return Address(owned, _key(owned, match[2]), owner_key=key)


def _key(entity_set: EntitySet, predicate: str | None) -> Key | None:
    if predicate is None:
        return None
    given: dict[str, Any] = {}
    place = 0
    while place < len(predicate):
        match = _PAIR.match(predicate, place)
        if match is None:
            raise malformed(f"the key ({predicate}) cannot be read")
        place = match.end()
        name = match[1] or (entity_set.keys[0] if len(entity_set.keys) == 1 else "")
        if name in given:
            raise malformed(f"the key ({predicate}) names {name} twice")
        given[name] = match[2]
    if set(given) != set(entity_set.keys):
        raise malformed(f"a key of {entity_set.name} names {', '.join(entity_set.keys)}")
    return tuple(_key_value(attribute, given[attribute.name]) for attribute in entity_set.with_keys)


def _key_value(attribute: Attribute, text: str) -> Any:
    literal = constant(text)
    expected = {INTEGER, DECIMAL} if attribute.type == DECIMAL else {attribute.type}
    if literal.type not in expected:
        raise malformed(f"the key {attribute.name} is no {attribute.type}: {text}")
    return literal.value


def canonical(entity_set: EntitySet, row: Row) -> str:
    """`PurchaseOrderSet(OrderNo='P1')`, percent-encoded, relative to the service root."""
    pairs = (f"{each.name}={_written(each, row[each.name])}" for each in entity_set.with_keys)
    return f"{entity_set.name}({','.join(pairs)})"


def _written(attribute: Attribute, value: Any) -> str:
    if attribute.type in {STRING, ENUMERATION}:
        return "'" + quote(value.replace("'", "''"), safe="") + "'"
    return format(value, "f") if attribute.type == DECIMAL else str(value)
