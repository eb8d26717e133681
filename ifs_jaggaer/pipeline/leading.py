"""Rows that name their document only through another row (mapping.kinds.Leading): many of them by one request."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING

from mapping.kinds import Answers, Ask, IfsRows, Leading

if TYPE_CHECKING:
    from connectors.wire import Row
    from ifs_jaggaer.pipeline.run import SyncRun


async def led(run: SyncRun, rows: Sequence[Row]) -> Mapping[tuple[str, tuple[str, ...]], str]:
    """By kind and key the references of those rows that do not name their document themselves.

    Raises:
        Unreachable, SettingsError: the rows that do could not be read.
    """
    ask = run.kind.named_by(rows, run.wiring.profile) if isinstance(run.kind, Leading) else None
    if ask is None or not isinstance(run.kind, Leading):
        return {}
    return run.kind.led(rows, await run.reader.answered(_rows(ask)))


def _rows(ask: IfsRows) -> Generator[tuple[Ask, ...], Answers, list[Row]]:
    answers = yield (ask,)
    return answers.rows(ask)
