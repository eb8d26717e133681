"""Law 8: whatever was written is found by the key that either system knows its document by."""

from __future__ import annotations

import pytest
from pipeline.deals import Deals
from pipeline.documents import Documents
from pipeline.driving import Product
from pipeline.world import World


@pytest.fixture(scope="module")
def documents(small_world: World, product: Product) -> Documents:
    made = Documents.make(small_world)
    product.run_all()
    assert not product.open_items()
    return made


def written(product: Product, key: object) -> list[tuple[str, str]]:
    """What was sent of a document, by one of its keys, and came to a good end."""
    with product.store() as store:
        events = store.audit.trace([str(key)])
    ends = {event.request_id: event.status for event in events if event.phase == "outcome"}
    sent = [event for event in events if event.phase == "sending"]
    assert all(ends[event.request_id] in {200, 201} for event in sent)
    return sorted((event.entity, event.action) for event in sent)


def test_each_document_is_followed_by_the_keys_of_both_systems(
    documents: Documents, world: World, product: Product
) -> None:
    (proposal,) = world.proposals(documents.invoice)
    (order,) = world.orders_there(documents.order)
    (agreement,) = Deals(world).agreements(documents.contract)
    arrived = f"JAG:{documents.receipt}:1"
    (receipt,) = [row for row in world.records("ifs", "PurchaseReceiptSet") if row["ReceiptReference"] == arrived]
    rows = world.records("ifs", "SupplierInfoGeneralSet")
    (new,) = [row["SupplierId"] for row in rows if row["Cf_JaggaerId"] == documents.bravo]
    (paid,) = world.proposals(documents.paid)
    lives = {
        (documents.supplier, world.bravo(documents.supplier)): [
            ("companyprofiles", "create"),
            ("supplier_general", "update"),
        ],
        (new, documents.bravo): [
            ("companyprofiles", "update"),
            ("supplier_address", "create"),
            ("supplier_finance", "create"),
            ("supplier_general", "create"),
            ("supplier_purchase", "create"),
        ],
        (documents.requisition,): [("requisitions", "create")],
        (documents.order, order["header"]["poId"]): [("purchaseorders", "create")],
        (documents.receipt, receipt["ReceiptSequence"]): [("receipt", "create"), ("receipts", "exportstatus")],
        (documents.contract, agreement["AgreementId"]): [
            ("agreement", "create"),
            ("agreement_price", "create"),
            ("agreement_price", "create"),
        ],
        (documents.invoice, f"10:{proposal['ProposalId']}", proposal["ProposalId"]): [
            ("invoices", "exportstatus"),
            ("posting_proposal", "create"),
        ],
        (documents.paid, f"10:{documents.supplier}:{paid['InvoiceNo']}", paid["InvoiceNo"]): [("invoices", "payment")],
    }
    for keys, life in lives.items():
        for key in keys:
            assert written(product, key) == life, key


def test_a_value_that_went_in_one_request_with_others_says_what_became_of_it(
    documents: Documents, product: Product
) -> None:
    with product.store() as store:
        (settled,) = store.audit.trace([f"Account:{documents.account}"])
        assert settled.payload
        (sending, _) = store.audit.trace([str(settled.payload["sent with"])])
    assert settled.payload["outcome"] == "create"
    assert settled.payload["after"] == {"description": f"Konto {documents.account}", "active": "true"}
    assert (sending.entity, sending.phase) == ("customfieldvalues", "sending")


def test_no_write_is_left_out(documents: Documents, product: Product) -> None:
    """But those of several values in one request."""
    assert documents
    with product.store() as store:
        events = [event for event in store.audit.export() if event.phase in {"sending", "note"} and event.key]
        keys = {event.key for event in events if event.action == "settled"}
        found = {event.id for event in store.audit.trace(keys)}
    missing = [event.key for event in events if event.id not in found]
    assert missing == [key for key in missing if key.endswith(" values)")]
