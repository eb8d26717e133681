"""Suppliers, and accounts and code parts with their custom field values, to be counted against each other."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from connectors.wire import Row
from mapping.gl_accounts import ACCOUNT, RESOURCE
from mapping.kinds import IfsRows, JaggaerRecords
from mapping.reconcile.sides import Book, Side, text
from mapping.reconcile.totals import Entry
from mapping.suppliers.case import FOREIGN, bravo_id, supplier_id
from mapping.suppliers.gather import GENERAL, is_seller

if TYPE_CHECKING:
    from mapping.profile import Profile

_COMPANIES = "companyprofiles"
_NOTHING = Decimal(0)


# --- suppliers --------------------------------------------------------------------------------


def _in_ifs(row: Row, profile: Profile) -> Sequence[Entry]:  # noqa: ARG001 - entries of other sets need it
    number = supplier_id(row)
    return (Entry(number, number, "", "", _NOTHING, state=text(row, "Status"), what="supplier"),) if number else ()


def _at_jaggaer(row: Row, profile: Profile) -> Sequence[Entry]:  # noqa: ARG001 - likewise
    """By the number of the ERP that it carries; one that carries none is known by JAGGAER's own."""
    bravo = bravo_id(row)
    if not bravo or not is_seller(row):
        return ()
    own = f"{FOREIGN}{bravo}"
    entry = Entry(
        key=text(row, "returnCompanyInfo", "extCode") or own,
        own=bravo,
        supplier="",
        currency="",
        amount=_NOTHING,
        state=text(row, "returnCompanyInfo", "status"),
        what="company",
        document=own,
        unmarked=True,
    )
    return (entry,)


def _numbers(keys: frozenset[str]) -> frozenset[str]:
    return frozenset(key for key in keys if not key.startswith(FOREIGN))


SUPPLIERS = Book(
    (Side("ifs", GENERAL, _in_ifs, lambda keys: IfsRows(GENERAL, "SupplierId", _numbers(keys))),),
    (Side("jaggaer", _COMPANIES, _at_jaggaer, lambda keys: JaggaerRecords(_COMPANIES, "extCode", _numbers(keys))),),
    counted=True,
    both_ways=True,
    other=FOREIGN,
)


# --- accounts and code parts ------------------------------------------------------------------


def _of_chart(part: str, value: str, company: str, profile: Profile) -> Sequence[Entry]:
    """One value of a custom field, however many companies have it; none where the profile gives the part no field."""
    custom_field = profile.of_company(company).code_parts.get(part) if company in profile.companies else None
    if custom_field is None or not value:
        return ()
    key = f"{custom_field}:{value}"
    return (Entry(key, key, "", custom_field, _NOTHING, what="account" if part == ACCOUNT else "code part value"),)


def _account(row: Row, profile: Profile) -> Sequence[Entry]:
    return _of_chart(ACCOUNT, text(row, "Account"), text(row, "Company"), profile)


def _code_part(row: Row, profile: Profile) -> Sequence[Entry]:
    return _of_chart(text(row, "CodePart"), text(row, "CodePartValue"), text(row, "Company"), profile)


def _value(row: Row, profile: Profile) -> Sequence[Entry]:
    """Only those of fields that stand for accounts and code parts: others are JAGGAER's alone."""
    custom_field, value = text(row, "customField"), text(row, "value")
    ours = {name for company in profile.companies for name in profile.of_company(company).code_parts.values()}
    if custom_field not in ours:
        return ()
    key = f"{custom_field}:{value}"
    return (Entry(key, key, "", custom_field, _NOTHING, what="custom field value", unmarked=True),)


def _values(keys: frozenset[str]) -> frozenset[str]:
    return frozenset(key.partition(":")[2] for key in keys)


def _fields(keys: frozenset[str]) -> frozenset[str]:
    return frozenset(key.partition(":")[0] for key in keys)


GL_ACCOUNTS = Book(
    (
        Side("ifs", "account", _account, lambda keys: IfsRows("account", "Account", _values(keys)), company="Company"),
        Side(
            "ifs", "code_part_value", _code_part,
            lambda keys: IfsRows("code_part_value", "CodePartValue", _values(keys)), company="Company",
        ),
    ),
    (Side("jaggaer", RESOURCE, _value, lambda keys: JaggaerRecords(RESOURCE, "customField", _fields(keys))),),
    counted=True,
    unshown="JAGGAER's own value: no account or code part of IFS",
)  # fmt: skip
