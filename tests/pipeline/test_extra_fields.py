"""Extra fields by data: each kind carries its own, a change of one is noticed, a bad one stops its document alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline.deals import Deals, price
from pipeline.driving import Product
from pipeline.extra_fields import PROFILE, Own, custom, custom_value, tune
from pipeline.invoicing import bill, line, vouchers, with_profile
from pipeline.world import World

from ifs_jaggaer.errors import SettingsError

NOTHING = {"ifs": 0, "jaggaer": 0}
FIRST = {
    "order": ("Delivered", {"urgent": "true"}),
    "order line": (1.5, "2026-02-01"),
    "requisition": "Ersatz",
    "requisition line": "Free carrier",
    "invoice": ("DAP", "AKLEIN", True),
    "receipt": ("LS-7", "FCA"),
    "contract": "DAP",
    "price": 2.5,
}


@pytest.fixture(scope="module")
def own(small_world: World, product: Product, tmp_path_factory: pytest.TempPathFactory) -> Product:
    """The product with the profile of tenants that have fields of their own."""
    tune(small_world)
    return with_profile(product, tmp_path_factory.mktemp("own"), PROFILE)


@pytest.fixture(scope="module")
def supplier(small_world: World, own: Product) -> str:
    number: str = small_world.supplier()
    for sync in ("suppliers", "gl-accounts"):
        own.run(sync)
    return number


def at_rest(world: World, product: Product) -> None:
    """Neither now, nor after all is read again, nor after the store is lost is anything written."""
    for forget in (None, product.reset_watermarks, product.delete_store):
        if forget:
            forget()
        world.calm()
        product.run_all()
        assert world.writes() == NOTHING, forget


def test_each_kind_carries_its_own(own: Product, supplier: str, world: World) -> None:
    documents = Own.make(world, supplier)
    own.run_all()
    assert documents.there(world) == FIRST
    world.calm()
    own.run_all()
    assert world.writes() == NOTHING
    documents.at_order(world, Cf_Incoterm="FCA", Cf_Urgent=False)
    documents.at_line(world, Cf_Weight=2)
    world.change("ifs", "PurchaseRequisitionSet", {"RequisitionNo": documents.requisition}, {"Cf_Reason": "neu"})
    Deals(world).change(
        documents.contract, priceList={"price": [price(rebate={"percent": 3})]}, **custom(Incoterm="Free carrier")
    )
    ran = own.run_all()
    assert [ran[sync].counts for sync in ("purchase-orders", "requisitions", "contracts")] == [{"updated": 1}] * 3
    changed = {
        "order": ("Free carrier", {"urgent": "false"}),
        "order line": (2.0, "2026-02-01"),
        "requisition": "neu",
        "contract": "FCA",
        "price": 3.0,
    }
    assert documents.there(world) == FIRST | changed
    assert not own.open_items()
    at_rest(world, own)


def test_what_was_emptied_is_cleared(own: Product, supplier: str, world: World) -> None:
    """By way of the brake, as all that empties a field."""
    order = world.order(supplier, Cf_Incoterm="DAP")
    code = Deals(world).make(supplier, **custom(Incoterm="Delivered"))
    own.run_all()
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": order}, {"Cf_Incoterm": None})
    Deals(world).change(code, **custom(Incoterm=""))
    own.run_all()
    assert not custom_value(world.orders_there(order)[0]["header"], "Incoterm Code")
    assert Deals(world).agreement(code)["Cf_Incoterm"] is None
    Deals(world).change(code, **custom(Incoterm="Delivered"))
    own.run("contracts")
    Deals(world).change(code, customFieldValueSetList=None)
    own.run("contracts")
    assert Deals(world).agreement(code)["Cf_Incoterm"] == "DAP", "what did not come is unknown, not empty"
    assert not own.open_items()


def test_a_change_of_what_was_posted_is_a_conflict(own: Product, supplier: str, world: World) -> None:
    documents = Own.make(world, supplier)
    own.run_all()
    documents.at_invoice(world, invoicedBy={"username": "GNOWAK"})
    documents.at_receipt(world, {"packingSlipNumber": "LS-8"}, {})
    own.run_all()
    [of_invoice], [of_receipt] = own.items_of(documents.invoice), own.items_of(documents.receipt)
    assert (of_invoice.kind, of_receipt.kind) == ("conflict", "conflict")
    assert "extra.approver AKLEIN -> GNOWAK" in of_invoice.reason
    assert "extra.slip: LS-8 at JAGGAER, LS-7 in receipt" in of_receipt.reason
    documents.at_invoice(world, invoicedBy={"username": "AKLEIN"})
    documents.at_receipt(world, {"packingSlipNumber": "LS-7"}, {})
    own.run_all()
    assert not own.open_items()


def test_a_value_without_counterpart_stops_its_document_alone(own: Product, supplier: str, world: World) -> None:
    sound, broken = world.order(supplier), world.order(supplier, Cf_Incoterm="EXW")
    bad = bill(
        world,
        supplier,
        line("10", "12.50", **custom(Fixed_Asset="perhaps")),
        total="148.75",
        invoicedBy={"username": "much longer than twelve"},
        **custom(Incoterm="Ex works"),
    )
    code = Deals(world).make(supplier, price(rebate={"percent": "much"}), **custom(Incoterm="Ex works"))
    own.run_all()
    assert (len(world.orders_there(sound)), len(world.orders_there(broken))) == (1, 0)
    [item] = own.items_of(broken)
    assert (item.kind, item.field, item.value) == ("dead_letter", "extra.incoterm", "EXW")
    assert "incoterm" in item.reason
    assert "maps.incoterm.values" in item.remedy
    found = {item.field: item.value for item in own.items_of(bad)}
    assert found == {
        "extra.incoterm": "Ex works",
        "extra.approver": "much longer than twelve",
        "lines[1].extra.asset": "perhaps",
    }
    assert world.invoice_there(bad)["header"]["exportStatus"] == "Failed"
    assert {item.field: item.value for item in own.items_of(code)} == {
        "extra.incoterm": "Ex works",
        "prices[69-1/1].extra.rebate": "much",
    }
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": broken}, {"Cf_Incoterm": "FCA"})
    good = custom(Incoterm="Delivered")
    world.change("jaggaer", "invoices", {"invoiceId": bad}, {
        "header": {"invoicedBy": {"username": "AKLEIN"}, **good},
        "lineList": {"invoiceLine": [line("10", "12.50", **custom(Fixed_Asset="false"))]},
    })  # fmt: skip
    Deals(world).change(code, priceList={"price": [price()]}, **good)
    own.run_all()
    assert not own.open_items()


def test_vouchers_have_them_too(own: Product, supplier: str, world: World, tmp_path: Path) -> None:
    vouching = with_profile(own, tmp_path, f'{PROFILE}\n[company_defaults]\ninvoices_without_order = "voucher"\n')
    invoice = bill(
        world,
        supplier,
        line("10", "12.50", **custom(Fixed_Asset="true")),
        total="148.75",
        **custom(Incoterm="Delivered"),
    )
    vouching.run("invoices")
    [head] = vouchers(world, invoice)
    rows = [row for row in world.records("ifs", "VoucherRowSet") if row["ReferenceNumber"] == str(invoice)]
    assert head["Cf_Incoterm"] == "DAP"
    assert [row["Cf_Asset"] for row in rows] == [True, None, None]
    world.calm()
    vouching.run("invoices")
    assert world.writes() == NOTHING


def test_fields_that_the_profile_names_later(product: Product, own: Product, supplier: str, world: World) -> None:
    """A backfill carries them to what is linked; what was posted or registered without them is no conflict."""
    documents = Own.make(world, supplier)
    product.run_all()
    (order,) = world.orders_there(documents.order)
    assert "customFieldValueSetList" not in order["header"]
    ran = own.run_all(since=own.settings.start_from)
    assert ran["contracts"].lines[documents.contract].notes == ()
    assert not own.open_items()
    without = {"invoice": (None, None, None), "receipt": (None, None)}
    assert documents.there(world) == FIRST | without
    world.calm()
    own.run_all()
    assert world.writes() == NOTHING


def test_an_attribute_that_the_tenant_lacks_stops_the_sync(own: Product, world: World, supplier: str) -> None:
    world.tune("ifs", custom_attributes=[])
    fresh = own.with_settings(METADATA_HOURS=0)
    try:
        with pytest.raises(SettingsError, match="Cf_Incoterm") as caught:
            raise fresh.attempt("purchase-orders").error or AssertionError("it ran")
        assert "extra_fields.purchase_order.incoterm" in caught.value.remedy
        assert "Cf_Incoterm" not in world.records("ifs", "PurchaseOrderSet")[0]
    finally:
        tune(world)
    own.run("purchase-orders")
