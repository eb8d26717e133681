"""Counts and amounts of both sides, by currency and supplier, and what accounts for each difference.

Straight from what the two systems show, without asking what a run would decide: source = target + what is named,
to the last unit. What nobody can name a cause for is unexplained.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from mapping.money import exact_sum
from mapping.reconcile.documents import Cause

if TYPE_CHECKING:
    from datetime import date

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Entry:
    """One document as one system shows it.

    `key` is the source's key of what is counted, `own` that of this very record; `document` the key of the decision
    about it, where that is another. `amount` is None where none is
    stated. `void`: cancelled, it counts for nothing. `day` is the accounting or posting date. `by_hand`: a person
    enters it at the target, where it counts as it stands there, and not at all before that. `unmarked`: the target's
    record carries no mark of ours, so that a rule may explain why it is there. `apart`: why its amount may differ at
    the target although nothing is wrong.
    """

    key: str
    own: str
    supplier: str
    currency: str
    amount: Decimal | None
    company: str = ""
    state: str = ""
    void: bool = False
    day: date | None = None
    what: str = ""
    document: str = ""
    by_hand: bool = False
    unmarked: bool = False
    apart: tuple[Cause, str] | None = None

    @property
    def about(self) -> str:
        """The key of the decision about it."""
        return self.document or self.key

    @property
    def worth(self) -> Decimal:
        """Its amount, 0 where none is stated."""
        return self.amount or _ZERO


@dataclass(frozen=True, slots=True)
class Named:
    """What one document adds to the source's side over the target's: `count` of documents, `amount`.

    `about`: the key of the decision about it. `second`: it is one more at the target, which nothing has told of.
    """

    key: str
    about: str
    own: str
    currency: str
    supplier: str
    count: int
    amount: Decimal
    cause: Cause
    reason: str
    second: bool = False


@dataclass(slots=True)
class Figures:
    """Both sides' documents of one currency and supplier."""

    currency: str
    supplier: str
    source_count: int = 0
    source_amount: Decimal = _ZERO
    target_count: int = 0
    target_amount: Decimal = _ZERO
    named: list[Named] = field(default_factory=list)

    @property
    def ties(self) -> bool:
        """Whether what is named makes up the difference exactly."""
        return (
            self.source_count == self.target_count + sum(one.count for one in self.named)
            and exact_sum((self.target_amount, *(one.amount for one in self.named))) == self.source_amount
        )


Why = Mapping[str, tuple[Cause, str]]
"""By document: why its two sides differ, as the comparison of fields found it."""


Said = Mapping[str, str]
"""By document: all that the comparison of fields said of it, which may name records of the target."""

_SILENT: Said = {}


def tie(source: Iterable[Entry], target: Iterable[Entry], why: Why, said: Said = _SILENT) -> list[Figures]:
    """The figures by currency and supplier, in their order."""
    sources = {one.key: one for one in source if not one.void}
    targets: dict[str, list[Entry]] = {}
    for one in target:
        if not one.void:
            targets.setdefault(one.key, []).append(one)
    figures: dict[tuple[str, str], Figures] = {}

    def at(currency: str, supplier: str) -> Figures:
        return figures.setdefault((currency, supplier), Figures(currency, supplier))

    for key in dict.fromkeys((*sources, *targets)):
        here, there = _alike(_counted(sources.get(key), targets.get(key, [])), targets.get(key, []))
        if here:
            group = at(here.currency, here.supplier)
            group.source_count += 1
            group.source_amount = exact_sum((group.source_amount, here.worth))
        for one in there:
            group = at(one.currency, one.supplier)
            group.target_count += 1
            group.target_amount = exact_sum((group.target_amount, one.worth))
        about = next((one.about for one in (here, *there) if one), key)
        for named in _named(here, there, why.get(about), said.get(about, "")):
            at(named.currency, named.supplier).named.append(named)
    return [figures[name] for name in sorted(figures)]


def by_currency(figures: Sequence[Figures]) -> list[Figures]:
    """The same, all suppliers together."""
    sums: dict[str, Figures] = {}
    for one in figures:
        total = sums.setdefault(one.currency, Figures(one.currency, ""))
        total.source_count += one.source_count
        total.target_count += one.target_count
        total.source_amount = exact_sum((total.source_amount, one.source_amount))
        total.target_amount = exact_sum((total.target_amount, one.target_amount))
        total.named += one.named
    return [sums[name] for name in sorted(sums)]


def _counted(here: Entry | None, there: list[Entry]) -> Entry | None:
    if here is None or not here.by_hand:
        return here
    return replace(there[0], key=here.key, own=here.own, document=here.document) if there else None


def _alike(here: Entry | None, there: list[Entry]) -> tuple[Entry | None, list[Entry]]:
    """Each under the supplier and currency that the other names where it names none; the source's match first."""
    if here is None or not there:
        return here, there
    match = next((one for one in there if (one.currency, one.amount) == (here.currency, here.amount)), there[0])
    rest = [one for one in there if one is not match]
    supplier, currency = here.supplier or match.supplier, here.currency or match.currency
    known = replace(here, supplier=supplier, currency=currency)
    named = replace(match, supplier=match.supplier or supplier, currency=match.currency or currency)
    return known, [named, *rest]


def _named(here: Entry | None, there: list[Entry], why: tuple[Cause, str] | None, said: str) -> Iterator[Named]:
    # That a rule leaves it out explains why something is not there, never why it is.
    of_what_is_there = None if why and why[0] is Cause.OUT_OF_SCOPE else why
    if here and not there:
        yield _one(here, 1, why, "not at the target")
    if here and there:
        yield from _pair(here, there[0], of_what_is_there)
    for one in there[:1] if here is None else ():
        told = "the source shows no such document"
        yield _one(one, -1, *((why, told) if one.unmarked else (of_what_is_there, f"carries our mark, and {told}")))
    for one in there[1:]:
        if of_what_is_there and all(_names(said, each.own) for each in there):
            yield _one(one, -1, of_what_is_there, "")
        else:
            # Whatever else differs does not explain that it stands there twice.
            yield replace(_one(one, -1, None, f"a second one of {one.key}"), second=True)


def _names(said: str, own: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(own)}(?![\w-])", said) is not None


def _pair(here: Entry, there: Entry, why: tuple[Cause, str] | None) -> Iterator[Named]:
    if (here.currency, here.supplier) != (there.currency, there.supplier):
        told = "is in another currency or of another supplier at the target"
        yield _one(here, 1, why, told)
        yield _one(there, -1, why, told)
    elif here.worth != there.worth:
        cause, reason = why or here.apart or (Cause.UNEXPLAINED, "the amounts differ")
        amount = exact_sum((here.worth, -there.worth))
        yield Named(here.key, here.about, there.own, here.currency, here.supplier, 0, amount, cause, reason)


def _one(entry: Entry, sign: int, why: tuple[Cause, str] | None, told: str) -> Named:
    cause, reason = why or (Cause.UNEXPLAINED, told)
    if entry.amount is None:
        reason = f"{reason}; states no amount"
    amount = entry.worth if sign > 0 else exact_sum((-entry.worth,))
    return Named(entry.key, entry.about, entry.own, entry.currency, entry.supplier, sign, amount, cause, reason)
