"""Law 2: one number of a supplier is posted once, and it is not chance which of two invoices has it."""

from __future__ import annotations

from pipeline.driving import Product
from pipeline.world import World


def test_of_two_invoices_with_one_number_the_first_is_posted_and_the_other_told_once(
    world: World, product: Product
) -> None:
    product.run("gl-accounts")
    supplier = world.supplier()
    product.run("suppliers")
    first, second = (world.invoice(supplier, supplierInvoiceNumber=f"TWIN-{supplier}") for _ in range(2))
    world.calm()
    product.run("invoices")
    ((proposal,), nothing) = world.proposals(first), world.proposals(second)
    assert not nothing
    (item,) = product.items_of(second)
    assert f"already used by posting proposal {proposal['ProposalId']}" in item.reason
    assert world.invoice_there(second)["header"]["exportStatus"] == "Failed"
    assert world.writes() == {"ifs": 1, "jaggaer": 2}, "one proposal, one success, one failure"
    world.calm()
    product.run("invoices")
    product.run("invoices", keys=(str(second),))
    assert world.writes() == {"ifs": 0, "jaggaer": 0}
