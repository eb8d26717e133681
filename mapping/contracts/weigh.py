"""A row of an agreement between what JAGGAER says, what IFS has, and what was last sent.

JAGGAER alone may change it (DESIGN, the merge of a field with a direction). A row is weighed whole: a price means
nothing without its unit and its discount, so that no field of a row goes where another one must wait.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from mapping.contracts.model import Texts
from mapping.remedies import let_go

BY_ITSELF = f"nothing to do below the limit; above it check the list, then {let_go('contracts')}"


class Course(StrEnum):
    SAME = "same"
    WRITE = "write"
    HOLD = "held by the brake"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Weighed:
    """What becomes of a row. `differing`: the attributes that JAGGAER states otherwise than IFS has them."""

    course: Course
    differing: tuple[str, ...] = ()
    reason: str = ""
    note: str = ""


def same(attribute: str, one: str | None, other: str | None) -> bool:
    """Whether both say the same; no discount is one of nothing."""
    if attribute == "Discount":
        return (one or "0") == (other or "0")
    return one == other


def weigh(base: Texts | None, ifs: Texts, jaggaer: Texts, *, put_back: bool = False, ended: bool = False) -> Weighed:
    """Decides one row that both have.

    `base` is what was last sent, None where nothing is known of that; `put_back`: what was changed in IFS is
    restored all the same; `ended`: we ended it ourselves, so that its last day is ours to take away. What did not
    come from IFS is not compared.
    """
    differing = tuple(name for name, value in jaggaer.items() if name in ifs and not same(name, ifs[name], value))
    if not differing:
        return Weighed(Course.SAME)
    reason, note = _against(base, ifs, jaggaer, differing)
    if reason and not put_back:
        return Weighed(Course.CONFLICT, differing, reason)
    cleared = [name for name in differing if jaggaer[name] is None and not (ended and name == "ValidUntil")]
    if cleared:
        return Weighed(Course.HOLD, differing, "emptied in JAGGAER")
    return Weighed(Course.WRITE, differing, note=note)


def _against(base: Texts | None, ifs: Texts, jaggaer: Texts, differing: tuple[str, ...]) -> tuple[str, str]:
    """Why JAGGAER's row must not go by itself, "" if it may; and what is to be said when it does."""
    if base is None:
        filled = all(ifs[name] is None for name in differing)
        return ("" if filled else "differs, and it is not known what was sent last"), ""
    if any(name not in base and ifs[name] is not None for name in differing):
        return "differs, and it is not known what was sent last", ""
    changed_here = changed(base, {name: ifs[name] for name in differing if name in base})
    if not changed(base, jaggaer):
        return "changed in IFS, though it may only be changed in JAGGAER", ""
    return "", "changed in both systems: JAGGAER's goes" if changed_here else ""


def changed(base: Texts, now: Texts) -> bool:
    """Whether a side is not as it was when it was last sent; an attribute that was not sent yet is a change."""
    return any(name not in base or not same(name, base[name], value) for name, value in now.items())


def shown(names: Mapping[str, str], before: Texts, after: Texts, differing: tuple[str, ...]) -> str:
    """The difference in words; the same difference gives the same words."""
    return ", ".join(f"{names[name]} {before[name] or 'empty'} -> {after[name] or 'empty'}" for name in differing)
