"""How a run ended: for the store, the command line and the artifacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ifs_jaggaer.errors import SyncError, System
from ifs_jaggaer.pipeline.aging import alert_by_age
from ifs_jaggaer.pipeline.tally import Counts, Line, State
from mapping.kinds import Item

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun

MOST_NAMED = 3
"""Documents left alone that the one line about a run names."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """One run's figures. `watermarks`: source -> (from, to). `amounts`: currency -> what was written.

    `lines`: what was written or would be, document by document. `items`: of a dry run, which keeps none in the
    store, what would stand open, by key. `alone`: of the documents that a person named those for which nothing was
    done, each with the reason.
    """

    sync: str
    run_id: str
    state: State
    counts: Counts
    requests: Mapping[System, int]
    throttled: Mapping[System, int]
    watermarks: Mapping[str, tuple[str | None, str]]
    amounts: Mapping[str, Decimal]
    head: str
    dry_run: bool
    notes: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    error: str = ""
    items: tuple[tuple[str, Item], ...] = ()
    alone: tuple[str, ...] = ()

    @property
    def message(self) -> str:
        """What happened, in one line."""
        said = str(self.counts)
        if said == str(Counts()):
            said = "nothing done" if self.error else "nothing to do"
        said = f"would be: {said}" if self.dry_run else said
        if self.alone:
            more = f" and {len(self.alone) - MOST_NAMED} more" if len(self.alone) > MOST_NAMED else ""
            said = f"{said}; {'; '.join(self.alone[:MOST_NAMED])}{more}"
        return f"{said}; {self.error}" if self.error else said

    def as_json(self) -> dict[str, object]:
        """The object that `--json` prints (DESIGN, the interface that stays)."""
        return {
            "sync": self.sync,
            "run_id": self.run_id,
            "state": self.state,
            "dry_run": self.dry_run,
            **asdict(self.counts),
            "requests": dict(self.requests),
            "throttled": dict(self.throttled),
            "watermarks": {leg: {"from": begin, "to": end} for leg, (begin, end) in self.watermarks.items()},
            "amounts": {currency: format(amount, "f") for currency, amount in self.amounts.items()},
            "notes": list(self.notes),
            **({"records": [_plain(line) for line in self.lines]} if self.dry_run else {}),
            **({"items": [_standing(key, item) for key, item in self.items]} if self.dry_run else {}),
            "error": self.error,
        }


def _plain(line: Line) -> dict[str, object]:
    return {
        "key": line.key,
        "other_key": line.other_key,
        "action": line.action,
        "changes": [{"field": c.field, "before": c.before, "after": c.after} for c in line.changes],
    }


def _standing(key: str, item: Item) -> dict[str, object]:
    return {
        "key": key,
        "kind": item.kind.value,
        "field": item.field,
        "value": item.value,
        "reason": item.reason,
        "remedy": item.remedy,
    }


def result_of(run: SyncRun, error: SyncError | None = None) -> RunResult:
    """The figures as they stand."""
    unknown = "nothing of it stands open" if run.request.replay else "neither system has it"
    left_alone = run.tally.left_alone(run.request.keys, unknown)
    alone = tuple(f"{key}: {reason}" for key, reason in left_alone.items())
    notes = (*run.tally.notes, *alone)
    needs_a_person = run.tally.opened or run.tally.too_old or alone
    state: State = "failed" if error else "attention" if needs_a_person else "completed"
    sent = {system: channel.requests - run.before[system][0] for system, channel in run.wiring.channels.items()}
    throttled = {system: channel.throttled - run.before[system][1] for system, channel in run.wiring.channels.items()}
    return RunResult(
        sync=run.sync,
        run_id=run.request.run_id,
        state=state,
        counts=run.tally.counts(),
        requests=sent,
        throttled=throttled,
        watermarks=dict(run.moved),
        amounts=run.tally.amounts(),
        head=run.scribe.head,
        dry_run=run.request.dry_run,
        notes=notes,
        lines=tuple(line for line in run.tally.lines.values() if line.changes),
        error=str(error) if error else "",
        items=tuple((key, item) for key, items in run.tally.items.items() for item in items)
        if run.request.dry_run
        else (),
        alone=alone,
    )


def not_opened(sync: str, run_id: str, error: SyncError, *, dry_run: bool) -> RunResult:
    """Of a run that could not begin: a setting, the profile or the store is at fault."""
    none: Mapping[System, int] = {"ifs": 0, "jaggaer": 0}
    return RunResult(sync, run_id, "failed", Counts(), none, none, {}, {}, "", dry_run, error=str(error))


def finish(run: SyncRun, error: SyncError | None = None) -> RunResult:
    """Ends the run's record in the store; one that came to its end says what stands open too long."""
    if error is None:
        alert_by_age(run)
    result = result_of(run, error)
    with run.scribe.unit() as unit:
        unit.runs.finish(
            run.request.run_id,
            result.state,
            completed=error is None,
            counts={**asdict(result.counts), "message": result.message},
        )
    return result
