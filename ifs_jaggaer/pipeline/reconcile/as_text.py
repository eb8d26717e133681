"""A reconciliation in lines for a screen: what is unexplained first, and once more at the end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ifs_jaggaer.pipeline.reconcile.wording import NAMES, sides_of
from mapping.reconcile.documents import Cause

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.reconcile.course import Report
    from mapping.reconcile.documents import Difference


def told(report: Report) -> list[tuple[Cause, str]]:
    """Cause and text, the gravest first. Fields of a document that differ for the same reason are told together."""
    order = list(Cause)
    every = sorted(
        (one for kind in report.kinds for one in kind.differences),
        key=lambda one: (-order.index(one.cause), one.sync, one.key),
    )
    together: dict[tuple[str, ...], list[Difference]] = {}
    for one in every:
        what = "" if one.cause is Cause.IN_FLIGHT else sides_of(one)[2]
        together.setdefault((one.cause, one.sync, one.key, what, one.remedy), []).append(one)
    return [(some[0].cause, _fields(some)) for some in together.values()]


def reminder(report: Report) -> Iterator[str]:
    """What is unexplained, a line for each document."""
    by_document: dict[str, list[str]] = {}
    for one in report.unexplained:
        by_document.setdefault(f"{one.sync} {one.key}", []).append(one.field)
    for name, fields in by_document.items():
        yield f"unexplained: {name}: {', '.join(fields)}"


def _fields(some: list[Difference]) -> str:
    one = some[0]
    name = f"{one.cause}: {one.sync} {one.key}"
    if one.cause is Cause.IN_FLIGHT:
        return f"{name}: {', '.join(each.field for each in some)}; {one.remedy}"
    reason = sides_of(one)[2]
    if len(some) == 1:
        sides = _sides(one)
        return f"{name} {one.field}\n    {sides}{': ' if sides else ''}{reason}\n    -> {one.remedy}"
    fields = "".join(f"\n    {each.field}: {_sides(each) or '-'}" for each in some)
    return f"{name}, {len(some)} fields{fields}\n    {reason}\n    -> {one.remedy}"


def _sides(one: Difference) -> str:
    ifs, jaggaer, _ = sides_of(one)
    return f"{NAMES['ifs']} {ifs or '-'}, {NAMES['jaggaer']} {jaggaer or '-'}" if ifs or jaggaer else ""
