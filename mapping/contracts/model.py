"""What a contract of JAGGAER says, in IFS's words: terms and price lines (contracts/mapping.md, contracts)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import TypeAlias, TypeVar

from connectors.jaggaer.contracts import Contract, ContractSupplier, PriceLine
from connectors.jaggaer.fields import absent
from connectors.jaggaer.models import read
from connectors.wire import JsonValue, Row
from ifs_jaggaer.errors import Rejected
from mapping.extras import attributes, for_ifs
from mapping.findings import check_numbers
from mapping.money import canonical, json_number
from mapping.profile import Profile

RECORD = "contract"
"""The kind of a contract's link and snapshot."""

RESOURCE = "contracts"
AGREEMENT, PRICE = "agreement", "agreement_price"

NOT_DELETED = "NOT-DELETED"
"""What `deletedStatus` says of a contract that is there (contracts/jaggaer.md 8)."""

FIELDS = {
    "Price": "unitPrice",
    "PriceUnitMeas": "unitOfMeasure",
    "Discount": "discountPercent",
    "LeadTime": "leadTimeDays",
    "VendorPartNo": "supplierItemCode",
    "ValidUntil": "validTo",
    "Description": "title",
    "ValidFrom": "validFrom",
    "CurrencyCode": "currency",
    "VendorNo": "supplier",
    "ExternalReference": "contractReferenceCode",
}
"""IFS's attributes by what JAGGAER, and therefore an item, calls them."""

HEAD_PART, LINE_PART = "contract", "contract_price"
"""The profile's names for the extra fields of a contract and of a price."""

OF_LINE = ("Price", "PriceUnitMeas", "Discount", "LeadTime", "VendorPartNo", "ValidUntil")
OF_HEAD = ("Description", "ValidFrom", "ValidUntil")

Texts: TypeAlias = "Mapping[str, str | None]"
"""Attributes of one row of IFS in the form in which equal is equal; None is empty, a missing one is unknown."""

T = TypeVar("T")
_MARK = "JAG:"
_ZERO, _HUNDRED = Decimal(0), Decimal(100)


def names(part: str, profile: Profile) -> Mapping[str, str]:
    """`FIELDS`, and the extra fields of a part."""
    return {**FIELDS, **attributes(part, profile)}


def mark_of(code: str) -> str:
    """Our mark on the agreement of a contract."""
    return f"{_MARK}{code}"


def code_of(mark: str) -> str:
    """The contract that a mark names, "" for a mark that is none of ours."""
    return mark.removeprefix(_MARK) if mark.startswith(_MARK) else ""


class Stage(StrEnum):
    """How far a contract is, whatever the tenant calls it."""

    IN_EFFECT = "in effect"
    ENDED = "ended"
    DELETED = "deleted"
    NOT_SENT = "not sent"


@dataclass(frozen=True, slots=True)
class PriceKey:
    """What makes a price row its own within an agreement: part, quantity from which on, first day."""

    part: str
    quantity: str
    valid_from: str


@dataclass(frozen=True, slots=True)
class Line:
    """One price line that can be carried."""

    place: int
    item: str
    key: PriceKey
    values: Texts


@dataclass(frozen=True, slots=True)
class BadLine:
    """One that cannot, and why. `key` and `part` as far as they are known: what they name has not ended."""

    place: int
    item: str
    fault: Rejected
    part: str | None = None
    key: PriceKey | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """A contract. `faults`: what its own fields have against being carried; `came`: prices, one at least."""

    code: str
    status: str
    stage: Stage
    supplier: ContractSupplier
    currency: str
    head: Texts
    faults: tuple[tuple[str, Rejected], ...]
    lines: tuple[Line, ...]
    bad: tuple[BadLine, ...]
    came: bool


