from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mapping.fingerprint import Mark, canonical_json, fingerprint, read_mark


@given(st.text(min_size=1), st.integers(0, 10**6), st.from_regex(r"[0-9a-f]{16}", fullmatch=True))
def test_a_mark_is_read_as_it_was_written(number: str, revision: int, content: str) -> None:
    mark = Mark(number, revision, content)
    assert read_mark(str(mark)) == mark


@pytest.mark.parametrize("text", [None, "", "IFS", "IFS:P1", "IFS:P1:x:abc", "SAP:P1:0:abc", "IFS::0:abc", "IFS:P1:0:"])
def test_what_is_no_mark(text: str | None) -> None:
    assert read_mark(text) is None


def test_equal_content_has_one_text() -> None:
    one = {"b": Decimal("1.50"), "a": [1, None, {"x": ""}], "empty": None, "none": []}
    other = {"a": [Decimal("1.0"), None, {}], "b": Decimal("1.5")}
    assert canonical_json(one) == canonical_json(other)  # type: ignore[arg-type]


@pytest.mark.parametrize("other", [{"a": "1"}, {"a": 2}, {"a": True}, {"b": 1}, {"a": [1]}, {"a": 0}])
def test_other_content_has_another(other: dict[str, object]) -> None:
    assert fingerprint({"a": 1}) != fingerprint(other)  # type: ignore[arg-type]


def test_the_fingerprint_stays_the_same_from_release_to_release() -> None:
    """A change here makes every order be read once."""
    assert fingerprint({"poNumber": "P1", "total": Decimal("10.00"), "note": "Ø"}) == "eedaabddc20fa5a7"
