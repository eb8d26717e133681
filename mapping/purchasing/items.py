"""What can stand open about an order or a requisition at JAGGAER: the items, in the words of its type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapping.kinds import Item, ItemKind
from mapping.remedies import let_go, resolve

if TYPE_CHECKING:
    from mapping.kinds import Limit
    from mapping.purchasing.case import DocumentCase


def hidden_in_ifs(case: DocumentCase) -> Item:
    reason = f"IFS no longer shows this {case.type.words}: unknown, not gone"
    return _unknown(case, reason, f"look whether the service user may see its {case.type.sees_by}")


def hidden_there(case: DocumentCase) -> Item:
    reason = f"JAGGAER no longer shows this {case.type.words}: unknown, not gone"
    winner, does = ("ifs", "sends it again") if case.opened else ("jaggaer", "leaves it so")
    gone = f"if it is gone there, {resolve(case.type.sync, case.key, winner)} {does}"
    return _unknown(case, reason, f"look for the {case.type.words} at JAGGAER; {gone}")


def unread_there(case: DocumentCase) -> Item:
    reason = f"JAGGAER does not show this {case.type.words} whole: what it has is not known"
    return _unknown(case, reason, f"look for the {case.type.words} at JAGGAER; it is tried again by itself")


def unknown_state(case: DocumentCase) -> Item:
    reason = f"is no known state of {case.type.one}"
    return Item(ItemKind.DEAD_LETTER, "Objstate", case.state, reason, "report it as a deviation")


def under_revision(case: DocumentCase) -> Item:
    reason = "under revision: stays at JAGGAER as it was sent"
    remedy = f"release the {case.type.words} in IFS"
    return Item(ItemKind.HELD, "Objstate", case.state, reason, remedy, ifs=case.state)


def number_taken(case: DocumentCase) -> Item:
    owner = f" ({case.owner})" if case.owner else ""
    return Item(
        ItemKind.DEAD_LETTER,
        case.type.number_in_ifs,
        case.number,
        f"number already used by another {case.type.words} at JAGGAER{owner}",
        f"renumber one of the two {case.type.words}s",
    )


def would_end(case: DocumentCase, limit: Limit) -> Item:
    return Item(
        ItemKind.HELD,
        "Objstate",
        case.state,
        f"{case.state} in IFS: it would end at JAGGAER",
        f"look at the {case.type.words} in IFS; {let_go(case.type.sync)} lets it go",
        brake=True,
        limit=limit,
        ifs=case.state,
    )


def changed_by_others(case: DocumentCase) -> Item:
    who = "our mark is gone" if case.mark is None else f"revision {case.revision} was not made by us"
    return _conflict(case, f"revision {case.revision}", f"changed at JAGGAER: {who}")


def ended_by_others(case: DocumentCase, status: str) -> Item:
    """JAGGAER takes no revision of what has ended: IFS cannot win (-1105)."""
    reason = f"has ended at JAGGAER, which takes no revision of it; {case.state} in IFS"
    reopened = "reopen it at JAGGAER, then it goes by itself"
    otherwise = f"; or end it in IFS too, or raise another {case.type.words} there" if case.opened else ""
    remedy = f"{reopened}{otherwise}; {resolve(case.type.sync, case.key, 'jaggaer')} leaves it as it is"
    told = f"status {status}"
    return Item(ItemKind.CONFLICT, "header", told, reason, remedy, ifs=f"status {case.state}", jaggaer=told)


def _conflict(case: DocumentCase, value: str, reason: str) -> Item:
    sends, leaves = (resolve(case.type.sync, case.key, winner) for winner in ("ifs", "jaggaer"))
    remedy = f"{sends} sends it as it is in IFS; {leaves} leaves it there as it is"
    return Item(ItemKind.CONFLICT, "header", value, reason, remedy, jaggaer=value)


def _unknown(case: DocumentCase, reason: str, remedy: str) -> Item:
    return Item(ItemKind.HELD, case.type.number_in_ifs, case.number, reason, remedy)
