"""What comes back of an order, status only: the supplier's acknowledgement and promised dates (contracts/mapping.md).

JAGGAER alone may change these fields. Each is weighed by itself between what JAGGAER says now, what IFS has, and how
both stood when it was last settled (DESIGN, the merge of a field with a direction).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

from connectors.jaggaer.models import Acknowledgement
from mapping.kinds import Change, IfsUpdate, Item, ItemKind
from mapping.purchasing.lines import LineKey, numbered
from mapping.remedies import let_go, resolve

if TYPE_CHECKING:
    from connectors.ifs.models import PurchaseOrderLine
    from mapping.kinds import Instructions
    from mapping.profile import Profile
    from mapping.purchase_orders.case import OrderCase

ORDER, LINE = "purchase_order", "purchase_order_line"


@dataclass(frozen=True, slots=True)
class Stand:
    """How a field stood on both sides when it was last settled; `revision`: JAGGAER's when it said so.

    `silent`: a later revision took it away there, and it was not said anew yet.
    """

    jaggaer: str
    ifs: str
    revision: int
    silent: bool = False


Kept: TypeAlias = Mapping[str, Stand]
"""What was settled, by the name of the field."""


def read_kept(text: str | None) -> Kept:
    """What `keep` wrote."""
    return {name: Stand(*told) for name, told in json.loads(text or "{}").items()}


def keep(kept: Kept) -> str | None:
    """As a snapshot keeps it; None for nothing."""
    told = {
        name: [stand.jaggaer, stand.ifs, stand.revision, *([True] if stand.silent else [])]
        for name, stand in sorted(kept.items())
    }
    return json.dumps(told, ensure_ascii=False) if told else None


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `jaggaer` is what is said there, None where it was not seen; `ifs` what IFS has; "" is empty.

    `revision`: JAGGAER's when it said so.
    """

    name: str
    set: str
    key: tuple[str, ...]
    attribute: str
    jaggaer: str | None
    ifs: str
    revision: int


@dataclass(frozen=True, slots=True)
class Back:
    """What is to be written to IFS, what stands open, and what is kept once that is written.

    `settled` says that nothing which JAGGAER told is left to be carried over.
    """

    kept: Kept
    writes: tuple[IfsUpdate, ...] = ()
    items: tuple[Item, ...] = ()
    notes: tuple[str, ...] = ()
    settled: bool = True


def fields_of(case: OrderCase) -> Iterator[Field]:
    """The fields that this tenant has, of the order and of each line that IFS shows."""
    if case.rows is None:
        return
    head, header, kept = case.rows.head, case.header, case.back
    said = (header and header.acknowledgement) or Acknowledgement()
    own = (case.number,)
    for name, attribute, said_there, came, has in (
        ("number", "AckOrderNo", said.number, head.came("ack_order_no"), head.ack_order_no),
        ("date", "AckDate", _day(said.date), head.came("ack_date"), _day(head.ack_date)),
    ):
        if came:
            there = (said_there or "").strip() if header else None
            yield Field(
                f"header.acknowledgement.{name}", ORDER, own, attribute, there, (has or "").strip(), case.revision
            )
    rows: dict[LineKey, PurchaseOrderLine] = {
        (row.line_no or "", row.release_no or ""): row for row in case.rows.lines if row.came("promised_delivery_date")
    }
    promised = _promised(case)
    for number, key in numbered(case.link.detail if case.link else None, rows).items():
        row = rows.get(key)
        if row is None:
            continue
        at = f"lines[{number}].promisedDeliveryDate"
        has = _day(row.promised_delivery_date)
        told, revision = (promised.get(number), case.revision) if promised is not None else _as_read(kept.get(at), case)
        yield Field(at, LINE, (case.number, *key), "PromisedDeliveryDate", told, has, revision)


def _as_read(before: Stand | None, case: OrderCase) -> tuple[str | None, int]:
    """Of lines that were not read again, JAGGAER still says what it said when they were, as of that revision."""
    if before is None:
        return None, case.revision
    return ("", case.revision) if before.silent else (before.jaggaer, before.revision)


def _promised(case: OrderCase) -> dict[str, str] | None:
    """The promised dates by line, "" where there is none; None where the lines were not read."""
    if case.whole is None or case.whole.lines is None:
        return None
    return {line.line_number: _day(line.promised_delivery_date) for line in case.whole.lines}


