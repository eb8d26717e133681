"""The three-way match over both APIs: what is held, what lets it go, and what a company may set."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline.driving import Product
from pipeline.invoicing import bill, gross, line, proposal, stands, status, with_profile
from pipeline.world import World

from flows.parameters import Resolution, ResolvingParameters


@pytest.fixture(scope="module")
def supplier(small_world: World, product: Product) -> str:
    number = small_world.supplier()
    product.run("gl-accounts")
    product.run("suppliers")
    return number


def order_line(order: str, number: str = "1") -> dict[str, str]:
    return {"OrderNo": order, "LineNo": number, "ReleaseNo": "1"}


def whole(world: World, supplier: str, order: str, *, price: str = "12.50", **changed: str) -> int:
    """An invoice of ten pieces."""
    return bill(world, supplier, line("10", price, order=order, **changed), total=gross("10", price))


def part(world: World, supplier: str, order: str, quantity: int) -> int:
    """An invoice of so many pieces, of a negative number a credit memo."""
    kind = "Credit memo" if quantity < 0 else "Invoice"
    asked = line(str(quantity), "12.50", order=order)
    return bill(world, supplier, asked, total=gross(str(quantity), "12.50"), invoiceType=kind)


def test_invoiced_before_it_was_received(supplier: str, world: World, product: Product) -> None:
    order = world.order(supplier)
    invoice = whole(world, supplier, order)
    ran = product.run("invoices")
    assert stands(product, invoice) == {"lines[1].match not received": "held"}
    [item] = product.items_of(invoice)
    assert item.value == "10"
    assert item.reason == "10 invoiced beside 0 before, received 0"
    assert "register the receipt" in item.remedy
    [told] = ran.lines[str(invoice)].discrepancies
    assert (told.line, told.order_line, told.cause, told.outcome) == ("1", f"{order}/1/1", "not received", "held")
    assert (world.proposals(invoice), status(world, invoice)) == ([], "NotExported"), "held: JAGGAER is told nothing"

    world.calm()
    rests = product.run("invoices")
    assert rests.lines == {}, "nothing was received, so nothing is decided again"
    reads = [entry["path"] for entry in world.admin("jaggaer", "GET", "log") if entry["path"].endswith(f"/{invoice}")]
    assert reads == []

    world.receive(order)
    product.run("invoices")
    assert stands(product, invoice) == {}
    assert proposal(world, invoice)["Objstate"] == "Balanced"
    assert status(world, invoice) == "Exported"


def test_a_receipt_of_a_part_lets_nothing_go_and_says_what_is_there(
    supplier: str, world: World, product: Product
) -> None:
    order = world.order(supplier)
    invoice = whole(world, supplier, order)
    product.run("invoices")
    some = {"QtyArrived": 4, "Uom": "PCS", "ArrivalDate": "2026-02-14", "Objstate": "Received"}
    world.ifs("PurchaseReceiptSet", **order_line(order), **some)
    product.run("invoices")
    [item] = product.items_of(invoice)
    assert item.reason == "10 invoiced beside 0 before, received 4"
    world.ifs("PurchaseReceiptSet", **order_line(order), **some | {"QtyArrived": 6})
    product.run("invoices")
    assert len(world.proposals(invoice)) == 1


def test_a_price_corrected_in_the_order(supplier: str, world: World, product: Product) -> None:
    order = world.order(supplier)
    world.receive(order)
    invoice = whole(world, supplier, order, price="13.00")
    product.run("invoices")
    [item] = product.items_of(invoice)
    assert item.reason == "130.00 invoiced for 10, by the order 125.00 EUR"
    world.change("ifs", "PurchaseOrderLineSet", order_line(order), {"FbuyUnitPrice": "13.00"})
    product.run("invoices")
    assert len(world.proposals(invoice)) == 1


def test_a_price_corrected_at_jaggaer(supplier: str, world: World, product: Product) -> None:
    order = world.order(supplier)
    world.receive(order)
    invoice = whole(world, supplier, order, price="13.00")
    product.run("invoices")
    assert stands(product, invoice) == {"lines[1].match price": "held"}
    corrected = {
        "header": {"total": {"currency": "EUR", "value": 148.75}},
        "lineList": {"invoiceLine": [line("10", "12.50", order=order)]},
    }
    world.change("jaggaer", "invoices", {"invoiceId": invoice}, corrected)
    product.run("invoices")
    assert len(world.proposals(invoice)) == 1


def test_a_line_that_the_order_gets_later(supplier: str, world: World, product: Product) -> None:
    order = world.order(supplier)
    invoice = whole(world, supplier, order, of_line="2-1")
    product.run("invoices")
    assert stands(product, invoice) == {"lines[1].match unknown line": "held"}
    [item] = product.items_of(invoice)
    assert item.value == "2-1"
    world.line(order, "2")
    product.run("invoices")
    assert stands(product, invoice) == {"lines[1].match not received": "held"}
    received = {"QtyArrived": 10, "Uom": "PCS", "ArrivalDate": "2026-02-14", "Objstate": "Received"}
    world.ifs("PurchaseReceiptSet", **order_line(order, "2"), **received)
    product.run("invoices")
    assert len(world.proposals(invoice)) == 1


@pytest.mark.parametrize("at_once", [True, False], ids=["in one page", "one run after the other"])
@pytest.mark.parametrize("counted", [True, False], ids=["counted at once", "counted when posted"])
def test_parts_of_one_line_until_it_is_used_up(
    supplier: str, world: World, product: Product, at_once: bool, counted: bool
) -> None:
    """Also where a tenant counts QtyInvoiced only once a proposal is posted: the proposals themselves count."""
    order = world.order(supplier)
    world.receive(order)

    def forget() -> None:
        if not counted:
            world.change("ifs", "PurchaseOrderLineSet", order_line(order), {"QtyInvoiced": 0})

    first, second = part(world, supplier, order, 4), part(world, supplier, order, 6)
    if at_once:
        third = part(world, supplier, order, 1)
        product.run("invoices")
    else:
        product.run("invoices")
        forget()
        third = part(world, supplier, order, 1)
        product.run("invoices")
    assert [len(world.proposals(each)) for each in (first, second, third)] == [1, 1, 0]
    assert stands(product, third) == {"lines[1].match over-invoiced": "held"}
    forget()
    product.run("invoices")
    assert world.proposals(third) == []
    world.change(
        "ifs",
        "PostingProposalHeadSet",
        {"Company": "10", "ProposalId": proposal(world, first)["ProposalId"]},
        {"Objstate": "Cancelled"},
    )
    if not counted:
        world.change("ifs", "PurchaseOrderLineSet", order_line(order), {"QtyInvoiced": 6})
    product.run("invoices")
    assert len(world.proposals(third)) == 1, "what was cancelled is free again"


def test_credits_take_back_no_more_than_was_invoiced(supplier: str, world: World, product: Product) -> None:
    order = world.order(supplier)
    world.receive(order)
    invoice = part(world, supplier, order, 10)
    product.run("invoices")
    assert len(world.proposals(invoice)) == 1
    first, second = part(world, supplier, order, -6), part(world, supplier, order, -6)
    product.run("invoices")
    assert [len(world.proposals(each)) for each in (first, second)] == [1, 0]
    head = proposal(world, first)
    assert (head["InvoiceType"], float(head["GrossAmount"])) == ("Credit", 89.25)
    [item] = product.items_of(second)
    assert item.reason == "6 credited, invoiced 4"
    again = part(world, supplier, order, 6)
    product.run("invoices")
    assert len(world.proposals(again)) == 1, "what was credited may be invoiced again"
    product.run("invoices")
    assert len(world.proposals(second)) == 1, "and then the other credit has what it takes back"


def test_rejected_by_setting_and_posted_when_it_fits(
    supplier: str, world: World, product: Product, tmp_path: Path
) -> None:
    strict = with_profile(product, tmp_path, '[company_defaults.match]\non_discrepancy = "reject"\n')
    order = world.order(supplier)
    invoice = whole(world, supplier, order)
    ran = strict.run("invoices")
    assert stands(strict, invoice) == {"lines[1].match not received": "dead_letter"}
    assert [one.outcome for one in ran.lines[str(invoice)].discrepancies] == ["rejected"]
    assert status(world, invoice) == "Failed"
    world.calm()
    strict.run("invoices")
    assert world.writes() == {"ifs": 0, "jaggaer": 0}, "told once"
    world.receive(order)
    strict.run("invoices")
    assert len(world.proposals(invoice)) == 1
    assert status(world, invoice) == "Exported"


def test_posted_by_setting_and_reported_all_the_same(
    supplier: str, world: World, product: Product, tmp_path: Path
) -> None:
    lenient = with_profile(product, tmp_path, '[company_defaults.match]\non_discrepancy = "post"\n')
    order = world.order(supplier)
    dear, unknown = whole(world, supplier, order, price="13.00"), whole(world, supplier, order, of_line="7-1")
    ran = lenient.run("invoices")
    causes = {one.cause: one.outcome for one in ran.lines[str(dear)].discrepancies}
    assert causes == {"price": "passed", "not received": "passed"}
    assert any("match: price" in note for note in ran.lines[str(dear)].notes), "in the run's table of records too"
    assert proposal(world, dear)["PoRefNumber"] == order
    [posted] = [
        row
        for row in world.records("ifs", "PostingProposalLineSet")
        if row["ProposalId"] == proposal(world, unknown)["ProposalId"]
    ]
    assert (posted["OrderNo"], posted["CodeA"]) == (None, "4010"), "to the supplier's account, with no order line"
    assert proposal(world, unknown)["PoRefNumber"] == order
    assert [one.cause for one in ran.lines[str(unknown)].discrepancies] == ["unknown line"]


def test_each_cause_and_each_company_by_itself(supplier: str, world: World, product: Product, tmp_path: Path) -> None:
    own = with_profile(
        product,
        tmp_path,
        """
