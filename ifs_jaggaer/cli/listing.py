"""What stands open and how things are: `status`, `items`, `dead-letters`, `conflicts list`, `watermarks`."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any

import typer

from ifs_jaggaer import settings
from ifs_jaggaer.cli.output import AsJson, Config, Exit, complain, out, print_json, print_table
from ifs_jaggaer.cli.running import conflicts
from ifs_jaggaer.pipeline.aging import is_too_old
from ifs_jaggaer.pipeline.drift import told
from ifs_jaggaer.pipeline.kinds import KINDS
from ifs_jaggaer.pipeline.wiring import open_store
from ifs_jaggaer.store import OpenItem, Store, Unit
from ifs_jaggaer.store.audit import Event
from ifs_jaggaer.store.runs import FIXED
from mapping.profile import Profile

SCHEMA_SHOWN = timedelta(days=30)
"""How long a change of a tenant's metadata shows in `status`."""

items = typer.Typer(help="Everything that stands open: dead letters, waiting, held, conflicts.", no_args_is_help=True)
dead_letters = typer.Typer(help="Records that could not go.", no_args_is_help=True)
watermarks = typer.Typer(help="How far each source was read.", no_args_is_help=True)


def _known(sync: str | None) -> str | None:
    if sync is not None and sync not in KINDS:
        raise typer.BadParameter(f"{sync!r} is none of {', '.join(KINDS)}")
    return sync


ForSync = Annotated[str | None, typer.Option("--sync", help="Only this sync.", callback=_known)]


def add_to(app: typer.Typer) -> None:
    app.command()(status)
    items.command("list")(list_items)
    dead_letters.command("list")(list_dead_letters)
    dead_letters.command("show")(show_dead_letter)
    dead_letters.command("discard")(discard_dead_letter)
    conflicts.command("list")(list_conflicts)
    watermarks.command("list")(list_watermarks)
    watermarks.command("reset")(reset_watermarks)
    app.add_typer(items, name="items")
    app.add_typer(dead_letters, name="dead-letters")
    app.add_typer(watermarks, name="watermarks")


@contextmanager
def opened() -> Iterator[Store]:
    """The store of the settings."""
    store = open_store(settings.load())
    try:
        yield store
    finally:
        store.close()


@contextmanager
def looked_into() -> Iterator[tuple[Unit, Callable[[OpenItem], bool]]]:
    """The store of the settings to read, and the question whether an open item is too old by the profile."""
    limits = Profile.load(settings.load().profile).limits
    with opened() as store, store.look() as unit:
        now = unit.now()
        yield unit, lambda item: is_too_old(item, now, limits)


def status(*, as_json: AsJson = False, config: Config = None) -> None:
    """The last run of each sync and fixed company scope, its watermarks, what stands open. Dry runs do not count."""
    _ = config
    with looked_into() as (unit, too_old):
        marks = unit.watermarks.all()
        rows = []
        for last, completed in unit.runs.latest():
            sync, scope = last.sync, last.scope.removeprefix(FIXED) if last.scope.startswith(FIXED) else ""
            standing = unit.items.open(sync=sync)
            rows.append(
                {
                    "sync": sync,
                    "companies": scope,
                    "last_run": last.started_at.isoformat(),
                    "state": last.state or "running",
                    "last_completed": completed.finished_at.isoformat()
                    if completed and completed.finished_at
                    else None,
                    "message": last.counts.get("message", ""),
                    "open": {
                        kind: sum(item.kind == kind for item in standing) for kind in sorted({i.kind for i in standing})
                    },
                    "too_old": sum(too_old(item) for item in standing),
                    "watermarks": {
                        leg: mark.value
                        for (of, name), mark in marks.items()
                        for leg, _, companies in [name.partition(FIXED)]
                        if (of, companies) == (sync, scope)
                    },
                }
            )
        now = unit.now()
        changes = unit.attributes.changes(now - SCHEMA_SHOWN)
    schema = [{"service": c.service, "since": c.at.isoformat(), "what": told(c)} for c in changes]
    if as_json:
        print_json({"now": now.isoformat(), "syncs": rows, "schema": schema})
        return
    shown = [
        (r["sync"], r["companies"] or "all", _short(r["last_run"]), r["state"], _short(r["last_completed"]),
         r["message"], _words(r["open"], r["too_old"]))
        for r in rows
    ]  # fmt: skip
    if shown:
        head = ("sync", "companies", "last run", "state", "last completed", "what happened", "open")
        print_table(f"Status at {now:%Y-%m-%d %H:%M:%S} UTC", head, shown)
    else:
        out.print("No run yet; dry runs and fits do not count. Next: ifs-jaggaer run all --dry-run, then run all")
    if schema:
        changed = [(_short(c["since"]), c["service"].rpartition("/")[2], c["what"]) for c in schema]
        print_table(f"Changes of IFS's metadata in {SCHEMA_SHOWN.days} days", ("seen", "service", "what"), changed)


def _short(moment: Any) -> str:
    """To the minute, as a person reads it."""
    return str(moment or "never")[:16].replace("T", " ")


