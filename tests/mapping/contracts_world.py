"""One contract of JAGGAER, IFS's agreements and the store in memory: decisions are carried out and made again."""

from __future__ import annotations

import itertools
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from connectors.ifs.literals import canonical
from connectors.wire import ETag, Row
from mapping.contracts.kind import CONTRACTS
from mapping.kinds import (
    Ask,
    Decision,
    IfsAct,
    IfsCreate,
    IfsRows,
    IfsUpdate,
    Instructions,
    JaggaerHeaders,
    Link,
    Links,
    Snapshot,
    Snapshots,
    Write,
)
from mapping.profile import Profile

PROFILE = Profile.load()
PUT_BACK = PROFILE.model_copy(update={"contracts": PROFILE.contracts.model_copy(update={"put_back": True})})
TODAY = date(2026, 3, 1)
CODE = "CW-1"
SUPPLIER = Link("supplier", "S1", "10442")


def price(item: str = "69-1", quantity: int = 1, value: str = "12.50", **differs: Any) -> dict[str, Any]:
    """A price line as it comes; a field that is None is missing."""
    told = {
        "itemCode": item,
        "supplierItemCode": f"S{item}",
        "unitOfMeasure": "EA",
        "unitPrice": {"currency": "EUR", "value": Decimal(value)},
        "minQuantity": Decimal(quantity),
        "discountPercent": Decimal(0),
        "validFrom": "2026-01-01T00:00:00.000Z",
        "validTo": "2026-12-31T00:00:00.000Z",
        "leadTimeDays": 14,
    }
    return {name: value for name, value in {**told, **differs}.items() if value is not None}


