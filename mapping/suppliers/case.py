"""All that one decision about a supplier is made from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from connectors.wire import Row
from mapping.fields import Texts, at_ifs, at_jaggaer, bank_states, extended_data_came, flag, meaning, one
from mapping.kinds import Link, Snapshot
from mapping.merge import UNKNOWN, Base, State, Unknown
from mapping.profile import Profile
from mapping.profile_tables import FieldPolicy

RECORD = "supplier"
"""The kind of a supplier's link and snapshot."""

RESOURCE = "companyprofiles"
"""What JAGGAER's companies are called in the profile."""

FOREIGN = "JAGGAER:"
"""Prefix of the key of a supplier that only JAGGAER has."""

PARTS = {
    "address": ("supplier_address", "SupplierId"),
    "contact": ("supplier_contact", "Identity"),
    "finance": ("supplier_finance", "Identity"),
    "bank": ("supplier_bank", "Identity"),
    "purchase": ("supplier_purchase", "VendorNo"),
}
"""Rows of a supplier beside the general one: entity set and the attribute that names the supplier."""

SETS = {"general": "supplier_general"} | {head: name for head, (name, _) in PARTS.items()}


def supplier_id(general: Row) -> str:
    """IFS's number of the supplier."""
    return one(at_ifs(general, "SupplierId"))


def bravo_id(record: Row) -> str:
    """JAGGAER's id of the company."""
    return one(at_jaggaer(record, "info.bravoId"))


@dataclass(frozen=True, slots=True)
class IfsSupplier:
    """A supplier's rows; finance and bank are those of the leading company. None: no such row came.

    `contacts` are the default rows of each method. `listed`: the parts of which at least one row came.
    """

    general: Row
    address: Row | None = None
    contacts: Mapping[str, Row] = field(default_factory=dict)
    finance: Row | None = None
    bank: Row | None = None
    purchase: Row | None = None
    last_contact: int = 0
    listed: frozenset[str] = frozenset()

    @classmethod
    def of(cls, general: Row, parts: Mapping[str, list[Row]]) -> IfsSupplier:
        """The rows that count among all that came, by the part of the supplier."""
        party = one(at_ifs(general, "PartyType"))

        def own(head: str) -> list[Row]:
            # A customer may have the supplier's number.
            return [row for row in parts.get(head, []) if not party or one(at_ifs(row, "PartyType")) in {"", party}]

        contacts: dict[str, list[Row]] = {}
        for each in own("contact"):
            contacts.setdefault(one(at_ifs(each, "MethodId")), []).append(each)
        return cls(
            general=general,
            address=_default(own("address"), "DefAddress"),
            contacts={method: row for method, rows in contacts.items() if (row := _default(rows, "DefaultPerMethod"))},
            finance=next(iter(own("finance")), None),
            bank=_default(own("bank"), "DefaultAddress"),
            purchase=next(iter(own("purchase")), None),
            last_contact=max((_whole(one(at_ifs(row, "CommId"))) for row in own("contact")), default=0),
            listed=frozenset(head for head in PARTS if own(head)),
        )

    def row(self, head: str, name: str) -> Row | None:
        """The row in which a place stands."""
        match head:
            case "general":
                return self.general
            case "address":
                return self.address
            case "contact":
                return self.contacts.get(name)
            case "finance":
                return self.finance
            case "bank":
                return self.bank
            case _:
                return self.purchase

    def at(self, place: str, *, making: bool) -> Texts:
        """What stands at a place. While the supplier is being made a row that is not there is empty."""
        head, _, name = place.partition(".")
        row = self.row(head, name)
        if row is not None:
            return at_ifs(row, "Value" if head == "contact" else name)
        ended = head == "contact" and head in self.listed
        return () if making or ended else UNKNOWN


def _default(rows: list[Row], mark: str) -> Row | None:
    """The row marked as default, else the one with the lowest key."""
    ordered = sorted(rows, key=lambda row: [(len(part), part) for part in row.key])
    return next((row for row in ordered if flag(row, mark)), next(iter(ordered), None))


