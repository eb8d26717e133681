"""How a run ended: for the store, the command line and the artifacts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from ifs_jaggaer.errors import SyncError, System
from ifs_jaggaer.pipeline.tally import Counts, State

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun


@dataclass(frozen=True, slots=True)
class RunResult:
    """One run's figures. `watermarks`: source -> (from, to). `amounts`: currency -> what was written."""

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
    error: str = ""

    @property
    def message(self) -> str:
        """What happened, in one line."""
        counts = self.counts
        told = {
            "created": counts.created,
            "updated": counts.updated,
            "unchanged": counts.unchanged,
            "waiting": counts.waiting,
            "rejected": counts.rejected,
            "conflicts": counts.conflicts,
            "held": counts.held,
        }
        nothing = "nothing done" if self.error else "nothing to do"
        said = ", ".join(f"{number} {name}" for name, number in told.items() if number) or nothing
        said = f"would be: {said}" if self.dry_run else said
        return f"{said}; {self.error}" if self.error else said

    def as_json(self) -> dict[str, object]:
        """The object that `--json` prints (DESIGN, the interface that stays)."""
        counts = self.counts
        return {
            "sync": self.sync,
            "run_id": self.run_id,
            "state": self.state,
            "dry_run": self.dry_run,
            "read": counts.read,
            "created": counts.created,
            "updated": counts.updated,
            "unchanged": counts.unchanged,
            "out_of_scope": counts.out_of_scope,
            "waiting": counts.waiting,
            "rejected": counts.rejected,
            "conflicts": counts.conflicts,
            "held": counts.held,
            "requests": dict(self.requests),
            "throttled": dict(self.throttled),
            "watermarks": {leg: {"from": begin, "to": end} for leg, (begin, end) in self.watermarks.items()},
            "amounts": {currency: format(amount, "f") for currency, amount in self.amounts.items()},
            "notes": list(self.notes),
            "error": self.error,
        }


def result_of(run: SyncRun, error: SyncError | None = None) -> RunResult:
    """The figures as they stand."""
    state: State = "failed" if error else "attention" if run.tally.opened else "completed"
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
        notes=tuple(run.tally.notes),
        error=str(error) if error else "",
    )


def not_opened(sync: str, run_id: str, error: SyncError, *, dry_run: bool) -> RunResult:
    """Of a run that could not begin: a setting, the profile or the store is at fault."""
    none: Mapping[System, int] = {"ifs": 0, "jaggaer": 0}
    return RunResult(sync, run_id, "failed", Counts(), none, none, {}, {}, "", dry_run, error=str(error))


def finish(run: SyncRun, error: SyncError | None = None) -> RunResult:
    """Ends the run's record in the store."""
    result = result_of(run, error)
    with run.scribe.unit() as unit:
        unit.runs.finish(run.request.run_id, result.state, completed=error is None, counts=_counts(result))
    return result


def _counts(result: RunResult) -> dict[str, int | str]:
    counts = result.counts
    return {
        "read": counts.read,
        "created": counts.created,
        "updated": counts.updated,
        "unchanged": counts.unchanged,
        "waiting": counts.waiting,
        "rejected": counts.rejected,
        "conflicts": counts.conflicts,
        "held": counts.held,
        "message": result.message,
    }
