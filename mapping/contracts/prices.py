"""The price rows of one agreement: made, changed, ended, never deleted (DESIGN, law 11)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from ifs_jaggaer.errors import Rejected
from mapping.contracts.case import ENDED, HEAD, STATUS, ContractCase, PriceRow, Sent, of_row, price_rows
from mapping.contracts.model import FIELDS, LINE_PART, Line, PriceKey, Terms, names, overlapping
from mapping.contracts.resolving import Resolving
from mapping.contracts.weigh import BY_ITSELF, Course, changed, shown, weigh
from mapping.contracts.writes import new_price, update_price
from mapping.findings import Findings
from mapping.kinds import Change, Instructions, Item, ItemKind, Write
from mapping.profile import Profile

UNTIL = "ValidUntil"


@dataclass(slots=True)
class Prices:
    """The prices of one contract on their way to a decision; `sent` and `found` are the decision's own."""

    case: ContractCase
    terms: Terms
    profile: Profile
    as_of: date
    told: Instructions
    sent: Sent
    found: Findings
    writes: list[Write] = field(default_factory=list)
    rows: dict[PriceKey, PriceRow] = field(init=False)
    faults: dict[PriceKey, Rejected] = field(init=False)
    resolving: Resolving = field(init=False)
    _items: dict[str, str] = field(init=False)
    _breaks: Counter[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        always = self.profile.contracts.put_back
        self.resolving = Resolving(self.case.code, always, self.told, self.sent, self.found)
        self.rows, self.faults = price_rows(self.case.prices, self.profile)
        keyed = {line.key for line in self.terms.lines} | {line.key for line in self.terms.bad if line.key}
        self._breaks = Counter((key.part, key.quantity) for key in keyed | self.rows.keys() | self.faults.keys())
        self._items = {line.key.part: line.item for line in self.terms.lines}
        self._items |= {line.part: line.item for line in self.terms.bad if line.part}

    def name(self, key: PriceKey) -> str:
        """What items call a price; with its first day where its item and quantity have several."""
        several = f"/{key.valid_from}" if self._breaks[key.part, key.quantity] > 1 else ""
        return f"prices[{self._items.get(key.part, key.part)}/{key.quantity}{several}]"

    def tell(self) -> None:
        """The lines that cannot go, and what is only worth saying."""
        for line in self.terms.bad:
            unnamed = "/".join(filter(None, (line.item, f"#{line.place}")))
            name = self.name(line.key) if line.key else f"prices[{unnamed}]"
            fault = line.fault
            self.found.rejected(f"{name}.{fault.field}" if fault.field else name, fault)
        self.found.notes += overlapping(self.terms.lines, lambda line: self.name(line.key))
        if not self.terms.came:
            self.found.notes.append("no price came: those in IFS stay as they are")

    def foreseen(self) -> tuple[Change, ...]:
        """What the rows of an agreement that is to be made will hold."""
        made = (new_price("", line, self.name(line.key), self.profile) for line in self.terms.lines)
        return tuple(change for each in made for change in each.changes)

    def weigh(self) -> None:
        """Every row that the contract states, then those that it does not state any more."""
        if not self.terms.came:
            return
        standing = [key for key in self.sent.prices if not self.sent.ended(key)]
        if standing and not self.case.prices:
            # Absence is not emptiness: a lost permission looks like an empty set (DESIGN, law 11).
            reason = f"IFS shows none of the {len(standing)} prices of agreement {self.case.agreement_id} any more"
            remedy = "check the permissions of the service user in IFS; restore them there if somebody deleted them"
            self.found.add(Item(ItemKind.HELD, "prices", None, reason, remedy))
            return
        for line in self.terms.lines:
            name = self.name(line.key)
            if name in self.told.without:
                continue
            if line.key in self.faults:
                self.found.rejected(name, self.faults[line.key])
            elif line.key in self.rows:
                self._both(line, self.rows[line.key], name)
            else:
                self._missing(line, name)
        self._no_longer_listed()
        stated = {HEAD, STATUS, *map(of_row, self.rows), *(of_row(line.key) for line in self.terms.lines)}
        for row in self.sent.accepted.keys() - stated:
            self.resolving.settled(row)

    def _missing(self, line: Line, name: str) -> None:
        base, row, stated = self.sent.of_price(line.key), of_row(line.key), line.values["Price"]
        if base is not None and not (changed(base, line.values) or self.resolving.puts_back(row, name, stated)):
            self.resolving.stands(row, name, stated, "was sent, and is gone in IFS")
            return
        self.resolving.settled(row)
        self.writes.append(new_price(self.case.agreement_id, line, name, self.profile))
        self.sent.prices[line.key] = dict(line.values)

    def _both(self, line: Line, row: PriceRow, name: str) -> None:
        base = self.sent.settled_price(line.key, Sent.of(self.case.announced), row.values)
        ended, own = self.sent.ended(line.key), of_row(line.key)
        weighed = weigh(base, row.values, line.values, ended=ended)
        difference = shown(names(LINE_PART, self.profile), row.values, line.values, weighed.differing)
        if weighed.course is Course.CONFLICT and self.resolving.puts_back(own, name, difference):
            weighed = weigh(base, row.values, line.values, ended=ended, put_back=True)
        if weighed.course is Course.HOLD and self.told.approved.get(name) != difference:
            self.found.add(Item(ItemKind.HELD, name, difference, weighed.reason, BY_ITSELF, brake=True))
        elif weighed.course is Course.CONFLICT:
            self.resolving.stands(own, name, difference, weighed.reason)
            if own in self.sent.accepted:
                self.sent.prices[line.key] = dict(line.values)
        else:
            self.resolving.settled(own)
            self._write(row, name, {each: line.values[each] for each in weighed.differing})
            if weighed.note:
                self.found.notes.append(f"{name}: {weighed.note}")
            self.sent.prices[line.key] = dict(line.values)

    def _write(self, row: PriceRow, name: str, values: Mapping[str, str | None]) -> None:
        if values:
            self.writes.append(update_price(row, name, values, self.profile))

    # --- what is gone from the list ---

    def _no_longer_listed(self) -> None:
        """A row that no line stands for has ended, if the list tells what all its lines stand for."""
        if any(line.part is None for line in self.terms.bad):
            return
        listed = {line.key for line in self.terms.lines} | {line.key for line in self.terms.bad}
        vague = {line.part for line in self.terms.bad if line.key is None}
        for key, row in self.rows.items():
            until = row.values.get(UNTIL, "")  # "": it did not come
            over = until is not None and (until < self.as_of.isoformat() or self._ended_before_it_began(row, until))
            if key not in listed and key.part not in vague and not over and self.name(key) not in self.told.without:
                self._end(row, until)

    def _ended_before_it_began(self, row: PriceRow, until: str) -> bool:
        """Whether its last day to come is the one that we gave it; of a lost store, one that we would have given."""
        if self.case.base is None and "" < until <= row.key.valid_from:
            self.sent.prices[row.key] = {**row.values, ENDED: "true"}
            return True
        sent = self.sent.of_price(row.key)
        return self.sent.ended(row.key) and sent is not None and sent.get(UNTIL) == until

    def _end(self, row: PriceRow, until: str | None) -> None:
        name, own = self.name(row.key), of_row(row.key)
        ours = row.key in self.sent.prices
        if not ours and not self.resolving.puts_back(own, name, described(row, self.terms.currency)):
            self._by_hand(row, name)
            return
        if self.sent.ended(row.key) and not self.resolving.puts_back(own, name, until or "open"):
            reason = "ended with its line in the contract, and was extended in IFS"
            self.resolving.stands(own, name, until or "open", reason)
            return
        self.resolving.settled(own)
        field_name, value = f"{name}.{FIELDS[UNTIL]}", until or "open"
        # IFS knows no last day before the first one, which is part of the key.
        end = max((self.as_of - timedelta(days=1)).isoformat(), row.key.valid_from)
        begun = row.key.valid_from < self.as_of.isoformat()
        if self.told.approved.get(field_name) != value:
            when = "the day before this run" if begun else f"its first day, {end}: IFS knows no end before that"
            reason = f"no longer among the prices of the contract: it ends with {when}"
            self.found.add(Item(ItemKind.HELD, field_name, value, reason, BY_ITSELF, brake=True))
            return
        if not begun:
            self.found.notes.append(
                f"{name}: withdrawn before its first day was over; in IFS it is valid on {end} alone: "
                "delete it there if nobody may buy at it on that day"
            )
        self._write(row, name, {UNTIL: end})
        self.sent.prices[row.key] = {**row.values, **self.sent.prices.get(row.key, {}), UNTIL: end, ENDED: "true"}

    def _by_hand(self, row: PriceRow, name: str) -> None:
        """A price that a planner added, or of which a lost store no longer tells whose it is."""
        item = self._items.get(row.key.part, row.key.part)
        known = self.sent.known
        reason = "IFS has it, no line of the contract does, and it is not known to be ours"
        self.resolving.stands(
            of_row(row.key),
            name,
            described(row, self.terms.currency),
            "was added in IFS by hand: no line of the contract states this price" if known else reason,
            f"if nobody may buy at it, let it end in IFS (ValidUntil); if it holds, state it at JAGGAER: {item} from "
            f"{row.key.quantity} on, first day {row.key.valid_from}",
            back="have it ended",
        )


def described(row: PriceRow, currency: str) -> str:
    """A row of IFS in words."""
    values = row.values
    less = f" less {values['Discount']} %" if (values.get("Discount") or "0") != "0" else ""
    much = f"{values.get('Price') or 'no price'} {currency}{less} per {values.get('PriceUnitMeas') or 'unit'}"
    return f"{much} from {row.key.quantity} on, {row.key.valid_from} to {values.get(UNTIL) or 'open'}"
