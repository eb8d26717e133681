"""Extra fields between the two systems: read on one side, said in the other's words, placed there.

Which there are is the profile's to say (mapping.profile_extras; docs/customising.md). Empty and unknown as in
contracts/mapping.md: an empty one is None, one that did not come is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from connectors.ifs.literals import canonical as ifs_text
from ifs_jaggaer.errors import Rejected
from mapping.merge import UNKNOWN, Unknown
from mapping.money import canonical, json_number
from mapping.profile_extras import CUSTOM, sets_of

if TYPE_CHECKING:
    from connectors.ifs.fields import Wire as IfsRecord
    from connectors.jaggaer.fields import Wire as JaggaerRecord
    from connectors.wire import Json, JsonValue, Row
    from ifs_jaggaer.errors import System
    from mapping.findings import Findings
    from mapping.profile import Profile
    from mapping.profile_extras import ExtraField, Specs

Extras: TypeAlias = "dict[str, str | None]"
"""Extra fields by name, as text in which equal is equal."""

Spoken: TypeAlias = "JaggaerRecord | Mapping[str, JsonValue]"
"""A header, line, contract or price of JAGGAER's."""

_LIST, _SET, _VALUES, _VALUE = (
    "customFieldValueSetList",
    "customFieldValueSet",
    "customFieldValueList",
    "customFieldValue",
)


def label(name: str) -> str:
    """What items, changes and the audit call it."""
    return f"extra.{name}"


# --- JAGGAER's side ---------------------------------------------------------------------------


def at_jaggaer(specs: Specs, record: Spoken) -> Extras:
    """What a header, line, contract or price says, in JAGGAER's words; what is no value of its form stays as it is."""
    return {
        name: None if value is None else _lenient(specs[name], value) for name, value in _found(specs, record).items()
    }


def place(document: Json, specs: Specs, extras: Mapping[str, str | None], cleared: Iterable[str] = ()) -> None:
    """Puts them into a document of JAGGAER's; what is empty is left out, but what is `cleared` goes as ""."""
    for name, spec in specs.items():
        text = extras.get(name) or ""
        if not text and name not in cleared:
            continue
        if spec.jaggaer.startswith(CUSTOM):
            values: JsonValue = {_VALUE: [{"value": text}]}
            sets = _inside(document, _LIST).setdefault(_SET, [])
            assert isinstance(sets, list)  # noqa: S101 - made here alone (profile_extras)
            sets.append({"name": spec.jaggaer.removeprefix(CUSTOM), _VALUES: values})
        else:
            *way, last = spec.jaggaer.split(".")
            at = document
            for step in way:
                at = _inside(at, step)
            at[last] = _said(spec, text)


def _inside(document: Json, name: str) -> Json:
    inner = document.setdefault(name, {})
    assert isinstance(inner, dict)  # noqa: S101 - no place is inside of what the mapping writes (profile_extras)
    return inner


def _said(spec: ExtraField, text: str) -> JsonValue:
    """Booleans are texts on this wire, days are midnights (contracts/jaggaer.md 2)."""
    if not text:
        return ""
    if spec.form == "decimal":
        return json_number(Decimal(text))
    return f"{text}T00:00:00.000Z" if spec.form == "date" else text


def _found(specs: Specs, record: Spoken) -> dict[str, object]:
    """The values by name, None for what is empty; what did not come is missing."""
    if not specs:
        return {}
    values = record if isinstance(record, Mapping) else record.model_dump(by_alias=True)
    found = {name: _dug(values, spec.jaggaer) for name, spec in specs.items()}
    return {name: value for name, value in found.items() if not isinstance(value, Unknown)}


def _dug(values: Mapping[str, object], where: str) -> object:
    """The value at a place; None for an empty one, UNKNOWN where the component around it did not come."""
    if where.startswith(CUSTOM):
        return _custom(values.get(_LIST), where.removeprefix(CUSTOM))
    inner: object = values
    for step in where.split("."):
        if not isinstance(inner, Mapping):
            return UNKNOWN
        inner = inner.get(step)
    return _filled(inner)


def _custom(came: object, name: str) -> object:
    sets = came.get(_SET) if isinstance(came, Mapping) else None
    if not isinstance(sets, list) or not sets:
        return UNKNOWN
    for each in sets:
        if isinstance(each, Mapping) and each.get("name") == name:
            inner = each.get(_VALUES)
            listed = inner.get(_VALUE) if isinstance(inner, Mapping) else None
            given = listed if isinstance(listed, list) else []
            values = [_filled(one.get("value")) for one in given if isinstance(one, Mapping)]
            filled = [value for value in values if value is not None]
            return filled[0] if len(filled) == 1 else filled or None
    return None


def _filled(value: object) -> object:
    return None if value is None or (isinstance(value, str | list | dict | tuple) and not value) else value


def _lenient(spec: ExtraField, value: object) -> str:
    try:
        return _of_form(spec.form, value)
    except ValueError:
        return str(value)


def filled(extras: Mapping[str, str | None]) -> dict[str, str]:
    """Those that say something."""
    return {name: text for name, text in extras.items() if text}


# --- IFS's side -------------------------------------------------------------------------------


def for_ifs(part: str, record: Spoken, profile: Profile) -> tuple[Extras, list[Rejected]]:
    """By IFS's attribute what a header, line, contract or price says, in IFS's words; and what cannot be said there."""
    specs = profile.extra_fields.of(part)
    return _each(
        {
            specs[name].ifs: _to_ifs(part, name, specs[name], value, profile)
            for name, value in _found(specs, record).items()
        }
    )


