"""The writes that a decision about a supplier comes to: rows of IFS, a company of JAGGAER."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from connectors.wire import Json, JsonValue
from mapping import countries
from mapping.fields import JOINT, account_of, at_jaggaer, one
from mapping.kinds import Change, IfsCreate, IfsUpdate, JaggaerPost
from mapping.merge import Value
from mapping.profile import Profile
from mapping.profile_tables import FieldPolicy
from mapping.suppliers.case import RESOURCE, SETS, SupplierCase

IFS_ORDER = ("general", "address", "contact", "finance", "purchase", "bank")
"""No half-made supplier is usable: nothing can be ordered from it before its purchase data is there."""


@dataclass(frozen=True, slots=True)
class Carried:
    """One field on its way: what it becomes (None: it is cleared) and what stands there now, as shown."""

    name: str
    policy: FieldPolicy
    value: Value | None
    before: str | None

    @property
    def change(self) -> Change:
        return Change(self.name, self.before, None if self.value is None else self.value.text)

    @property
    def text(self) -> str:
        return "" if self.value is None else self.value.text


# --- JAGGAER ----------------------------------------------------------------------------------


@dataclass(slots=True)
class _Company:
    """The parts of `company` in the making: `""` clears (contracts/jaggaer.md 3)."""

    info: dict[str, JsonValue] = field(default_factory=dict)
    extended: list[JsonValue] = field(default_factory=list)

    def put(self, place: str, words: Sequence[str]) -> None:
        head, _, name = place.partition(".")
        if head == "info":
            self.info[name] = words[0] if words else ""
            return
        listed: list[JsonValue] = [{"deValue": word} for word in words or ("",)]
        self.extended.append({"name": name, "type": "TEXT", "values": {"value": listed}})

    def body(self, operation: str, first: Mapping[str, JsonValue]) -> Json:
        company: Json = {
            "operationCode": operation,
            "sendEMail": "false",
            "companyInfo": {**first, **self.info},
        }
        if self.extended:
            company["deBasic"] = {"deInfo": self.extended}
        return {"company": company}


def to_jaggaer(case: SupplierCase, carried: Sequence[Carried], profile: Profile, *, number: bool) -> JaggaerPost:
    """The company as it is to be made, or the fields of it that change; `number`: with IFS's number."""
    company = _Company()
    country = _country(case, carried, profile)
    for each in carried:
        places = [place for place in each.policy.jaggaer if place != "info.euVat" or country in profile.eu_countries]
        for place, words in zip(places, _jaggaer_words(case, each, places, profile), strict=True):
            company.put(place, words)
    changes = [each.change for each in carried]
    if number:
        company.put("info.extCode", (case.supplier_id,))
        changes.append(Change("number", None, case.supplier_id))
    if case.record is None:
        return JaggaerPost(
            resource=RESOURCE,
            key=case.supplier_id,
            body=company.body("CREATE", {"type": "SELLER"}),
            changes=tuple(changes),
            action="create",
            enforced=True,
        )
    return JaggaerPost(
        resource=RESOURCE,
        key=case.bravo_id,
        body=company.body("UPDATE", {"bravoId": case.bravo_id}),
        changes=tuple(changes),
        action="update",
        enforced=True,
        unchanged_since=("BRAVOID", case.bravo_id, case.record.modified or ""),
    )


def _jaggaer_words(case: SupplierCase, each: Carried, places: Sequence[str], profile: Profile) -> list[tuple[str, ...]]:
    """What is written at each place."""
    form, _, named = each.policy.form.partition(":")
    if each.value is None:
        return [()] * len(places)
    if form == "bank":
        return _bank_words(case, "ifs", each.policy)
    words: tuple[str, ...] = (each.text,)
    if form == "map":
        words = (profile.map(named).to_jaggaer(each.text),)
    elif form == "several":
        words = tuple(each.text.split(";"))
    elif form == "country":
        words = (countries.in_the_form_of(each.text, _standing(case, places[0]), profile.countries),)
    return [words] * len(places)


def _standing(case: SupplierCase, place: str) -> str | None:
    return None if case.record is None else one(at_jaggaer(case.record, place))


def _country(case: SupplierCase, carried: Sequence[Carried], profile: Profile) -> str:
    """The country that the company will have, in two letters; "" where none is known."""
    for each in carried:
        if each.policy.form == "country":
            return each.text
    stated = _standing(case, "info.isoCountry")
    known = {**countries.ISO_3166, **profile.countries}
    return next((two for two, three in known.items() if stated in {two, three}), "")


def _bank_words(case: SupplierCase, source: str, policy: FieldPolicy) -> list[tuple[str, ...]]:
    """Account and bank's code read afresh from the side that has them (DESIGN, law 10)."""
    if source == "ifs" and case.ifs is not None:
        found = tuple(case.ifs.at(place, making=False) for place in policy.ifs)
    elif case.record is not None:
        found = tuple(at_jaggaer(case.record, place) for place in policy.jaggaer)
    else:
        found = ()
    account = account_of(found) if found else None
    if account is None:
        return []
    return [(account.account,), (account.bic,) if account.bic else ()]


# --- IFS --------------------------------------------------------------------------------------


@dataclass(slots=True)
class _RowWrite:
    values: dict[str, JsonValue] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)


