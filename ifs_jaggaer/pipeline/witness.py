"""Who sees every attempt on the wire: intents before writes, audit events around all (DESIGN, laws 2 and 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connectors.wire import Attempt, Call, Outcome
from ifs_jaggaer.errors import Unreachable
from ifs_jaggaer.store import Chain, Event, Store

SEND_BY_SECONDS = 10


@dataclass(frozen=True, slots=True)
class IntendedCall(Call):
    """A write under an intent; `intent` is its deterministic key."""

    intent: str = ""
    sync: str = ""


class Scribe:
    """Witness of one run: writes its chain of audit events, commits intents before their requests leave."""

    def __init__(self, store: Store, chain: Chain, run_id: str, trigger: str) -> None:
        self._store = store
        self._chain = chain
        self._run_id = run_id
        self._trigger = trigger
        self._send_by: dict[str, datetime] = {}

    @property
    def head(self) -> str:
        """The head of the run's chain, to be anchored outside the store."""
        return self._chain.head

    def before(self, attempt: Attempt) -> None:
        """Commits intent and event together.

        Raises:
            Waiting: another run's request of the same intent may still be under way.
        """
        call = attempt.call
        with self._store.unit() as unit:
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
                    send_by_seconds=SEND_BY_SECONDS,
                )
                self._send_by[attempt.request_id] = intent.send_by
            self._chain.append(self._event(attempt, "sending"), unit)

    def check(self, attempt: Attempt) -> None:
        """Raises Unreachable when the process slept past the send-by time: then nothing is sent."""
        due = self._send_by.get(attempt.request_id)
        if due is not None and self._store.now() >= due:
            raise Unreachable(
                "the send-by time passed before the request left; nothing was sent",
                system=attempt.system,
                record=attempt.call.key,
                remedy="it is decided again in the next try",
            )

    def after(self, attempt: Attempt, outcome: Outcome) -> None:
        self._send_by.pop(attempt.request_id, None)
        phase = "outcome" if attempt.write else "read"
        with self._store.unit() as unit:
            self._chain.append(self._event(attempt, phase, outcome), unit)

    def note(self, *, key: str, action: str, entity: str, after: dict[str, str | None]) -> None:
        """An event that is no request: a decision, a person's instruction, a document within a batch."""
        with self._store.unit() as unit:
            self._chain.append(
                Event(
                    run_id=self._run_id,
                    trigger=self._trigger,
                    phase="note",
                    entity=entity,
                    key=key,
                    action=action,
                    payload={"after": after},
                ),
                unit,
            )

    def _event(self, attempt: Attempt, phase: str, outcome: Outcome | None = None) -> Event:
        call = attempt.call
        payload = {
            name: dict(values)
            for name, values in (("before", call.before), ("after", call.after))
            if values and phase == "sending"
        }
        return Event(
            run_id=self._run_id,
            trigger=self._trigger,
            phase=phase,
            system=attempt.system,
            entity=call.entity,
            key=call.key,
            action=call.action,
            attempt=attempt.number,
            etag=(outcome.etag if outcome and outcome.etag else attempt.etag),
            request_id=attempt.request_id,
            server_request_id=outcome.server_request_id if outcome else None,
            status=outcome.status if outcome else None,
            rows=outcome.rows if outcome else None,
            error=outcome.error if outcome else "",
            payload=payload,
        )
