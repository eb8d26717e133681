"""Fixtures that several rooms of tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from programs import Sandbox, sandbox_program


@pytest.fixture
def new_sandbox() -> Iterator[Callable[..., Sandbox]]:
    """Makes sandboxes that end with the test."""
    with ExitStack() as stack:
        yield lambda *options: stack.enter_context(sandbox_program(*options))
