"""Who sees every attempt on the wire: intents before writes, audit events around all (DESIGN, laws 2 and 8)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.wire import Attempt, Call, Outcome
from ifs_jaggaer.store import Intent, Store, Unit
from ifs_jaggaer.store.audit import Chain, Event, Phase
from ifs_jaggaer.store.records import Document


@dataclass(frozen=True, slots=True)
class IntendedCall(Call):
    """A write under an intent; `intent` is its deterministic key, `looked_at` when its target was read."""

    intent: str = ""
    sync: str = ""
    looked_at: datetime | None = None


class Scribe:
    """Witness of one run: writes its chain of audit events, commits intents before their requests leave."""

    def __init__(self, store: Store, chain: Chain, run_id: str) -> None:
        self._store = store
        self._chain = chain
        self._run_id = run_id
        self._intents: dict[str, Intent] = {}
        self._pending: list[Event] = []

    @property
    def head(self) -> str:
        """The head of the run's chain, to be anchored outside the store."""
        with self.unit():
            """Commits what is pending, so that the head covers it."""
        return self._chain.head

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """A unit of work of the run; commits the events of reads and outcomes that came since the last one.

        They go with the next commit and not each with its own: with its page for a read, with what it settles for
        the outcome of a write. What a write is about to do is committed before it leaves.
        """
        came = len(self._pending)
        try:
            with self._store.unit() as unit:
                yield unit
                if self._pending:
                    self._chain.append_all(self._pending, unit)
        except BaseException:
            del self._pending[came:]  # what was noted in the unit went with it
            raise
        self._pending.clear()

    def note(self, event: Event) -> None:
        """An event that is no request, committed with the unit at hand: what was settled, what a person decided."""
        self._pending.append(event)

    def before(self, attempt: Attempt) -> None:
        """Commits intent and event together.

        Raises:
            Waiting: another run's request of the same intent may still be under way.
            Conflict: another run was at it since its target was read.
        """
        call = attempt.call
        with self.unit() as unit:
            if isinstance(call, IntendedCall):
                intent = unit.intents.record(
                    call.intent,
                    sync=call.sync,
                    system=attempt.system,
                    entity=call.entity,
                    key=call.key,
                    action=call.action,
                    run_id=self._run_id,
                    attempt=attempt.number,
                    looked_at=call.looked_at,
                )
                self._intents[attempt.request_id] = intent
            self.note(self._event(attempt, "sending"))

    def check(self, attempt: Attempt) -> None:
        """Raises Unreachable when the process slept past the send-by time: then nothing is sent."""
        intent = self._intents.get(attempt.request_id)
        if intent is not None:
            with self._store.look() as unit:
                unit.intents.check(intent)

    def after(self, attempt: Attempt, outcome: Outcome) -> None:
        self._intents.pop(attempt.request_id, None)
        phase: Phase = "outcome" if attempt.write else "read"
        self._pending.append(self._event(attempt, phase, outcome))

    def _event(self, attempt: Attempt, phase: Phase, outcome: Outcome | None = None) -> Event:
        call = attempt.call
        payload: dict[str, Document] = {
            name: dict(values)
            for name, values in (("before", call.before), ("after", call.after))
            if values and phase == "sending"
        }
        return Event(
            action=call.action,
            phase=phase,
            system=attempt.system,
            entity=call.entity,
            key=call.key,
            attempt=attempt.number,
            etag=(outcome.etag if outcome and outcome.etag else attempt.etag),
            request_id=attempt.request_id,
            server_request_id=outcome.server_request_id if outcome else None,
            status=outcome.status if outcome else None,
            rows=outcome.rows if outcome else None,
            error=outcome.error if outcome else "",
            payload=payload,
        )
