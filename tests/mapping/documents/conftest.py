from __future__ import annotations

import pytest
from rows import head, line, site
from world import World

from mapping.kinds import Link
from mapping.profile import Profile
from mapping.purchase_orders import PurchaseOrders


@pytest.fixture(scope="session")
def profile() -> Profile:
    return Profile.load()


@pytest.fixture
def world(profile: Profile) -> World:
    """Order P1001 with one line, its supplier linked, nothing at JAGGAER yet."""
    return World(PurchaseOrders(), profile, ifs=[head(), line(), site()], links=[Link("supplier", "1001", "10442")])
