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
    """Cause and text, the gravest first. A document in flight is told once: the next run carries all of it."""
    order = list(Cause)
    every = sorted(
        (one for kind in report.kinds for one in kind.differences),
        key=lambda one: (-order.index(one.cause), one.sync, one.key),
    )
    by_document: dict[tuple[str, str], list[Difference]] = {}
    found: list[tuple[Cause, int, str]] = []
    for one in every:
        if one.cause is Cause.IN_FLIGHT:
            by_document.setdefault((one.sync, one.key), []).append(one)
        else:
            found.append((one.cause, order.index(one.cause), _field(one)))
    found += [(Cause.IN_FLIGHT, order.index(Cause.IN_FLIGHT), _document(some)) for some in by_document.values()]
    return [(cause, text) for cause, _, text in sorted(found, key=lambda one: -one[1])]


def reminder(report: Report) -> Iterator[str]:
    """What is unexplained, a line for each document."""
    by_document: dict[str, list[str]] = {}
    for one in report.unexplained:
        by_document.setdefault(f"{one.sync} {one.key}", []).append(one.field)
    for name, fields in by_document.items():
        yield f"unexplained: {name}: {', '.join(fields)}"


def _field(one: Difference) -> str:
    ifs, jaggaer, reason = sides_of(one)
    sides = f"{NAMES['ifs']} {ifs or '-'}, {NAMES['jaggaer']} {jaggaer or '-'}: " if ifs or jaggaer else ""
    return f"{one.cause}: {one.sync} {one.key} {one.field}\n    {sides}{reason}\n    -> {one.remedy}"


def _document(some: list[Difference]) -> str:
    one = some[0]
    return f"{one.cause}: {one.sync} {one.key}: {', '.join(each.field for each in some)}; {one.remedy}"
