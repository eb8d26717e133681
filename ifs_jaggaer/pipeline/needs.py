"""Which sets and resources the syncs work with: taken from the kinds, so that no list of its own can grow old."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ifs_jaggaer.errors import System
from mapping.kinds import Kind, Reaching
from mapping.profile import Profile


@dataclass(slots=True)
class Need:
    """One set of IFS or resource of JAGGAER: for which syncs, and what they do there beside reading.

    `actions` and `filters` as in `mapping.kinds.Reach`.
    """

    name: str
    syncs: dict[str, None] = field(default_factory=dict)
    polled: bool = False
    actions: set[str] = field(default_factory=set)
    filters: set[str] = field(default_factory=set)


def needs(kinds: Iterable[Kind], profile: Profile) -> dict[System, dict[str, Need]]:
    """By system and the profile's name, in the order in which the syncs come to them."""
    found: dict[System, dict[str, Need]] = {"ifs": {}, "jaggaer": {}}
    for kind in kinds:
        for source in kind.sources:
            need = found[source.system].setdefault(source.name, Need(source.name))
            need.syncs[kind.name] = None
            need.polled = True
        for reach in kind.reaches(profile) if isinstance(kind, Reaching) else ():
            need = found[reach.system].setdefault(reach.name, Need(reach.name))
            need.syncs[kind.name] = None
            need.actions |= set(reach.actions)
            need.filters |= set(reach.filters)
    return found
