"""The stages of a run as plain functions: what a flow's tasks call, one page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from shlex import quote
from typing import TYPE_CHECKING

from ifs_jaggaer.pipeline.announcing import announce
from ifs_jaggaer.pipeline.batches import carry_out_together
from ifs_jaggaer.pipeline.holder import is_gone
from ifs_jaggaer.pipeline.pages import LARGEST, PageRef, PageStart
from ifs_jaggaer.pipeline.plan import Planned, plan
from ifs_jaggaer.pipeline.poll import NAMING
from ifs_jaggaer.pipeline.request import INTENT, METADATA
from ifs_jaggaer.pipeline.settle import preview, settle, settle_page
from ifs_jaggaer.pipeline.settling import Settling
from ifs_jaggaer.pipeline.tally import NEEDS_A_PERSON, Counts
from ifs_jaggaer.pipeline.together import together
from ifs_jaggaer.pipeline.write import Carried, carry_out, dead_letter
from ifs_jaggaer.store import OpenItem, Snapshot, Unit
from mapping.kinds import Action, Item, ItemKind, Partial

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun

MOST_CONFLICTS = 3
"""How often a document is decided again because its target changed meanwhile (DESIGN, law 3)."""

MOST_ROUNDS = 8
"""Rounds of a document that is made of several rows, each of which needs the one before."""

LEASE_SECONDS = 900
"""How long a document is ours: longer than the slowest write with its repetitions."""

LEASED_TOGETHER = 200
"""Documents that are taken in one commit."""

CHANGED_MEANWHILE = "changed meanwhile"


async def map_page(run: SyncRun, ref: PageRef) -> int:
    """Gathers and decides a page; the decisions wait in this process for `write_page`. Says how many they are.

    Of a page so large that they would not fit in memory only the first ones.
    """
    _note_asked_for(run, ref)
    run.plans[ref.start.number] = planned = await plan(run, ref.references[:LARGEST])
    return len(planned)


async def write_page(run: SyncRun, ref: PageRef) -> Counts:
    """Writes and settles a page, decides again what changed meanwhile, then moves the watermark.

    Decisions that are not in this process (a retry in another one) are made anew from the page's references.

    Raises:
        Unreachable, SettingsError: the page is not settled; what was written of it stands.
    """
    _note_asked_for(run, ref)
    planned = run.plans.pop(ref.start.number, None)
    if planned is None:
        planned = await plan(run, ref.references[:LARGEST])
    run.stop = None
    for begin in range(LARGEST, len(ref.references) + LARGEST, LARGEST):
        if run.request.dry_run:
            for each in planned:
                preview(run, each)
        else:
            await _write(run, planned)
        planned = await plan(run, ref.references[begin : begin + LARGEST])
    settle_page(run, ref)
    return run.tally.counts()


def _note_asked_for(run: SyncRun, ref: PageRef) -> None:
    """Documents that the store or a person names, not a change at a source."""
    if ref.start.leg in NAMING:
        run.asked_for.update(ref.references)


async def _write(run: SyncRun, planned: list[Planned]) -> None:
    """Writes and settles, and decides again what changed meanwhile."""
    tries: Counter[str] = Counter()
    rounds = 0
    while planned:
        rounds += 1
        again: list[str] = []
        for begin in range(0, len(planned), LEASED_TOGETHER):
            again += await _some(run, planned[begin : begin + LEASED_TOGETHER], tries)
            if run.stop:
                raise run.stop
        planned = await plan(run, again) if again else []
        if rounds >= MOST_ROUNDS:
            planned = [_gave_up(each) for each in planned]


async def _some(run: SyncRun, planned: Sequence[Planned], tries: Counter[str]) -> list[str]:
    """Documents that are leased together; gives the references of those that must be decided again.

    A plan that is older than what was settled last writes nothing (DESIGN, retry from the failed task).
    """
    writing = {each.decision.key: each for each in planned if each.decision.writes}
    with run.scribe.unit() as unit:
        ours = _lease(run, unit, [run.lease_of(key) for key in writing])
        announce(run, unit, (each for key, each in writing.items() if run.lease_of(key) in ours))
        settled = unit.snapshots.get(run.kind.record, writing)
    run.leased_at = run.wiring.monotonic()
    try:
        mine = [each for key, each in writing.items() if run.lease_of(key) in ours]
        fresh = [each for each in mine if _version_of(settled, each) == each.decision.base_version]
        joined = await carry_out_together(run, fresh)
        settling = Settling(run)
        sent = [each for each in fresh if each.decision.key in joined]
        results = await together(_ended(run, each, tries, settling, joined[each.decision.key]) for each in sent)
        alone = [each for each in fresh if each.decision.key not in joined]
        results += await together((_one(run, each, tries, settling) for each in alone), slots=run.slots)
        results += [run.home_reference(each.decision.key) for each in planned if _only_waits_its_turn(each)]
        idle = [each for each in planned if not each.decision.writes and not _only_waits_its_turn(each)]
        idle += [_put_off(each) for key, each in writing.items() if run.lease_of(key) not in ours]
        stale = settle(run, [(each, Carried()) for each in idle])
        late = [each for each in mine if _version_of(settled, each) != each.decision.base_version]
        late += [each for each in idle if each.decision.key in stale]
        results += [_try_again(run, each, tries, CHANGED_MEANWHILE) for each in late]
        return [reference for reference in results if reference]
    finally:
        if writing:
            with run.scribe.unit() as unit:
                unit.leases.release(run.holder)


def _lease(run: SyncRun, unit: Unit, names: Sequence[str]) -> set[str]:
    """Those that are ours now, with what a killed run held."""
    if not names:
        return set()
    ours = unit.leases.take(names, run.holder, LEASE_SECONDS)
    for holder in set(unit.leases.holders(set(names) - ours).values()):
        if is_gone(holder):
            unit.leases.release(holder)
    return ours if len(ours) == len(names) else unit.leases.take(names, run.holder, LEASE_SECONDS)


def _version_of(settled: Mapping[str, Snapshot], planned: Planned) -> int:
    known = settled.get(planned.decision.key)
    return known.version if known else 0


async def _one(run: SyncRun, planned: Planned, tries: Counter[str], settling: Settling) -> str | None:
    """Writes and settles one document that is leased to this run; gives its reference to decide it again."""
    if run.stop or not _still_ours(run, planned):
        return None
    return await _ended(run, planned, tries, settling, await carry_out(run, planned))


async def _ended(
    run: SyncRun, planned: Planned, tries: Counter[str], settling: Settling, carried: Carried
) -> str | None:
    """Settles one document, whatever came of it; gives its reference to decide it again."""
    if carried.refusals and _without_the_refused(run, planned, carried):
        carried.failed, carried.again = None, "some of its fields were refused"
        settle(run, [(planned, carried)])
        return run.home_reference(planned.decision.key)
    stale = await settling.settle(planned, carried)
    if carried.outage:
        run.stop = run.stop or carried.outage
        return None
    if carried.again or stale:
        return _try_again(run, planned, tries, carried.again or CHANGED_MEANWHILE)
    go_on = planned.decision.again and carried.failed is None
    return run.home_reference(planned.decision.key) if go_on else None


def _without_the_refused(run: SyncRun, planned: Planned, carried: Carried) -> bool:
    """Puts the refused fields aside, so that the others go; False where that was done already, or cannot be."""
    if not isinstance(run.kind, Partial):
        return False
    aside = run.refused.setdefault(planned.decision.key, {})
    before = len(aside)
    for write, refusal in carried.refusals:
        fields = run.kind.refused(write, refusal, run.wiring.profile) - aside.keys()
        aside.update({name: dead_letter(refusal, name, write) for name in sorted(fields)})
    return len(aside) > before


def _still_ours(run: SyncRun, planned: Planned) -> bool:
    """Renews the leases in good time; one that ran out although is another run's now, and that one's to write."""
    name = run.lease_of(planned.decision.key)
    if run.wiring.monotonic() - run.leased_at < LEASE_SECONDS / 3:
        return True
    with run.scribe.unit() as unit:
        ours = name in unit.leases.renew([name], run.holder, LEASE_SECONDS)
    if not ours:
        settle(run, [(_put_off(planned), Carried())])
    return ours


def _put_off(planned: Planned) -> Planned:
    """Another run holds the document; the next run looks at it again."""
    busy = Item(
        ItemKind.WAITING, "document", None, "another run is writing it at this moment",
        "nothing to do: it is looked at again by itself", waits_for=f"{INTENT}{planned.decision.key}",
    )  # fmt: skip
    return replace(planned, decision=replace(planned.decision, writes=(), items=(busy,), settlement=None))


def _try_again(run: SyncRun, planned: Planned, tries: Counter[str], why: str) -> str | None:
    decision = planned.decision
    tries[decision.key] += 1
    run.reader.stale(decision.key)
    if tries[decision.key] <= MOST_CONFLICTS:
        return run.home_reference(decision.key)
    item = Item(
        ItemKind.DEAD_LETTER, "document", None, f"decided {MOST_CONFLICTS} times in vain: {why}",
        "see who changes it at the same time; it is tried again every hour, or by "
        f"`ifs-jaggaer replay {run.sync} --key {quote(decision.key)}`",
    )  # fmt: skip
    hopeless = replace(planned, decision=replace(decision, writes=(), items=(item,), settlement=None))
    settle(run, [(hopeless, Carried())])
    return None


def _only_waits_its_turn(planned: Planned) -> bool:
    """Nothing to write yet, but another document of this page may have changed that when it is decided again."""
    return planned.decision.again and not planned.decision.writes


def _gave_up(planned: Planned) -> Planned:
    if not planned.decision.writes:
        return replace(planned, decision=replace(planned.decision, again=False))
    item = Item(
        ItemKind.DEAD_LETTER, "document", None, f"still not complete after {MOST_ROUNDS} rounds of writing",
        f"compare both systems by `ifs-jaggaer audit trace {quote(planned.decision.key)}`; report it if they are right",
    )  # fmt: skip
    decision = replace(planned.decision, writes=(), items=(item,), settlement=None, again=False, action=Action.NONE)
    return replace(planned, decision=decision)


async def retry_open_items(run: SyncRun, opened_by: Collection[str]) -> None:
    """What these runs left open is decided again; the rest is not looked at (DESIGN, retried verdict).

    What still needs a person afterwards counts as opened by this run; what they said is too old is told again.
    """
    references = tuple(dict.fromkeys(run.home_reference(item.key) for item in _left_open(run, opened_by)))
    if not references:
        return
    await write_page(run, PageRef(PageStart("open-items", 0), references, (), len(references)))
    still = _left_open(run, opened_by)
    run.tally.opened |= {item.key for item in still if item.kind in NEEDS_A_PERSON and item.opened_by in opened_by}
    with run.scribe.unit() as unit:
        unit.items.alerted((item.id for item in still if item.alerted_by in opened_by), "")


def _left_open(run: SyncRun, opened_by: Collection[str]) -> list[OpenItem]:
    with run.wiring.store.look() as unit:
        items = unit.items.open(sync=run.sync)
    return [
        item
        for item in items
        if (item.opened_by in opened_by or item.alerted_by in opened_by) and not item.key.startswith(METADATA)
    ]
