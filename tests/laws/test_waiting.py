"""Laws 6 and 9: what must wait goes by itself, what is wrong stops nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from pipeline.driving import Product, utc_now
from pipeline.world import World


def test_an_order_waits_for_its_supplier_and_goes_by_itself(world: World, product: Product) -> None:
    product.run("gl-accounts")
    number = world.number("S")
    order = world.order(number)
    ran = product.run("purchase-orders")
    assert ran.state == "completed", "to wait is no error"
    assert ran.counts == {"waiting": 1}
    [item] = product.items_of(order)
    assert (item.kind, item.waits_for) == ("waiting", f"supplier:{number}")
    assert not world.orders_there(order)
    product.run("purchase-orders")
    assert not world.orders_there(order)
    world.supplier(number)
    product.run("suppliers")
    product.run("purchase-orders")
    assert len(world.orders_there(order)) == 1
    assert not product.items_of(order)


def test_an_invoice_waits_for_its_order(world: World, product: Product) -> None:
    supplier = world.supplier()
    product.run("suppliers")
    order = world.number("P")
    invoice = world.invoice(supplier, order)
    ran = product.run("invoices")
    assert (ran.state, ran.counts) == ("completed", {"waiting": 1})
    [item] = product.items_of(invoice)
    assert (item.kind, item.waits_for) == ("waiting", f"purchase_order:{order}")
    world.order(supplier, order)
    world.receive(order)
    product.run("purchase-orders")
    product.run("invoices")
    assert [row["Objstate"] for row in world.proposals(invoice)] == ["Balanced"]
    assert not product.items_of(invoice)


def test_an_invoice_waits_for_its_supplier(world: World, product: Product) -> None:
    number = world.number("S")
    invoice = world.invoice(number)
    product.run("invoices")
    [item] = product.items_of(invoice)
    assert (item.kind, item.waits_for) == ("waiting", f"supplier:{number}")
    world.supplier(number)
    product.run("suppliers")
    product.run("invoices")
    assert len(world.proposals(invoice)) == 1
    assert not product.items_of(invoice)


def test_an_order_waits_for_an_account(world: World, product: Product) -> None:
    supplier, account = world.supplier(), world.number("6")
    product.run("suppliers")
    order = world.number("P")
    world.order(supplier, order, account=account)
    product.run("purchase-orders")
    assert {item.kind for item in product.items_of(order)} == {"waiting"}
    world.account(account)
    product.run("gl-accounts")
    product.run("purchase-orders")
    assert len(world.orders_there(order)) == 1
    assert not product.items_of(order)


def test_an_order_goes_in_the_first_run_after_the_account_came_to_jaggaer(world: World, product: Product) -> None:
    """IFS has it, so that only JAGGAER's answer tells that it is not there yet."""
    product.run("gl-accounts")
    supplier, account = world.supplier(), world.number("6")
    product.run("suppliers")
    world.account(account)
    order = world.order(supplier, account=account)
    product.run("purchase-orders")
    [item] = product.items_of(order)
    assert (item.kind, item.waits_for) == ("waiting", f"gl_account:Account:{account}")
    product.run("gl-accounts")
    product.run("purchase-orders")
    assert len(world.orders_there(order)) == 1
    assert not product.items_of(order)


def test_an_order_whose_account_jaggaer_lost_is_tried_once_the_accounts_were_written_again(
    world: World, product: Product
) -> None:
    supplier, account = world.supplier(), world.number("6")
    world.account(account)
    product.run("suppliers")
    product.run("gl-accounts")
    world.remove("jaggaer", "customfieldvalues", {"customField": "Account", "value": account})
    order = world.order(supplier, account=account)
    product.run("purchase-orders")
    [item] = product.items_of(order)
    assert (item.kind, item.waits_for) == ("waiting", f"anew:gl_account:Account:{account}")
    world.calm()
    product.run("gl-accounts")
    product.run("purchase-orders")
    assert world.writes() == {"ifs": 0, "jaggaer": 0}, "nothing is new, so nothing is tried"
    world.change("ifs", "AccountSet", {"Company": "10", "Account": account}, {"Description": "Roheisen"})
    product.run("gl-accounts")
    product.run("purchase-orders")
    assert len(world.orders_there(order)) == 1
    assert not product.items_of(order)


