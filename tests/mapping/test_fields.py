"""Countries, dates, bank accounts, and what stands at a place."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from supplier_world import BIC, IBAN, PROFILE

from connectors.wire import Row
from ifs_jaggaer.errors import Rejected
from mapping import countries, dates
from mapping.bank import BankAccount, filled
from mapping.fields import at_ifs, at_jaggaer, extended_data_came, flag, meaning, number_key
from mapping.merge import UNKNOWN, Value


def test_every_country_is_one_value_in_two_forms() -> None:
    assert len(countries.ISO_3166) == 249
    for two, three in countries.ISO_3166.items():
        assert (len(two), len(three)) == (2, 3)
        assert countries.two_letters(three) == countries.two_letters(f" {two.lower()} ") == two
        assert countries.in_the_form_of(two, three) == three
        assert countries.in_the_form_of(three, two) == countries.in_the_form_of(three, None) == two
    with pytest.raises(Rejected, match="country"):
        countries.two_letters("XX")


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2026-02-14", date(2026, 2, 14)),
        ("2026-02-14T23:59:59.999Z", date(2026, 2, 14)),
        (datetime(2026, 2, 14, 23, tzinfo=UTC), date(2026, 2, 14)),
        (date(2026, 2, 14), date(2026, 2, 14)),
        (None, None),
        ("", None),
    ],
)
def test_a_day_is_never_converted(value: object, day: date | None) -> None:
    assert dates.day(value, "f") == day


def test_no_date_is_named() -> None:
    with pytest.raises(Rejected, match="ValidFrom"):
        dates.day("14.2.2026", "ValidFrom")


@given(st.dates(), st.none() | st.dates(), st.none() | st.dates())
def test_both_ends_of_a_period_belong_to_it(as_of: date, first: date | None, last: date | None) -> None:
    inside = dates.within(as_of, first, last)
    assert inside is not ((first is not None and as_of < first) or (last is not None and as_of > last))


@pytest.mark.parametrize(
    ("account", "valid"),
    [
        (IBAN, True),
        ("de89 3704 0044 0532 0130 00", True),
        ("GB82WEST12345698765432", True),
        ("TN5910006035183598478831", True),
        ("DE88370400440532013000", False),
        ("DE893704004405320130001", False),
        ("123456789", False),
        ("DE", False),
        ("", False),
    ],
)
def test_iban_check_digits(account: str, valid: bool) -> None:
    assert BankAccount.of(account, "").valid is valid


@given(st.integers(0, 10**18 - 1), st.integers(0, 17), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(number: int, place: int, more: int) -> None:
    bban = f"{number:018d}"
    right = next(f"DE{check:02d}{bban}" for check in range(2, 99) if BankAccount.of(f"DE{check:02d}{bban}", "").valid)
    at = place + 4
    wrong = right[:at] + str((int(right[at]) + more) % 10) + right[at + 1 :]
    assert not BankAccount.of(wrong, "").valid


@given(st.text(min_size=9, max_size=40), st.text(max_size=11), st.binary(max_size=32))
def test_a_mask_shows_four_characters_and_depends_on_the_key(account: str, bic: str, key: bytes) -> None:
    bank = BankAccount.of(account, bic)
    if len(bank.account) < 9:
        return
    assert bank.account not in bank.mask(key)
    assert bank.mask(key) == BankAccount.of(f" {account} ", bic.lower().upper()).mask(key)
    assert bank.mask(key) != bank.mask(key + b"x")
    assert bank.account not in repr(bank)


def test_a_banks_code_is_filled_in_for_the_same_account_only() -> None:
    known, bare = BankAccount.of(IBAN, BIC), BankAccount.of(IBAN, "")
    assert filled(known, bare) == (known, known)
    assert filled(bare, known) == (known, known)
    other = BankAccount.of("X", "")
    assert filled(known, other) == (known, other)
    assert BankAccount.of(IBAN, "COBADEFF").bic == BankAccount.of(IBAN, "COBADEFFXXX").bic


RECORD = Row(
    "companyprofiles",
    ("1",),
    {
        "returnCompanyInfo": {"bravoId": 1, "companyName": " Acme ", "zip": {}, "city": "", "address": []},
        "deBasic": {
            "deInfo": [
                {"name": "A", "values": {"value": [{"deValue": "x"}, {"deValue": ""}, {"deValue": "y"}]}},
                {"name": "B", "values": {}},
                {"name": "C"},
            ]
        },
    },
)


@pytest.mark.parametrize(
    ("place", "found"),
    [
        ("info.bravoId", ("1",)),
        ("info.companyName", ("Acme",)),
        ("info.zip", ()),
        ("info.city", ()),
        ("info.address", ()),
        ("info.nothing", ()),
        ("de.A", ("x", "y")),
        ("de.B", ()),
        ("de.C", ()),
        ("de.D", ()),
    ],
)
def test_what_stands_at_a_place_of_jaggaer(place: str, found: tuple[str, ...]) -> None:
    assert at_jaggaer(RECORD, place) == found


@pytest.mark.parametrize("values", [{}, {"deBasic": None}, {"deBasic": []}])
def test_a_component_that_did_not_come_is_unknown(values: Any) -> None:
    row = Row("companyprofiles", ("1",), values)
    assert at_jaggaer(row, "de.A") is UNKNOWN
    assert at_jaggaer(row, "info.zip") is UNKNOWN
    assert not extended_data_came(row)


def test_what_stands_in_an_attribute_of_ifs() -> None:
    row = Row("x", ("1",), {"A": None, "B": " b ", "C": True, "D": "True", "E": "False", "F": 7})
    assert at_ifs(row, "A") == ()
    assert at_ifs(row, "B") == ("b",)
    assert at_ifs(row, "F") == ("7",)
    assert at_ifs(row, "Z") is UNKNOWN
    assert at_ifs(None, "A") is UNKNOWN
    assert [flag(row, name) for name in "ACDEZ"] == [False, True, True, False, False]


@given(st.text())
def test_a_number_is_compared_without_its_punctuation(text: str) -> None:
    assert number_key(text) == number_key(f" {text}.-") == number_key(number_key(text))


def test_meanings() -> None:
    fields = PROFILE.suppliers.fields
    assert meaning("country", fields["country"], "jaggaer", (("DEU",),), PROFILE) == Value("DE", "DE")
    assert meaning("status", fields["status"], "jaggaer", (("SUSPENDED",),), PROFILE) == Value("Blocked", "Blocked")
    assert meaning("tax_number", fields["tax_number"], "ifs", (("de 1.2-3",),), PROFILE) == Value("de 1.2-3", "DE123")
    assert meaning("address", fields["address"], "ifs", (("a",), ("b",)), PROFILE) == Value("a, b", "a, b")
    assert meaning("address", fields["address"], "ifs", ((), UNKNOWN), PROFILE) is UNKNOWN
    assert meaning("categories", fields["categories"], "jaggaer", (("b", "a", "b"),), PROFILE) == Value("a;b", "a;b")
    assert meaning("currency", fields["currency"], "ifs", (("eur",),), PROFILE) == Value("EUR", "EUR")
    assert meaning("name", fields["name"], "ifs", ((),), PROFILE) is None


def test_an_unmappable_value_equals_nothing_on_the_other_side() -> None:
    policy = PROFILE.suppliers.fields["legal_form"]
    ours = meaning("legal_form", policy, "ifs", (("OHG",),), PROFILE)
    theirs = meaning("legal_form", policy, "jaggaer", (("OHG",),), PROFILE)
    assert isinstance(ours, Value)
    assert isinstance(theirs, Value)
    assert ours.compare != theirs.compare
    assert ours.problem is not None
    assert "maps.legal_form" in ours.problem.remedy
