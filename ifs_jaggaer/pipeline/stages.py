"""The stages of a run as plain functions: what a flow's tasks call, one page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ifs_jaggaer.pipeline.batches import carry_out_together
from ifs_jaggaer.pipeline.pages import PageRef, PageStart
from ifs_jaggaer.pipeline.plan import Planned, plan
from ifs_jaggaer.pipeline.request import INTENT
from ifs_jaggaer.pipeline.settle import preview, settle, settle_page
from ifs_jaggaer.pipeline.tally import Counts
from ifs_jaggaer.pipeline.together import together
from ifs_jaggaer.pipeline.write import Carried, carry_out
from mapping.kinds import Action, Batching, Item, ItemKind

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun

MOST_CONFLICTS = 3
"""How often a document is decided again because its target changed meanwhile (DESIGN, law 3)."""

MOST_ROUNDS = 8
"""Rounds of a document that is made of several rows, each of which needs the one before."""

LEASE_SECONDS = 900
"""How long a document is ours: longer than the slowest write with its repetitions."""

CHANGED_MEANWHILE = "changed meanwhile"


async def map_page(run: SyncRun, ref: PageRef) -> int:
    """Gathers and decides a page; the decisions wait in this process for `write_page`. Says how many they are."""
    run.plans[ref.start.number] = planned = await plan(run, ref.references)
    return len(planned)


async def write_page(run: SyncRun, ref: PageRef) -> Counts:
    """Writes and settles a page, decides again what changed meanwhile, then moves the watermark.

    Decisions that are not in this process (a retry in another one) are made anew from the page's references.

    Raises:
        Unreachable, SettingsError: the page is not settled; what was written of it stands.
    """
    planned = run.plans.pop(ref.start.number, None)
    if planned is None:
        planned = await plan(run, ref.references)
    if run.request.dry_run:
        for each in planned:
            preview(run, each)
        return run.tally.counts()
    run.stop = None
    tries: Counter[str] = Counter()
    rounds = 0
    while planned:
        rounds += 1
        joined = await _joined(run, planned)
        results = await together(
            (_one(run, each, tries, joined.get(each.decision.key)) for each in planned), slots=run.slots
        )
        if run.stop:
            raise run.stop
        again = [reference for reference in results if reference]
        planned = await plan(run, again) if again else []
        if rounds >= MOST_ROUNDS:
            planned = [_gave_up(each) for each in planned]
    settle_page(run, ref)
    return run.tally.counts()


async def _joined(run: SyncRun, planned: Sequence[Planned]) -> dict[str, Carried]:
    """What can go many documents in a request goes first, of those that are ours to write now."""
    if not isinstance(run.kind, Batching):
        return {}
    ours = [
        each for each in planned if each.decision.writes and _lease(run, _name(run, each)) and not _is_stale(run, each)
    ]
    return await carry_out_together(run, ours)


async def _one(run: SyncRun, planned: Planned, tries: Counter[str], carried: Carried | None) -> str | None:
    """One document; gives its reference when it must be decided again."""
    if run.stop and carried is None:
        return None
    if not planned.decision.writes:
        return _try_again(run, planned, tries, CHANGED_MEANWHILE) if settle(run, planned, Carried()) else None
    name = _name(run, planned)
    if not _lease(run, name):
        _put_off(run, planned)
        return None
    try:
        return await _ours(run, planned, tries, carried)
    finally:
        with run.wiring.store.unit() as unit:
            unit.leases.release(f"{run.holder}:{name}")


async def _ours(run: SyncRun, planned: Planned, tries: Counter[str], carried: Carried | None) -> str | None:
    """Writes and settles a document that is leased to this run."""
    if carried is None and _is_stale(run, planned):
        return _try_again(run, planned, tries, CHANGED_MEANWHILE)
    carried = carried or await carry_out(run, planned)
    stale = settle(run, planned, carried)
    if carried.outage:
        run.stop = run.stop or carried.outage
        return None
    if carried.again or stale:
        return _try_again(run, planned, tries, carried.again or CHANGED_MEANWHILE)
    go_on = planned.decision.again and carried.failed is None
    return run.home_reference(planned.decision.key) if go_on else None


def _put_off(run: SyncRun, planned: Planned) -> None:
    """Another run holds the document; the next run looks at it again."""
    busy = Item(
        ItemKind.WAITING, "document", None, "another run is writing it at this moment",
        "nothing to do: it is looked at again by itself", waits_for=f"{INTENT}{planned.decision.key}",
    )  # fmt: skip
    decision = replace(planned.decision, writes=(), items=(busy,), settlement=None)
    settle(run, replace(planned, decision=decision), Carried())


def _name(run: SyncRun, planned: Planned) -> str:
    return f"{run.sync}:{planned.decision.key}"


def _lease(run: SyncRun, name: str) -> bool:
    with run.wiring.store.unit() as unit:
        return name in unit.leases.take([name], f"{run.holder}:{name}", LEASE_SECONDS)


def _is_stale(run: SyncRun, planned: Planned) -> bool:
    """A plan that is older than what was settled last writes nothing (DESIGN, retry from the failed task)."""
    key = planned.decision.key
    with run.wiring.store.unit() as unit:
        settled = unit.snapshots.get(run.kind.record, [key]).get(key)
    return (settled.version if settled else 0) != planned.decision.base_version


def _try_again(run: SyncRun, planned: Planned, tries: Counter[str], why: str) -> str | None:
    decision = planned.decision
    tries[decision.key] += 1
    run.reader.stale(decision.key)
    if tries[decision.key] <= MOST_CONFLICTS:
        return run.home_reference(decision.key)
    item = Item(
        ItemKind.DEAD_LETTER, "document", None, f"decided {MOST_CONFLICTS} times in vain: {why}",
        "see who changes it at the same time; it is tried again every hour, or by 'replay --key'",
    )  # fmt: skip
    settle(run, replace(planned, decision=replace(decision, writes=(), items=(item,), settlement=None)), Carried())
    return None


def _gave_up(planned: Planned) -> Planned:
    if not planned.decision.writes:
        return planned
    item = Item(
        ItemKind.DEAD_LETTER, "document", None, f"still not complete after {MOST_ROUNDS} rounds of writing",
        "compare both systems by 'audit trace'; report it when they look right",
    )  # fmt: skip
    decision = replace(planned.decision, writes=(), items=(item,), settlement=None, again=False, action=Action.NONE)
    return replace(planned, decision=decision)


async def retry_open_items(run: SyncRun) -> None:
    """What this run itself left open is decided again; the rest is not looked at (DESIGN, retried verdict)."""
    with run.wiring.store.look() as unit:
        mine = [item.key for item in unit.items.open(sync=run.sync) if item.opened_by == run.request.run_id]
    references = tuple(dict.fromkeys(run.home_reference(key) for key in mine))
    if references:
        await write_page(run, PageRef(PageStart("open-items", 0), references, (), len(references)))
