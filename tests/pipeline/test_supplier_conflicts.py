"""Suppliers that were changed on both sides, and how a person decides."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from pipeline.driving import Product
from pipeline.world import World

from mapping.kinds import Instructions


@dataclass(frozen=True)
class Linked:
    """A supplier that both systems agree on."""

    world: World
    number: str
    bravo: str

    def in_ifs(self, **values: str | None) -> None:
        self.world.change("ifs", "SupplierInfoGeneralSet", {"SupplierId": self.number}, values)

    def at_jaggaer(self, **info: str | None) -> None:
        key, values = {"bravoId": self.bravo}, {"returnCompanyInfo": info}
        self.world.change("jaggaer", "companyprofiles", key, values)

    def both(self, attribute: str, name: str) -> tuple[str | None, str | None]:
        return self.world.general(self.number)[attribute], self.world.info(self.number).get(name)


@pytest.fixture
def linked(world: World, product: Product) -> Linked:
    number = world.supplier()
    product.run("suppliers")
    world.calm()
    return Linked(world, number, world.bravo(number))


def test_ifs_wins(linked: Linked, product: Product) -> None:
    linked.in_ifs(AssociationNo=f"HRB 2{linked.number}")
    linked.at_jaggaer(fiscalCode=f"HRB 3{linked.number}")
    product.run("suppliers")
    assert linked.both("AssociationNo", "fiscalCode") == (f"HRB 2{linked.number}", f"HRB 2{linked.number}")
    assert not product.items_of(linked.number)


def test_jaggaer_wins(linked: Linked, world: World, product: Product) -> None:
    contact = {"Identity": linked.number, "CommId": 1}
    world.change("ifs", "CommMethodSet", contact, {"Value": "hier@example.com"})
    linked.at_jaggaer(bizEmail="dort@example.com")
    product.run("suppliers")
    assert world.contacts(linked.number)["E_MAIL"] == "dort@example.com"
    assert world.info(linked.number)["bizEmail"] == "dort@example.com"
    assert not product.items_of(linked.number)


def test_both_to_the_same_value_is_no_conflict(linked: Linked, world: World, product: Product) -> None:
    linked.in_ifs(AssociationNo=f"HRB 7{linked.number}")
    linked.at_jaggaer(fiscalCode=f"HRB 7{linked.number}")
    product.run("suppliers")
    assert world.writes() == {"ifs": 0, "jaggaer": 0}
    assert not product.items_of(linked.number)


@pytest.mark.parametrize("winner", ["ifs", "jaggaer"])
def test_nobody_wins_until_a_person_says_who(winner: str, linked: Linked, world: World, product: Product) -> None:
    linked.in_ifs(Name="Hier GmbH", AssociationNo=f"HRB 4{linked.number}")
    linked.at_jaggaer(companyName="Dort GmbH")
    ran = product.run("suppliers")
    assert ran.state == "attention"
    assert linked.both("Name", "companyName") == ("Hier GmbH", "Dort GmbH")
    assert linked.both("AssociationNo", "fiscalCode") == (f"HRB 4{linked.number}", f"HRB 4{linked.number}"), (
        "the other fields go"
    )
    [item] = product.items_of(linked.number)
    assert (item.kind, item.field) == ("conflict", "name")
    assert "Hier GmbH" in str(item)
    assert "Dort GmbH" in str(item)
    world.calm()
    product.run("suppliers")
    assert world.writes() == {"ifs": 0, "jaggaer": 0}, "it stays as it is"

    told = {linked.number: Instructions({"name": winner})}  # type: ignore[dict-item]
    dry = product.run("suppliers", keys=(linked.number,), told=told, dry_run=True)
    assert dry.result.counts.updated == 1
    assert world.writes() == {"ifs": 0, "jaggaer": 0}
    product.run("suppliers", keys=(linked.number,), told=told)
    name = {"ifs": "Hier GmbH", "jaggaer": "Dort GmbH"}[winner]
    assert linked.both("Name", "companyName") == (name, name)
    assert not product.items_of(linked.number)
    world.calm()
    product.run("suppliers")
    assert world.writes() == {"ifs": 0, "jaggaer": 0}


def test_a_conflict_ends_when_both_sides_agree_again(linked: Linked, product: Product) -> None:
    linked.in_ifs(Name="Hier GmbH")
    linked.at_jaggaer(companyName="Dort GmbH")
    product.run("suppliers")
    assert product.items_of(linked.number)
    linked.at_jaggaer(companyName="Hier GmbH")
    product.run("suppliers")
    assert not product.items_of(linked.number)


@pytest.mark.parametrize(
    ("ifs", "jaggaer", "status"),
    [("Closed", "SUSPENDED", ("Closed", "INACTIVE")), ("Blocked", "INACTIVE", ("Closed", "INACTIVE"))],
)
def test_the_stricter_status_wins(
    ifs: str, jaggaer: str, status: tuple[str, str], linked: Linked, product: Product
) -> None:
    linked.in_ifs(Status=ifs)
    linked.at_jaggaer(status=jaggaer)
    product.run("suppliers")
    assert linked.both("Status", "status") == status
    assert not product.items_of(linked.number)


def test_bank_data_is_carried_by_nobody_but_a_person(linked: Linked, world: World, product: Product) -> None:
    iban = "DE89370400440532013000"
    account = {"Company": "10", "Identity": linked.number, "PartyType": "Supplier", "WayId": "SEPA", "AddressId": "1"}
    world.ifs("PaymentAddressSet", **account, Account=iban, BicCode="COBADEFFXXX", DefaultAddress=True)
    product.run("suppliers")
    assert not world.value(linked.bravo, "IBAN")
    other = "GB82WEST12345698765432"
    info = [*world.extended(linked.bravo), {"name": "IBAN", "type": "TEXT", "values": {"value": [{"deValue": other}]}}]
    world.change("jaggaer", "companyprofiles", {"bravoId": linked.bravo}, {"deBasic": {"deInfo": info}})
    ran = product.run("suppliers")
    assert ran.state == "attention"
    [item] = product.items_of(linked.number)
    assert (item.kind, item.field) == ("conflict", "bank")
    stored = str(product.tables())
    assert iban not in stored
    assert other not in stored
    told = {linked.number: Instructions({"bank": "ifs"})}
    product.run("suppliers", keys=(linked.number,), told=told)
    assert world.value(linked.bravo, "IBAN") == iban
    assert not product.items_of(linked.number)
    assert iban not in str(product.tables())


def test_a_supplier_of_jaggaer_is_linked_with_the_one_that_has_its_number(world: World, product: Product) -> None:
    number = world.supplier(VatNo="DE 12.34-5")
    bravo = world.company(extUniqueCode="DE12345", companyName=f"Giesserei {number}")
    product.run("suppliers")
    infos = [record["returnCompanyInfo"] for record in world.records("jaggaer", "companyprofiles")]
    assert [info["bravoId"] for info in infos if info.get("extUniqueCode") in {"DE12345", "DE 12.34-5"}] == [bravo]
    assert world.general(number)["Cf_JaggaerId"] == bravo
    assert world.info(number)["bravoId"] == bravo
    differing = {item.field for item in product.items_of(number)}
    assert differing, "without a base what differs is a conflict"
    product.run("suppliers", keys=(number,), told={number: Instructions({"*": "ifs"})})
    assert world.info(number)["city"] == "Ulm"
    assert not product.items_of(number)


def test_a_supplier_of_the_same_name_is_never_merged_by_guess(world: World, product: Product) -> None:
    number = world.supplier(Name="Gleichnam AG", VatNo="DE555")
    bravo = world.company(companyName="Gleichnam AG", extUniqueCode="DE556")
    product.run("suppliers")
    assert world.general(number)["Cf_JaggaerId"] is None
    assert sum(r["Name"] == "Gleichnam AG" for r in world.records("ifs", "SupplierInfoGeneralSet")) == 1
    infos = [record["returnCompanyInfo"] for record in world.records("jaggaer", "companyprofiles")]
    assert [info["bravoId"] for info in infos if info["companyName"] == "Gleichnam AG"] == [bravo]
    assert product.items_of(number)
    told = {item.key for item in product.open_items() if number in str(item) or bravo in str(item)}
    world.change("jaggaer", "companyprofiles", {"bravoId": bravo}, {"returnCompanyInfo": {"extUniqueCode": "DE555"}})
    product.run("suppliers")
    assert world.general(number)["Cf_JaggaerId"] == bravo
    product.run("suppliers", keys=(number,), told={number: Instructions({"*": "ifs"})})
    assert not [item for item in product.open_items() if item.key in told], "under none of its keys"


def test_a_decision_by_jaggaers_key_counts_and_is_on_the_record(linked: Linked, product: Product) -> None:
    linked.in_ifs(Name=f"Hier {linked.number}")
    linked.at_jaggaer(companyName=f"Dort {linked.number}")
    product.run("suppliers")
    assert [item.field for item in product.items_of(linked.number)] == ["name"]
    product.run("suppliers", keys=(linked.bravo,), told={linked.bravo: Instructions({"name": "jaggaer"})})
    assert linked.both("Name", "companyName") == (f"Dort {linked.number}", f"Dort {linked.number}")
    assert not product.items_of(linked.number)
    with product.store() as store:
        events = [event for event in store.audit.trace([linked.number]) if event.action == "instructed"]
    assert [event.payload for event in events] == [{"winners": {"name": "jaggaer"}}]


def test_a_company_of_the_same_name_in_other_letters_is_not_made_a_second_time(world: World, product: Product) -> None:
    """Seen from either side, in one run or the other, it waits for a person."""
    number = world.supplier()
    world.change("ifs", "SupplierInfoGeneralSet", {"SupplierId": number}, {"Name": f"zwei Namen {number} ag"})
    bravo = world.company(
        companyName=f"Zwei  Namen {number} AG", extUniqueCode=f"ATU{number}", fiscalCode=f"FN {number}"
    )
    world.calm()
    product.run("suppliers")
    assert world.writes() == {"ifs": 0, "jaggaer": 0}
    for key in (number, f"JAGGAER:{bravo}"):
        (item,) = product.items_of(key)
        assert "same name, other numbers" in item.reason