def to_ifs(
    case: SupplierCase, carried: Sequence[Carried], profile: Profile, *, mark: bool, make: frozenset[str]
) -> list[IfsCreate | IfsUpdate]:
    """One write a row, in the order of `IFS_ORDER`. `make`: parts that are made even without a value.

    `mark`: JAGGAER's id is written to the general row.
    """
    rows: dict[tuple[str, str], _RowWrite] = {(head, ""): _RowWrite() for head in make}
    if mark:
        general = rows.setdefault(("general", ""), _RowWrite())
        general.values["Cf_JaggaerId"] = case.bravo_id
        general.changes.append(Change("mark", None, case.bravo_id))
    for each in carried:
        for place, value in _ifs_values(case, each, profile).items():
            head, _, name = place.partition(".")
            row = rows.setdefault((head, name if head == "contact" else ""), _RowWrite())
            row.values["Value" if head == "contact" else name] = value
            if each.change not in row.changes:
                row.changes.append(each.change)
    writes: list[IfsCreate | IfsUpdate] = []
    next_contact = case.ifs.last_contact + 1 if case.ifs else 1
    for head, name in sorted(rows, key=lambda at: (IFS_ORDER.index(at[0]), at[1])):
        row = rows[head, name]
        present = case.ifs.row(head, name) if case.ifs else None
        if present is not None:
            if row.values:
                writes.append(IfsUpdate(SETS[head], present.key, present.etag, row.values, tuple(row.changes)))
            continue
        key = _key_of_new(case, head, name, next_contact, profile)
        next_contact += head == "contact"
        writes.append(_new_row(case, head, row, key, profile))
    return writes


def _key_of_new(case: SupplierCase, head: str, method: str, contact: int, profile: Profile) -> dict[str, JsonValue]:
    """What makes a row that the supplier lacks its own; `contact` is the next free number of a contact."""
    number = case.supplier_id
    if head == "address":
        return {"SupplierId": number}
    if head == "contact":
        return {"Identity": number, "CommId": contact, "MethodId": method}
    if head in {"finance", "bank"}:
        return {"Company": profile.lead, "Identity": number}
    return {"VendorNo": number}


def _new_row(case: SupplierCase, head: str, row: _RowWrite, key: dict[str, JsonValue], profile: Profile) -> IfsCreate:
    """A row that the supplier lacks; its key is ours, so that IFS refuses a second one."""
    values: dict[str, JsonValue] = {**profile.suppliers.new_ifs.get(head, {}), **row.values, **key}
    if head == "address" and case.ifs is not None:
        values.setdefault("Country", case.ifs.general.values.get("Country"))
    if head == "purchase" and case.record is not None:
        values.setdefault("CurrencyCode", one(at_jaggaer(case.record, "info.currency")) or None)
    values = {name: value for name, value in values.items() if value is not None}
    identity = (values.get(name) for name in profile.ifs_set(SETS[head]).keys)
    return IfsCreate(
        set=SETS[head],
        key="|".join(str(part) for part in identity),
        values=values,
        changes=tuple(row.changes),
        enforced=True,
    )


def new_general(case: SupplierCase, carried: Sequence[Carried], profile: Profile) -> IfsCreate:
    """The first row of a supplier of JAGGAER; it carries our mark where the tenant has the attribute."""
    values: dict[str, JsonValue] = dict(profile.suppliers.new_ifs.get("general", {}))
    changes: list[Change] = []
    for each in carried:
        for place, value in _ifs_values(case, each, profile).items():
            head, _, name = place.partition(".")
            if head == "general":
                values[name] = value
                changes.append(each.change)
    if "Cf_JaggaerId" in profile.ifs_set(SETS["general"]).present:
        values["Cf_JaggaerId"] = case.bravo_id
        changes.append(Change("mark", None, case.bravo_id))
    rule = profile.suppliers.supplier_number
    if rule != "series":
        values["SupplierId"] = rule.format(bravoId=case.bravo_id)
    return IfsCreate(
        set=SETS["general"],
        key=case.key,
        values=values,
        changes=tuple(changes),
        enforced=rule != "series",
    )


def _ifs_values(case: SupplierCase, each: Carried, profile: Profile) -> dict[str, JsonValue]:
    """What is written at each place of IFS; null clears."""
    form = each.policy.form
    if form == "bank":
        words = _bank_words(case, "jaggaer", each.policy)
        return {place: found[0] if found else None for place, found in zip(each.policy.ifs, words, strict=False)}
    if form == "joined":
        return _split(case, each)
    value: JsonValue = each.text or None
    if form == "country" and case.ifs is not None and each.text:
        present = case.ifs.at(each.policy.ifs[0], making=True)
        value = countries.in_the_form_of(each.text, one(present), profile.countries)
    return dict.fromkeys(each.policy.ifs, value)


def _split(case: SupplierCase, each: Carried) -> dict[str, JsonValue]:
    """A joined text over its attributes: a line that is still in it stays where it is, the rest is the first."""
    first, second, *more = each.policy.ifs if len(each.policy.ifs) > 1 else (each.policy.ifs[0], "")
    rest = dict.fromkeys(more)
    if not second:
        return {first: each.text or None}
    before = [one(case.ifs.at(place, making=True)) if case.ifs else "" for place in (first, second)]
    head, tail = each.text, ""
    if before[1] and each.text.endswith(JOINT + before[1]):
        head, tail = each.text.removesuffix(JOINT + before[1]), before[1]
    elif before[0] and before[1] and each.text.startswith(before[0] + JOINT):
        head, tail = before[0], each.text.removeprefix(before[0] + JOINT)
    return {first: head or None, second: tail or None, **rest}
