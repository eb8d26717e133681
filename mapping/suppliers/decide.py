"""What shall happen to one supplier (DESIGN, suppliers; laws 4, 5, 9, 11)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from ifs_jaggaer.errors import Rejected, System
from mapping.dates import day, within
from mapping.fields import at_ifs, at_jaggaer, number_key, one
from mapping.kinds import Action, Decision, Instructions, Item, ItemKind, Link, Settlement, Write
from mapping.merge import Outcome, Policy, State, Unknown, Value, Verdict, merge
from mapping.profile import Profile
from mapping.profile_tables import FieldPolicy
from mapping.remedies import let_go, resolve
from mapping.suppliers.case import RECORD, SupplierCase, bravo_id, states
from mapping.suppliers.writes import Carried, new_general, to_ifs, to_jaggaer

MATCHED = "matched by "
"""The note on a supplier that is linked now: what its two records have in common follows."""


def decide(case: SupplierCase, profile: Profile, as_of: date, told: Instructions) -> Decision:
    """One supplier. Raises nothing: what cannot be decided is an item that says why."""
    if case.doubt:
        resolved = _resolved(case, told)
        if resolved is None:
            return _doubtful(case)
        case = resolved
    if case.link is not None and (case.ifs is None or case.record is None):
        return _one_sided(case)
    weighed = _Weighing(case, profile, as_of, told)
    if case.ifs is None:
        return weighed.new_in_ifs()
    if case.record is None:
        return weighed.new_at_jaggaer()
    return weighed.both()


@dataclass(slots=True)
class _Weighing:
    """The fields of one supplier on their way to a decision."""

    case: SupplierCase
    profile: Profile
    as_of: date
    told: Instructions
    items: list[Item] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    snapshot: dict[str, str | None] = field(default_factory=dict)

    # --- known to both ---

    def both(self) -> Decision:
        """The three-way merge of a supplier that both systems have."""
        if self.case.base is not None:
            self.snapshot.update(self.case.base.fields)
        if self.case.matched_by:
            self.notes.append(f"{MATCHED}{self.case.matched_by}")
        carried: dict[System, list[Carried]] = {"ifs": [], "jaggaer": []}
        for name, policy, ifs, jaggaer in self._fields():
            outcome = merge(name, self._policy(policy), self.case.base_of(name), ifs, jaggaer, told=self.told)
            self._note_difference(name, policy)
            if outcome.verdict is Verdict.CARRY and not self._may_go(name, policy, outcome.value):
                continue
            if outcome.verdict is Verdict.CARRY and outcome.target is not None:
                present = ifs if outcome.target == "ifs" else jaggaer
                carried[outcome.target].append(Carried(name, policy, outcome.value, shown(present)))
            if outcome.verdict in {Verdict.AGREED, Verdict.CARRY}:
                self.snapshot[name] = None if outcome.value is None else outcome.value.compare
            else:
                self._tell(name, outcome, ifs, jaggaer)
        return self._merged(carried)

    def _merged(self, carried: Mapping[System, list[Carried]]) -> Decision:
        case = self.case
        mark, number = self._key_to_write("mark"), self._key_to_write("number")
        make = self._missing_rows() if case.making else frozenset()
        writes: list[Write] = list(to_ifs(case, carried["ifs"], self.profile, mark=mark, make=make))
        if carried["jaggaer"] or number:
            # Last, so that a supplier in the making shows as such until all its rows are there.
            writes.append(to_jaggaer(case, carried["jaggaer"], self.profile, number=number))
        settled = self.case.base is None or self.snapshot != dict(self.case.base.fields)
        link = Link(RECORD, case.supplier_id, case.bravo_id)
        settlement = None
        if settled or case.link is None or case.link.detail:
            settlement = Settlement(link=link, snapshot=self.snapshot)
        action = Action.CREATE if make else Action.UPDATE
        if not writes:
            action = Action.NONE if self.items else Action.SKIP
        return self._decision(action, tuple(writes), settlement)

    def _missing_rows(self) -> frozenset[str]:
        supplier = self.case.ifs
        heads = ("address", "finance", "purchase")
        return frozenset(head for head in heads if supplier is not None and supplier.row(head, "") is None)

    def _key_to_write(self, name: str) -> bool:
        """Whether a side lacks the other's key; one that names somebody else is a conflict."""
        case = self.case
        if case.ifs is None or case.record is None or name in self.told.without:
            return False
        if name == "mark":
            found, own = at_ifs(case.ifs.general, "Cf_JaggaerId"), case.bravo_id
        else:
            found, own = at_jaggaer(case.record, "info.extCode"), case.supplier_id
        if isinstance(found, Unknown):
            return False
        if one(found) not in {"", own}:
            where = "Cf_JaggaerId in IFS" if name == "mark" else "extCode in JAGGAER"
            self.items.append(
                Item(
                    ItemKind.CONFLICT,
                    name,
                    one(found),
                    f"{where} is {one(found)}, but the supplier is linked with {own}",
                    "correct it there, or remove the link",
                )
            )
        return not one(found)

    # --- known to one ---

    def new_at_jaggaer(self) -> Decision:
        """A supplier that only IFS has."""
        carried = self._sendable("ifs")
        if self._lacks({"name", "country"}, carried) or self._status_failed():
            return self._decision(Action.NONE, (), None)
        self.snapshot = {each.name: each.value.compare for each in carried if each.value is not None}
        settlement = Settlement(link=Link(RECORD, self.case.supplier_id, ""), learns="bravoId", snapshot=self.snapshot)
        post = to_jaggaer(self.case, carried, self.profile, number=True)
        return self._decision(Action.CREATE, (post,), settlement, again=True)

    def new_in_ifs(self) -> Decision:
        """A supplier that only JAGGAER has: its general row first, the others once its number is known."""
        refused = self._not_yet()
        if refused:
            self.notes.append(refused)
            return self._decision(Action.OUT_OF_SCOPE, (), None)
        carried = self._sendable("jaggaer")
        if self._lacks({"name", "country"}, carried) or self._status_failed():
            return self._decision(Action.NONE, (), None)
        general = new_general(self.case, carried, self.profile)
        link = Link(RECORD, "", self.case.bravo_id, {"made_from": "jaggaer"})
        return self._decision(Action.CREATE, (general,), Settlement(link=link, learns="SupplierId"), again=True)

    def _not_yet(self) -> str:
        """Why the setting does not let it be made, "" if it does."""
        setting = self.profile.suppliers.create_in_ifs
        if setting == "off":
            return "only in JAGGAER: the profile says that none is made in IFS"
        record = self.case.record
        if record is None:
            return ""
        found = states(self.case, self.profile)
        status = found["status"][1] if "status" in found else None
        mildest = next(iter(self.profile.maps["status"].values), "")
        if isinstance(status, Unknown) or status is None or status.problem or status.compare != mildest:
            return f"only in JAGGAER, with status {shown(status) or 'unknown'}: made in IFS once it is active"
        if setting == "qualified":
            said = one(at_jaggaer(record, "de.QUALIFICATION"))
            if said not in self.profile.suppliers.qualified:
                return f"only in JAGGAER, qualification {said or 'none'}: made in IFS once it is qualified"
        return ""

    def _sendable(self, source: System) -> list[Carried]:
        """The fields of a supplier that the other side shall get with its creation."""
        carried: list[Carried] = []
        for name, policy, ifs, jaggaer in self._fields():
            state = ifs if source == "ifs" else jaggaer
            if state is None or isinstance(state, Unknown) or not self._policy(policy).allows(source):
                continue
            if policy.form == "bank" and self.told.winners.get(name) != source:
                self.notes.append(f"{name} {state.text} only in {_NAMES[source]}: carried when a person says so")
            elif state.problem is not None:
                self.items.append(dead_letter(name, state.problem))
            elif self._may_go(name, policy, state):
                carried.append(Carried(name, policy, state, None))
        return carried

    def _lacks(self, needed: set[str], carried: list[Carried]) -> bool:
        """Without these neither system takes a supplier; those that are there and bad are told already."""
        missing = needed - {each.name for each in carried} - {item.field for item in self.items}
        self.items += [
            Item(ItemKind.DEAD_LETTER, name, None, "is empty, and no supplier can be made without it", "fill it in")
            for name in sorted(missing)
        ]
        return bool(needed - {each.name for each in carried})

    def _status_failed(self) -> bool:
        """A status that is not understood might be a blocked one."""
        return any(item.field == "status" for item in self.items)

    # --- fields ---

    def _fields(self) -> Iterator[tuple[str, FieldPolicy, State, State]]:
        """Every field, the status first, whatever else is wrong with the supplier."""
        found = states(self.case, self.profile)
        for name in sorted(found, key=lambda name: name != "status"):
            if name not in self.told.without:
                yield name, self.profile.suppliers.fields[name], *found[name]

    def _policy(self, policy: FieldPolicy) -> Policy:
        form, _, named = policy.form.partition(":")
        strictness = tuple(self.profile.maps[named].values) if form == "map" else ()
        return Policy(
            direction=policy.direction,
            winner=policy.winner,
            strictness=strictness,
            put_back=self.profile.suppliers.put_back,
            guarded=form == "bank",
        )

    def _may_go(self, name: str, policy: FieldPolicy, value: Value | None) -> bool:
        """An account must be known and valid in the leading company (contracts/mapping.md)."""
        if policy.form != "account" or value is None:
            return True
        row, lead = self.case.accounts.get(value.text), self.profile.lead
        if row is None:
            self.items.append(
                Item(
                    ItemKind.WAITING,
                    name,
                    value.text,
                    f"account {value.text} is not known in company {lead}",
                    f"create it in company {lead}, or correct it in the supplier",
                    waits_for=f"account:{lead}:{value.text}",
                )
            )
            return False
        try:
            first, last = (day(row.values.get(end), end) for end in ("ValidFrom", "ValidUntil"))
        except Rejected as problem:
            self.items.append(dead_letter(name, problem))
            return False
        if within(self.as_of, first, last):
            return True
        self.items.append(
            Item(
                ItemKind.DEAD_LETTER,
                name,
                value.text,
                f"account {value.text} of company {lead} is not valid on {self.as_of} (from {first} until {last})",
                "name a valid account in the supplier, or extend the account's validity in IFS",
            )
        )
        return False

    def _tell(self, name: str, outcome: Outcome, ifs: State, jaggaer: State) -> None:
        """What a person sees of a field that does not go."""
        match outcome.verdict:
            case Verdict.DEAD_LETTER if outcome.problem is not None:
                self.items.append(dead_letter(name, outcome.problem))
            case Verdict.CONFLICT:
                both = f"IFS: {shown(ifs) or '(empty)'} / JAGGAER: {shown(jaggaer) or '(empty)'}"
                ifs_wins, jaggaer_wins = (resolve("suppliers", self.case.key, one, name) for one in ("ifs", "jaggaer"))
                remedy = f"correct it in one of the systems, or name the winner: {ifs_wins} or {jaggaer_wins}"
                self.items.append(Item(ItemKind.CONFLICT, name, both, outcome.reason, remedy))
            case Verdict.BRAKE:
                self.items.append(
                    Item(
                        ItemKind.HELD,
                        name,
                        shown(outcome.value),
                        outcome.reason,
                        f"nothing to do below the limit; above it check the list, then {let_go('suppliers')}",
                        brake=True,
                    )
                )
            case _:
                if outcome.reason:
                    self.notes.append(f"{name}: {outcome.reason}")

    def _note_difference(self, name: str, policy: FieldPolicy) -> None:
        """A field with two places is read from the first; a difference is a warning (contracts/mapping.md)."""
        record = self.case.record
        if record is None or policy.form != "number" or len(policy.jaggaer) == 1:
            return
        first, *others = (one(at_jaggaer(record, place)) for place in policy.jaggaer)
        for place, text in zip(policy.jaggaer[1:], others, strict=True):
            if first and text and number_key(text) != number_key(first):
                self.notes.append(f"{name}: {policy.jaggaer[0]} and {place} differ at JAGGAER")

    def _decision(
        self,
        action: Action,
        writes: tuple[Write, ...],
        settlement: Settlement | None,
        *,
        again: bool = False,
    ) -> Decision:
        case = self.case
        return Decision(
            key=case.key,
            other_key=case.bravo_id if case.supplier_id else "",
            action=action,
            writes=writes,
            items=tuple(self.items),
            settlement=settlement,
            again=again,
            notes=tuple(self.notes),
            base_version=case.base.version if case.base else 0,
        )


