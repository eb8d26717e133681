"""A deployment's fixed company scope holds whatever one run of it is given (DESIGN, watermarks)."""

from __future__ import annotations

from typing import Any

import pytest
from prefect.utilities.callables import parameter_schema

from flows.catalogue import FLOWS
from flows.scope import in_all
from ifs_jaggaer.errors import SettingsError

BESIDE, NESTED = {"companies": ["20"]}, {"parameters": {"companies": ["20"]}}


@pytest.mark.parametrize("name", sorted(FLOWS))
def test_it_is_a_parameter_of_its_own_so_that_others_do_not_replace_it(name: str) -> None:
    flow, _ = FLOWS[name]
    top = parameter_schema(flow)
    assert not top.required
    assert top.properties["companies"]["default"] == []
    assert "fixed scope" in top.properties["companies"]["description"]
    asked = {**BESIDE, "parameters": {"dry_run": True}}  # what the server makes of a run by hand
    told = flow.validate_parameters(asked)
    assert told["companies"] == ("20",)
    assert told["parameters"].dry_run


@pytest.mark.parametrize(
    ("beside", "nested", "deployed", "scope"),
    [
        ((), (), {}, ()),
        (("20",), (), {}, ("20",)),
        ((), ("20",), {}, ("20",)),
        (("20", "10"), ("10", "20"), {}, ("20", "10")),
        (("20",), (), BESIDE, ("20",)),
        ((), (), NESTED, ("20",)),  # its parameters were replaced: the scope stays
        ((), (), BESIDE, ("20",)),
        ((), ("20",), NESTED, ("20",)),
        ((), (), {"parameters": {"dry_run": True}}, ()),
        (("20",), (), {"parameters": {}}, ("20",)),
    ],
)
def test_the_scope_is_what_one_place_says(
    beside: tuple[str, ...], nested: tuple[str, ...], deployed: dict[str, Any], scope: tuple[str, ...]
) -> None:
    assert in_all(beside, nested, deployed) == scope


@pytest.mark.parametrize(
    ("beside", "nested", "deployed", "said"),
    [
        (("20",), ("10",), {}, "this run states two scopes, company 20 beside 'parameters' and company 10 in it"),
        (("10",), (), BESIDE, "the fixed scope of this deployment is company 20"),
        (("10", "20"), (), NESTED, "the fixed scope of this deployment is company 20"),
        ((), ("10",), BESIDE, "the fixed scope of this deployment is company 20"),
        ((), (), {"companies": ["10"], **NESTED}, "the deployment states two scopes"),
    ],
)
def test_two_scopes_are_refused(
    beside: tuple[str, ...], nested: tuple[str, ...], deployed: dict[str, Any], said: str
) -> None:
    with pytest.raises(SettingsError, match=said) as refused:
        in_all(beside, nested, deployed)
    assert refused.value.field == "companies"
    assert refused.value.remedy
