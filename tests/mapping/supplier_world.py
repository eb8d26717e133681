"""Both systems and the store in memory: enough to carry decisions out and to decide again."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from connectors.wire import ETag, Row
from mapping.kinds import (
    Answers,
    Ask,
    Decision,
    IfsCreate,
    IfsRows,
    IfsUpdate,
    Instructions,
    JaggaerPost,
    JaggaerRecords,
    Kind,
    Link,
    Links,
    Polled,
    Settlement,
    Snapshot,
    Snapshots,
    WireAsk,
)
from mapping.profile import Profile

PROFILE = Profile.load().with_hash_key(b"a key of the tests")
TODAY = date(2026, 3, 1)
FILTERS = {
    "TYPE": "type",
    "BRAVOID": "bravoId",
    "extCode": "extCode",
    "extUniqueCode": "extUniqueCode",
    "fiscalCode": "fiscalCode",
}
PARTY = "Supplier"


@dataclass
class World:
    """`ifs`: set -> key -> attributes; `companies`: bravoId -> record; `values`: (custom field, value) -> record."""

    profile: Profile = PROFILE
    as_of: date = TODAY
    ifs: dict[str, dict[tuple[str, ...], dict[str, Any]]] = field(default_factory=dict)
    companies: dict[str, dict[str, Any]] = field(default_factory=dict)
    values: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    snapshots: dict[str, Snapshot] = field(default_factory=dict)
    asked: list[Ask] = field(default_factory=list)
    page: set[tuple[str, str]] = field(default_factory=set)
    _ticks: Any = field(default_factory=lambda: itertools.count(1))
    _versions: dict[object, int] = field(default_factory=dict)

    # --- filling ---

    def put(self, name: str, **values: Any) -> None:
        key = tuple(str(values[each]) for each in self.profile.ifs_set(name).keys)
        self.ifs.setdefault(name, {})[key] = values
        self._versions[name, key] = next(self._ticks)

    def company(self, bravo: str, extended: Mapping[str, Iterable[str]] | None = None, **info: Any) -> None:
        listed = [
            {"name": name, "type": "TEXT", "values": {"value": [{"deValue": value} for value in values]}}
            for name, values in (extended or {}).items()
        ]
        self.companies[bravo] = {
            "returnCompanyInfo": {"bravoId": bravo, "type": "SELLER"}
            | {name: value for name, value in info.items() if value is not None},
            "deBasic": {"deInfo": listed},
        }
        self._versions[bravo] = next(self._ticks)

    def extended(self, bravo: str) -> dict[str, list[str]]:
        return {
            entry["name"]: [value["deValue"] for value in entry["values"]["value"]]
            for entry in self.companies[bravo]["deBasic"]["deInfo"]
        }

    def info(self, bravo: str) -> dict[str, Any]:
        info: dict[str, Any] = self.companies[bravo]["returnCompanyInfo"]
        return info

    def row(self, name: str, *key: str) -> dict[str, Any]:
        return self.ifs[name][key]

    # --- reading ---

    def drive(self, kind: Kind, references: Iterable[str]) -> list[Any]:
        gathering = kind.gather(frozenset(references), self.profile)
        try:
            asks = next(gathering)
            while True:
                self.asked.extend(asks)
                asks = gathering.send(_Answers(self))
        except StopIteration as done:
            cases: list[Any] = done.value
            return cases

    def plan(self, kind: Kind, *references: str, told: Instructions | None = None) -> list[Decision]:
        cases = self.drive(kind, references)
        return [kind.decide(case, self.profile, self.as_of, told or Instructions()) for case in cases]

    def everything(self) -> list[str]:
        numbers = [f"ifs:{key[0]}" for key in self.ifs.get("supplier_general", {})]
        return numbers + [f"jaggaer:{bravo}" for bravo in self.companies]

    # --- writing ---

    def run(self, kind: Kind, *references: str, told: Instructions | None = None) -> list[Decision]:
        """Decides, writes and settles until nothing is to be done again; gives all decisions."""
        made: list[Decision] = []
        todo = list(references)
        for _ in range(8):
            decisions = self.plan(kind, *todo, told=told)
            made += decisions
            for decision in decisions:
                self.carry_out(decision)
            todo = [
                f"jaggaer:{d.key.removeprefix('JAGGAER:')}" if d.key.startswith("JAGGAER:") else f"ifs:{d.key}"
                for d in decisions
                if d.again
            ]
            if not todo:
                return made
        raise AssertionError("it never ends")

    def carry_out(self, decision: Decision) -> None:
        answers = [self._write(write) for write in decision.writes]
        if decision.settlement:
            self._settle(decision, decision.settlement, answers)

    def _write(self, write: object) -> dict[str, Any]:
        match write:
            case IfsUpdate():
                assert write.etag == f"{self._versions[write.set, write.key]}", "stale ETag"
                self.ifs[write.set][write.key].update(write.values)
                self._versions[write.set, write.key] = next(self._ticks)
                return self.ifs[write.set][write.key]
            case IfsCreate():
                values = dict(write.values)
                if write.set == "supplier_general":
                    values.setdefault("SupplierId", f"{7000 + next(self._ticks)}")
                key = tuple(str(values[each]) for each in self.profile.ifs_set(write.set).keys)
                assert key not in self.ifs.get(write.set, {}), f"20112 {write.set} {key}"
                empty = dict.fromkeys(self.profile.ifs_set(write.set).present)
                self.put(write.set, **{**empty, **values})
                return values
            case JaggaerPost(resource="companyprofiles"):
                return self._post_company(write)
            case JaggaerPost(resource="customfieldvalues"):
                return self._post_values(write)
        raise AssertionError(write)

    def _post_company(self, write: JaggaerPost) -> dict[str, Any]:
        company: Any = write.body["company"]
        info = dict(company["companyInfo"])
        if company["operationCode"] == "CREATE":
            bravo = f"{90000 + next(self._ticks)}"
            for other in self.companies.values():
                for unique in ("extCode", "extUniqueCode"):
                    mine = info.get(unique)
                    assert not mine or other["returnCompanyInfo"].get(unique) != mine, f"-996 {unique}"
            self.company(bravo)
        else:
            bravo = info["bravoId"]
            assert write.unchanged_since == ("BRAVOID", bravo, f"{self._versions[bravo]}")
        record = self.companies[bravo]
        for name, value in info.items():
            if value == "":
                record["returnCompanyInfo"].pop(name, None)
            else:
                record["returnCompanyInfo"][name] = value
        listed = record["deBasic"]["deInfo"]
        for entry in company.get("deBasic", {}).get("deInfo", []):
            listed[:] = [other for other in listed if other["name"] != entry["name"]]
            if any(value["deValue"] for value in entry["values"]["value"]):
                listed.append(deepcopy(entry))
        self._versions[bravo] = next(self._ticks)
        return {"bravoId": int(bravo)}

    def _post_values(self, write: JaggaerPost) -> dict[str, Any]:
        body: Any = write.body
        for value in body["valueList"]["value"]:
            self.values[body["customField"], value["value"]] = {"customField": body["customField"], **value}
        return {}

    def _settle(self, decision: Decision, settlement: Settlement, answers: list[dict[str, Any]]) -> None:
        if settlement.snapshot is not None:
            kept = self.snapshots.get(decision.key)
            assert (kept.version if kept else 0) == decision.base_version
            self.snapshots[decision.key] = Snapshot("", decision.key, settlement.snapshot, decision.base_version + 1)
        link = settlement.link
        if link is None:
            return
        learned = next((str(a[settlement.learns]) for a in answers if settlement.learns in a), "")
        link = replace(link, ifs_key=link.ifs_key or learned, jaggaer_key=link.jaggaer_key or learned)
        assert all(
            other.jaggaer_key != link.jaggaer_key or other.ifs_key == link.ifs_key for other in self.links.values()
        )
        self.links[link.ifs_key] = link

    def lose_the_store(self) -> None:
        self.links.clear()
        self.snapshots.clear()


class _Answers(Answers):
    def __init__(self, world: World) -> None:
        self._world = world

    def rows(self, ask: WireAsk) -> list[Row]:
        world = self._world
        match ask:
            case IfsRows(name, attribute, values, also, any_case):
                assert attribute in world.profile.ifs_set(name).present
                wanted = {value.lower() for value in values} if any_case else values
                return [
                    Row(name, key, deepcopy(row), ETag(f"{world._versions[name, key]}"))
                    for key, row in world.ifs.get(name, {}).items()
                    if (str(row.get(attribute)).lower() if any_case else row.get(attribute)) in wanted
                    and all(row.get(each) in allowed for each, allowed in also)
                ]
            case JaggaerRecords("companyprofiles", field_name, values):
                return [
                    Row("companyprofiles", (bravo,), deepcopy(record), modified=f"{world._versions[bravo]}")
                    for bravo, record in world.companies.items()
                    if record["returnCompanyInfo"].get(FILTERS[field_name]) in values
                ]
            case Polled("customfieldvalues", keys):
                on_page = world.page & keys & world.values.keys()
                return [Row("customfieldvalues", key, deepcopy(world.values[key])) for key in sorted(on_page)]
            case JaggaerRecords("customfieldvalues", "customField", values):
                return [
                    Row("customfieldvalues", key, deepcopy(record))
                    for key, record in world.values.items()
                    if key[0] in values
                ]
        raise AssertionError(ask)

    def links(self, ask: Links) -> dict[str, Link]:
        assert ask.kind == "supplier"
        found = self._world.links.values()
        if ask.side == "ifs":
            return {link.ifs_key: link for link in found if link.ifs_key in ask.keys}
        return {link.jaggaer_key: link for link in found if link.jaggaer_key in ask.keys}

    def snapshots(self, ask: Snapshots) -> dict[str, Snapshot]:
        return {key: kept for key, kept in self._world.snapshots.items() if key in ask.keys}


# --- suppliers ---

IBAN, OTHER_IBAN, BIC = "DE89370400440532013000", "DE02120300000000202051", "COBADEFFXXX"


def in_ifs(world: World, number: str = "1001", **differs: Any) -> None:
    """A complete supplier of IFS. `differs`: attributes by name, None for null, `...` to leave a row out."""
    empty = dict.fromkeys(world.profile.ifs_set("supplier_general").present)
    general = empty | {
        "SupplierId": number, "Name": "Acme Castings GmbH", "AssociationNo": "HRB 7", "Country": "DE",
        "PartyType": PARTY, "VatNo": "DE811907980", "CorporateForm": "GmbH", "Status": "Active",
    }  # fmt: skip
    address = {
        "SupplierId": number, "AddressId": "1", "Address1": "Werkstr. 1", "Address2": "Tor 4", "ZipCode": "73730",
        "City": "Esslingen", "State": None, "Country": "DE", "DefAddress": True,
    }  # fmt: skip
    finance = {
        "Company": "10", "Identity": number, "PartyType": PARTY, "GroupId": "RAW", "PayTermId": "30",
        "DefCurrency": "EUR", "DefVatCode": "V19", "Cf_GlAccount": "4010", "Cf_CostCenter": "1100",
    }  # fmt: skip
    rows = (("supplier_general", general), ("supplier_address", address), ("supplier_finance", finance))
    for name, row in rows:
        world.put(name, **{key: differs.get(key, value) for key, value in row.items()})
    methods = {"E_MAIL": "info@acme.example", "PHONE": "+49 711 1", "WWW": "https://acme.example"}
    for at, (method, value) in enumerate(methods.items(), 1):
        if differs.get(method, value) is not ...:
            world.put(
                "supplier_contact", Identity=number, CommId=at, MethodId=method, Value=differs.get(method, value),
                DefaultPerMethod=True,
            )  # fmt: skip
    if "Account" in differs:
        world.put(
            "supplier_bank", Company="10", Identity=number, PartyType=PARTY, WayId="SEPA", AddressId="1",
            Account=differs["Account"], BicCode=differs.get("BicCode", BIC), DefaultAddress=True,
        )  # fmt: skip
    world.put("supplier_purchase", VendorNo=number, CurrencyCode="EUR", SuppGrp="RAW", Objstate="Active")


EXTENDED = {
    "PAYMENT_TERMS": ["Net 30"],
    "GL_ACCOUNT": ["4010"],
    "COST_CENTER": ["1100"],
    "SUPPLIER_GROUP": ["RAW"],
}


def at_jaggaer(world: World, bravo: str = "10442", extended: Mapping[str, Any] | None = None, **differs: Any) -> None:
    """The same supplier at JAGGAER."""
    info = {
        "status": "ACTIVE", "companyName": "Acme Castings GmbH", "extCode": "1001", "extUniqueCode": "DE811907980",
        "fiscalCode": "HRB 7", "euVat": "DE811907980", "currency": "EUR", "bizLegalStruct": "GmbH",
        "bizEmail": "info@acme.example", "bizPhone": "+49 711 1", "webSite": "https://acme.example",
        "address": "Werkstr. 1, Tor 4", "zip": "73730", "city": "Esslingen", "isoCountry": "DE",
    }  # fmt: skip
    world.company(bravo, {**EXTENDED, **(extended or {})}, **{**info, **differs})


def account(world: World, number: str, **differs: Any) -> None:
    world.put(
        "account",
        **{"Company": "10", "Account": number, "Description": f"Account {number}", "ValidFrom": "2015-01-01",
           "ValidUntil": "2099-12-31", **differs},
    )  # fmt: skip


def agreed(**differs: Any) -> World:
    """A world in which both have the supplier, it is linked, and both last agreed on everything."""
    from mapping.suppliers.kind import Suppliers

    world = World()
    account(world, "4010")
    in_ifs(world)
    at_jaggaer(world)
    world.run(Suppliers(), "ifs:1001")
    assert world.links["1001"].jaggaer_key == "10442"
    return world
