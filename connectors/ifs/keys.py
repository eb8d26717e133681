"""Keys: of a row as text, in an address as a predicate."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from connectors.ifs.literals import canonical, literal
from connectors.ifs.sets import EntitySet
from connectors.ifs.times import WireTimes
from connectors.wire import Json


def key_of(entity_set: EntitySet, values: Json) -> tuple[str, ...]:
    """The key of a row as text, in key order.

    Raises:
        ValueError: a key attribute is missing, empty, or not of its type; names it.
    """
    found = []
    for name in entity_set.keys:
        value = values.get(name)
        if value is None or isinstance(value, list | dict):
            raise ValueError(f"no key {name}")
        try:
            found.append(canonical(entity_set.types[name], value))
        except ValueError as error:
            raise ValueError(f"key {name}: {error}") from None
    return tuple(found)


def predicate(entity_set: EntitySet, key: Sequence[str]) -> str:
    """`(OrderNo='P1',LineNo='1')`, percent-encoded.

    Raises:
        ValueError: a value is missing or its attribute cannot hold it.
    """
    zone = WireTimes(entity_set)
    pairs = (
        f"{entity_set.tenant(name)}={quote(literal(entity_set.types[name], value, zone), safe='')}"
        for name, value in zip(entity_set.keys, key, strict=True)
    )
    return f"({','.join(pairs)})"
