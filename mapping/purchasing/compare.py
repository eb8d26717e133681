"""What JAGGAER has of an order or requisition against what it should have, and what the brake must hold of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mapping.kinds import Change, Item, ItemKind
from mapping.purchasing.model import fields
from mapping.remedies import let_go

if TYPE_CHECKING:
    from mapping.purchasing.model import Line, Order


def differences(before: Order | None, after: Order) -> tuple[Change, ...]:
    """Field by field; nothing where both are equal."""
    old, new = (fields(before) if before else {}), fields(after)
    return tuple(
        Change(name, old.get(name) or None, new.get(name) or None)
        for name in dict.fromkeys((*new, *old))
        if (old.get(name) or "") != (new.get(name) or "")
    )


def with_ended(order: Order, base: Order | None) -> Order:
    """Lines that IFS no longer shows stay in the document, cancelled."""
    ended = tuple(replace(line, status="Cancelled") for line in _ended(order, base))
    return replace(order, lines=order.lines + ended)


def braked(order: Order, base: Order | None, changes: tuple[Change, ...], sync: str) -> tuple[Item, ...]:
    """What would clear a field, or cancel a line because IFS no longer shows it (DESIGN, law 11)."""
    go = f"look at it in IFS; {let_go(sync)} lets it go"
    ended = [
        Item(
            ItemKind.HELD,
            f"lines[{line.number}]",
            "ended",
            "IFS no longer shows this line: it would be cancelled at JAGGAER",
            go,
            brake=True,
            jaggaer=line.status,
        )
        for line in _ended(order, base)
        if line.status != "Cancelled"
    ]
    cleared = [
        Item(
            ItemKind.HELD,
            change.field,
            change.before,
            "is empty in IFS: it would be cleared at JAGGAER",
            go,
            brake=True,
            jaggaer=change.before,
        )
        for change in changes
        if change.before and not change.after
    ]
    return (*ended, *cleared)


def _ended(order: Order, base: Order | None) -> tuple[Line, ...]:
    """A line missing from a list that is not empty has ended; from an empty one nothing follows."""
    if base is None or not order.lines:
        return ()
    return tuple(line for line in base.lines if order.line(line.number) is None)