def _words(counts: Any, too_old: Any) -> str:
    told = [f"{number} {kind.replace('_', ' ')}" for kind, number in counts.items()]
    return ", ".join([*told, *([f"{too_old} of them too long"] if too_old else [])])


def list_items(*, sync: ForSync = None, as_json: AsJson = False, config: Config = None) -> None:
    """All open items."""
    _ = config
    _list(lambda _: True, sync, as_json=as_json)


def list_dead_letters(*, sync: ForSync = None, as_json: AsJson = False, config: Config = None) -> None:
    """Records that could not go, with reason and remedy."""
    _ = config
    _list(lambda item: item.kind == "dead_letter", sync, as_json=as_json)


def list_conflicts(*, sync: ForSync = None, as_json: AsJson = False, config: Config = None) -> None:
    """Fields that both sides changed; decide with 'conflicts resolve'."""
    _ = config
    _list(lambda item: item.kind == "conflict", sync, as_json=as_json)


def _list(wanted: Callable[[OpenItem], bool], sync: str | None, *, as_json: bool) -> None:
    with looked_into() as (unit, too_old):
        found = [(item, too_old(item)) for item in unit.items.open(sync=sync) if wanted(item)]
    if as_json:
        for item, old in found:
            print_json(as_object(item) | {"too_old": old})
        return
    for item, old in found:
        out.print(f"[bold]{item.kind.replace('_', ' ')}[/bold] {item.sync} ", end="")
        out.print(f"{item.key} {f'({item.other_key}) ' if item.other_key else ''}{item.field}", markup=False)
        value = f" [{item.value}]" if item.value else ""
        since = f"since {item.since:%Y-%m-%d %H:%M}{', too long' if old else ''}"
        out.print(f"    {item.reason}{value}\n    -> {item.remedy}   ({since})", markup=False)
    out.print(f"{len(found)} open")


def as_object(item: OpenItem) -> dict[str, Any]:
    """One open item as `--json` prints it (DESIGN, the interface that stays)."""
    return {
        "kind": item.kind,
        "sync": item.sync,
        "key": item.key,
        "other_key": item.other_key,
        "field": item.field,
        "value": item.value,
        "reason": item.reason,
        "remedy": item.remedy,
        "since": item.since.isoformat(),
        "waits_for": item.waits_for,
        "brake": item.brake,
        "id": item.id,
    }


def show_dead_letter(key: str, *, sync: ForSync = None, as_json: AsJson = False, config: Config = None) -> None:
    """The dead letters of one document, by either system's key."""
    _ = config
    _list(lambda item: _dead_letter_of(key, item), sync, as_json=as_json)


def discard_dead_letter(
    key: str,
    *,
    sync: ForSync = None,
    reason: Annotated[str, typer.Option("--reason", help="Why; goes into the audit record.")] = "",
    by: Annotated[str | None, typer.Option("--by", help="Who decides it, for the record; else your user name.")] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Close the dead letters of a document; they come back when the record changes and still cannot go."""
    _ = config
    who = by or getpass.getuser()
    with opened() as store:
        with store.look() as unit:
            found = [item for item in unit.items.open(sync=sync) if _dead_letter_of(key, item)]
        if not found:
            complain(f"{key} has no dead letter")
            raise typer.Exit(Exit.NEEDS_A_PERSON)
        chain = store.audit.chain(f"by hand: {who}", "command line")
        with store.unit() as unit:
            for item in found:
                unit.items.discard(item.id, who)
                why = {"field": item.field, "reason": item.reason, "by": who, "because": reason}
                chain.append(Event("discard", "note", entity=item.sync, key=item.key, payload=why), unit)
    if as_json:
        print_json({"discarded": [as_object(item) for item in found], "by": who, "because": reason})
    else:
        out.print(f"{len(found)} discarded")


def _dead_letter_of(key: str, item: OpenItem) -> bool:
    return item.kind == "dead_letter" and key in {item.key, item.other_key}


def list_watermarks(*, as_json: AsJson = False, config: Config = None) -> None:
    """How far each source was read."""
    _ = config
    with opened() as store, store.look() as unit:
        marks = unit.watermarks.all()
    found = sorted((sync, *name.partition(FIXED)[::2], mark.value) for (sync, name), mark in marks.items())
    if as_json:
        for sync, leg, companies, value in found:
            print_json({"sync": sync, "source": leg, "companies": companies, "value": value})
        return
    shown = [(sync, leg, companies or "all", value) for sync, leg, companies, value in found]
    print_table("Watermarks", ("sync", "what is read", "companies", "read up to"), shown)


def reset_watermarks(*, sync: ForSync = None, config: Config = None) -> None:
    """Forget how far was read: the next run reads all again and writes only what differs."""
    _ = config
    with opened() as store:
        chain = store.audit.chain("by hand", "command line")
        with store.unit() as unit:
            number = unit.watermarks.reset(sync)
            payload = {"reset": number}
            chain.append(Event("reset watermarks", "note", entity=sync or "all", payload=payload), unit)
    out.print(f"{number} watermarks of {sync or 'all syncs'} reset")
