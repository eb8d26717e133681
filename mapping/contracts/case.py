"""All that one contract is decided from: JAGGAER's record, the agreement in IFS, and what was last sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from connectors.ifs.literals import canonical
from connectors.wire import Row
from ifs_jaggaer.errors import Rejected
from mapping.contracts.model import HEAD_PART, LINE_PART, OF_HEAD, OF_LINE, PriceKey, Terms, Texts, code_of
from mapping.contracts.weigh import same
from mapping.extras import attributes
from mapping.fields import at_ifs, one
from mapping.kinds import Link, Snapshot
from mapping.profile import Profile
from mapping.watching import Watch

CLOSED = "Closed"
HEAD = "head"
STATUS = "status"
ACCEPTED = "accepted"
ENDED = "ended"
"""In the snapshot of a price row: we ended it."""


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A price row of IFS; `values` lacks what did not come."""

    row: Row
    key: PriceKey
    values: Texts


@dataclass(frozen=True, slots=True)
class ContractCase:
    """One contract. `terms` is None where JAGGAER does not show it, or where `fault` says why it cannot be read.

    `agreement` is the linked one, else the one with our mark; `twins`: further ones with that mark, where nothing
    tells which is ours, and `marked`: all with that mark, to be watched. `announced`: what a run was about to send,
    which need not have been settled. `supplier`: IFS's number by link, "" without one; `suppliers`: both, where they
    differ.
    """

    code: str
    terms: Terms | None = None
    fault: Rejected | None = None
    link: Link | None = None
    base: Snapshot | None = None
    announced: Snapshot | None = None
    agreement: Row | None = None
    twins: tuple[Row, ...] = ()
    marked: Watch | None = None
    prices: tuple[Row, ...] = ()
    supplier: str = ""
    suppliers: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        return self.code

    @property
    def agreement_id(self) -> str:
        """By the agreement itself, or by its link where IFS does not show it."""
        if self.agreement is not None:
            return self.agreement.key[-1]
        return self.link.ifs_key if self.link else ""

    @property
    def references(self) -> tuple[str, ...]:
        own = (f"jaggaer:{self.code}",)
        return (*own, f"ifs:{self.agreement_id}") if self.agreement_id else own

    @property
    def closed(self) -> bool:
        return one(at_ifs(self.agreement, "Objstate")) == CLOSED


def agreement_code(row: Row) -> str:
    """The contract that an agreement's mark names, "" for somebody else's agreement."""
    return code_of(one(at_ifs(row, "ExternalReference")))


def head_of(row: Row, profile: Profile) -> Texts:
    """The agreement's own attributes. Raises Rejected where one is not of its type."""
    return _texts(row, (*OF_HEAD, *attributes(HEAD_PART, profile)), profile)


def price_rows(rows: Iterable[Row], profile: Profile) -> tuple[dict[PriceKey, PriceRow], dict[PriceKey, Rejected]]:
    """The price rows by what makes them their own, and those that cannot be read."""
    found: dict[PriceKey, PriceRow] = {}
    faults: dict[PriceKey, Rejected] = {}
    own = (*OF_LINE, *attributes(LINE_PART, profile))
    for row in rows:
        _, part, quantity, valid_from = row.key
        key = PriceKey(part, quantity, valid_from)
        try:
            found[key] = PriceRow(row, key, _texts(row, own, profile))
        except Rejected as fault:
            faults[key] = fault
    return found, faults


def _texts(row: Row, names: Iterable[str], profile: Profile) -> Texts:
    kinds = profile.ifs_set(row.kind).present
    texts: dict[str, str | None] = {}
    for name in names:
        if name not in kinds or name not in row.values:
            continue
        value = row.values[name]
        if isinstance(value, list | dict):
            value = None
        try:
            texts[name] = (canonical(kinds[name], value).strip() or None) if value not in {None, ""} else None
        except ValueError as error:
            raise Rejected(
                str(error), system="ifs", record="/".join(row.key), field=name, value=str(value)[:80],
                remedy="correct it in IFS, or the attribute's type in the profile",
            ) from None  # fmt: skip
    return texts


# --- what was last sent -----------------------------------------------------------------------


@dataclass(slots=True)
class Sent:
    """What was last sent, row by row, on its way from one snapshot to the next. `known`: there is one at all.

    `accepted`: conflicts that a person let be, by `HEAD`, `STATUS` or the row's `of_row`, and what they were about.
    """

    known: bool
    accepted: dict[str, str] = field(default_factory=dict)
    head: dict[str, str | None] | None = None
    prices: dict[PriceKey, dict[str, str | None]] = field(default_factory=dict)

    @classmethod
    def of(cls, base: Snapshot | None) -> Sent:
        sent = cls(known=base is not None)
        for name, value in (base.fields if base else {}).items():
            # The part comes last: it alone may hold the separator.
            what, attribute, *key = name.split("|", 4)
            if what == ACCEPTED:
                sent.accepted[name.partition("|")[2]] = value or ""
            elif what == HEAD:
                sent.head = {**(sent.head or {}), attribute: value}
            else:
                quantity, valid_from, part = key
                sent.prices.setdefault(PriceKey(part, quantity, valid_from), {})[attribute] = value
        return sent

    def fields(self) -> Mapping[str, str | None]:
        """As a snapshot keeps it."""
        fields = {f"{HEAD}|{name}": value for name, value in (self.head or {}).items()}
        fields |= {f"{ACCEPTED}|{row}": about for row, about in self.accepted.items()}
        for key, values in self.prices.items():
            for name, value in values.items():
                fields[f"price|{name}|{key.quantity}|{key.valid_from}|{key.part}"] = value
        return fields

    def ended(self, key: PriceKey) -> bool:
        return ENDED in self.prices.get(key, {})

    def settled_head(self, announced: Sent, ifs: Texts) -> Texts | None:
        """What was last sent of the agreement itself."""
        return _as_announced(announced.head, ifs) if self.head is None else self.head

    def settled_price(self, key: PriceKey, announced: Sent, ifs: Texts) -> Texts | None:
        """What was last sent of a price row, without the note that we ended it."""
        return self.of_price(key) if key in self.prices else _as_announced(announced.of_price(key), ifs)

    def of_price(self, key: PriceKey) -> Texts | None:
        """What was sent of a price row, without the note that we ended it."""
        sent = self.prices.get(key)
        return None if sent is None else {name: value for name, value in sent.items() if name != ENDED}


def of_row(key: PriceKey) -> str:
    """The name of a price row among the conflicts that a person let be."""
    return f"{key.quantity}|{key.valid_from}|{key.part}"


def _as_announced(announced: Texts | None, ifs: Texts) -> Texts | None:
    """What was to be sent counts as sent where IFS has exactly that."""
    if announced is None:
        return None
    return announced if all(same(name, ifs[name], value) for name, value in announced.items() if name in ifs) else None
