from __future__ import annotations

import pytest
from rows import account, books, cost_centre, head, invoice, line, site
from world import World

from mapping.invoices.kind import INVOICES
from mapping.kinds import Link, Snapshot
from mapping.profile import Profile
from mapping.purchase_orders.kind import PURCHASE_ORDERS


@pytest.fixture(scope="session")
def profile() -> Profile:
    return Profile.load()


@pytest.fixture
def world(profile: Profile) -> World:
    """Order P1001 with one line, its supplier linked, nothing at JAGGAER yet."""
    ledger = [*(account(number) for number in ("4010", "4020", "4030")), cost_centre("1100"), cost_centre("1200")]
    codes = ("Account:4010", "Account:4020", "Account:4030", "CostCenter:1100", "CostCenter:1200")
    return World(
        PURCHASE_ORDERS,
        profile,
        ifs=[head(), line(), site(), *ledger],
        links=[Link("supplier", "1001", "10442")],
        snapshots={("gl_account", code): Snapshot("gl_account", code, {"companies": "10,20"}, 1) for code in codes},
    )


@pytest.fixture
def billed(profile: Profile) -> World:
    """Invoice 991 over the whole of order P1001, which was received: 100.00 EUR and 19 % tax."""
    return World(
        INVOICES,
        profile,
        ifs=[head(), line(), *books()],
        links=[Link("supplier", "1001", "10442")],
        invoices={"991": invoice()},
    )
