"""Posts that the target takes many at a time: one request for several documents, an outcome for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ifs_jaggaer.pipeline.plan import Planned
from ifs_jaggaer.pipeline.write import Carried, Done, carry_out
from mapping.kinds import Batch, Batching, Item, ItemKind, JaggaerPost

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun


async def carry_out_together(run: SyncRun, planned: Sequence[Planned]) -> dict[str, Carried]:
    """What came of each document whose posts could be joined with others'; the rest is not in it."""
    if not isinstance(run.kind, Batching):
        return {}
    by_key = {each.decision.key: each for each in planned if each.decision.writes}
    posts = [write for each in by_key.values() for write in each.decision.writes if isinstance(write, JaggaerPost)]
    outcome: dict[str, Carried] = {}
    for batch in run.kind.batches(posts):
        members = [by_key[key] for key in batch.keys]
        decision = replace(members[0].decision, key=batch.post.key, writes=(batch.post,))
        first = replace(members[0], decision=decision)
        carried = await carry_out(run, first)
        outcome.update(_shared(batch, carried))
        if carried.outage:
            break
    return outcome


def _shared(batch: Batch, carried: Carried) -> dict[str, Carried]:
    """The outcome of the one request, document by document; the first of them closes the intent."""
    if not carried.done:
        return {key: replace(carried, closed=carried.closed if key == batch.keys[0] else []) for key in batch.keys}
    done = carried.done[0]
    errors = batch.results(dict(done.answer))
    return {key: _of_one(errors.get(key), done, carried if key == batch.keys[0] else Carried()) for key in batch.keys}


def _of_one(error: str | None, done: Done, carried: Carried) -> Carried:
    if error is None:
        return Carried(closed=carried.closed, again="the answer does not name it")
    if error:
        item = Item(
            ItemKind.DEAD_LETTER, "value", None, error, "correct the value in IFS; it goes by itself then"
        )  # fmt: skip
        return Carried(closed=carried.closed, failed=item)
    return Carried(done=[done], closed=carried.closed)