def test_one_bad_order_stops_no_other_and_goes_when_it_is_corrected(world: World, product: Product) -> None:
    product.run_all()
    supplier = world.supplier()
    product.run("suppliers")
    good, bad, last = (world.order(supplier) for _ in range(3))
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": bad}, {"TotalAmount": "99.99"})
    ran = product.run("purchase-orders")
    assert ran.state == "attention"
    assert ran.counts == {"created": 2, "rejected": 1}
    assert [len(world.orders_there(number)) for number in (good, bad, last)] == [1, 0, 1]
    [item] = product.items_of(bad)
    assert (item.kind, item.field, item.value) == ("dead_letter", "TotalAmount", "99.99")
    assert "25.01" in item.reason, "the difference is named"
    assert item.remedy
    assert product.run("purchase-orders").state == "completed", "it was told already"
    world.change("ifs", "PurchaseOrderSet", {"OrderNo": bad}, {"TotalAmount": "125.00"})
    product.run("purchase-orders")
    assert len(world.orders_there(bad)) == 1
    assert not product.items_of(bad)


def test_one_bad_invoice_stops_no_other_and_jaggaer_is_told_once(world: World, product: Product) -> None:
    supplier = world.supplier()
    product.run("suppliers")
    good, bad = world.invoice(supplier), world.invoice(supplier, total={"currency": "EUR", "value": 150.00})
    world.calm()
    ran = product.run("invoices")
    assert (ran.state, ran.counts) == ("attention", {"created": 1, "rejected": 1})
    assert [len(world.proposals(invoice)) for invoice in (good, bad)] == [1, 0]
    [item] = product.items_of(bad)
    assert (item.kind, item.field, Decimal(item.value or 0)) == ("dead_letter", "total", 150)
    assert "1.25" in item.reason, "the difference is named"
    assert item.remedy
    assert world.invoice_there(bad)["header"]["exportStatus"] == "Failed"
    world.calm()
    product.run("invoices")
    product.run("invoices", keys=(str(bad),))
    assert world.writes()["jaggaer"] == 0
    world.change("jaggaer", "invoices", {"invoiceId": bad}, {"header": {"total": {"value": 148.75}}})
    product.run("invoices")
    assert len(world.proposals(bad)) == 1
    assert world.invoice_there(bad)["header"]["exportStatus"] == "Exported"
    assert not product.items_of(bad)


def test_a_bad_field_of_a_supplier_stops_no_other_field(world: World, product: Product) -> None:
    number = world.supplier()
    product.run("suppliers")
    general = {"SupplierId": number}
    world.change("ifs", "SupplierInfoGeneralSet", general, {"CorporateForm": "Dorfverein", "AssociationNo": "HRB 9"})
    world.change("ifs", "SupplierInfoGeneralSet", general, {"Status": "Blocked"})
    ran = product.run("suppliers")
    assert ran.state == "attention"
    info = world.info(number)
    assert (info["status"], info["fiscalCode"]) == ("SUSPENDED", "HRB 9")
    [item] = product.items_of(number)
    assert (item.kind, item.field, item.value) == ("dead_letter", "legal_form", "Dorfverein")
    assert "legal_form" in item.reason + item.remedy, "the map is named"
    world.change("ifs", "SupplierInfoGeneralSet", general, {"CorporateForm": "KG"})
    product.run("suppliers")
    assert world.info(number)["bizLegalStruct"] == "KG"
    assert not product.items_of(number)


def test_a_value_that_the_target_refuses_stops_no_other_field(world: World, product: Product) -> None:
    """IFS says which of the rows of a supplier, JAGGAER that its number is taken."""
    taken, number = world.supplier(VatNo="DE777"), world.supplier()
    product.run("suppliers")
    general = {"SupplierId": number}
    world.change("ifs", "SupplierInfoGeneralSet", general, {"VatNo": "DE777", "AssociationNo": "HRB 10"})
    product.run("suppliers")
    assert world.info(number)["fiscalCode"] == "HRB 10"
    assert world.info(taken)["extUniqueCode"] == "DE777"
    [item] = product.items_of(number)
    assert (item.kind, item.field) == ("dead_letter", "tax_number")


def test_a_supplier_whose_number_another_company_has_is_not_made_a_second_time_without_it(
    world: World, product: Product
) -> None:
    """It may be the same one: a person looks."""
    taken = world.supplier(VatNo="DE779")
    product.run("suppliers")
    number = world.supplier(VatNo="DE779")
    product.run("suppliers")
    infos = [record["returnCompanyInfo"] for record in world.records("jaggaer", "companyprofiles")]
    assert [info["extCode"] for info in infos if info.get("extUniqueCode") == "DE779"] == [taken]
    assert not [info for info in infos if info.get("extCode") == number]
    assert product.items_of(number)
    assert not {item.kind for item in product.items_of(number)} & {"waiting"}