def from_ifs(part: str, record: IfsRecord, profile: Profile) -> tuple[Extras, list[Rejected]]:
    """By name what a row of IFS says, in JAGGAER's words; and what cannot be said there."""
    specs = profile.extra_fields.of(part)
    stated = {name: _stated(record, spec.ifs) for name, spec in specs.items()} if specs else {}
    return _each(
        {
            name: _from_ifs(part, name, specs[name], value, profile)
            for name, value in stated.items()
            if not isinstance(value, Unknown)
        }
    )


def differing(part: str, record: Spoken, row: Row, profile: Profile) -> list[tuple[str, str, str]]:
    """What JAGGAER and the row of IFS state otherwise: its label, here, there. What one of them lacks is not told."""
    called, kinds = attributes(part, profile), profile.ifs_set(row.kind).attributes
    said, _ = for_ifs(part, record, profile)
    found = []
    for attribute, here in said.items():
        value = row.values.get(attribute)
        if here is None or value is None or isinstance(value, list | dict):
            continue
        try:
            there = ifs_text(kinds[attribute], value)
        except ValueError:
            there = str(value)
        if there.strip() not in {"", here}:
            found.append((called[attribute], here, there))
    return found


def read_extras(
    part: str, record: IfsRecord, before: Mapping[str, str], profile: Profile, found: Findings, *, at: str = ""
) -> dict[str, str]:
    """Those of a row that goes to JAGGAER: what did not come stays as it was `before`, what is wrong is `found`."""
    said, faults = from_ifs(part, record, profile)
    for fault in faults:
        found.rejected(f"{at}{fault.field}", fault)
    return filled({name: said.get(name, before.get(name)) for name in profile.extra_fields.of(part)})


def attributes(part: str, profile: Profile) -> dict[str, str]:
    """IFS's attributes of a part's extra fields, with what items call them."""
    return {spec.ifs: label(name) for name, spec in profile.extra_fields.of(part).items()}


def _each(steps: Mapping[str, Callable[[], str | None]]) -> tuple[Extras, list[Rejected]]:
    good: Extras = {}
    faults: list[Rejected] = []
    for key, step in steps.items():
        try:
            good[key] = step()
        except Rejected as fault:
            faults.append(fault)
    return good, faults


def _to_ifs(part: str, name: str, spec: ExtraField, value: object, profile: Profile) -> Callable[[], str | None]:
    def step() -> str | None:
        if value is None:
            return None
        form, _, named = spec.form.partition(":")
        told = _checked("jaggaer", name, value, lambda: _of_form(form, value))
        if form == "map":
            told = profile.map(named).to_ifs(told, label(name))
        kinds = [profile.ifs_set(set_name).attributes[spec.ifs] for set_name in sets_of(part, profile)]
        fitting = [_checked("jaggaer", name, value, partial(ifs_text, kind, told)) for kind in kinds]
        return _not_too_long("jaggaer", name, spec, fitting[0])

    return step


def _from_ifs(part: str, name: str, spec: ExtraField, value: object, profile: Profile) -> Callable[[], str | None]:
    def step() -> str | None:
        if value is None or isinstance(value, list | dict):
            return None
        (set_name,) = sets_of(part, profile)
        kind = profile.ifs_set(set_name).attributes[spec.ifs]
        text = _checked("ifs", name, value, lambda: ifs_text(kind, value)).strip()  # type: ignore[arg-type]
        if not text:
            return None
        form, _, named = spec.form.partition(":")
        if form == "map":
            return profile.map(named).to_jaggaer(text, label(name))
        return _not_too_long("ifs", name, spec, _checked("ifs", name, text, lambda: _of_form(form, text)))

    return step


def _stated(record: IfsRecord, attribute: str) -> object:
    """The value under the contract's name, UNKNOWN where the attribute did not come."""
    for name, field in type(record).model_fields.items():
        if field.alias == attribute:
            return getattr(record, name) if record.came(name) else UNKNOWN
    return (record.model_extra or {}).get(attribute, UNKNOWN)


# --- forms ------------------------------------------------------------------------------------


def _of_form(form: str, value: object) -> str:
    """One text for one value. Raises ValueError for what is none of the form."""
    if isinstance(value, list | dict | tuple):
        raise ValueError("has several values, one is expected")  # noqa: TRY004 - one error for all that does not fit
    if form == "decimal":
        try:
            exact = Decimal(str(value))
        except InvalidOperation:
            raise ValueError("is no number") from None
        return canonical(json_number(exact))
    if form == "date":
        return date.fromisoformat(str(value)[:10]).isoformat()
    text = str(value).strip()
    if isinstance(value, bool) or form == "bool":
        text = text.lower()
        if text not in {"true", "false"}:
            raise ValueError("is neither true nor false")
    return canonical(value) if isinstance(value, Decimal) else text


def _checked(system: System, name: str, value: object, step: Callable[[], str]) -> str:
    try:
        return step()
    except ValueError as error:
        raise Rejected(
            str(error), system=system, field=label(name), value=str(value)[:80],
            remedy="correct it in the record, or its form in extra_fields of the profile",
        ) from None  # fmt: skip


def _not_too_long(system: System, name: str, spec: ExtraField, text: str) -> str:
    if spec.longest and len(text) > spec.longest:
        raise Rejected(
            f"is {len(text)} characters long, {spec.longest} are allowed",
            system=system, field=label(name), value=text[:80], remedy="shorten it in the record: it is never cut",
        )  # fmt: skip
    return text