def terms_of(row: Row, profile: Profile) -> Terms:
    """The contract as IFS would say it.

    Raises:
        Rejected: it is not what contracts/jaggaer.md says; one price line alone is never the reason.
    """
    own = replace(row, values={name: value for name, value in row.values.items() if name != "priceList"})
    check_numbers(own)
    told = read(Contract, own)
    faults: list[tuple[str, Rejected]] = []
    currency = _known_currency(told.currency, profile, faults)
    if told.valid_from and told.valid_to and told.valid_to < told.valid_from:
        faults.append(("validTo", _turned(told.valid_to)))
    extras, wrong = for_ifs(HEAD_PART, own.values, profile)
    faults += [(fault.field, fault) for fault in wrong]
    lines, bad = _lines(_listed(row), told, currency, row, profile)
    return Terms(
        code=told.contract_reference_code,
        status=told.status or "",
        stage=_stage(told, profile),
        supplier=told.supplier or ContractSupplier(),
        currency=currency,
        head={
            "Description": _text(told.title),
            "ValidFrom": _day(told.valid_from),
            "ValidUntil": _day(told.valid_to),
            **extras,
        },
        faults=tuple(faults),
        lines=lines,
        bad=bad,
        came=bool(lines or bad),
    )


def _stage(told: Contract, profile: Profile) -> Stage:
    if (told.deleted_status or NOT_DELETED) != NOT_DELETED:
        return Stage.DELETED
    known = {"ExecutedInEffect": Stage.IN_EFFECT, "Expired": Stage.ENDED, "Terminated": Stage.ENDED}
    words = profile.words("contract")
    by_word = {words.to_jaggaer(word): stage for word, stage in known.items()}
    return by_word.get(told.status or "", Stage.NOT_SENT)


def _known_currency(code: str | None, profile: Profile, faults: list[tuple[str, Rejected]]) -> str:
    try:
        return profile.currency(_needed(code, "its prices mean nothing without it")).code
    except Rejected as fault:
        faults.append(("currency", fault))
        return ""


# --- price lines ------------------------------------------------------------------------------


def _listed(row: Row) -> list[dict[str, JsonValue]]:
    """The lines as they came; none for a list that did not come or came empty: unknown (DESIGN, law 11)."""
    listed: JsonValue = row.values.get("priceList")
    if isinstance(listed, dict):
        listed = listed.get("price")
    given = listed if isinstance(listed, list) else []
    return [each if isinstance(each, dict) else {"itemCode": each} for each in given if not absent(each)]


def _lines(
    given: Iterable[dict[str, JsonValue]], told: Contract, currency: str, row: Row, profile: Profile
) -> tuple[tuple[Line, ...], tuple[BadLine, ...]]:
    found = [
        _line(place, replace(row, values=values), told, currency, profile) for place, values in enumerate(given, 1)
    ]
    of_key: dict[PriceKey, list[Line | BadLine]] = {}
    for line in found:
        if line.key is not None:
            of_key.setdefault(line.key, []).append(line)
    alone = [line for line in found if line.key is None or len(of_key[line.key]) == 1]
    bad = [line for line in alone if isinstance(line, BadLine)]
    # A bad one among them might be the one that counts.
    bad += [
        BadLine(same[0].place, same[0].item, _twice(key, same), key.part, key)
        for key, same in of_key.items()
        if len(same) > 1
    ]
    return tuple(line for line in alone if isinstance(line, Line)), tuple(bad)


def _line(place: int, row: Row, told: Contract, currency: str, profile: Profile) -> Line | BadLine:
    item, part, key = "", None, None
    try:
        # The item first: whatever else is wrong with the line, it says which part has not ended.
        item = _needed(_text(row.values.get("itemCode")), "which item has this price?", "itemCode")
        part = profile.map("part").to_ifs(item, "itemCode")
        check_numbers(row)
        line = read(PriceLine, row)
        key = PriceKey(
            part,
            _exact(line.min_quantity or _ZERO, "minQuantity"),
            _needed(
                _day(line.valid_from or told.valid_from), "neither line nor contract says from when on", "validFrom"
            ),
        )
        extras, wrong = for_ifs(LINE_PART, row.values, profile)
        for fault in wrong:
            raise fault
        return Line(place, item, key, {**_values(line, key, currency, profile), **extras})
    except Rejected as fault:
        return BadLine(place, item, fault, part, key)


