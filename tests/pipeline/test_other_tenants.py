"""Tenants differ; what arrives is the same, and at rest nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pipeline.documents import Documents
from pipeline.driving import Product
from pipeline.world import World

AS_SHIPPED: dict[str, dict[str, Any]] = {
    "ifs": {
        "decimals_as_numbers": False,
        "empty_answers": False,
        "upsert": True,
        "message_as_object": False,
        "batch_counts_parts": False,
        "clock_offset": 0,
        "token_lifetime": 180,
        "missing_etag": [],
    },
    "jaggaer": {"clock_offset": 0, "token_lifetime": 180, "server_page": 100},
}
EVERY_SET = [
    "SupplierInfoGeneralSet",
    "SupplierInfoAddressSet",
    "CommMethodSet",
    "IdentityInvoiceInfoSet",
    "SupplierSet",
    "PurchaseOrderSet",
    "PurchaseOrderLineSet",
    "AccountSet",
    "CodePartValueSet",
    "PostingProposalHeadSet",
]


@pytest.fixture(autouse=True)
def _as_shipped(small_world: World) -> Iterator[None]:
    yield
    for system, settings in AS_SHIPPED.items():
        small_world.tune(system, **settings)


@pytest.mark.parametrize(
    ("ifs", "jaggaer"),
    [
        pytest.param(
            {
                "decimals_as_numbers": True,
                "empty_answers": True,
                "upsert": False,
                "message_as_object": True,
                "batch_counts_parts": True,
            },
            {"server_page": 2},
            id="answers",
        ),
        pytest.param({"missing_etag": EVERY_SET}, {}, id="etags"),
        pytest.param(
            {"clock_offset": 120, "token_lifetime": 1}, {"clock_offset": -120, "token_lifetime": 1}, id="clocks"
        ),
        pytest.param({"clock_offset": -120}, {"clock_offset": 120}, id="other clocks"),
    ],
)
def test_all_arrives_and_then_rests(
    ifs: dict[str, Any], jaggaer: dict[str, Any], world: World, product: Product
) -> None:
    world.tune("ifs", **ifs)
    world.tune("jaggaer", **jaggaer)
    documents = Documents.make(world)
    product.run_all()
    there = documents.there(world)
    assert there == dict.fromkeys(there, 1)
    bravo = world.bravo(documents.supplier)
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": documents.order}, {"NoteText": "eilt"})
    world.change("jaggaer", "companyprofiles", {"bravoId": bravo}, {"returnCompanyInfo": {"bizLegalStruct": "KG"}})
    product.run_all()
    assert world.orders_there(documents.order)[0]["header"]["note"] == "eilt"
    assert world.general(documents.supplier)["CorporateForm"] == "KG"
    assert not product.open_items()
    world.calm()
    product.run_all()
    assert world.writes() == {"ifs": 0, "jaggaer": 0}


def test_one_value_that_jaggaer_refuses_stops_no_other_of_its_request(world: World, product: Product) -> None:
    good, bad = world.number("5"), world.number("5")
    world.account(good)
    world.account(bad, Description=None)
    ran = product.run("gl-accounts")
    assert [len(world.values_there(each)) for each in (good, bad)] == [1, len(world.values_there(bad))]
    assert ran.result.counts.rejected == len(product.items_of(f"Account:{bad}"))
    world.calm()
    product.run("gl-accounts", since=product.settings.start_from)
    assert world.writes()["jaggaer"] == 0


def test_an_account_ends_by_the_calendar_alone(world: World, product: Product) -> None:
    """No change time moves for it."""
    account = world.number("5")
    world.account(account, ValidUntil="2027-03-31")
    product.run("gl-accounts")
    assert world.values_there(account)[0]["active"] == "true"
    later = product.on("2027-04-01")
    later.run("gl-accounts")
    assert world.values_there(account)[0]["active"] == "false"
    world.calm()
    later.run("gl-accounts")
    assert world.writes()["jaggaer"] == 0
