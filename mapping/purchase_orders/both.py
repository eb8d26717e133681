"""One decision about an order out of both ways: what goes to JAGGAER, and the status that comes back to IFS."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mapping.kinds import Action, Change, IfsAct, Item, ItemKind, Settlement
from mapping.purchase_orders.back import ORDER, keep, weigh

if TYPE_CHECKING:
    from mapping.kinds import Decision, Instructions
    from mapping.profile import Profile
    from mapping.purchase_orders.back import Back
    from mapping.purchase_orders.case import OrderCase

CONFIRMATION = "confirmation"
"""The field of IFS's confirmation of an order, by the profile's action for it."""


def both_ways(case: OrderCase, onward: Decision, profile: Profile, told: Instructions) -> Decision:
    """What comes back goes first, each row by itself; the order itself is decided once more after it.

    What stands against the one way does not stand against the other.
    """
    if not case.there_as or onward.action is Action.CREATE:
        return onward  # what JAGGAER has of that number, if anything, is another's; of one sent again nothing is said
    back = weigh(case, profile, told)
    unread = (_unread(case),) if case.must_read and case.whole is None else ()
    decision = replace(
        onward, items=(*onward.items, *back.items, *unread), notes=tuple(dict.fromkeys((*onward.notes, *back.notes)))
    )
    writes = back.writes or _confirmation(case, profile, told)
    if writes:
        kept = _kept(case, dict(case.snapshot.fields) if case.snapshot else {}, back, seen=False)
        if not back.writes and case.header and case.header.acknowledgement:
            kept[CONFIRMATION] = case.header.acknowledgement.number
        link = onward.settlement.link if onward.settlement and not onward.writes else None
        return replace(
            decision,
            action=Action.UPDATE,
            writes=writes,
            settlement=Settlement(link, snapshot=kept),
            amount=onward.amount if onward.writes else None,
            again=True,
            foreseen=tuple(change for write in onward.writes for change in write.changes),
            apart=True,
        )
    return replace(decision, settlement=_settlement(case, onward, back, seen=back.settled and not unread))


def _settlement(case: OrderCase, onward: Decision, back: Back, *, seen: bool) -> Settlement | None:
    """What the order itself settles, and how far JAGGAER's word on it was dealt with."""
    before = dict(case.snapshot.fields) if case.snapshot else {}
    settles = onward.settlement.snapshot if onward.settlement else None
    after = _kept(case, {**_of_back(before), **settles} if settles is not None else before, back, seen=seen)
    if settles is None and after == before:
        return onward.settlement
    return replace(onward.settlement or Settlement(), snapshot=after)


def _kept(case: OrderCase, fields: dict[str, str | None], back: Back, *, seen: bool) -> dict[str, str | None]:
    told = dict(fields)
    acknowledged = keep(back.kept)
    if acknowledged or "acknowledged" in told:
        told["acknowledged"] = acknowledged
    if seen and case.header and case.there_as and case.header.last_update:
        told["seen"] = case.header.last_update.isoformat()
        told.pop("told", None)
    return told


def _of_back(fields: dict[str, str | None]) -> dict[str, str | None]:
    return {name: fields[name] for name in ("acknowledged", "seen", "told", CONFIRMATION) if name in fields}


def _confirmation(case: OrderCase, profile: Profile, told: Instructions) -> tuple[IfsAct, ...]:
    """IFS's own confirmation of a released order whose acknowledgement it has, once for each number; by setting."""
    number = (case.header and case.header.acknowledgement and case.header.acknowledgement.number) or ""
    head = case.rows.head if case.rows else None
    due = head is not None and head.objstate == "Released" and head.ack_order_no == number != case.kept(CONFIRMATION)
    if not (profile.purchase_orders.confirm and due and number) or CONFIRMATION in told.without:
        return ()
    changes = (Change(CONFIRMATION, "Released", f"confirmed ({number})"),)
    return (IfsAct(ORDER, (case.number,), case.etags.get((ORDER, case.number)), "confirm", changes),)


def _unread(case: OrderCase) -> Item:
    return Item(
        ItemKind.HELD,
        "lines",
        case.there_as,
        "JAGGAER does not show the order whole: what the supplier promised is not known",
        "look for the order at JAGGAER; it is tried again by itself",
    )
