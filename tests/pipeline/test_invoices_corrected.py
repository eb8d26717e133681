"""What a person corrects in IFS lets the invoice go in the next run, not an hour later; until then nothing is read."""

from __future__ import annotations

from typing import Any

import pytest
from pipeline.driving import Product
from pipeline.invoicing import bill, line, proposal, shares, stands, status
from pipeline.world import DAY, World


@pytest.fixture(scope="module")
def supplier(small_world: World, product: Product) -> str:
    number = small_world.supplier()
    product.run("gl-accounts")
    product.run("suppliers")
    return number


def finance(supplier: str) -> dict[str, str]:
    return {"Company": "10", "Identity": supplier, "PartyType": "Supplier"}


def test_each_correction_in_ifs_lets_its_invoice_go(supplier: str, world: World, product: Product) -> None:
    other = world.supplier()
    order = world.order(supplier)
    world.receive(order)
    row = {"OrderNo": order, "LineNo": "1", "ReleaseNo": "1"}
    world.change("ifs", "PurchaseOrderLineSet", row, {"FeeCode": "V7"})
    world.change("ifs", "IdentityInvoiceInfoSet", finance(other), {"DefVatCode": "V7", "Cf_GlAccount": None})
    ended, barred = world.number("7"), world.number("7")
    world.account(ended, ValidUntil="2025-12-31")
    world.account(barred, ReqCodeB="Blocked")
    product.run("suppliers")
    free = {"supplierInvoiceNumber": world.number("T")}
    invoices = {
        "tax of the order line": bill(world, supplier, line("10", "12.50", order=order), total="148.75"),
        "tax of the supplier": bill(world, other, line("1", "100", account="4020"), total="119.00"),
        "no default account": bill(world, other, line("1", "100", tax="7"), total="107.00"),
        "account not valid": bill(world, supplier, line("1", "100", account=ended), total="119.00"),
        "code part blocked": bill(
            world,
            supplier,
            line("1", "100", **shares(("100", {"Account": barred, "CostCenter": "CC1"}))),
            total="119.00",
            **free,
        ),
    }
    product.run("invoices")
    kinds = {name: stands(product, invoice) for name, invoice in invoices.items()}
    assert kinds == {
        "tax of the order line": {"lines[1].taxCharge1": "held"},
        "tax of the supplier": {"lines[1].taxCharge1": "held"},
        "no default account": {"lines[1].splits": "dead_letter"},
        "account not valid": {"lines[1].CodeA": "dead_letter"},
        "code part blocked": {"lines[1].CodeB": "dead_letter"},
    }
    product.run("invoices")
    world.calm()
    assert product.run("invoices").lines == {}, "nothing was corrected, so nothing is decided again"
    asked = [entry["path"] for entry in world.admin("ifs", "GET", "log") if entry["method"] == "GET"]
    for name in ("PurchaseOrderLineSet", "IdentityInvoiceInfoSet", "AccountSet"):
        assert sum(path.split("?")[0].endswith(name) for path in asked) == 1, "all items of a set in one request"

    corrections: dict[str, tuple[str, dict[str, str], dict[str, Any]]] = {
        "tax of the order line": ("PurchaseOrderLineSet", row, {"FeeCode": "V19"}),
        "account not valid": ("AccountSet", {"Company": "10", "Account": ended}, {"ValidUntil": "2099-12-31"}),
        "code part blocked": ("AccountSet", {"Company": "10", "Account": barred}, {"ReqCodeB": "Can"}),
        "no default account": ("IdentityInvoiceInfoSet", finance(other), {"Cf_GlAccount": "4020"}),
        "tax of the supplier": ("IdentityInvoiceInfoSet", finance(other), {"DefVatCode": "V19"}),
    }
    for name, correction in corrections.items():
        assert world.proposals(invoices[name]) == []
        world.change("ifs", *correction)
        product.run("invoices")
        assert stands(product, invoices[name]) == {}, name
        assert proposal(world, invoices[name])["PostingDate"][:10] == DAY
        assert status(world, invoices[name]) == "Exported"


def test_a_posting_that_is_shown_again_closes_its_item(supplier: str, world: World, product: Product) -> None:
    invoice = bill(world, supplier, line("1", "100", account="4020"), total="119.00")
    product.run("invoices")
    number = proposal(world, invoice)["ProposalId"]
    world.tune("ifs", hidden_companies=["10"])
    product.run("invoices", keys=(str(invoice),))
    [item] = product.items_of(invoice)
    assert (item.kind, item.field) == ("held", "SourceReference")
    assert f"posting proposal {number} of company 10" in item.reason
    assert "allowed companies" in item.remedy
    world.tune("ifs", hidden_companies=[])
    world.calm()
    product.run("invoices")
    assert stands(product, invoice) == {}
    assert world.writes() == {"ifs": 0, "jaggaer": 0}


def test_a_number_that_is_free_again(supplier: str, world: World, product: Product) -> None:
    number = world.number("N")
    key = {"Company": "10", "Identity": supplier, "PartyType": "Supplier", "LedgerItemId": "81"}
    world.ifs("InvoiceLedgerItemSet", **key, InvoiceNo=number, OpenAmount=119)
    invoice = bill(world, supplier, line("1", "100", account="4020"), total="119.00", supplierInvoiceNumber=number)
    product.run("invoices")
    assert stands(product, invoice) == {"invoiceNumber": "dead_letter"}
    world.change("ifs", "InvoiceLedgerItemSet", key, {"InvoiceNo": f"{number}-old"})
    product.run("invoices")
    assert stands(product, invoice) == {"invoiceNumber": "held"}, "a lost right looks like that, too"
    world.change("ifs", "InvoiceLedgerItemSet", key, {"InvoiceNo": number})
    product.run("invoices")
    assert stands(product, invoice) == {"invoiceNumber": "dead_letter"}
