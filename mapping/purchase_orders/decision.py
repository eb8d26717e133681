"""What shall happen to one order: at JAGGAER as to any such document, and in IFS what comes back of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapping.purchase_orders.both import both_ways
from mapping.purchasing.course import Course, onward, outside

if TYPE_CHECKING:
    from datetime import date

    from mapping.kinds import Decision, Instructions
    from mapping.profile import Profile
    from mapping.purchase_orders.case import OrderCase


def decide_order(case: OrderCase, profile: Profile, as_of: date, told: Instructions) -> Decision:
    """Raises nothing: what cannot be decided is an item that says why."""
    course = Course(case, profile, as_of, told)
    return outside(course) or both_ways(case, onward(course), profile, told)