def dead_letter(name: str, problem: Rejected) -> Item:
    """The dead letter of one field."""
    where = f"{_NAMES[problem.system]}: " if problem.system else ""
    return Item(ItemKind.DEAD_LETTER, name, problem.value, f"{where}{problem.message}", problem.remedy)


def shown(state: State) -> str | None:
    """A state as a person and the audit may see it; bank data is masked already."""
    return None if state is None or isinstance(state, Unknown) else state.text


def _resolved(case: SupplierCase, told: Instructions) -> SupplierCase | None:
    """What a person said to a doubt: which record of JAGGAER it is, or (None) that it is another one."""
    if "link" not in told.approved:
        return None
    named = told.approved["link"]
    if named is None:
        return SupplierCase(case.ifs, case.record, case.link, case.base, accounts=case.accounts)
    if case.ifs is None:
        return None
    found = next((row for row in case.candidates if bravo_id(row) == named), None)
    return None if found is None else case.joined_with(found)


def _doubtful(case: SupplierCase) -> Decision:
    names = ", ".join("/".join(row.key) for row in case.candidates)
    side = "JAGGAER" if case.ifs is not None else "IFS"
    item = Item(
        ItemKind.HELD,
        "link",
        f"{side} {names}" if names else None,
        case.doubt,
        "decide whether they are one: set Cf_JaggaerId in IFS or extCode in JAGGAER to the other's number, "
        "or correct the numbers; nothing is merged or made until then",
    )
    return Decision(case.key, "", Action.NONE, items=(item,))


def _one_sided(case: SupplierCase) -> Decision:
    missing, key = ("IFS", case.supplier_id) if case.ifs is None else ("JAGGAER", case.bravo_id)
    item = Item(
        ItemKind.HELD,
        "record",
        key,
        f"linked, but {missing} does not show supplier {key} any more",
        f"check the permissions of the service user in {missing}, or restore it there: no linked one is made again",
    )
    return Decision(
        case.key,
        case.bravo_id,
        Action.NONE,
        items=(item,),
        base_version=case.base.version if case.base else 0,
    )


_NAMES: dict[System, str] = {"ifs": "IFS", "jaggaer": "JAGGAER"}
