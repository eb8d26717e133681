"""The laws of DESIGN that can be looked at from outside, when both systems rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeAlias

from simulation.agreement import accounts_agree, orders_agree, prices_agree, requisitions_agree, supplier_field
from simulation.counterparts import nothing_is_doubled, nothing_is_lost
from simulation.standing import Standing

TRIED_WITHIN = timedelta(hours=2)
"""Rests have a cycle of runs in little more than an hour."""

Law: TypeAlias = Callable[[Standing], Iterator[str]]


def runs_come_to_their_end(now: Standing) -> Iterator[str]:
    yield from now.failed


def idle_runs_write_nothing(now: Standing) -> Iterator[str]:
    if any(now.writes.values()):
        for system in now.writes:
            log = [
                e for e in now.users.admin(system, "GET", "log") if e["method"] != "GET" and "/auth/" not in e["path"]
            ]
            yield from (f"{system} {entry['method']} {entry['path']} {entry['body']}" for entry in log)


def no_update_is_lost(now: Standing) -> Iterator[str]:
    """Of fields that both sides may change, the value is one that a user gave it since the last rest."""
    for info in now.companies:
        if info.get("extCode"):
            now.wishes.now_called("suppliers", f"JAGGAER:{info['bravoId']}", info["extCode"])
    for sync, key, name in list(now.wishes.said):
        values = supplier_field(now, key, name)
        if now.store_lost and name == "e-mail" and values.get("ifs") is None:
            continue  # an empty list is unknown, and nothing remembers that it was empty (law 11)
        stated = any(item.sync == sync and item.key in {key, f"JAGGAER:{key}"} for item in now.items)
        if values and not stated and not now.wishes.granted((sync, key, name), values):
            yield f"{sync} {key} {name}: users said {now.wishes.said[sync, key, name]}, it is {values}"


def both_sides_agree(now: Standing) -> Iterator[str]:
    for one in now.report.unexplained:
        yield f"{one.sync} {one.key} {one.field}: {one.source} {one.target}: {one.reason}"
    for agree in (orders_agree, requisitions_agree, prices_agree, accounts_agree):
        yield from agree(now)


def the_record_is_whole(now: Standing) -> Iterator[str]:
    yield from now.findings


def what_stands_open_is_tried_again(now: Standing) -> Iterator[str]:
    """Once an hour, but for what only a person can let go; what it waited for is not there."""
    linked = {str(info["extCode"]) for info in now.companies if info.get("extCode")}
    for item in now.items:
        kind, _, key = (item.waits_for or "").partition(":")
        if kind == "supplier" and key in linked:
            yield f"{item.sync} {item.key} {item.field} waits for supplier {key}, which is there"
        if not item.brake and item.last_tried + TRIED_WITHIN < now.at:
            yield f"{item.sync} {item.key} {item.field} was tried last at {item.last_tried:%d %H:%M}"


LAWS: tuple[Law, ...] = (
    runs_come_to_their_end,
    nothing_is_doubled,
    nothing_is_lost,
    no_update_is_lost,
    both_sides_agree,
    idle_runs_write_nothing,
    what_stands_open_is_tried_again,
    the_record_is_whole,
)
