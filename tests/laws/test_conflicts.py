"""Law 3: no update is lost, and an ETag is never fetched only to get past the check."""

from __future__ import annotations

import re

import pytest
from pipeline.driving import Product
from pipeline.world import World

GENERAL = r"SupplierInfoGeneralSet\("


@pytest.fixture
def linked(world: World, product: Product) -> tuple[str, str]:
    """A supplier that both systems agree on: its number, its bravoId."""
    number = world.supplier()
    product.run("suppliers")
    world.calm()
    return number, world.bravo(number)


def test_an_edit_at_the_same_time_survives_with_ours(linked: tuple[str, str], world: World, product: Product) -> None:
    number, bravo = linked
    edit = {"AssociationNo": "HRB 77"}
    world.fault("ifs", "edit_first", method="PATCH", path=GENERAL, args={"values": edit})
    at_jaggaer(world, bravo, bizLegalStruct="KG")
    product.run("suppliers")
    assert world.hits("ifs") == [1]
    general = world.general(number)
    assert (general["CorporateForm"], general["AssociationNo"]) == ("KG", "HRB 77")
    assert world.info(number)["fiscalCode"] == "HRB 77"
    assert not product.items_of(number)


def test_a_conflict_of_the_same_field_goes_to_its_winner(
    linked: tuple[str, str], world: World, product: Product
) -> None:
    """What was decided from the older state is not written over the newer one."""
    number, bravo = linked
    edit = {"CorporateForm": "AG"}
    world.fault("ifs", "edit_first", method="PATCH", path=GENERAL, args={"values": edit})
    at_jaggaer(world, bravo, bizLegalStruct="KG")
    product.run("suppliers")
    assert world.general(number)["CorporateForm"] == "AG", "IFS wins the legal form"
    assert world.info(number)["bizLegalStruct"] == "AG"


def test_without_end_it_becomes_a_dead_letter(linked: tuple[str, str], world: World, product: Product) -> None:
    number, bravo = linked
    world.fault("ifs", "edit_first", method="PATCH", path=GENERAL, times=100)
    at_jaggaer(world, bravo, bizLegalStruct="KG")
    ran = product.run("suppliers")
    assert ran.state == "attention"
    assert world.general(number)["CorporateForm"] is None
    tried = [entry for entry in world.sent("ifs") if entry["method"] == "PATCH"]
    assert 2 <= len(tried) <= 4
    tags = [entry["headers"]["if-match"] for entry in tried]
    assert len(set(tags)) == len(tags), "each from a state of its own"
    assert [(item.kind, bool(item.remedy)) for item in product.items_of(number)] == [("dead_letter", True)]
    world.calm()
    product.run("suppliers", keys=(number,))
    assert world.general(number)["CorporateForm"] == "KG"
    assert not product.items_of(number)


def test_every_change_carries_the_etag_of_a_state_that_was_read_for_it(
    linked: tuple[str, str], world: World, product: Product
) -> None:
    number, bravo = linked
    before = world.general(number)["@odata.etag"]
    at_jaggaer(world, bravo, bizLegalStruct="KG")
    product.run("suppliers")
    sent = world.sent("ifs")
    assert [entry["headers"].get("if-match") for entry in sent] == [before]
    reads = [e for e in world.admin("ifs", "GET", "log") if re.search(GENERAL, e["path"]) and e["method"] == "GET"]
    assert not reads, "the polled page had it already"


def test_a_company_changed_at_jaggaer_just_before_the_write_is_decided_again(
    linked: tuple[str, str], world: World, product: Product
) -> None:
    """JAGGAER has no ETag: the record is read just before, so that a name changed there is no longer overwritten."""
    number, bravo = linked
    world.change("ifs", "SupplierInfoGeneralSet", {"SupplierId": number}, {"Name": "Hier GmbH"})
    product.run("suppliers", meanwhile=lambda: at_jaggaer(world, bravo, companyName="Dort GmbH"))
    assert world.info(number)["companyName"] == "Dort GmbH"
    assert world.general(number)["Name"] == "Hier GmbH"
    assert [(item.field, item.kind) for item in product.items_of(number)] == [("name", "conflict")]


def test_both_edits_survive_where_they_are_of_different_fields(
    linked: tuple[str, str], world: World, product: Product
) -> None:
    number, bravo = linked
    address = {"SupplierId": number, "AddressId": "1"}
    world.change("ifs", "SupplierInfoAddressSet", address, {"City": "Aalen"})
    product.run("suppliers", meanwhile=lambda: at_jaggaer(world, bravo, bizPhone="+49 731 1"))
    product.run("suppliers")
    info = world.info(number)
    assert (info["city"], info["bizPhone"]) == ("Aalen", "+49 731 1")
    assert world.contacts(number)["PHONE"] == "+49 731 1"


def test_an_order_revised_at_jaggaer_meanwhile_is_no_longer_ours_to_revise(world: World, product: Product) -> None:
    product.run("gl-accounts")
    supplier = world.supplier()
    product.run("suppliers")
    order = world.order(supplier)
    product.run("purchase-orders")
    world.calm()
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": order}, {"NoteText": "eilt"})
    header = {"header": {"revisionNumber": 1, "note": "dort"}}
    world.fault("jaggaer", "edit_first", method="POST", path="purchaseorders$", args={"values": header})
    ran = product.run("purchase-orders")
    assert world.hits("jaggaer") == [1]
    assert ran.state == "attention"
    assert world.orders_there(order)[0]["header"]["note"] == "dort"
    assert [item.kind for item in product.items_of(order)] == ["conflict"]


def at_jaggaer(world: World, bravo: str, **info: str) -> None:
    world.change("jaggaer", "companyprofiles", {"bravoId": bravo}, {"returnCompanyInfo": info})
