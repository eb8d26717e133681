"""Settle: what became of a document, and of a page, each in one commit (DESIGN, one pipeline)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from connectors.wire import Row
from ifs_jaggaer.errors import Rejected
from ifs_jaggaer.pipeline.fresh import kept_of
from ifs_jaggaer.pipeline.pages import PageRef
from ifs_jaggaer.pipeline.plan import Planned
from ifs_jaggaer.pipeline.tally import Line
from ifs_jaggaer.pipeline.write import Carried, Done
from ifs_jaggaer.store import Kept, OpenItem, Unit
from ifs_jaggaer.store.audit import Event
from ifs_jaggaer.store.records import Document
from mapping.kinds import Action, Decision, Item, ItemKind, JaggaerPost, Link, Settlement

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun


def settle(run: SyncRun, outcomes: Sequence[tuple[Planned, Carried]]) -> set[str]:
    """Records what became of documents: intents, links, snapshots, versions, open items, audit events.

    Gives the keys of those that somebody else settled since they were read: nothing new is kept of them.
    """
    with run.scribe.unit() as unit:
        settled = [_settle(run, unit, planned, carried) for planned, carried in outcomes]
    for each in settled:
        if each.doubtful is not None:
            run.tally.doubt(each.doubtful)
        if each.line is not None:
            run.brake.put(each.key, each.items)
            run.tally.add(each.line, each.items, opened=each.opened, former_key=each.former_key)
    return {each.key for each in settled if each.stale}


@dataclass(frozen=True, slots=True)
class _Settled:
    """One document in a settling; `line` is None while it is not decided for good.

    `doubtful`: what it was to become, of which the target carried out some or may have.
    """

    key: str
    stale: bool = False
    line: Line | None = None
    doubtful: Line | None = None
    items: tuple[Item, ...] = ()
    opened: tuple[OpenItem, ...] = ()
    former_key: str = ""


def _settle(run: SyncRun, unit: Unit, planned: Planned, carried: Carried) -> _Settled:
    decision = planned.decision
    if decision.glance or (decision.elsewhere and run.request.only):
        return _glanced(run, unit, planned) if decision.glance else _elsewhere(run, decision)
    items = (*decision.items, *_refused(run, decision), *([carried.failed] if carried.failed else []))
    complete = carried.failed is None and not carried.again and carried.outage is None
    settlement = _stamped(_learned(decision.settlement, carried), carried) if complete else None
    for intent, state, words in carried.closed:
        unit.intents.close(intent, state, words, run_id=run.request.run_id)
    written = [done.row for done in carried.done if done.row is not None and done.row.etag]
    _keep_versions(run, written)
    if settlement and settlement.snapshot is not None:
        fields, version = settlement.snapshot, decision.base_version
        if not unit.snapshots.put(run.kind.record, decision.key, fields, expected_version=version):
            return _Settled(decision.key, stale=True)
    items = (*items, *(_keep_links(unit, settlement) if settlement else ()))
    if carried.again or carried.outage:
        sent = carried.doubt or carried.done
        return _Settled(decision.key, doubtful=line_of(decision, ()) if sent else None)
    replaced = unit.items.replace(run.sync, decision.key, decision.other_key, items, run.request.run_id)
    former = run.former_key(decision)
    if former:
        unit.items.replace(run.sync, former, "", (), run.request.run_id)
    if carried.failed or not decision.again:
        _keep_versions(run, (*planned.rows, *written), run.home_reference(decision.key))
    if decision.writes or items or replaced.closed or settlement:
        run.scribe.note(_event(run, decision, settlement, items, carried.done))
    line = line_of(decision, items, failed=carried.failed is not None)
    return _Settled(decision.key, line=line, items=items, opened=replaced.opened, former_key=former)


def _refused(run: SyncRun, decision: Decision) -> list[Item]:
    """What the target refused in this run, but where the decision itself says so."""
    stated = {item.field for item in decision.items}
    return [item for name, item in run.refused.get(decision.key, {}).items() if name not in stated]


def _elsewhere(run: SyncRun, decision: Decision) -> _Settled:
    """A document of another company: its items, link and versions are the affair of the runs that have it in scope.

    A fixed scope keeps versions of its own, so that it is not looked at again before it changes; nor is it counted.
    """
    if not run.request.scope or run.request.company:
        run.left_out.add(decision.key)
    else:
        run.elsewhere.add(decision.key)
    return _Settled(decision.key, line=line_of(decision, ()))


def _glanced(run: SyncRun, unit: Unit, planned: Planned) -> _Settled:
    """What was seen of the one side is kept; whatever stands open of the document is not its affair."""
    decision = planned.decision
    if decision.settlement and decision.settlement.snapshot is not None:
        fields, version = decision.settlement.snapshot, decision.base_version
        if not unit.snapshots.put(run.kind.record, decision.key, fields, expected_version=version):
            return _Settled(decision.key, stale=True)
    _keep_versions(run, planned.rows)
    return _Settled(decision.key, line=line_of(decision, ()))


def preview(run: SyncRun, planned: Planned) -> None:
    """A dry run's settle: counted, shown, kept nowhere. Planned links count as present for what follows."""
    decision = planned.decision
    run.assumed.note(run.kind.record, decision)
    run.brake.put(decision.key, decision.items)
    line = line_of(decision, decision.items)
    run.tally.add(replace(line, changes=(*line.changes, *decision.foreseen)), decision.items)