@dataclass
class World:
    """`contract` is None where JAGGAER does not show it. `sets`: set -> key -> attributes."""

    contract: dict[str, Any] | None
    profile: Profile = PROFILE
    as_of: date = TODAY
    sets: dict[str, dict[tuple[str, ...], dict[str, Any]]] = field(
        default_factory=lambda: {"agreement": {}, "agreement_price": {}}
    )
    links: list[Link] = field(default_factory=lambda: [SUPPLIER])
    snapshot: Snapshot | None = None
    announced: Snapshot | None = None
    written: list[Write] = field(default_factory=list)
    _ticks: Any = field(default_factory=lambda: itertools.count(1))
    _etags: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)

    @classmethod
    def of(cls, *prices: dict[str, Any], profile: Profile = PROFILE, **differs: Any) -> World:
        told = {
            "contractReferenceCode": CODE,
            "title": "Rahmenvertrag",
            "status": "ExecutedInEffect",
            "supplier": {"bravoId": "10442", "extCode": "S1"},
            "currency": "EUR",
            "validFrom": "2026-01-01T00:00:00.000Z",
            "validTo": "2026-12-31T00:00:00.000Z",
            "deletedStatus": "NOT-DELETED",
            "lastModTime": "2026-02-14T19:58:56.973Z",
            "priceList": {"price": list(prices)},
        }
        told = {name: value for name, value in {**told, **differs}.items() if value is not None}
        return cls(told, profile)

    # --- IFS ---

    @property
    def agreements(self) -> list[dict[str, Any]]:
        return list(self.sets["agreement"].values())

    @property
    def agreement(self) -> dict[str, Any]:
        (one,) = self.agreements
        return one

    @property
    def prices(self) -> dict[tuple[str, ...], dict[str, Any]]:
        """Rows by part, quantity and first day."""
        return {key[1:]: row for key, row in self.sets["agreement_price"].items()}

    def put(self, name: str, **values: Any) -> None:
        """As IFS keeps it."""
        types = self.profile.ifs_set(name).attributes
        key = tuple(canonical(types[each], values[each]) for each in self.profile.ifs_set(name).keys)
        self.sets[name][key] = dict.fromkeys(types) | values
        self._etags[name, key] = next(self._ticks)

    def edit(self, name: str, number: int = 0, **values: Any) -> None:
        """As a planner changes the n-th row of a set."""
        key = sorted(self.sets[name])[number]
        self.put(name, **{**self.sets[name][key], **values})

    # --- runs ---

    def decide(self, *references: str, told: Instructions | None = None) -> Decision | None:
        gathering = CONTRACTS.gather(frozenset(references or {f"jaggaer:{CODE}"}), self.profile)
        try:
            next(gathering)
            while True:
                gathering.send(_Answers(self))
        except StopIteration as done:
            cases = done.value
        if not cases:
            return None
        (case,) = cases
        return CONTRACTS.decide(case, self.profile, self.as_of, told or Instructions())

    def run(self, told: Instructions | None = None, *, brake: bool = True) -> Decision:
        """Decides and carries out until it is done; `brake`: what it holds is let go in the end, as below the limit."""
        self.written.clear()
        for _ in range(8):
            decision = self.decide(told=told)
            assert decision is not None
            self.carry_out(decision)
            if decision.again:
                continue
            held = {item.field: item.value for item in decision.items if item.brake}
            if not (held and brake):
                return decision
            told, brake = Instructions(told.winners if told else {}, held), False
        raise AssertionError("it never ends")

    def carry_out(self, decision: Decision, *, killed: bool = False) -> None:
        """`killed`: after the writes, before anything is settled."""
        settlement = decision.settlement
        if settlement and settlement.announced and settlement.snapshot is not None:
            self.announced = Snapshot("contract.announced", CODE, dict(settlement.snapshot))
        told = [self._write(write) for write in decision.writes]
        self.written += decision.writes
        if settlement is None or killed:
            return
        link = settlement.link
        assert link is not None
        if not link.ifs_key:
            link = Link(link.kind, str(told[0][settlement.learns]), link.jaggaer_key)
        self.links = [one for one in self.links if one.kind != "contract"] + [link]
        if settlement.snapshot is not None:
            self.snapshot = Snapshot("contract", CODE, dict(settlement.snapshot), decision.base_version + 1)

    def _write(self, write: Write) -> dict[str, Any]:
        match write:
            case IfsCreate():
                values = dict(write.values)
                if write.set == "agreement":
                    values |= {"AgreementId": str(5000 + next(self._ticks)), "Objstate": "Active"}
                else:
                    key = tuple(write.key.split("|"))
                    assert key not in self.sets[write.set], "a second row of one key"
                    assert (key[0],) in self.sets["agreement"]
                self.put(write.set, **values)
                return values
            case IfsUpdate():
                assert write.etag == self.etag(write.set, write.key), "not from the very state"
                assert "Objstate" not in write.values
                self.put(write.set, **{**self.sets[write.set][write.key], **write.values})
            case IfsAct(action="close"):
                assert write.etag == self.etag(write.set, write.key)
                self.put(write.set, **{**self.sets[write.set][write.key], "Objstate": "Closed"})
            case _:
                raise AssertionError(write)
        return {}

    def lose_the_store(self) -> None:
        self.links, self.snapshot, self.announced = [SUPPLIER], None, None

    def etag(self, name: str, key: tuple[str, ...]) -> ETag:
        return ETag(f'W/"{self._etags[name, key]}"')


class _Answers:
    def __init__(self, world: World) -> None:
        self._world = world

    def rows(self, ask: Ask) -> list[Row]:
        world = self._world
        match ask:
            case JaggaerHeaders(resource="contracts", ids=ids):
                shown = world.contract is not None and CODE in ids
                return [Row("contracts", (CODE,), deepcopy(world.contract or {}))] if shown else []
            case IfsRows(set=name, attribute=attribute, values=values):
                return [
                    Row(name, key, deepcopy(row), world.etag(name, key))
                    for key, row in world.sets[name].items()
                    if row.get(attribute) in values
                ]
        raise AssertionError(ask)

    def links(self, ask: Links) -> dict[str, Link]:
        side = "ifs_key" if ask.side == "ifs" else "jaggaer_key"
        own = [link for link in self._world.links if link.kind == ask.kind]
        return {getattr(link, side): link for link in own if getattr(link, side) in ask.keys}

    def snapshots(self, ask: Snapshots) -> dict[str, Snapshot]:
        kept = self._world.snapshot if ask.kind == "contract" else self._world.announced
        return {CODE: kept} if kept and CODE in ask.keys else {}