def weigh(case: OrderCase, profile: Profile, told: Instructions) -> Back:
    """Decides every field."""
    return _Weighing(case, profile, told, case.back).weigh()


@dataclass(slots=True)
class _Weighing:
    case: OrderCase
    profile: Profile
    told: Instructions
    kept: Kept
    stands: dict[str, Stand] = field(default_factory=dict)
    items: list[Item] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    open: bool = False

    def weigh(self) -> Back:
        self.stands = dict(self.kept)
        wanted: dict[tuple[str, ...], list[Field]] = {}
        for each in fields_of(self.case):
            if self._goes(each):
                wanted.setdefault((each.set, *each.key), []).append(each)
        return Back(
            self.stands,
            tuple(self._update(at, mine) for at, mine in wanted.items()),
            tuple(self.items),
            tuple(self.notes),
            settled=not self.open,
        )

    def _goes(self, each: Field) -> bool:
        """Whether JAGGAER's value is to be written; what else becomes of the field is noted on the way."""
        before, said = self.kept.get(each.name), each.jaggaer
        if said is None:
            return False
        if before:
            silent = not said and bool(before.jaggaer) and each.revision > before.revision
            self.stands[each.name] = replace(before, silent=silent)
        if said == each.ifs or "ifs" in self._winners(each):
            if said or before:
                self.stands[each.name] = Stand(said, each.ifs, each.revision)
            return False
        if "jaggaer" in self._winners(each):
            return self._write(each)
        return self._differs(each, before) if said else self._withdrawn(each, before)

    def _differs(self, each: Field, before: Stand | None) -> bool:
        if before and before.jaggaer == each.jaggaer:
            return self._changed_in_ifs(each, before)
        if before is None and not self.case.known_there and each.ifs:
            return self._conflict(each, "they differ, and it is not known what was carried over last")
        if each.ifs and (before is None or before.ifs != each.ifs):
            self.notes.append(f"{each.name}: IFS had {each.ifs}, JAGGAER's {each.jaggaer} goes")
        return self._write(each)

    def _withdrawn(self, each: Field, before: Stand | None) -> bool:
        """Empty at JAGGAER: not acknowledged yet, or not again after a revision; else it was taken back there."""
        if before is None or not before.jaggaer or each.revision > before.revision:
            return False
        if before.ifs != each.ifs:
            return self._conflict(each, "taken back at JAGGAER, changed in IFS")
        if self.told.approved.get(each.name) == each.ifs:
            return self._write(each)
        self.open = True
        self.items.append(
            Item(
                ItemKind.HELD,
                each.name,
                each.ifs,
                "is no longer at JAGGAER: it would be cleared in IFS",
                f"ask the supplier; {let_go('purchase-orders')} lets it go",
                brake=True,
                ifs=each.ifs,
            )
        )
        return False

    def _changed_in_ifs(self, each: Field, before: Stand) -> bool:
        if before.ifs == each.ifs:
            return False  # a person let IFS have its own
        if self.profile.purchase_orders.put_back:
            return self._write(each)
        return self._conflict(each, "changed in IFS, though it may only be changed at JAGGAER")

    def _write(self, each: Field) -> bool:
        if each.name in self.told.without:
            self.open = True
            return False
        assert each.jaggaer is not None  # noqa: S101 - told to the type checker; `_goes` has looked
        self.stands[each.name] = Stand(each.jaggaer, each.jaggaer, each.revision)
        return True

    def _conflict(self, each: Field, reason: str) -> bool:
        self.open = True
        self.items.append(
            Item(
                ItemKind.CONFLICT,
                each.name,
                f"IFS {each.ifs or 'empty'}, JAGGAER {each.jaggaer or 'empty'}",
                reason,
                f"{resolve('purchase-orders', self.case.key, 'jaggaer', each.name)} writes JAGGAER's; "
                f"{resolve('purchase-orders', self.case.key, 'ifs', each.name)} leaves both as they are",
            )
        )
        return False

    def _winners(self, each: Field) -> set[str | None]:
        return {self.told.winners.get("*"), self.told.winners.get(each.name)}

    def _update(self, at: tuple[str, ...], fields: list[Field]) -> IfsUpdate:
        set_name, *key = at
        return IfsUpdate(
            set=set_name,
            key=tuple(key),
            etag=self.case.etags.get(at),
            values={each.attribute: each.jaggaer or None for each in fields},
            changes=tuple(Change(each.name, each.ifs or None, each.jaggaer or None) for each in fields),
        )


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""
