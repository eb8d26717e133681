"""Settings in a Prefect block: one layer among those of `ifs_jaggaer.settings`."""

from __future__ import annotations

import os
from typing import Any

import httpx
from prefect.blocks.core import Block
from pydantic import Field, SecretStr

from ifs_jaggaer.errors import Unreachable

NAME = os.environ.get("IFS_JAGGAER_CONNECTION", "default")


class IfsJaggaerConnection(Block):
    """Addresses and credentials of one pair of tenants. Secrets are kept encrypted by Prefect."""

    _block_type_name = "IFS JAGGAER connection"
    _block_type_slug = "ifs-jaggaer-connection"

    ifs_host: str | None = Field(default=None, description="e.g. https://tenant.ifs.cloud")
    ifs_realm: str | None = None
    ifs_client_id: str | None = None
    ifs_client_secret: SecretStr | None = None
    jaggaer_host: str | None = Field(default=None, description="e.g. https://tenant.api.jaggaer.com")
    jaggaer_client_id: str | None = None
    jaggaer_client_secret: SecretStr | None = None
    other: dict[str, Any] = Field(default_factory=dict, description="further settings as in the settings file")

    def as_settings(self) -> dict[str, Any]:
        """The tree that `ifs_jaggaer.settings.load` takes."""
        tree: dict[str, Any] = {
            name: dict(value) if isinstance(value, dict) else value for name, value in self.other.items()
        }
        for name in type(self).model_fields:
            system, _, field = name.partition("_")
            value = getattr(self, name)
            if system in {"ifs", "jaggaer"} and value is not None:
                plain = value.get_secret_value() if isinstance(value, SecretStr) else value
                tree.setdefault(system, {})[field] = plain
        return tree


def server_away(error: Exception) -> Unreachable:
    return Unreachable(
        f"the Prefect server does not answer: {error}", remedy="start it, or unset PREFECT_API_URL to do without"
    )


async def block_values() -> dict[str, Any] | None:
    """What the block of this connection says; None where there is no such block.

    Raises:
        Unreachable: the Prefect server does not answer.
    """
    try:
        block: Any = await IfsJaggaerConnection.aload(NAME)
    except ValueError:
        return None
    except (RuntimeError, httpx.HTTPError) as error:
        raise server_away(error) from None
    told: dict[str, Any] = block.as_settings()
    return told
