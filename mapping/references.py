"""From references of either side to the keys that a kind knows its documents by."""

from __future__ import annotations

from collections.abc import Generator

from ifs_jaggaer.errors import System
from mapping.kinds import Answers, Ask, Links


def home_keys(
    references: frozenset[str], record: str, home: System
) -> Generator[tuple[Ask, ...], Answers, frozenset[str]]:
    """The keys at the home side; the other side's lead there by their links, or nowhere."""
    by_system: dict[str, set[str]] = {"ifs": set(), "jaggaer": set()}
    for reference in references:
        system, _, key = reference.partition(":")
        by_system[system].add(key)
    away: System = "jaggaer" if home == "ifs" else "ifs"
    if by_system[away]:
        ask = Links(record, away, frozenset(by_system[away]))
        links = (yield (ask,)).links(ask).values()
        by_system[home].update(link.ifs_key if home == "ifs" else link.jaggaer_key for link in links)
    return frozenset(by_system[home])
