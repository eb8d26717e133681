"""What of a document at JAGGAER must be read before it can be decided, and whether something may have to be sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapping.purchasing.case import aim
from mapping.purchasing.post import cancelled_print

if TYPE_CHECKING:
    from mapping.profile import Profile
    from mapping.purchasing.case import DocumentCase


def may_send(case: DocumentCase, profile: Profile) -> bool:
    """Whether something may have to be sent, as far as can be said without JAGGAER."""
    if case.rows is None or case.faults or case.rule(profile):
        return False
    if case.link is None:
        return True
    if case.state not in case.type.states:
        return False
    if case.cancelled:
        return case.sent != cancelled_print(case.number, case.type)
    target = aim(case, profile, {})
    return all(item.brake for item in target.items) and (not case.sent or bool(target.changes))


def must_ask(case: DocumentCase, profile: Profile) -> bool:
    """Whether JAGGAER must be asked for its header before it can be decided."""
    if may_send(case, profile):
        return True
    known = case.rows is not None and not case.faults and not case.rule(profile)
    return case.doubted and known and case.state in case.type.states


def must_compare(case: DocumentCase, profile: Profile) -> bool:
    """Whether JAGGAER's record must be read whole: what it has is not what was last settled."""
    if case.rows is None or case.there is None or not case.there_as or not case.unsettled:
        return False
    if case.state not in case.type.states or case.cancelled:
        return False
    if case.doubted or case.mark is None or case.foreign:
        return True
    return case.mark.fingerprint != aim(case, profile, {}).fingerprint
