"""What stands at a field's places on either side, and what it means (contracts/mapping.md).

A place is `general.Name` or `info.companyName`. Words mean what IFS calls them: a value read from JAGGAER
through a value map is IFS's word for it, so that both sides compare.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TypeAlias

from connectors.wire import JsonValue, Row
from ifs_jaggaer.errors import Rejected, System
from mapping.bank import BankAccount, filled
from mapping.merge import UNKNOWN, State, Unknown, Value
from mapping.profile import Profile
from mapping.profile_tables import FieldPolicy

Texts: TypeAlias = "tuple[str, ...] | Unknown"
"""What stands at one place: nothing, one text or several; UNKNOWN where it did not come."""

JOINT = ", "
_PUNCTUATION = re.compile(r"[\s.\-]")
_COMPONENTS = {"info": "returnCompanyInfo", "de": "deBasic"}


# --- places -----------------------------------------------------------------------------------


def at_jaggaer(record: Row, place: str) -> Texts:
    """What stands at a place of a company: a missing key inside a component that came is empty."""
    head, _, name = place.partition(".")
    component = record.values.get(_COMPONENTS[head])
    if not isinstance(component, dict):
        return UNKNOWN
    if head == "info":
        return texts(component.get(name))
    for entry in _extended(component):
        if entry.get("name") == name:
            values = entry.get("values")
            listed = values.get("value") if isinstance(values, dict) else None
            return tuple(
                text
                for value in (listed if isinstance(listed, list) else [])
                if isinstance(value, dict)
                for text in texts(value.get("deValue"))
            )
    return ()


def extended_data_came(record: Row) -> bool:
    """Whether any extended field came; an empty list is unknown (DESIGN, law 11)."""
    component = record.values.get(_COMPONENTS["de"])
    return isinstance(component, dict) and bool(_extended(component))


def _extended(component: Mapping[str, JsonValue]) -> list[dict[str, JsonValue]]:
    listed = component.get("deInfo")
    return [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []


def at_ifs(row: Row | None, attribute: str) -> Texts:
    """What stands in an attribute: null is empty, an attribute that did not come is unknown."""
    if row is None or attribute not in row.values:
        return UNKNOWN
    return texts(row.values[attribute])


def texts(value: JsonValue) -> tuple[str, ...]:
    """Trimmed text, none for what is missing or empty on either wire."""
    if value is None or isinstance(value, dict | list):
        return ()
    text = str(value).strip()
    return (text,) if text else ()


def one(found: Texts) -> str:
    """The text where there is one, else ""."""
    return "" if isinstance(found, Unknown) or not found else found[0]


def flag(row: Row, attribute: str) -> bool:
    """A boolean of IFS: true, or the enumeration FndBoolean (contracts/ifs.md 2)."""
    value = row.values.get(attribute)
    return value is True or (isinstance(value, str) and value.lower() == "true")


def number_key(text: str) -> str:
    """A tax or registration number as it is compared."""
    return _PUNCTUATION.sub("", text).upper()


# --- meanings ---------------------------------------------------------------------------------


def meaning(field: str, policy: FieldPolicy, side: System, found: tuple[Texts, ...], profile: Profile) -> State:
    """The state of a field from what stands at its places on one side. Bank data: `bank_states`."""
    if any(isinstance(place, Unknown) for place in found):
        return UNKNOWN
    parts = [text for place in found if not isinstance(place, Unknown) for text in place]
    form, _, named = policy.form.partition(":")
    if form == "several":
        parts = sorted({part.strip() for text in parts for part in text.split(";")} - {""})
        joined = ";".join(parts)
    elif form == "joined":
        joined = JOINT.join(parts)
    else:
        joined = "; ".join(parts)
    if not joined:
        return None
    value = _FORMS.get(form, _plain)(joined, named, side, profile)
    if policy.longest and len(value.text) > policy.longest and value.problem is None:
        too_long = Rejected(
            f"is {len(value.text)} characters long, {policy.longest} are allowed",
            system=side,
            field=field,
            value=value.text,
            remedy="shorten it in the record: it is never cut",
        )
        return Value(value.text, value.compare, too_long)
    return value


def bank_states(ifs: tuple[Texts, ...], jaggaer: tuple[Texts, ...], profile: Profile) -> tuple[State, State]:
    """Both sides' accounts, masked; a missing bank's code of one and the same account is no difference."""
    states: list[State] = [UNKNOWN, UNKNOWN]
    accounts: list[BankAccount | None] = [None, None]
    for at, found in enumerate((ifs, jaggaer)):
        if any(isinstance(place, Unknown) for place in found[:1]):
            continue
        states[at] = None
        accounts[at] = account_of(found)
    if accounts[0] and accounts[1]:
        accounts = list(filled(accounts[0], accounts[1]))
    sides: tuple[System, System] = ("ifs", "jaggaer")
    for at, account in enumerate(accounts):
        if account is not None:
            mask = account.mask(profile.hash_key)
            states[at] = Value(mask, mask, None if account.valid else _not_an_iban(sides[at], mask))
    return states[0], states[1]


def account_of(found: tuple[Texts, ...]) -> BankAccount | None:
    """The account that stands at the places of account and bank's code; None where there is none."""
    account = BankAccount.of(one(found[0]), one(found[1]) if len(found) > 1 else "")
    return account if account.account else None


def _not_an_iban(side: System, mask: str) -> Rejected:
    return Rejected(
        "the check digits of this IBAN are wrong",
        system=side,
        field="bank",
        value=mask,
        remedy="correct the account number in that system",
    )


def _plain(text: str, _named: str, _side: System, _profile: Profile) -> Value:
    return Value(text, text)


def _joined(text: str, _named: str, _side: System, _profile: Profile) -> Value:
    return Value(text, JOINT.join(part for each in text.split(",") if (part := each.strip())))


def _number(text: str, _named: str, _side: System, _profile: Profile) -> Value:
    return Value(text, number_key(text) or text)


def _country(text: str, _named: str, side: System, profile: Profile) -> Value:
    return _tried(text, side, lambda: profile.country(text))


def _currency(text: str, _named: str, side: System, profile: Profile) -> Value:
    return _tried(text, side, lambda: profile.currency(text.upper()).code)


def _mapped(text: str, named: str, side: System, profile: Profile) -> Value:
    def word() -> str:
        known = profile.map(named)
        if side == "jaggaer":
            return known.to_ifs(text)
        known.to_jaggaer(text)
        return text

    return _tried(text, side, word)


def _tried(text: str, side: System, word: Callable[[], str]) -> Value:
    """What has no counterpart equals nothing on the other side."""
    try:
        found = word()
    except Rejected as problem:
        return Value(text, f"{side}:{text}", problem)
    return Value(found, found)


_FORMS: Mapping[str, Callable[[str, str, System, Profile], Value]] = {
    "number": _number,
    "joined": _joined,
    "country": _country,
    "currency": _currency,
    "map": _mapped,
}
