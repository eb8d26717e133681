from __future__ import annotations

from collections.abc import Iterator

import pytest

from ifs_jaggaer.cli.demonstrating import prefect_at


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with prefect_at(tmp_path_factory.mktemp("prefect")) as variables:
        yield variables
