"""The fixed company scope: part of a deployment's identity, whatever one run of it was given (DESIGN, watermarks)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from prefect.client.orchestration import get_client
from prefect.exceptions import ObjectNotFound
from prefect.runtime import deployment

from flows.parameters import SyncParameters
from ifs_jaggaer.errors import SettingsError

Given = TypeVar("Given", bound=SyncParameters)


async def scoped(parameters: Given, companies: tuple[str, ...]) -> Given:
    """The parameters with the fixed scope in them: the one stated, else that of the deployment.

    `companies` stands beside `parameters`, so that a run that states `parameters` of its own keeps it.

    Raises:
        SettingsError: two scopes are stated that differ, or another one than the deployment's.
    """
    return parameters.model_copy(update={"companies": in_all(companies, parameters.companies, await _deployed())})


def in_all(beside: tuple[str, ...], nested: tuple[str, ...], deployed: Mapping[str, Any]) -> tuple[str, ...]:
    """The one scope of what a run states at both places, and of the parameters of its deployment.

    Raises:
        SettingsError: they differ.
    """
    stated = _one(beside, nested, "this run")
    inner = deployed.get("parameters")
    inside = inner.get("companies") if isinstance(inner, Mapping) else None
    of_deployment = _one(_listed(deployed.get("companies")), _listed(inside), "the deployment")
    if stated and of_deployment and set(stated) != set(of_deployment):
        raise SettingsError(
            f"the fixed scope of this deployment is {_named(of_deployment)}",
            field="companies",
            value=", ".join(stated),
            remedy="leave companies as it stands; give 'company' for a part of it, or make a deployment for others",
        )
    return stated or of_deployment


async def _deployed() -> Mapping[str, Any]:
    """The parameters of the deployment of this run; none where there is no deployment."""
    of = deployment.get_id()
    if of is None:
        return {}
    try:
        async with get_client() as client:
            return (await client.read_deployment(UUID(of))).parameters
    except ObjectNotFound:  # deleted while its last run goes on
        return {}


def _one(beside: tuple[str, ...], nested: tuple[str, ...], whose: str) -> tuple[str, ...]:
    if beside and nested and set(beside) != set(nested):
        raise SettingsError(
            f"{whose} states two scopes, {_named(beside)} beside 'parameters' and {_named(nested)} in it",
            field="companies",
            value=", ".join(nested),
            remedy="state companies once, beside 'parameters'",
        )
    return beside or nested


def _listed(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list | tuple) else ()


def _named(companies: tuple[str, ...]) -> str:
    return f"compan{'y' if len(companies) == 1 else 'ies'} {', '.join(companies)}"
