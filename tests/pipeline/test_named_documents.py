"""A document that a person names is looked at whole on both sides, whatever its mark says."""

from __future__ import annotations

from typing import Any

import pytest
from pipeline.documents import requisition_for
from pipeline.driving import Product, Ran
from pipeline.world import World

from mapping.kinds import Instructions

NOTHING = {"ifs": 0, "jaggaer": 0}
KINDS = {
    "purchase-orders": ("purchaseorders", "poNumber", "poLine", "PurchaseOrderSet", "OrderNo"),
    "requisitions": ("requisitions", "requisitionNumber", "requisitionLine", "PurchaseRequisitionSet", "RequisitionNo"),
}


class Document:
    """One of a supplier's orders or requisitions, at JAGGAER."""

    def __init__(self, sync: str, world: World, product: Product, supplier: str) -> None:
        self.sync, self.world, self.product = sync, world, product
        self.resource, self.number_at, self.list, self.set, self.key_at = KINDS[sync]
        self.key = world.order(supplier) if sync == "purchase-orders" else requisition_for(world, supplier)
        product.run(sync)
        product.run(sync)  # an order's own creation is seen at JAGGAER

    @property
    def there(self) -> list[dict[str, Any]]:
        found = self.world.records("jaggaer", self.resource)
        return [one for one in found if one["header"][self.number_at] == self.key]

    @property
    def line(self) -> dict[str, Any]:
        line: dict[str, Any] = self.there[0]["lineList"][self.list][0]
        return line

    def edit(self, **values: Any) -> None:
        """As somebody edits its line at JAGGAER, without a new revision."""
        changed = {"lineList": {self.list: [{**self.line, **values}]}}
        self.world.change("jaggaer", self.resource, {self.number_at: self.key}, changed)

    def in_ifs(self, **values: Any) -> None:
        self.world.change("ifs", self.set, {self.key_at: self.key}, values)

    def run(self, winner: Any = None, **asked: Any) -> Ran:
        told = {self.key: Instructions(winners={"*": winner})} if winner else {}
        return self.product.run(self.sync, keys=(self.key,), told=told, **asked)


@pytest.fixture(scope="module")
def supplier(small_world: World, product: Product) -> str:
    number: str = small_world.supplier()
    product.run("gl-accounts")
    product.run("suppliers")
    return number


@pytest.fixture(params=sorted(KINDS))
def document(request: pytest.FixtureRequest, world: World, product: Product, supplier: str) -> Document:
    return Document(request.param, world, product, supplier)


def test_a_quantity_edited_at_jaggaer_is_put_right(document: Document, world: World) -> None:
    document.edit(quantity=7)
    document.product.run(document.sync)
    assert document.line["quantity"] == 7, "an ordinary run does not look"
    world.calm()
    dry = document.run(dry_run=True)
    assert [change.field for change in dry.lines[document.key].changes] == ["lines[1-1].quantity"]
    assert world.writes() == NOTHING
    ran = document.run()
    assert (ran.counts, document.line["quantity"]) == ({"updated": 1}, 10)
    document.edit(quantity=8)
    document.product.run(document.sync, keys=(document.key,), replay="open")
    assert document.line["quantity"] == 8, "nothing is open"
    document.product.run(document.sync, keys=(str(document.there[0]["header"][f"{document.number_at[:-6]}Id"]),))
    assert document.line["quantity"] == 10, "by JAGGAER's key, too"
    world.calm()
    document.run()
    assert world.writes() == NOTHING


def test_one_removed_at_jaggaer_is_held_until_a_person_sends_it_again(document: Document, world: World) -> None:
    world.remove("jaggaer", document.resource, {document.number_at: document.key})
    assert document.run().counts == {"held": 1}
    (item,) = document.product.items_of(document.key)
    assert f"--sync {document.sync} --winner ifs` sends it again" in item.remedy
    dry = document.run("ifs", dry_run=True)
    ran = document.run("ifs")
    assert dry.counts == ran.counts == {"created": 1}
    (record,) = document.there
    assert record["header"]["revisionNumber"] == 0
    assert not document.product.items_of(document.key)
    world.calm()
    for _ in range(2):
        document.product.run(document.sync)
        document.run()
    assert world.writes() == NOTHING
    document.in_ifs(NoteText="eilt")
    document.product.run(document.sync)
    assert (document.there[0]["header"]["note"], document.there[0]["header"]["revisionNumber"]) == ("eilt", 1)
    world.remove("jaggaer", document.resource, {document.number_at: document.key})
    assert document.run("ifs").counts == {"created": 1}, "and once more"


def test_reopened_at_jaggaer_the_next_run_carries_it(document: Document, world: World) -> None:
    """Closed in IFS and there, released again in IFS: JAGGAER takes no revision before it is reopened."""
    document.in_ifs(Objstate="Closed")
    document.product.run(document.sync)
    assert document.there[0]["header"]["status"] == "Completed"
    document.in_ifs(Objstate="Released", NoteText="doch noch")
    world.calm()
    assert document.product.run(document.sync).counts == {"conflicts": 1}
    for winner in (None, "ifs"):
        assert document.run(winner).counts == {"conflicts": 1}
    assert world.writes() == NOTHING
    (item,) = document.product.items_of(document.key)
    assert "takes no revision of it" in item.reason
    reopened = {"header": {"status": "Sent" if document.sync == "purchase-orders" else "Pending"}}
    world.change("jaggaer", document.resource, {document.number_at: document.key}, reopened)
    if document.sync == "requisitions":  # JAGGAER's are not polled: within the hour, or where it is named
        document.run()
    else:
        document.product.run(document.sync)
    assert document.there[0]["header"]["note"] == "doch noch"
    assert not document.product.items_of(document.key)