def _values(line: PriceLine, key: PriceKey, currency: str, profile: Profile) -> Texts:
    price = line.unit_price
    stated = price.currency if price else None
    if stated and stated != currency:
        raise Rejected(
            f"is in {stated}, the contract in {currency or 'no known currency'}",
            field="unitPrice", value=stated, remedy="state the price in the contract's currency",
        )  # fmt: skip
    unit = _needed(_text(line.unit_of_measure), "the price of how much?", "unitOfMeasure")
    if line.discount_percent is not None and line.discount_percent > _HUNDRED:
        raise Rejected(
            "is more than 100 %", field="discountPercent", value=canonical(line.discount_percent), remedy=_FIX
        )
    if line.valid_to and line.valid_to.isoformat() < key.valid_from:
        raise _turned(line.valid_to)
    return {
        "Price": _exact(_needed(price.value if price else None, "no price is stated", "unitPrice"), "unitPrice"),
        "PriceUnitMeas": profile.map("unit").to_ifs(unit, "unitOfMeasure"),
        "Discount": _optional(line.discount_percent, "discountPercent"),
        "LeadTime": _optional(None if line.lead_time_days is None else Decimal(line.lead_time_days), "leadTimeDays"),
        "VendorPartNo": _text(line.supplier_item_code),
        "ValidUntil": _day(line.valid_to),
    }


_FIX = "correct it in the contract"


def _exact(number: Decimal, field: str) -> str:
    """Any precision is fine (contracts/ifs.md 2). Raises Rejected for what no price, quantity or percentage can be."""
    if number < 0:
        raise Rejected("is negative", field=field, value=canonical(number), remedy=_FIX)
    try:
        return canonical(json_number(number))
    except ValueError:
        raise Rejected(
            "is above zero and below 0.000001",
            field=field,
            value=canonical(number),
            remedy="round it, or state it for a larger unit",
        ) from None


def _optional(number: Decimal | None, field: str) -> str | None:
    return None if number is None else _exact(number, field)


def _text(value: object) -> str | None:
    text = "" if value is None or isinstance(value, dict | list) else str(value).strip()
    return text or None


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


def _needed(value: T | None, why: str, field: str = "") -> T:
    if value is None or value == "":
        raise Rejected(f"is empty: {why}", field=field, remedy=_FIX)
    return value


def _turned(valid_to: date) -> Rejected:
    return Rejected("ends before it begins", field="validTo", value=valid_to.isoformat(), remedy=_FIX)


def _twice(key: PriceKey, same: list[Line | BadLine]) -> Rejected:
    places = " and ".join(str(line.place) for line in same)
    return Rejected(
        f"lines {places} are of one item, quantity and first day: which price counts?",
        field="", value=f"{key.part} from {key.quantity} on, from {key.valid_from}",
        remedy="leave one of them in the contract",
    )  # fmt: skip


# --- what is only worth saying ----------------------------------------------------------------


def overlapping(lines: Iterable[Line], name: Callable[[Line], str]) -> list[str]:
    """Prices of one part and quantity that are valid on the same day: both go, IFS says which of them counts."""
    notes: list[str] = []
    of_break: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        of_break.setdefault((line.key.part, line.key.quantity), []).append(line)
    for same in of_break.values():
        ordered = sorted(same, key=lambda line: line.key.valid_from)
        for earlier, later in pairwise(ordered):
            end = earlier.values["ValidUntil"]
            if end is None or end >= later.key.valid_from:
                notes.append(f"{name(earlier)} and {name(later)} are valid on the same days")
    return notes
