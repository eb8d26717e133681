"""Write: carries decisions out, exactly once in effect (DESIGN, laws 2 and 3)."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Literal, TypeAlias

from connectors import payload
from connectors.wire import ETag, JsonValue, Row
from ifs_jaggaer.errors import (
    AlreadyExists,
    Conflict,
    OutcomeUnknown,
    Rejected,
    SettingsError,
    SyncError,
    Unreachable,
    Waiting,
)
from ifs_jaggaer.pipeline.due import awaited
from ifs_jaggaer.pipeline.plan import Planned
from ifs_jaggaer.pipeline.request import UNTIL
from ifs_jaggaer.pipeline.witness import IntendedCall
from ifs_jaggaer.store import Intent
from mapping.kinds import Change, Decision, IfsAct, IfsCreate, IfsUpdate, Item, ItemKind, JaggaerPost, Write

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.run import SyncRun


PATIENCE = timedelta(seconds=15)
"""How long a run waits until what another run sent is no longer in doubt; beyond it the next run looks again."""

STORE = "store"
"""The field of an error of the store, which says nothing of what was sent."""

ONCE = "create"
"""The action that must not happen twice."""

End: TypeAlias = Literal["done", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Done:
    """One write that the target confirmed: what it answered, when by JAGGAER's clock, and the intent that it closes."""

    intent: str
    write: Write
    answer: Mapping[str, JsonValue]
    row: Row | None = None
    at: datetime | None = None


@dataclass(slots=True)
class Carried:
    """What came of one decision.

    `failed` is the item that stands in the way, `refusals` what it came of where the target refused; `again` asks
    for a new decision, with the reason in words, `doubt` says that it may have been carried out all the same;
    `closed` are intents whose end is known: id, state, words; `outage` is not this record's fault: it ends the run.
    """

    done: list[Done] = field(default_factory=list)
    closed: list[tuple[str, End, str]] = field(default_factory=list)
    failed: Item | None = None
    refusals: list[tuple[Write, Rejected]] = field(default_factory=list)
    again: str = ""
    doubt: bool = False
    outage: SyncError | None = None


async def carry_out(run: SyncRun, planned: Planned) -> Carried:
    """Performs the writes of one decision in their order; the first that fails ends it. Raises nothing.

    One that the target refuses ends it only where they do not stand each by itself.
    """
    carried = Carried()
    for write in planned.decision.writes:
        intent = intent_of(run, write)
        try:
            done = await _perform(run, planned, write, intent)
        except Conflict as changed:
            carried.closed.append((intent, "failed", str(changed)))
            carried.again = str(changed)
        except OutcomeUnknown as doubt:
            carried.closed.append((intent, "unknown", str(doubt)))
            carried.again, carried.doubt = str(doubt), True
            carried.outage = await _away(run, write)
        except Waiting as waiting:
            await _waits(run, carried, write, intent, waiting)
        except Rejected as refused:
            _refused(run, carried, write, intent, refused)
            if planned.decision.apart:
                continue
        except (Unreachable, SettingsError) as outage:
            carried.outage = outage
            if outage.field != STORE:
                carried.closed.append((intent, "failed", str(outage)))
        else:
            carried.done.append(done)
            carried.closed.append((intent, "done", ""))
            continue
        break
    return carried


async def _away(run: SyncRun, write: Write) -> SyncError | None:
    """What a question to the system comes to that left us in doubt: it is away, or it minds this record alone."""
    try:
        if isinstance(write, JaggaerPost):
            await run.wiring.jaggaer.page(write.resource, modified_since=run.wiring.clock())
        else:
            await run.wiring.ifs.page(write.set, size=1)
    except (Unreachable, SettingsError) as outage:
        return outage
    return None


async def _waits(run: SyncRun, carried: Carried, write: Write, intent: str, waiting: Waiting) -> None:
    """What only needs a little time is decided again at once."""
    if await _passes_soon(run, write, intent):
        carried.again = str(waiting)
        return
    carried.failed = Item(
        ItemKind.WAITING, waiting.field or "document", waiting.value, _reason(waiting), waiting.remedy,
        waits_for=awaited(run, waiting.waits_for),
    )  # fmt: skip


