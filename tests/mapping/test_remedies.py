"""A remedy that is a line of the profile can be read back, pasted, and is refused until it is filled in."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from ifs_jaggaer.errors import Rejected
from mapping import countries, money
from mapping.profile import Profile
from mapping.remedies import ProfileLine, add_below, blank, entry, profile_line
from mapping.value_maps import NamedMap, ValueMap

UNIT = NamedMap("unit", ValueMap(values={"PCS": "EA"}))
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)


def rejected(call: object, *values: str) -> ProfileLine:
    with pytest.raises(Rejected) as raised:
        call(*values)  # type: ignore[operator]
    line = profile_line(raised.value.remedy)
    assert line is not None
    return line


def test_what_a_map_lacks_is_a_line_of_its_table() -> None:
    assert rejected(UNIT.to_jaggaer, "PAL") == ProfileLine("maps.unit.values", 'PAL = "<JAGGAER\'s word>"')
    assert rejected(UNIT.to_ifs, "P 1") == ProfileLine("maps.unit.values", '"<IFS\'s word>" = "P 1"')


def test_countries_currencies_and_code_parts_too() -> None:
    profile = Profile.load()
    assert rejected(countries.two_letters, "ZZ") == ProfileLine("countries", 'ZZ = "<three letters>"')
    assert rejected(money.currency, "XYZ").table == "currencies"
    assert rejected(profile.custom_field, "10", "G").line == 'G = "<custom field>"'
    assert rejected(profile.code_part, "10", "Region").line == '"<code part>" = "Region"'


def test_another_remedy_is_none() -> None:
    assert profile_line("correct the order in IFS") is None


@given(WORDS, WORDS)
def test_any_word_comes_back_as_it_was(name: str, value: str) -> None:
    line = profile_line(add_below("maps.unit.values", entry(name, value)))
    assert line is not None
    assert tomllib.loads(line.line) == {name: value}


def test_a_line_that_was_not_filled_in_is_refused() -> None:
    for values in ({"PAL": blank("JAGGAER's word")}, {blank("IFS's word"): "PX"}):
        with pytest.raises(ValidationError, match="filled in"):
            ValueMap(values=values)
