"""All syncs in one run: each is given its parameters in the form that it takes."""

from __future__ import annotations

from typing import Any

import pytest
from prefect import Flow

from flows.contracts import contracts
from flows.parameters import SyncParameters
from flows.suppliers import suppliers
from flows.sync_all import IN_ORDER, ends_all, told_to
from ifs_jaggaer.errors import SettingsError, SyncError, Unreachable


@pytest.mark.parametrize("sync", IN_ORDER, ids=lambda sync: sync.name)
def test_each_sync_takes_what_it_is_told(sync: Flow[[Any], Any]) -> None:
    parameters = SyncParameters(dry_run=True, company="10", page_size=7)
    told = told_to(sync, parameters)
    sync.validate_parameters({"parameters": told})
    assert told.model_dump(include=set(SyncParameters.model_fields)) == parameters.model_dump()


@pytest.mark.parametrize(
    ("sync", "error", "ends"),
    [
        (contracts, SettingsError("the service user may not do this"), False),
        (contracts, None, False),
        (contracts, Unreachable("away"), True),
        (suppliers, SettingsError("the tenant lost an attribute"), False),
        (suppliers, None, True),
        (suppliers, Unreachable("away"), True),
    ],
)
def test_a_failed_sync_ends_those_that_need_it(sync: Flow[[Any], Any], error: SyncError | None, *, ends: bool) -> None:
    assert ends_all(sync, error) is ends