def _refused(run: SyncRun, carried: Carried, write: Write, intent: str, refused: Rejected) -> None:
    """A definite no; where a number is taken, perhaps by ourselves, only after one more look."""
    carried.closed.append((intent, "failed", str(refused)))
    carried.failed = dead_letter(refused, refused.field or "document", write)
    taken = isinstance(refused, AlreadyExists)
    if taken and intent not in run.found_taken:
        run.found_taken.add(intent)
        carried.again, carried.doubt = str(refused), _sent_before(run, intent)
    elif not taken or write.action != ONCE:
        carried.refusals.append((write, refused))


def _sent_before(run: SyncRun, intent: str) -> bool:
    """Whether an earlier attempt, which had no answer, may be what has the number."""
    with run.wiring.store.look() as unit:
        known = unit.intents.get([intent]).get(intent)
    return known is not None and known.renewals > 0


def dead_letter(refused: Rejected, field_name: str, write: Write) -> Item:
    """The item that the refusal of a write leaves for one field."""
    where = "IFS" if isinstance(write, JaggaerPost) else "JAGGAER"
    remedy = refused.remedy or f"correct the record in {where}; it goes by itself then"
    return Item(ItemKind.DEAD_LETTER, field_name, refused.value, _reason(refused), remedy)


def intent_of(run: SyncRun, write: Write) -> str:
    """The deterministic key of a write: the same record and content give the same key in every run.

    A creation is one intent whatever its content, since it must not happen twice with other content either.
    """
    match write:
        case IfsCreate(set=entity):
            content: object = ""
        case IfsUpdate(set=entity):
            content = [write.etag, payload.dumps(dict(write.values)).decode()]
        case IfsAct(set=entity):
            content = [write.etag, payload.dumps(dict(write.values)).decode()]
        case JaggaerPost(resource=entity):
            content = "" if write.action == ONCE else payload.dumps(write.body).decode()
    system = "jaggaer" if isinstance(write, JaggaerPost) else "ifs"
    parts = [run.wiring.settings.connection, system, entity, _key_of(write), write.action, content]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


def _key_of(write: Write) -> str:
    return "|".join(write.key) if isinstance(write.key, tuple) else write.key


def _traced_by(decision: Decision, write: Write) -> str:
    """The key of its events: its own where that is a key or a row of the document, else the document's.

    So that `audit trace` finds them by either system's key, also what is named by a mark of ours.
    """
    own = _key_of(write)
    if isinstance(write, IfsAct) or write.action == "update":
        return decision.key
    of_document = any(own == key or own.startswith(f"{key}|") for key in (decision.key, decision.other_key) if key)
    return own if of_document else decision.key


async def _perform(run: SyncRun, planned: Planned, write: Write, intent: str) -> Done:
    enforced = isinstance(write, IfsUpdate | IfsAct) or write.enforced
    if not isinstance(write, IfsUpdate | IfsAct) and not write.enforced:
        _wait_out_doubt(run, planned, write, intent)
    before, after = _differences(write.changes)
    entity = write.resource if isinstance(write, JaggaerPost) else write.set
    call = IntendedCall(
        entity=entity,
        key=_traced_by(planned.decision, write),
        action=write.action,
        before=before,
        after=after,
        intent=intent,
        sync=run.sync,
        looked_at=planned.read_at,
    )
    match write:
        case IfsCreate():
            ifs = run.wiring.ifs
            row = (
                await ifs.create_with_lines(write.set, write.values, write.lines, call, enforced=enforced)
                if write.lines
                else await ifs.create(write.set, write.values, call, enforced=enforced)
            )
            return Done(intent, write, row.values, row)
        case IfsUpdate():
            etag = write.etag or await _etag_of(run, planned, write)
            row = await run.wiring.ifs.update(write.set, write.key, etag, write.values, call)
            return Done(intent, write, row.values, row)
        case IfsAct():
            etag = write.etag or await _etag_of(run, planned, write)
            row = await run.wiring.ifs.act(
                write.set, write.key, etag, write.action, call=call, parameters=write.values or None
            )
            return Done(intent, write, row.values, row)
        case JaggaerPost():
            await _unchanged(run, write)
            posted = await run.wiring.jaggaer.post(
                write.resource, write.body, call, path=write.path, repeatable=enforced
            )
            return Done(intent, write, posted.envelope, at=posted.at)


