"""What of an order at JAGGAER must be read before it can be decided, and whether something may have to be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapping.purchase_orders.case import OrderCase, Target, aim
from mapping.purchase_orders.reading import STATUS
from mapping.purchasing.document import ORDER
from mapping.purchasing.model import Words
from mapping.purchasing.post import cancelled_print

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mapping.profile import Profile

NOT_SENT = {"Planned", "Stopped"}
"""States of IFS in which an order is not sent."""


def must_look(case: OrderCase) -> bool:
    """Whether JAGGAER must be asked for its header before this order can be decided."""
    return case.rows is not None and not case.faults


def may_send(case: OrderCase, profile: Profile) -> bool:
    """Whether something may have to be sent, as far as can be said without JAGGAER."""
    if case.rows is None or case.faults:
        return False
    if case.link is None:
        return True
    if case.state in NOT_SENT or case.state not in STATUS:
        return False
    if case.cancelled:
        return case.sent != cancelled_print(case.number, ORDER)
    target = aim_at(case, profile, {})
    blocked = any(not item.brake for item in target.items)
    return not blocked and (not case.sent or bool(target.changes))


def must_compare(case: OrderCase, profile: Profile) -> bool:
    """Whether JAGGAER's record must be read whole: what it has is not what was last settled."""
    mark = case.mark
    if case.rows is None or not case.po_id or case.state not in STATUS or case.cancelled or not case.unsettled:
        return False
    if mark is None or case.foreign:
        return case.there is not None
    return mark.fingerprint != aim_at(case, profile, {}).fingerprint


def must_read(case: OrderCase) -> bool:
    """Whether it must be read whole for what the supplier promised."""
    return must_look(case) and case.must_read


def aim_at(case: OrderCase, profile: Profile, approved: Mapping[str, str | None]) -> Target:
    """The order as JAGGAER should have it, against what it has; IFS must show it."""
    assert case.rows is not None  # noqa: S101 - told to the type checker; callers have looked
    return aim(case.rows, profile, case.base(Words.of(profile)), approved)