def settle_page(run: SyncRun, ref: PageRef) -> None:
    """After the last document of a page: the versions of its rows, then the watermark (DESIGN, law 1)."""
    leg = ref.start.leg
    with run.scribe.unit() as unit:
        if run.request.dry_run:
            return  # the audit events of the page's reads are all that a dry run keeps
        for row in ref.versions:
            document = run.tally.decided.get(row.reference)
            if document not in run.left_out:
                leads_to = "" if document in run.elsewhere else row.reference
                run.versions.setdefault(row.set, {}).setdefault(row.key, Kept(row.version, leads_to))
        for name, rows in run.versions.items():
            dealt_with = {key: replace(kept, profile=run.profile_print) for key, kept in rows.items()}
            unit.versions.put(run.sync, run.scoped(name), dealt_with)
            _doubt(run, unit, name, rows)
        run.versions.clear()
        if ref.gone:
            unit.versions.remove(run.sync, run.scoped(ref.start.leg.partition(".")[2]), ref.gone)
        if ref.reach is None or not run.request.moves_watermarks:
            return
        mark = unit.watermarks.get(run.sync, run.scoped(leg))
        if mark is None and leg in run.marked:
            return  # reset while this run went on: the next one shall read all again
        if mark is not None and datetime.fromisoformat(mark.value) >= datetime.fromisoformat(ref.reach):
            return
        if unit.watermarks.move(run.sync, run.scoped(leg), mark, ref.reach, run.request.run_id):
            begin = run.moved[leg][0] if leg in run.moved else (mark.value if mark else None)
            run.moved[leg] = (begin, ref.reach)
            run.marked.add(leg)


def _doubt(run: SyncRun, unit: Unit, name: str, rows: Mapping[str, Kept]) -> None:
    """What another scope kept of these rows is no longer what was dealt with last, even if they come to be so again."""
    for scope in run.other_scopes:
        kept = unit.versions.kept(run.sync, f"{name}{scope}", rows)
        former = {key: Kept("") for key, row in kept.items() if row.version not in {"", rows[key].version}}
        unit.versions.put(run.sync, f"{name}{scope}", former)


