"""Settling what comes to its end at the same time in one commit."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ifs_jaggaer.errors import SyncError
from ifs_jaggaer.pipeline.settle import settle

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.plan import Planned
    from ifs_jaggaer.pipeline.run import SyncRun
    from ifs_jaggaer.pipeline.write import Carried


class Settling:
    """Documents that end in the same turn of the event loop share a commit; none waits for one that has not ended."""

    def __init__(self, run: SyncRun) -> None:
        self._run = run
        self._ended: list[tuple[Planned, Carried]] = []
        self._turn: asyncio.Task[set[str]] | None = None

    async def settle(self, planned: Planned, carried: Carried) -> bool:
        """Records what became of a document; whether somebody else settled it since it was read."""
        self._ended.append((planned, carried))
        if self._turn is None:
            self._turn = asyncio.create_task(self._settle())
        # Who is cancelled meanwhile takes nobody with him.
        return planned.decision.key in await asyncio.shield(self._turn)

    async def _settle(self) -> set[str]:
        ended, self._ended, self._turn = self._ended, [], None
        try:
            return settle(self._run, ended)
        except SyncError:
            if len(ended) == 1:
                raise
        return self._each_alone(ended)

    def _each_alone(self, ended: list[tuple[Planned, Carried]]) -> set[str]:
        """Where one of them cannot be settled, the others are."""
        stale: set[str] = set()
        errors: list[SyncError] = []
        for each in ended:
            try:
                stale |= settle(self._run, [each])
            except SyncError as error:
                errors.append(error)
        if errors:
            raise errors[0]
        return stale
