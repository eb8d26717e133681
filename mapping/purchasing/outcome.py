"""What is decided about an order or a requisition, in the pipeline's terms, and what is kept of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from mapping.kinds import Action, Decision, Link, Settlement
from mapping.purchasing.lines import detail
from mapping.purchasing.post import CREATING

if TYPE_CHECKING:
    from mapping.fingerprint import Mark
    from mapping.kinds import Item, JaggaerPost
    from mapping.purchasing.case import DocumentCase, Target


def without(case: DocumentCase, action: Action, note: str) -> Decision:
    """Nothing is to be done, and why."""
    return Decision(case.number, case.there_as, action, notes=(note,), base_version=case.version)


def opened(case: DocumentCase, *items: Item, notes: tuple[str, ...] = ()) -> Decision:
    """Nothing goes now; a record of ours that was found is linked all the same."""
    return Decision(
        key=case.number,
        other_key=case.there_as,
        action=Action.NONE,
        items=items,
        settlement=Settlement(_link(case)) if case.there_as and not case.link else None,
        notes=notes,
        base_version=case.version,
    )


def unchanged(
    case: DocumentCase,
    settlement: Settlement | None = None,
    target: Target | None = None,
    further: tuple[str, ...] = (),
) -> Decision:
    """It stays at JAGGAER as it is, with what reading it had to say and these `further` notes."""
    return Decision(
        key=case.number,
        other_key=case.there_as,
        action=Action.SKIP,
        items=target.reading.aside if target else (),
        settlement=settlement,
        notes=(*target.reading.notes, *further) if target else further,
        base_version=case.version,
    )


def posted(case: DocumentCase, write: JaggaerPost, mark: Mark, target: Target | None) -> Decision:
    """The revision that the mark names goes to JAGGAER; without a target, the cancellation."""
    stated = case.rows.stated if case.rows else None
    return Decision(
        key=case.number,
        other_key=case.there_as,
        action=Action.CREATE if write.action in CREATING else Action.UPDATE,
        writes=(write,),
        items=target.reading.aside if target else (),
        settlement=_settled(case, mark.fingerprint, target, mark.revision),
        amount=target.reading.amount if target else stated,
        notes=target.reading.notes if target else (),
        base_version=case.version,
    )


def settled(case: DocumentCase, print_: str, target: Target | None) -> Settlement:
    """JAGGAER has what it should have."""
    return _settled(case, print_, target, case.revision)


def accepted(case: DocumentCase, print_: str, target: Target | None) -> Settlement:
    """JAGGAER keeps what it has, until either side changes: how its record stood is remembered."""
    settlement = settled(case, print_, target)
    return replace(settlement, snapshot={**(settlement.snapshot or {}), "accepted": case.outward})


def _settled(case: DocumentCase, print_: str, target: Target | None, revision: int) -> Settlement:
    snapshot: dict[str, str | None] = {"fingerprint": print_, "revision": str(revision)}
    if target:
        snapshot["document"] = target.document
    stamp = "told" if case.type.comes_back and target and not case.there else ""
    return Settlement(_link(case), "" if case.there_as else case.type.id, snapshot, stamp=stamp)


def sent_again(decision: Decision, case: DocumentCase) -> Decision:
    """The same creation where the record that it was linked to is gone: the new one takes its place."""
    link, settlement = replace(_link(case), jaggaer_key=""), decision.settlement or Settlement()
    return replace(decision, settlement=replace(settlement, link=link, learns=case.type.id, relinks=True))


def _link(case: DocumentCase) -> Link:
    known = case.link.detail if case.link else None
    return Link(case.type.record, case.number, case.there_as, detail(case.rows.keys if case.rows else (), known))
