"""Answers: the envelope, pages of a list, single documents (contracts/jaggaer.md 2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from ifs_jaggaer.sandbox.jaggaer.codes import DONE, UNKNOWN_DOCUMENT, UNKNOWN_ORDER, Declined, invalid
from ifs_jaggaer.sandbox.jaggaer.filters import parse
from ifs_jaggaer.sandbox.jaggaer.resources import ORDERS, REQUISITIONS, Resource
from ifs_jaggaer.sandbox.kernel import Answer

if TYPE_CHECKING:
    from ifs_jaggaer.sandbox.jaggaer.records import Records
    from ifs_jaggaer.sandbox.kernel import Row


def envelope(resource: Resource, code: int = DONE, message: str | None = None, **more: Any) -> Answer:
    """HTTP 200 with a return code, in the form of the resource."""
    said = resource.done if message is None else message
    return Answer.json(200, {"returnCode": resource.code(code), "returnMessage": said, **more})


def options(query: str, *known: str) -> dict[str, str]:
    """The query options. Raises Declined for an unknown one or one that comes twice."""
    pairs = parse_qsl(query, keep_blank_values=True)
    found = dict(pairs)
    for name in found:
        if name not in known:
            raise invalid(name, "is no option here")
    if len(found) != len(pairs):
        raise invalid(pairs[-1][0], "came twice")
    return found


def page(records: Records, resource: Resource, query: str, size: int) -> Answer:
    """One page of a list; a start beyond the end is an empty one."""
    asked = options(query, "flt", "start", *(["comp"] if resource.components else []))
    start = _start(asked.get("start", "1"))
    parts = _parts(resource, asked.get("comp"))
    found = records.all(resource)
    if "flt" in asked:
        fits = parse(asked["flt"], resource)
        found = [row for row in found if fits(row)]
    shown = [_shown(resource, row, parts) for row in found[start - 1 : start - 1 + size]]
    container: Any = shown
    for name in reversed(resource.container[1:]):
        # an empty list comes as {}, which occurs for missing values
        container = {name: container} if shown else {}
    return Answer.json(
        200,
        {
            "returnCode": resource.code(DONE),
            "returnMessage": resource.done,
            "totRecords": resource.count(len(found)),
            "returnedRecords": resource.count(len(shown)),
            "startAt": resource.count(start),
            resource.container[0]: container,
        },
    )


def _start(text: str) -> int:
    if not re.fullmatch(r"[1-9]\d{0,9}", text):
        raise invalid("start", f"{text!r} is no whole number from 1 on")
    return int(text)


def _parts(resource: Resource, text: str | None) -> set[str]:
    names = text.split(";") if text is not None else []
    for name in names:
        if name not in resource.components:
            raise invalid("comp", f"{resource.name} has no component {name!r}")
    return {resource.components[name] for name in names}


def _shown(resource: Resource, row: Row, parts: set[str]) -> Row:
    """What a list shows of a record: components only if they were asked for."""
    if resource.shown:
        return {name: value for name, value in row.items() if name in resource.shown or name in parts}
    hidden = set(resource.components.values()) - parts
    return {name: value for name, value in row.items() if name not in hidden}


def document(records: Records, resource: Resource, identity: str, query: str) -> Answer:
    """One document, bare."""
    options(query)
    return Answer.json(200, find(records, resource, identity))


def find(records: Records, resource: Resource, identity: str) -> Row:
    """The document with this id; raises Declined."""
    row = records.get(resource, identity)
    if row is None:
        code = UNKNOWN_ORDER if resource in (ORDERS, REQUISITIONS) else UNKNOWN_DOCUMENT
        raise Declined(code, f"{resource.name}: no document {identity}")
    return row