def line_of(decision: Decision, items: Sequence[Item], *, failed: bool = False) -> Line:
    """The document's line in the run's table of records, with all that stands open for it."""
    action = Action.NONE if failed else decision.action
    outcome = "; ".join(f"{item.field}: {item.reason}" for item in items) or str(action)
    return Line(
        key=decision.key,
        other_key=decision.other_key,
        action=str(action),
        outcome=outcome,
        changes=tuple(change for write in decision.writes for change in write.changes),
        amount=decision.amount,
        notes=decision.notes,
        discrepancies=decision.discrepancies,
        targets=frozenset("jaggaer" if isinstance(write, JaggaerPost) else "ifs" for write in decision.writes),
    )


def _learned(settlement: Settlement | None, carried: Carried) -> Settlement | None:
    """Fills in the key that only the server's answer told."""
    if settlement is None or settlement.link is None or not settlement.learns:
        return settlement
    told = next((done.answer[settlement.learns] for done in carried.done if settlement.learns in done.answer), None)
    link = settlement.link
    if told is None or (link.ifs_key and link.jaggaer_key):
        return settlement
    key = str(told)
    return replace(settlement, link=replace(link, ifs_key=link.ifs_key or key, jaggaer_key=link.jaggaer_key or key))


def _stamped(settlement: Settlement | None, carried: Carried) -> Settlement | None:
    """Puts down when JAGGAER answered, where the decision wants to know."""
    at = next((done.at for done in carried.done if done.at is not None), None)
    if settlement is None or settlement.snapshot is None or not settlement.stamp or at is None:
        return settlement
    return replace(settlement, snapshot={**settlement.snapshot, settlement.stamp: at.isoformat()})


def _keep_links(unit: Unit, settlement: Settlement) -> list[Item]:
    if settlement.relinks and settlement.link:
        unit.links.remove(settlement.link.kind, settlement.link.ifs_key)
    return [item for link in (settlement.link, *settlement.parts) if link for item in _keep_link(unit, link)]


def _keep_link(unit: Unit, link: Link) -> Sequence[Item]:
    if not (link.ifs_key and link.jaggaer_key):
        return ()
    try:
        unit.links.put(link)
    except Rejected as taken:
        return (Item(ItemKind.HELD, "link", taken.value, taken.message, taken.remedy),)
    return ()


def _keep_versions(run: SyncRun, rows: Sequence[Row], document: str = "") -> None:
    """For the page's commit: what a poll that shows these rows again need not look at (DESIGN, law 4).

    `document`: whose they are, for those that do not name it.
    Rows that we wrote ourselves are among them. They are only a hint: lost in a crash, they cost a decision.
    """
    polled = {source.name: source for source in run.kind.sources}
    for row in rows:
        if (source := polled.get(row.kind)) and run.polls(source, row):
            run.versions.setdefault(row.kind, {})[run.row_key(row)] = kept_of(source, row, document)


def _event(
    run: SyncRun, decision: Decision, settlement: Settlement | None, items: Sequence[Item], done: Sequence[Done]
) -> Event:
    link = settlement.link if settlement else None
    return Event(
        phase="note",
        entity=run.sync,
        key=decision.key,
        action="settled",
        payload={
            "outcome": str(decision.action),
            "linked": f"{link.ifs_key} = {link.jaggaer_key}" if link else None,
            "open": [f"{item.kind}: {item.field}: {item.reason}" for item in items],
            "notes": list(decision.notes),
            "answers": [str(said) for one in done if (said := one.answer.get("returnMessage")) not in {None, "", "OK"}],
            **_sent_with_others(decision, done),
        },
    )


def _sent_with_others(decision: Decision, done: Sequence[Done]) -> Document:
    """Of a document that was one of several in a body, whose events bear that body's key: its own part of it."""
    if not done or not decision.writes or done[0].write in decision.writes:
        return {}
    changes = [change for write in decision.writes for change in write.changes]
    return {
        "sent with": str(done[0].write.key),
        "before": {change.field: change.before for change in changes},
        "after": {change.field: change.after for change in changes},
    }
