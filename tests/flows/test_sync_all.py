"""All syncs in one run: each is given its parameters in the form that it takes."""

from __future__ import annotations

from typing import Any

import pytest
from prefect import Flow

from flows.parameters import SyncParameters
from flows.sync_all import IN_ORDER, told_to


@pytest.mark.parametrize("sync", IN_ORDER, ids=lambda sync: sync.name)
def test_each_sync_takes_what_it_is_told(sync: Flow[[Any], Any]) -> None:
    parameters = SyncParameters(dry_run=True, company="10", page_size=7)
    told = told_to(sync, parameters)
    sync.validate_parameters({"parameters": told})
    assert told.model_dump(include=set(SyncParameters.model_fields)) == parameters.model_dump()
