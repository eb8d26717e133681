"""Rows as answers show them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ifs_jaggaer.sandbox.ifs.model import DECIMAL, TIMESTAMP, EntitySet
from ifs_jaggaer.sandbox.ifs.records import etag_of
from ifs_jaggaer.sandbox.ifs.values import UTC_ZONE, Zone
from ifs_jaggaer.sandbox.kernel import Row

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def database_name(name: str) -> str:
    """`OrderNo` -> `ORDER_NO`."""
    return _CAPITAL.sub("_", name).upper()


@dataclass(frozen=True)
class Shape:
    """How rows of one set are written in one answer; `select` None writes all attributes."""

    entity_set: EntitySet
    select: tuple[str, ...] | None = None
    zone: Zone = UTC_ZONE
    text_decimals: bool = False
    with_etag: bool = True

    def row(self, row: Row) -> dict[str, Any]:
        shown: dict[str, Any] = {"@odata.etag": etag_of(row)} if self.with_etag else {}
        if self.select is None:
            pairs = (f"{database_name(key)}={row[key]}" for key in self.entity_set.keys)
            shown["luname"] = self.entity_set.entity
            shown["keyref"] = "^".join(pairs) + "^"
            shown["Objgrants"] = None
        for name in self.select or self.entity_set.attributes:
            shown[name] = self._value(name, row[name])
        return shown

    def _value(self, name: str, value: Any) -> Any:
        edm = self.entity_set.attributes[name].type
        if edm == DECIMAL and self.text_decimals and isinstance(value, Decimal):
            return format(value, "f")
        if edm == TIMESTAMP:
            return self.zone.shown(value)
        return value

    def rows(self, rows: Iterable[Row]) -> list[dict[str, Any]]:
        return [self.row(row) for row in rows]
