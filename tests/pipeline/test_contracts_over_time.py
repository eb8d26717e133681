"""Contracts of JAGGAER as supplier agreements in IFS, over real HTTP (DESIGN, contracts and prices)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pipeline.deals import Deals, price
from pipeline.driving import Product
from pipeline.fixtures import FAST
from pipeline.world import World
from programs import sandbox_program

from mapping.kinds import Instructions

NOTHING = {"ifs": 0, "jaggaer": 0}
LIMIT = 20


@pytest.fixture(scope="module")
def supplier(small_world: World, product: Product) -> str:
    number = small_world.supplier()
    product.run("suppliers")
    return number


@pytest.fixture
def deals(world: World, supplier: str) -> Deals:
    assert supplier
    return Deals(world)


def open_fields(product: Product, code: str) -> list[tuple[str, str]]:
    return sorted((item.kind, item.field) for item in product.items_of(code))


def test_from_the_first_price_to_the_end(deals: Deals, supplier: str, world: World, product: Product) -> None:
    code = deals.make(
        supplier, price("a"), price("a", 100, 11.875, discountPercent=2.5), price("b", unitOfMeasure="KGM")
    )
    world.calm()
    dry = product.run("contracts", dry_run=True)
    assert (world.writes(), dry.result.counts.created) == (NOTHING, 1)
    ran = product.run("contracts")
    assert (ran.result.counts.created, world.writes()["ifs"]) == (1, 4)
    assert dry.lines[code].changes == ran.lines[code].changes
    head = deals.agreement(code)
    assert (head["VendorNo"], head["CurrencyCode"], head["Objstate"]) == (supplier, "EUR", "Active")
    assert (head["Description"], head["ValidUntil"]) == ("Rahmenvertrag Guß", "2049-12-31")
    row = deals.row(code, "a", 100)
    assert [str(row[name]) for name in ("Price", "Discount", "PriceUnitMeas")] == ["11.875", "2.5", "PCS"]
    assert deals.row(code, "b")["PriceUnitMeas"] == "KG"
    world.calm()
    product.run("contracts")
    assert world.writes() == NOTHING

    deals.reprice(
        code, price("a", value=13), price("a", 100, 11.875, discountPercent=2.5), price("b", unitOfMeasure="KGM")
    )
    product.run("contracts")
    assert float(deals.row(code, "a")["Price"]) == 13
    assert world.writes()["ifs"] == 1, "one row, and nothing else"
    (sent,) = world.sent("ifs")
    assert sent["headers"]["if-match"].startswith('W/"')
    assert sent["body"] == '{"Price":13}'

    deals.change(code, status="Terminated")
    world.calm()
    product.run("contracts")
    (sent,) = world.sent("ifs")
    assert sent["path"].endswith("SupplierAgreement_Close")
    assert deals.agreement(code)["Objstate"] == "Closed"
    world.calm()
    product.run("contracts")
    assert world.writes() == NOTHING
    assert not product.items_of(code)
    product.verify_audit()
    with product.store() as store:
        traced = [(event.entity, event.action) for event in store.audit.trace([code]) if event.phase == "outcome"]
    creations = [("agreement", "create"), *[("agreement_price", "create")] * 3]
    assert traced == [*creations, ("agreement_price", "update"), ("agreement", "close")]


def test_it_waits_for_its_supplier_and_goes_by_itself(deals: Deals, world: World, product: Product) -> None:
    code = deals.with_company(world.company())
    product.run("contracts")
    assert open_fields(product, code) == [("waiting", "supplier")]
    product.run("suppliers")
    product.run("contracts")
    assert len(deals.rows(code)) == 1
    assert not product.items_of(code)


def test_a_dry_run_counts_on_a_supplier_that_is_only_planned(deals: Deals, world: World, product: Product) -> None:
    code = deals.with_company(world.company())
    dry = product.run_all(dry_run=True)["contracts"]
    assert dry.lines[code].action == "create"
    real = product.run_all()["contracts"]
    assert real.lines[code].action == "create"
    assert (dry.result.counts.created, real.result.counts.created) == (1, 1)


def test_agreements_of_others_are_left_alone_and_not_counted(
    deals: Deals, supplier: str, world: World, product: Product
) -> None:
    code = deals.make(supplier)
    number = world.ifs("SupplierAgreementSet", VendorNo=supplier, CurrencyCode="EUR")["AgreementId"]
    key = {"AgreementId": number, "PartNo": "own", "MinQuantity": 1, "ValidFrom": "2026-01-01"}
    world.ifs("SupplierAgreementPartSet", **key, Price=5)
    product.run("contracts")
    product.reset_watermarks()
    world.calm()
    ran = product.run("contracts")
    assert world.writes() == NOTHING
    assert ran.result.counts.read == len(world.records("jaggaer", "contracts"))
    assert code not in ran.items
    assert product.run("contracts", keys=(number,)).state == "attention", "it leads to no contract"
    by_its_number = product.run("contracts", keys=(deals.agreement(code)["AgreementId"],))
    assert set(by_its_number.lines) == {code}


def test_lines_that_ifs_refuses_are_dead_letters_and_the_others_go(
    deals: Deals, supplier: str, world: World, product: Product
) -> None:
    items = [f"x{number}" for number in range(10)]
    code = deals.make(supplier, *map(price, items), price("y1"), price("y2", unitOfMeasure="PF"))
    refused = {"code": "20110", "status": 400}
    world.fault("ifs", "modified_by_another", path="PartSet$", method="POST", times=len(items), args=refused)
    ran = product.run("contracts")
    assert {row["PartNo"] for row in deals.rows(code)} == {"y1"}
    expected = [*(f"prices[{item}/1]" for item in items), "prices[y2/1].unitOfMeasure"]
    assert open_fields(product, code) == [("dead_letter", name) for name in expected]
    assert (ran.state, ran.result.counts.created, ran.result.counts.rejected) == ("attention", 1, 1)
    world.calm()
    product.run("contracts", keys=(code,))
    assert world.writes()["ifs"] == len(items)
    assert open_fields(product, code) == [("dead_letter", "prices[y2/1].unitOfMeasure")]
    deals.reprice(code)
    deals.change(code, status="Expired")
    product.run("contracts")
    assert not product.items_of(code)


def test_a_planners_change_is_seen_listed_and_put_back_by_setting(
    deals: Deals, supplier: str, world: World, product: Product, tmp_path: Path
) -> None:
    code = deals.make(supplier, price("a"), price("b"))
    product.run("contracts")
    deals.edit_price(code, "a", Price=99)
    number = deals.agreement(code)["AgreementId"]
    world.change("ifs", "SupplierAgreementSet", {"AgreementId": number}, {"Description": "unser"})
    world.calm()
    ran = product.run("contracts")
    assert open_fields(product, code) == [("conflict", "prices[a/1]"), ("conflict", "title")]
    assert (ran.state, world.writes()) == ("attention", NOTHING)
    assert product.run("contracts").state == "completed", "it was told already"

    profile = tmp_path / "profile.toml"
    profile.write_text("[contracts]\nput_back = true\n")
    product.with_settings(PROFILE=profile).run("contracts", keys=(code,))
    assert float(deals.row(code, "a")["Price"]) == 12.5
    assert deals.agreement(code)["Description"] == "Rahmenvertrag Guß"
    assert not product.items_of(code)


def test_a_person_decides_what_becomes_of_a_planners_change(
    deals: Deals, supplier: str, world: World, product: Product
) -> None:
    code = deals.make(supplier, price("a"), price("b"))
    product.run("contracts")
    number = deals.agreement(code)["AgreementId"]
    own = {"AgreementId": number, "PartNo": "own", "MinQuantity": 1, "ValidFrom": "2026-01-01"}
    world.ifs("SupplierAgreementPartSet", **own, Price=5, PriceUnitMeas="PCS")
    deals.edit_price(code, "a", Price=99)
    deals.edit_price(code, "b", Price=99)
    product.run("contracts")
    names = ["prices[a/1]", "prices[b/1]", "prices[own/1]"]
    assert open_fields(product, code) == [("conflict", name) for name in names]
    world.calm()
    by_number: dict[str, Instructions] = {number: Instructions(winners={"prices[a/1]": "jaggaer"})}
    product.run("contracts", keys=(number,), told=by_number)
    assert (world.writes()["ifs"], float(deals.row(code, "a")["Price"])) == (1, 12.5)
    product.run("contracts", keys=(code,), told={code: Instructions(winners={"prices[b/1]": "ifs"})})
    assert (world.writes()["ifs"], open_fields(product, code)) == (1, [("conflict", "prices[own/1]")])
    product.run("contracts", keys=(code,), told={code: Instructions(winners={"*": "jaggaer"})})
    assert (world.writes()["ifs"], open_fields(product, code)) == (2, [])
    assert deals.row(code, "own")["ValidUntil"] is not None
    for reset in (False, True):
        if reset:
            product.reset_watermarks()
        world.calm()
        product.run("contracts")
        assert (world.writes(), open_fields(product, code)) == (NOTHING, [])
    deals.reprice(code, price("a"), price("b", value=14))
    product.run("contracts")
    assert float(deals.row(code, "b")["Price"]) == 14
    _no_yesterday(product)


def test_two_agreements_of_one_mark_go_on_once_one_lost_it(
    deals: Deals, supplier: str, world: World, product: Product
) -> None:
    code = deals.make(supplier)
    told = {"VendorNo": supplier, "CurrencyCode": "EUR", "ExternalReference": f"JAG:{code}"}
    for _ in range(2):
        number = world.ifs("SupplierAgreementSet", **told)["AgreementId"]
    product.run("contracts")
    product.run("contracts")
    assert open_fields(product, code) == [("held", "agreement")]
    world.change("ifs", "SupplierAgreementSet", {"AgreementId": number}, {"ExternalReference": None})
    product.run("contracts")
    assert open_fields(product, code) == []
    assert len(deals.rows(code)) == 1


def test_a_conflict_while_writing_is_decided_again(deals: Deals, supplier: str, world: World, product: Product) -> None:
    code = deals.make(supplier, price("a"))
    product.run("contracts")
    deals.reprice(code, price("a", value=14))
    world.fault("ifs", "edit_first", path=r"PartSet\(", method="PATCH", args={"values": {"LeadTime": 3}})
    ran = product.run("contracts")
    row = deals.row(code, "a")
    assert (float(row["Price"]), row["LeadTime"]) == (14, 14)
    assert any("changed in both systems" in note for note in ran.lines[code].notes)
    assert not product.items_of(code)


def test_a_tenant_whose_lists_lack_etags_and_whose_changes_answer_nothing(
    deals: Deals, supplier: str, world: World, product: Product
) -> None:
    code = deals.make(supplier, price("a"), price("b"))
    product.run("contracts")
    sets = ["SupplierAgreementSet", "SupplierAgreementPartSet"]
    world.tune("ifs", missing_etag=sets, empty_answers=True)
    deals.reprice(code, price("a", value=14), price("b"))
    deals.change(code, title="Neu")
    product.run("contracts")
    deals.change(code, status="Expired")
    product.run("contracts")
    world.tune("ifs", missing_etag=[], empty_answers=False)
    head = deals.agreement(code)
    assert (head["Description"], head["Objstate"], float(deals.row(code, "a")["Price"])) == ("Neu", "Closed", 14)
    world.calm()
    product.run("contracts")
    assert world.writes() == NOTHING


def test_lines_that_are_gone_end_but_too_many_wait_for_a_person(
    deals: Deals, supplier: str, world: World, product: Product
) -> None:
    few = deals.make(supplier, price("a"), price("b"))
    many = deals.make(supplier, *(price(f"m{number}") for number in range(LIMIT + 2)))
    product.run("contracts")
    deals.reprice(few, price("a"))
    day = product.on("2026-06-15")
    assert day.run("contracts").state == "completed"
    assert deals.row(few, "b")["ValidUntil"] == "2026-06-14"
    assert deals.row(few, "a")["ValidUntil"] == "2049-12-31"
    assert not product.items_of(few)

    deals.reprice(many, price("m0"))
    ran = day.run("contracts")
    assert (ran.state, ran.result.counts.held) == ("attention", 1)
    assert {row["ValidUntil"] for row in deals.rows(many)} == {"2049-12-31"}
    assert len(product.items_of(many)) == LIMIT + 1
    world.calm()
    dry = day.run("contracts", replay="brake", dry_run=True)
    assert (dry.result.counts.updated, world.writes()) == (1, NOTHING)
    later = product.on("2026-06-17")
    later.run("contracts", replay="brake")
    assert world.writes()["ifs"] == LIMIT + 1
    assert sorted(row["ValidUntil"] for row in deals.rows(many)) == ["2026-06-16"] * (LIMIT + 1) + ["2049-12-31"]
    assert not product.items_of(many)

    deals.reprice(few, price("a"), price("b"))
    later.run("contracts")
    assert deals.row(few, "b")["ValidUntil"] == "2049-12-31"
    _no_yesterday(product)


def test_an_empty_list_ends_nothing_and_a_deleted_contract_ends(
    deals: Deals, supplier: str, world: World, product: Product
) -> None:
    code = deals.make(supplier, price("a"))
    product.run("contracts")
    deals.reprice(code)
    world.calm()
    product.run("contracts")
    deals.change(code, priceList=None)
    product.run("contracts")
    assert world.writes() == NOTHING
    deals.change(code, deletedStatus="DELETED")
    assert product.run("contracts").state == "completed"
    assert deals.agreement(code)["Objstate"] == "Closed"
    _no_yesterday(product)


def test_what_no_change_time_tells_is_found_by_night(
    deals: Deals, supplier: str, world: World, product: Product
) -> None:
    """A contract that comes into effect by the calendar alone; a row that somebody deleted in IFS."""
    code, early = deals.make(supplier, price("a"), price("b")), deals.make(supplier, status="Executed")
    product.run("contracts")
    deals.change(early, status="ExecutedInEffect", lastModTime="2026-01-02T00:00:00.000Z")
    row = deals.row(code, "a")
    key = {name: row[name] for name in ("AgreementId", "PartNo", "MinQuantity", "ValidFrom")}
    world.remove("ifs", "SupplierAgreementPartSet", key)
    product.run("contracts", sweep=True)
    assert len(deals.rows(early)) == 1
    assert open_fields(product, code) == [("conflict", "prices[a/1]")]


def _no_yesterday(product: Product) -> None:
    """What was put aside is no longer among that of the last 24 hours."""
    with product.store() as store, store.unit() as unit:
        unit.db.exec_driver_sql("UPDATE open_item SET since = '2020-01-01 00:00:00.000000', brake = 0")


# --- the seed ---


@pytest.fixture(scope="module")
def seeded() -> Iterator[World]:
    with sandbox_program("--seed", "9", "--suppliers", "140", "--orders", "0", "--invoices", "0") as sandbox:
        world = World(sandbox)
        yield world
        world.wire.close()


def test_the_seed(seeded: World, tmp_path: Path) -> None:
    """All contracts in effect, each price of them; nothing again, whatever was forgotten."""
    product = Product(seeded.sandbox.settings(tmp_path)).with_settings(**FAST)
    product.run("suppliers")
    product.run("contracts")
    there = {row["ExternalReference"]: row for row in seeded.records("ifs", "SupplierAgreementSet")}
    contracts = seeded.records("jaggaer", "contracts")
    sent = [c for c in contracts if c["status"] == "ExecutedInEffect" and c["deletedStatus"] == "NOT-DELETED"]
    assert len(contracts) > len(sent) > 3
    assert set(there) == {f"JAG:{contract['contractReferenceCode']}" for contract in sent}
    expected = {
        (there[f"JAG:{c['contractReferenceCode']}"]["AgreementId"], p["itemCode"], float(p["minQuantity"]),
         p["validFrom"][:10], str(p["unitPrice"]["value"]))
        for c in sent
        for p in c["priceList"]["price"]
        if p["unitOfMeasure"] != "PF"
    }  # fmt: skip
    rows = seeded.records("ifs", "SupplierAgreementPartSet")
    found = {(r["AgreementId"], r["PartNo"], float(r["MinQuantity"]), r["ValidFrom"], str(r["Price"])) for r in rows}
    assert {(*key, float(amount)) for *key, amount in found} == {(*key, float(amount)) for *key, amount in expected}
    open_items = [(item.kind, item.key, item.field) for item in product.open_items("contracts")]
    assert {kind for kind, _, _ in open_items} <= {"dead_letter"}
    seeded.calm()
    product.run("contracts")
    product.reset_watermarks()
    product.run("contracts")
    product.run("contracts", since=product.settings.start_from)
    product.delete_store()
    product.run("suppliers")
    seeded.calm()
    product.run("contracts")
    assert seeded.writes() == NOTHING
    assert [(item.kind, item.key, item.field) for item in product.open_items("contracts")] == open_items
