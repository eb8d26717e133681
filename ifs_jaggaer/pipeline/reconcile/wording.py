"""How the two sides of a difference, and amounts, are told to a person: always by the systems' own names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mapping.reconcile.documents import Difference

NAMES = {"ifs": "IFS Cloud", "jaggaer": "JAGGAER"}


def sides_of(one: Difference) -> tuple[str, str, str]:
    """What IFS says, what JAGGAER says, and why they differ.

    Where only an open item speaks of the field, its value stands in the reason: it is neither side's field.
    """
    if not one.sided:
        return "", "", f"{one.source}: {one.reason}" if one.source else one.reason
    source, target = one.source or "", one.target or ""
    return (source, target, one.reason) if one.source_system == "ifs" else (target, source, one.reason)
