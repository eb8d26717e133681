"""Drives a kind's gathering in a world of a few dictionaries, as the pipeline does with two systems and a store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from connectors.wire import Row
from mapping.kinds import Ask, Case, Gathering, Link, Links, Snapshot, Snapshots, WireAsk


class Answering(Protocol):
    """What a world must know."""

    def rows(self, ask: WireAsk) -> list[Row]: ...

    def links_of(self, ask: Links) -> dict[str, Link]: ...

    def snapshots_of(self, ask: Snapshots) -> dict[str, Snapshot]: ...


def gathered(gathering: Gathering, world: Answering) -> list[Case]:
    """The cases at its end; each round may read what it has asked for and no more."""
    asks: tuple[Ask, ...] = next(gathering)
    while True:
        try:
            asks = gathering.send(_Answers(world, frozenset(asks)))
        except StopIteration as done:
            cases: list[Case] = done.value
            return cases


@dataclass(frozen=True)
class _Answers:
    _world: Answering
    _asked: frozenset[Ask]

    def rows(self, ask: WireAsk) -> list[Row]:
        assert ask in self._asked
        return self._world.rows(ask)

    def links(self, ask: Links) -> dict[str, Link]:
        assert ask in self._asked
        return self._world.links_of(ask)

    def snapshots(self, ask: Snapshots) -> dict[str, Snapshot]:
        assert ask in self._asked
        return self._world.snapshots_of(ask)
