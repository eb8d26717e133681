from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent))

from lab import Lab, lab


@pytest.fixture
async def here() -> AsyncIterator[Lab]:
    async with lab() as made:
        yield made