def _whole(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() else 0


@dataclass(frozen=True, slots=True)
class SupplierCase:
    """One supplier as both sides have it.

    `doubt`: why it must not be linked or made without a person; `candidates` are the records of the
    other side that it may be. `matched_by`: how the two were found to be one, "" for a link.
    `accounts`: accounts of the leading company by number.
    """

    ifs: IfsSupplier | None
    record: Row | None
    link: Link | None = None
    base: Snapshot | None = None
    doubt: str = ""
    candidates: tuple[Row, ...] = ()
    matched_by: str = ""
    accounts: Mapping[str, Row] = field(default_factory=dict)

    @property
    def supplier_id(self) -> str:
        if self.ifs is not None:
            return supplier_id(self.ifs.general)
        return self.link.ifs_key if self.link else ""

    @property
    def bravo_id(self) -> str:
        if self.record is not None:
            return bravo_id(self.record)
        return self.link.jaggaer_key if self.link else ""

    @property
    def key(self) -> str:
        return self.supplier_id or f"{FOREIGN}{self.bravo_id}"

    @property
    def references(self) -> tuple[str, ...]:
        both = (("ifs", self.supplier_id), ("jaggaer", self.bravo_id))
        return tuple(f"{system}:{key}" for system, key in both if key)

    @property
    def making(self) -> bool:
        """Made in IFS from JAGGAER and not finished: ours by mark or link, its number not yet told to JAGGAER."""
        if self.ifs is None or self.record is None or one(at_jaggaer(self.record, "info.extCode")):
            return False
        if self.link is not None and self.link.detail.get("made_from") == "jaggaer":
            return True
        return one(at_ifs(self.ifs.general, "Cf_JaggaerId")) == self.bravo_id

    def base_of(self, name: str) -> Base:
        """What both sides last agreed on for a field."""
        if self.base is None or name not in self.base.fields:
            return UNKNOWN
        return self.base.fields[name]

    def joined_with(self, record: Row) -> SupplierCase:
        """The same with that record of JAGGAER, once a person said that it is this one."""
        return replace(self, record=record, doubt="", candidates=())


def states(case: SupplierCase, profile: Profile) -> dict[str, tuple[State, State]]:
    """Every field of the profile but the keys, as IFS and as JAGGAER have it."""
    return {
        name: _both(case, name, policy, profile)
        for name, policy in profile.suppliers.fields.items()
        if policy.form != "key" and not _lacking(policy, profile)
    }


def _both(case: SupplierCase, name: str, policy: FieldPolicy, profile: Profile) -> tuple[State, State]:
    ifs = tuple(_at_ifs(case, place) for place in policy.ifs)
    jaggaer = tuple(_at_record(case, place) for place in policy.jaggaer)
    if policy.form == "bank":
        return bank_states(ifs, jaggaer, profile)
    # The first place is read; others are written together with it.
    here = meaning(name, policy, "ifs", ifs if policy.form == "joined" else ifs[:1], profile)
    there = meaning(name, policy, "jaggaer", jaggaer[:1], profile)
    if there is None and _unsure(case, policy.jaggaer[0]) and case.base_of(name) not in {None, UNKNOWN}:
        there = UNKNOWN
    if here is UNKNOWN and policy.ifs[0].startswith("contact.") and case.base_of(name) is None:
        here = None  # no contact came, and none was there when both sides last agreed
    return here, there


def _lacking(policy: FieldPolicy, profile: Profile) -> bool:
    """Whether the profile says that the tenant has no such attribute."""
    head, _, name = policy.ifs[0].partition(".")
    return head != "contact" and name not in profile.ifs_set(SETS[head]).present


def accounts_in_question(cases: Iterable[SupplierCase], profile: Profile) -> frozenset[str]:
    """Accounts that may have to be carried: their validity in the leading company must be known."""
    fields = {name: policy for name, policy in profile.suppliers.fields.items() if policy.form == "account"}
    wanted: set[str] = set()
    for case in cases:
        for name, policy in fields.items():
            sides = _both(case, name, policy, profile)
            if sides[0] != sides[1]:
                wanted.update(state.text for state in sides if state is not None and not isinstance(state, Unknown))
    return frozenset(wanted)


def _at_ifs(case: SupplierCase, place: str) -> Texts:
    return () if case.ifs is None else case.ifs.at(place, making=case.making)


def _at_record(case: SupplierCase, place: str) -> Texts:
    return () if case.record is None else at_jaggaer(case.record, place)


def _unsure(case: SupplierCase, place: str) -> bool:
    """No extended field came at all: nothing was cleared by that (DESIGN, law 11), yet it may be filled."""
    return place.startswith("de.") and case.record is not None and not extended_data_came(case.record)