def test_an_item_is_tried_again_after_an_hour_though_nothing_changed_at_its_source(
    world: World, product: Product
) -> None:
    supplier = world.supplier()
    product.run("suppliers")
    number = world.number("P")
    invoice = world.invoice(supplier, number)
    product.run("invoices")
    assert [(item.field, item.kind) for item in product.items_of(invoice)] == [("lines[1].poNumber", "waiting")]
    world.receive(world.order(supplier, number))  # and no run of orders, which would tell that it came
    product.run("invoices")
    assert not world.proposals(invoice), "within the hour it rests"
    with product.store() as store, store.unit() as unit:
        earlier = datetime(2026, 1, 1, tzinfo=UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        unit.db.exec_driver_sql("UPDATE open_item SET last_tried = ?", (earlier,))
    product.run("invoices")
    assert len(world.proposals(invoice)) == 1
    assert not product.items_of(invoice)


def later(product: Product, hours: float) -> Product:
    """The same product some hours on, as its own clock says."""
    return Product(product.variables, clock=lambda: utc_now() + timedelta(hours=hours))


def test_what_waits_too_long_fails_one_run_and_goes_all_the_same_when_it_can(world: World, product: Product) -> None:
    product.run_all()
    number = world.number("S")
    first = world.order(number)
    assert product.run("purchase-orders").state == "completed"
    assert later(product, 23.9).run("purchase-orders").state == "completed", "not yet a day"
    alone = later(product, 24.1).run("purchase-orders", dry_run=True)
    assert (alone.state, alone.result.counts.too_old) == ("completed", 0), "a dry run tells of none"
    ran = later(product, 24.1).run("purchase-orders")
    assert (ran.state, ran.result.counts.too_old) == ("attention", 1)
    assert "1 open too long" in ran.result.message
    assert ran.result.as_json()["too_old"] == 1
    [note] = [note for note in ran.result.notes if "open longer than 24 hours" in note]
    assert first in note
    again = later(product, 25).run("purchase-orders")
    assert (again.state, again.result.counts.too_old) == ("completed", 0), "it was told already"
    second = world.order(number)
    assert later(product, 23).run("purchase-orders").state == "completed"
    ran = later(product, 30).run("purchase-orders")
    assert ([item.key for item in product.open_items() if item.alerted_by == ran.result.run_id]) == [second]
    assert (ran.state, ran.result.counts.too_old) == ("attention", 1), "another one is told of its own"
    world.supplier(number)
    product.run("suppliers")
    product.run("purchase-orders")
    assert world.orders_there(first)
    assert world.orders_there(second)
    assert later(product, 60).run("purchase-orders").state == "completed"


def test_a_run_for_one_document_tells_of_no_other(world: World, product: Product) -> None:
    product.run_all()
    number = world.number("S")
    one, other = world.order(number), world.order(number)
    product.run("purchase-orders")
    ran = later(product, 25).run("purchase-orders", keys=(one,))
    assert [item.key for item in product.open_items() if item.alerted_by] == [one]
    assert (ran.state, ran.result.counts.too_old) == ("attention", 1)
    assert later(product, 25).run("purchase-orders").result.counts.too_old == 1
    assert {item.key for item in product.open_items("purchase-orders") if item.alerted_by} == {one, other}


def test_a_held_document_is_told_of_again_by_age(world: World, product: Product) -> None:
    supplier = world.supplier()
    product.run("suppliers")
    finance = {"Company": "10", "Identity": supplier, "PartyType": "Supplier"}
    world.change("ifs", "IdentityInvoiceInfoSet", finance, {"DefVatCode": "V7"})
    world.invoice(supplier)
    assert product.run("invoices").state == "attention"
    assert product.run("invoices").state == "completed"
    states = [later(product, hours).run("invoices").state for hours in (23, 25, 26)]
    assert states == ["completed", "attention", "completed"]


def test_a_retried_verdict_tells_again_of_what_its_first_attempt_called_too_old(world: World, product: Product) -> None:
    product.run_all()
    number = world.number("S")
    order = world.order(number)
    product.run("purchase-orders")
    old = later(product, 25)
    told = old.run("purchase-orders").result.run_id
    assert old.retry_verdict("purchase-orders", told).state == "attention", "it still waits"
    world.supplier(number)
    product.run("suppliers")
    assert old.retry_verdict("purchase-orders", told).state == "completed"
    assert world.orders_there(order)
