"""The form that a person fills in: what it says, what it refuses before a run begins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_args, get_type_hints

import pytest
from prefect.utilities.callables import parameter_schema
from pydantic import ValidationError

from flows.catalogue import FLOWS
from flows.parameters import SupplierParameters, SyncParameters
from ifs_jaggaer.cli.running import resolve

DEPLOYED = sorted(FLOWS)


def form(name: str) -> dict[str, Any]:
    """The schema that the server keeps of a deployment, and the UI renders."""
    flow, parameters = FLOWS[name]
    fields: dict[str, Any] = parameter_schema(flow).definitions[parameters.__name__]["properties"]
    return fields


@pytest.mark.parametrize("name", DEPLOYED)
def test_every_field_has_a_title_and_says_what_it_does(name: str) -> None:
    for field, says in form(name).items():
        assert says["title"][0].isupper(), field
        assert len(says["description"]) > 10, field
        assert "secret" not in field
        assert "token" not in field


@pytest.mark.parametrize("name", DEPLOYED)
def test_times_are_pickers_and_choices_are_lists(name: str) -> None:
    fields = form(name)
    for field in ("since", "until"):
        assert {"type": "string", "format": "date-time"} in fields[field]["anyOf"]
    assert ["open", "brake", "match"] in [each.get("enum") for each in fields["replay"]["anyOf"]]
    assert fields["document_keys"]["type"] == "array"
    assert fields["dry_run"]["type"] == "boolean"


@pytest.mark.parametrize("name", DEPLOYED)
def test_left_empty_it_is_a_plain_sync(name: str) -> None:
    flow, parameters = FLOWS[name]
    top = parameter_schema(flow)
    assert not top.required
    assert top.properties["parameters"]["default"] == parameters().model_dump(mode="json")
    assert top.properties["parameters"]["description"]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"since": "2026-02-01", "until": "2026-01-01"}, "lies after"),
        ({"since": "2026-02-01", "document_keys": ["P1"]}, "keys or a window"),
        ({"page_size": 0}, "greater than or equal to 1"),
        ({"page_size": 5001}, "less than or equal to 5000"),
        ({"replay": "all"}, "'open', 'brake' or 'match'"),
        ({"keys": ["P1"]}, "Extra inputs"),
    ],
)
def test_what_makes_no_sense_is_refused(told: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        SyncParameters.model_validate(told)


def test_a_time_without_a_zone_is_utc() -> None:
    assert SyncParameters(since=datetime(2026, 1, 31)).since == datetime(2026, 1, 31, tzinfo=UTC)  # noqa: DTZ001


def test_decisions_on_conflicts_are_told_by_document() -> None:
    told = SupplierParameters.model_validate(
        {
            "adopt": "ifs",
            "resolve": [
                {"key": "1001", "field": "city", "winner": "jaggaer"},
                {"key": "1001", "field": "name", "winner": "ifs"},
                {"key": "1002", "winner": "jaggaer"},
            ],
        }
    ).told()
    assert {key: dict(each.winners) for key, each in told.items()} == {
        "*": {"*": "ifs"},
        "1001": {"city": "jaggaer", "name": "ifs"},
        "1002": {"*": "jaggaer"},
    }


RESOLVED = get_args(get_args(get_type_hints(resolve, include_extras=True)["sync"])[0])
"""Syncs that the command line takes for `conflicts resolve`."""


@pytest.mark.parametrize("name", RESOLVED)
def test_conflicts_of_these_are_decided_by_a_run(name: str) -> None:
    assert form(name)["resolve"]["title"] == "Resolve conflicts"
    _, parameters = FLOWS[name]
    told = parameters.model_validate({"resolve": [{"key": "P1", "field": "header", "winner": "ifs"}]}).told()
    assert told["P1"].winners == {"header": "ifs"}


def test_a_fixed_scope_goes_with_a_sweep_and_a_company_does_not() -> None:
    told = SyncParameters.model_validate({"companies": ["20", "10"], "sweep": True})
    assert told.companies == ("20", "10")
    assert form("invoices")["companies"]["items"] == {"type": "string"}
    with pytest.raises(ValidationError, match="a sweep looks at everything"):
        SyncParameters.model_validate({"company": "20", "sweep": True})
