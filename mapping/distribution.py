"""How a line is spread over accounts and code parts, on both sides (contracts/mapping.md, purchase orders)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from ifs_jaggaer.errors import Rejected
from mapping.money import Currency, canonical, exact_sum, json_number, round_half_even, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from connectors.ifs.models import Coded, PreAccounting, PurchaseOrderLine
    from connectors.jaggaer.models import Split, SplitGroup, SplitSet
    from connectors.wire import Json, JsonValue

WHOLE = Decimal(100)
_BY_AMOUNT = "AmountOfPrice"
_BY_PERCENT = "PercentOfPrice"
_DIGITS = 6
_QUANTITY = Currency("XXX", _DIGITS)
"""Quantities are divided to six decimals."""


@dataclass(frozen=True, slots=True)
class Share:
    """Percent of the line, or an amount of it, and where it goes: name of a code part and value, sorted."""

    weight: Decimal
    codes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Distribution:
    """The shares of one line: percents that add up to 100 or, `by_amount`, amounts that add up to its net."""

    shares: tuple[Share, ...]
    by_amount: bool = False

    def renamed(self, name: Callable[[str], str]) -> Distribution:
        """The same under other names of the code parts."""
        shares = tuple(
            replace(share, codes=tuple(sorted((name(part), value) for part, value in share.codes)))
            for share in self.shares
        )
        return replace(self, shares=shares)

    def __str__(self) -> str:
        unit = "" if self.by_amount else " %"
        return "; ".join(
            f"{canonical(share.weight)}{unit} " + " ".join(f"{part}={value}" for part, value in share.codes)
            for share in self.shares
        )


def whole(*at: tuple[str, str]) -> Distribution:
    """The line goes to one place."""
    return Distribution((Share(WHOLE, tuple(sorted(at))),))


def of_order_line(line: PurchaseOrderLine, shares: Iterable[PreAccounting]) -> Distribution | None:
    """What IFS says: the rows of its pre-accounting, else the line's own code parts, else nothing.

    `shares` may hold rows of other lines and orders.

    Raises:
        Rejected: the rows do not add up to 100 percent, or the line names some and none came.
    """
    mine = sorted((row for row in shares if _belongs(row, line)), key=lambda row: row.row_no or 0)
    if mine:
        made = Distribution(tuple(Share(_percent(row), _codes_of(row)) for row in mine))
        _add_up(made, WHOLE, "ifs", "Percent")
        return made
    if line.pre_accounting_id is not None:
        raise Rejected(
            "the rows of its distribution did not come",
            system="ifs",
            field="PreAccountingId",
            value=str(line.pre_accounting_id),
            remedy="look whether the service user may read PreAccountingSet, or distribute the line anew",
        )
    own = _codes_of(line)
    return whole(*own) if own else None


def to_jaggaer(distribution: Distribution) -> Json:
    """`splittableFieldSetGroupList` of a line; the names are those of custom fields already."""
    indexes: list[JsonValue] = [
        {
            "splitIndex": place,
            "distributionValue": json_number(round_half_even(share.weight, _DIGITS)),
            "customFieldValueList": {
                "customFieldValue": [{"internalName": name, "value": value} for name, value in share.codes]
            },
        }
        for place, share in enumerate(distribution.shares)
    ]
    index_set: Json = {
        "context": "Line",
        "distributionType": _BY_AMOUNT if distribution.by_amount else _BY_PERCENT,
        "splittableFieldIndexList": {"splittableFieldIndex": indexes},
    }
    return {"splittableFieldSetGroup": [{"splittableFieldIndexSet": [index_set]}]}


def from_jaggaer(groups: Iterable[SplitGroup] | None, known: Callable[[str], bool]) -> Distribution | None:
    """What a line says, in the custom fields that are `known`; None where it says nothing in them.

    Custom fields beside the accounting are the tenant's own and no part of the distribution.

    Raises:
        Rejected: percents do not add up to 100, a share of several states no value, or two groups split
            the line differently.
    """
    sets = [index_set for group in groups or () for index_set in group.sets]
    telling = [index_set for index_set in sets if any(_codes(split, known) for split in index_set.splits)]
    if not telling:
        return None
    if len(telling) > 1:
        if any(len(index_set.splits) > 1 for index_set in telling):
            raise Rejected(
                "is split in more than one group of accounting fields",
                system="jaggaer",
                field="splittableFieldSetGroupList",
                remedy="split it in one group",
            )
        return whole(*(code for index_set in telling for code in _codes(index_set.splits[0], known)))
    return _of_set(telling[0], known)


def states_account(groups: Iterable[SplitGroup] | None, account: Callable[[str], bool]) -> bool:
    """Whether every share names one, in the custom fields that stand for it."""
    splits = [split for group in groups or () for index_set in group.sets for split in index_set.splits]
    return bool(splits) and all(_codes(split, account) for split in splits)


def split_by_others(groups: Iterable[SplitGroup] | None) -> tuple[str, ...] | None:
    """Of a line that says nothing in known custom fields but is split in several shares: the fields that state a value.

    None where no group has several shares.
    """
    several = [index_set for group in groups or () for index_set in group.sets if len(index_set.splits) > 1]
    values = (part for index_set in several for split in index_set.splits for part in split.values)
    return tuple(dict.fromkeys(part.internal_name or "" for part in values if part.value)) if several else None


def divide_amount(amount: Decimal, distribution: Distribution, currency: Currency) -> list[Decimal]:
    """An amount by the weights of the shares, to the last minor unit."""
    return spread(amount, [share.weight for share in distribution.shares], currency)


def divide_net(net: Decimal, more: Decimal, distribution: Distribution, currency: Currency) -> list[Decimal]:
    """A line's net by its shares, and with each its part of what else the line carries (`more`).

    Raises:
        Rejected: the stated amounts do not add up to the net.
    """
    if not distribution.by_amount:
        return divide_amount(net + more, distribution, currency)
    _add_up(distribution, net, "jaggaer", "distributionValue")
    extra = divide_amount(more, distribution, currency)
    return [share.weight + part for share, part in zip(distribution.shares, extra, strict=True)]


def divide_quantity(quantity: Decimal, distribution: Distribution) -> list[Decimal]:
    """A quantity by the weights of the shares, to six decimals; together the whole."""
    return spread(quantity, [share.weight for share in distribution.shares], _QUANTITY)


def _belongs(row: PreAccounting, line: PurchaseOrderLine) -> bool:
    if line.pre_accounting_id is not None:
        return row.pre_accounting_id == line.pre_accounting_id
    return (row.order_no, row.line_no, row.release_no) == (line.order_no, line.line_no, line.release_no)


def _percent(row: PreAccounting) -> Decimal:
    stated = row.percent or Decimal(0)
    if stated != round_half_even(stated, _DIGITS):
        raise Rejected(
            "is finer than six decimals",
            system="ifs",
            field="Percent",
            value=canonical(stated),
            remedy="round the percents of the distribution",
        )
    return stated


def _codes_of(row: Coded) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(row.codes.items()))


def _of_set(index_set: SplitSet, known: Callable[[str], bool]) -> Distribution:
    if len(index_set.splits) == 1:
        return whole(*_codes(index_set.splits[0], known))
    if any(split.distribution_value is None for split in index_set.splits):
        raise Rejected(
            "a share of several states no value",
            system="jaggaer",
            field="distributionValue",
            remedy="state the percent or amount of each share",
        )
    made = Distribution(
        tuple(Share(split.distribution_value or Decimal(0), _codes(split, known)) for split in index_set.splits),
        by_amount=index_set.distribution_type == _BY_AMOUNT,
    )
    if not made.by_amount:
        _add_up(made, WHOLE, "jaggaer", "distributionValue")
    return made


def _codes(split: Split, known: Callable[[str], bool]) -> tuple[tuple[str, str], ...]:
    return tuple(
        sorted(
            (part.internal_name, part.value)
            for part in split.values
            if part.internal_name and part.value and known(part.internal_name)
        )
    )


def _add_up(distribution: Distribution, due: Decimal, system: str, field: str) -> None:
    stated = exact_sum(share.weight for share in distribution.shares)
    if stated == due:
        return
    raise Rejected(
        f"the shares add up to {canonical(stated)}, not to {canonical(due)}",
        system="ifs" if system == "ifs" else "jaggaer",
        field=field,
        value=" + ".join(canonical(share.weight) for share in distribution.shares),
        remedy="correct the distribution of the line",
    )