companies = ["10", "20"]
[company."10".match.on_cause]
not_received = "post"
price = "reject"
[company."20".match]
on_discrepancy = "post"
""",
    )
    here = world.order(supplier)
    there = world.order(supplier, Company="20", Contract="201")
    prepaid, dear = whole(world, supplier, here), whole(world, supplier, here, price="13.00")
    elsewhere = bill(world, supplier, line("10", "13.00", order=there), total="154.70", businessUnit="20")
    own.run("invoices")
    assert len(world.proposals(prepaid)) == 1
    assert stands(own, dear) == {
        "lines[1].match price": "dead_letter",
        "lines[1].match over-invoiced": "held",
    }
    assert len(world.proposals(elsewhere)) == 1


@pytest.mark.parametrize(
    ("settings", "price", "goes"),
    [
        ("", "12.75", True),  # 2.50 of 125.00 are two percent
        ("", "12.76", False),
        ("price_amount = { EUR = 1 }", "12.60", True),
        ("price_amount = { EUR = 1 }", "12.70", False),  # 2.00: within the percent, beyond the amount
        ('price_amount = { EUR = 4 }\nwithin = "either"', "12.90", True),
        ('price_amount = { EUR = 4 }\nwithin = "either"', "12.95", False),
        ("price_amount = { USD = 1 }", "12.70", True),  # not this currency
    ],
)
def test_tolerances_of_the_price(
    settings: str, price: str, goes: bool, *, supplier: str, world: World, product: Product, tmp_path: Path
) -> None:
    own = with_profile(product, tmp_path, f"[company_defaults.match]\n{settings}\n")
    order = world.order(supplier)
    world.receive(order)
    invoice = whole(world, supplier, order, price=price)
    own.run("invoices")
    assert bool(world.proposals(invoice)) is goes
    assert stands(own, invoice) == ({} if goes else {"lines[1].match price": "held"})


@pytest.mark.parametrize(
    ("settings", "quantity", "goes"),
    [
        ("quantity_percent = 10", 11, True),
        ("quantity_percent = 10\nquantity_amount = { PCS = 0.5 }", 11, False),
        ('quantity_amount = { PCS = 1 }\nwithin = "either"', 11, True),
        ("quantity_percent = 10", 12, False),
    ],
)
def test_tolerances_of_the_quantity(
    settings: str, quantity: int, goes: bool, *, supplier: str, world: World, product: Product, tmp_path: Path
) -> None:
    own = with_profile(product, tmp_path, f"[company_defaults.match]\n{settings}\n")
    order = world.order(supplier)
    world.receive(order)
    invoice = part(world, supplier, order, quantity)
    own.run("invoices")
    assert bool(world.proposals(invoice)) is goes


def test_a_person_lets_exactly_what_is_listed_pass(supplier: str, world: World, product: Product) -> None:
    order = world.order(supplier)
    first, second = (whole(world, supplier, world.order(supplier), price="13.00") for _ in range(2))
    unknown = whole(world, supplier, order, of_line="9-1")
    product.run("invoices")
    world.calm()
    product.run("invoices", replay="match", keys=(str(first),), dry_run=True)
    assert world.writes() == {"ifs": 0, "jaggaer": 0}
    ran = product.run("invoices", replay="match", keys=(str(first), str(unknown)))
    assert [len(world.proposals(each)) for each in (first, second, unknown)] == [1, 0, 0]
    assert {one.outcome for one in ran.lines[str(first)].discrepancies} == {"passed"}
    assert stands(product, second) == {"lines[1].match price": "held", "lines[1].match not received": "held"}
    assert stands(product, unknown) == {"lines[1].match unknown line": "held"}, "there is no line to post it to"
    product.verify_audit()


def test_a_person_says_that_what_was_posted_stands(supplier: str, world: World, product: Product) -> None:
    order = world.order(supplier)
    world.receive(order)
    invoice = whole(world, supplier, order)
    product.run("invoices")
    world.change("jaggaer", "invoices", {"invoiceId": invoice}, {"header": {"supplierInvoiceNumber": "OTHER"}})
    product.run("invoices")
    assert set(stands(product, invoice).values()) == {"conflict"}
    resolved = ResolvingParameters(resolve=(Resolution(key=str(invoice), winner="ifs"),))
    product.run("invoices", keys=(str(invoice),), told=resolved.told())
    assert stands(product, invoice) == {}
    product.run("invoices")
    assert stands(product, invoice) == {}
    assert len(world.proposals(invoice)) == 1