def _wait_out_doubt(run: SyncRun, planned: Planned, write: IfsCreate | JaggaerPost, intent: str) -> None:
    """An empty look-up proves nothing while an earlier request of ours may still be at work."""
    elsewhere = (
        [intent_of(run, replace(write, set=name)) for name in write.instead_of] if isinstance(write, IfsCreate) else []
    )
    with run.wiring.store.look() as unit:
        known = unit.intents.get([intent, *elsewhere])
    for earlier in known.values():
        if earlier.id != intent and earlier.state == "done":
            raise Conflict(f"it was created already, as {earlier.entity}", system="ifs", record=planned.decision.key)
        proven = _proven(run, write, earlier)
        if earlier.state in {"open", "unknown"} and planned.read_at < proven:
            raise Waiting(
                "an earlier request for it had no answer and may still be carried out",
                waits_for=f"{UNTIL}{_up_to_second(proven).isoformat()}",
                record=planned.decision.key,
                remedy="nothing to do: it is looked up again when that time has passed",
            )


def _proven(run: SyncRun, write: Write, earlier: Intent) -> datetime:
    """From when on a look-up shows what came of the intent; where the target refuses a second one, it may be sent."""
    if isinstance(write, IfsUpdate | IfsAct) or write.enforced:
        return earlier.send_by
    settings = run.wiring.settings.jaggaer if isinstance(write, JaggaerPost) else run.wiring.settings.ifs
    return earlier.send_by + timedelta(seconds=settings.settle_delay)


async def _passes_soon(run: SyncRun, write: Write, intent: str) -> bool:
    """Waits out the doubt that another run left, if that takes no longer than our patience."""
    with run.wiring.store.look() as unit:
        earlier = unit.intents.get([intent]).get(intent)
        now = unit.now()
    if earlier is None or earlier.run_id == run.request.run_id:
        return False
    left = _proven(run, write, earlier) - now
    if left > PATIENCE:
        return False
    await asyncio.sleep(max(0.0, left.total_seconds()) + 0.01)
    return True


def _up_to_second(moment: datetime) -> datetime:
    return moment.replace(microsecond=0) + timedelta(seconds=1)


async def _etag_of(run: SyncRun, planned: Planned, write: IfsUpdate | IfsAct) -> ETag:
    """The ETag of a row that its list gave without one, if the row is still what was decided on."""
    row = await run.wiring.ifs.by_key(write.set, write.key)
    own = write.row if isinstance(write, IfsAct) else None
    decided_on = own or next((r for r in planned.rows if r.kind == write.set and r.key == write.key), None)
    if row is None or row.etag is None or decided_on is None or row.values != decided_on.values:
        raise Conflict("the row changed since it was read", system="ifs", record="|".join(write.key))
    return row.etag


async def _unchanged(run: SyncRun, write: JaggaerPost) -> None:
    """Suppliers of JAGGAER have no version: the record is read just before (DESIGN, law 3)."""
    if write.unchanged_since is None:
        return
    field_name, value, modified = write.unchanged_since
    rows = await run.wiring.jaggaer.records(write.resource, field_name, [value])
    if not rows or rows[0].modified != modified:
        raise Conflict("the record changed since it was read", system="jaggaer", record=write.key)


def _differences(changes: Sequence[Change]) -> tuple[dict[str, str | None], dict[str, str | None]]:
    return {c.field: c.before for c in changes}, {c.field: c.after for c in changes}


def _reason(refused: SyncError) -> str:
    # The request's id would make another reason of each attempt; the audit has it.
    word = str(replace(refused.word, request_id=None)) if refused.word else ""
    return f"{refused.message} ({word})" if word else refused.message
