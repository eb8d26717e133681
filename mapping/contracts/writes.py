"""The writes that a decision about a contract comes to: the agreement first, then each price row by itself.

A price row's key is ours, so that IFS refuses a second one; the agreement's number is IFS's, so that our mark is
looked up before one is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from connectors.wire import JsonValue, Row
from mapping.contracts.case import CLOSED, PriceRow
from mapping.contracts.model import AGREEMENT, HEAD_PART, LINE_PART, PRICE, Line, Terms, Texts, mark_of, names
from mapping.kinds import Change, IfsAct, IfsCreate, IfsUpdate
from mapping.money import json_number
from mapping.profile import Profile


def new_agreement(terms: Terms, supplier: str, profile: Profile) -> IfsCreate:
    """The head; its prices follow once IFS has numbered it."""
    texts: dict[str, str | None] = {
        "VendorNo": supplier,
        "CurrencyCode": terms.currency,
        "ExternalReference": mark_of(terms.code),
        **terms.head,
    }
    called = names(HEAD_PART, profile)
    return IfsCreate(
        set=AGREEMENT,
        key=terms.code,
        values=_values(AGREEMENT, texts, profile),
        changes=tuple(Change(called[name], None, value) for name, value in texts.items() if value),
    )


def update_head(
    row: Row, before: Texts, after: Texts, differing: Iterable[str], called: Mapping[str, str]
) -> IfsUpdate:
    """The attributes of the agreement that differ, as texts; `called`: what items call them."""
    differing = tuple(differing)
    changes = tuple(Change(called[name], before[name], after[name]) for name in differing)
    return IfsUpdate(AGREEMENT, row.key, row.etag, {name: after[name] for name in differing}, changes)


def close(row: Row, why: str) -> IfsAct:
    """Objstate is IFS's to change: by its action, never by a PATCH."""
    return IfsAct(AGREEMENT, row.key, row.etag, "close", (Change("status", None, f"{CLOSED} ({why})"),))


def new_price(agreement: str, line: Line, name: str, profile: Profile) -> IfsCreate:
    """A row of the agreement."""
    key = {
        "AgreementId": agreement,
        "PartNo": line.key.part,
        "MinQuantity": line.key.quantity,
        "ValidFrom": line.key.valid_from,
    }
    called = names(LINE_PART, profile)
    return IfsCreate(
        set=PRICE,
        key="|".join(key.values()),
        values=_values(PRICE, {**key, **line.values}, profile),
        changes=tuple(Change(f"{name}.{called[each]}", None, value) for each, value in line.values.items() if value),
        enforced=True,
    )


def update_price(price: PriceRow, name: str, after: Texts, profile: Profile) -> IfsUpdate:
    """The attributes of a price row that become something else; null empties."""
    called = names(LINE_PART, profile)
    return IfsUpdate(
        set=PRICE,
        key=price.row.key,
        etag=price.row.etag,
        values={each: _value(PRICE, each, value, profile) for each, value in after.items()},
        changes=tuple(Change(f"{name}.{called[each]}", price.values.get(each), value) for each, value in after.items()),
    )


def _values(set_name: str, texts: Texts, profile: Profile) -> dict[str, JsonValue]:
    """What is stated and what the tenant has an attribute for."""
    present = profile.ifs_set(set_name).present
    return {
        name: _value(set_name, name, text, profile)
        for name, text in texts.items()
        if text is not None and name in present
    }


def _value(set_name: str, name: str, text: str | None, profile: Profile) -> JsonValue:
    kind = profile.ifs_set(set_name).attributes[name]
    if text is None:
        return None
    if kind == "decimal":
        return json_number(Decimal(text))
    return int(text) if kind == "int" else text
