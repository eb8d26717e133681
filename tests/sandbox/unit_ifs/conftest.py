import pytest

from .tools import Asker, new_ifs


@pytest.fixture
def ask() -> Asker:
    return Asker(new_ifs())
