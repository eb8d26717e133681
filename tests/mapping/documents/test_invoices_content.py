"""What an invoice becomes in IFS, and every reason why it does not (contracts/mapping.md, invoices)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from rows import account, cost_centre, finance, head, invoice, invoice_line, line, period, row, share, splits
from world import World

from mapping.kinds import Action, Decision, IfsCreate, Instructions, Item, ItemKind, Link
from mapping.profile import Profile


def created(world: World) -> IfsCreate:
    decision = decided(world)
    assert decision.items == ()
    assert decision.action is Action.CREATE
    assert decision.again
    (write,) = decision.writes
    assert isinstance(write, IfsCreate)
    assert not write.enforced
    return write


def decided(world: World) -> Decision:
    (decision,) = world.decide("jaggaer:991")
    return decision


def lines_of(write: IfsCreate) -> list[dict[str, Any]]:
    assert {name for name, _ in write.lines} == {"PostingProposalLineArray"}
    return [dict(values) for _, values in write.lines]


def refused(world: World) -> dict[str, Item]:
    decision = decided(world)
    assert decision.action is Action.NONE
    assert not any(isinstance(write, IfsCreate) for write in decision.writes)
    return {item.field: item for item in decision.items}


def of_company(profile: Profile, **settings: Any) -> Profile:
    company = profile.company_defaults.model_copy(update=settings)
    return profile.model_copy(update={"company_defaults": company, "company": {}})


def test_the_whole_proposal(billed: World) -> None:
    write = created(billed)
    assert (write.set, write.key) == ("posting_proposal", "JAG:991")
    assert write.values == {
        "Company": "10",
        "SupplierId": "1001",
        "InvoiceNo": "RE-1",
        "InvoiceType": "Invoice",
        "InvoiceDate": "2026-03-01",
        "DueDate": "2026-03-31",
        "PostingDate": "2026-03-02",
        "CurrencyCode": "EUR",
        "NetAmount": Decimal(100),
        "TaxAmount": Decimal(19),
        "GrossAmount": Decimal(119),
        "SourceReference": "JAG:991",
        "PoRefNumber": "P1001",
    }
    assert lines_of(write) == [
        {
            "OrderNo": "P1001",
            "LineNo": "1",
            "ReleaseNo": "1",
            "Text": "Welle Ø 40",
            "Quantity": Decimal(10),
            "UnitPrice": Decimal(10),
            "NetAmount": Decimal(100),
            "TaxAmount": Decimal(19),
            "TaxCode": "V19",
            "CodeA": "4010",
            "CodeB": "1100",
        }
    ]
    amount = decided(billed).amount
    assert amount
    assert (amount.amount, amount.currency) == (119, "EUR")


def test_a_credit_note_turns_every_amount_and_quantity(billed: World) -> None:
    billed.change("purchase_order_line", "P1001", "1", "1", QtyInvoiced="10")
    fee = invoice_line(
        2,
        poNumber=None,
        poLineNumber=None,
        quantity=Decimal(1),
        unitPrice=Decimal(5),
        taxCharge1=Decimal("0.95"),
        splittableFieldSetGroupList=splits((None, {"Account": "4020"}), kind=None),
    )
    billed.invoices["991"] = invoice(
        invoice_line(quantity=Decimal(-2), taxCharge1=Decimal("-3.80")),
        fee,
        invoiceType="Credit memo",
        total={"currency": "EUR", "value": Decimal("-17.85")},
    )
    write = created(billed)
    assert write.values["InvoiceType"] == "Credit"
    assert [write.values[name] for name in ("NetAmount", "TaxAmount", "GrossAmount")] == [
        Decimal(15),
        Decimal("2.85"),
        Decimal("17.85"),
    ]
    first, second = lines_of(write)
    assert (first["Quantity"], first["UnitPrice"], first["NetAmount"], first["TaxAmount"]) == (
        Decimal(2),
        Decimal(10),
        Decimal(20),
        Decimal("3.8"),
    )
    assert (second["Quantity"], second["NetAmount"], second["TaxAmount"]) == (-1, -5, Decimal("-0.95"))
    assert decided(billed).amount == decided(billed).amount
    amount = decided(billed).amount
    assert amount
    assert amount.amount == Decimal("-17.85")


@pytest.mark.parametrize("total", [{"currency": "EUR", "value": Decimal("11.90")}, None])
def test_a_credit_memo_with_positive_amounts_is_refused(billed: World, total: dict[str, Any] | None) -> None:
    billed.change("purchase_order_line", "P1001", "1", "1", QtyInvoiced="10")
    asked = invoice_line(quantity=Decimal(1), taxCharge1=Decimal("1.90"))
    billed.invoices["991"] = invoice(asked, invoiceType="Credit memo", total=total)
    found = refused(billed)
    assert list(found) == ["total"], "and the match, which would speak of quantities turned, says nothing"
    item = found["total"]
    assert (item.kind, item.value) == (ItemKind.DEAD_LETTER, "11.90")
    assert "negative" in item.reason
    assert "turn the signs" in item.remedy


def test_a_credit_is_matched_against_what_was_invoiced(billed: World) -> None:
    billed.change("purchase_order_line", "P1001", "1", "1", QtyInvoiced="1")
    billed.invoices["991"] = invoice(
        invoice_line(quantity=Decimal(-2), taxCharge1=Decimal("-3.80")),
        invoiceType="Credit memo",
        total={"currency": "EUR", "value": Decimal("-23.80")},
    )
    (item,) = refused(billed).values()
    assert (item.kind, item.field) == (ItemKind.HELD, "lines[1].match over-invoiced")
    billed.change("purchase_order_line", "P1001", "1", "1", QtyInvoiced="2")
    assert created(billed)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"supplierInvoiceNumber": None}, {"InvoiceNo": "I000991"}),
        ({"businessUnit": None}, {"Company": "10"}),
        ({"businessUnit": {"internalName": "10"}}, {"Company": "10"}),
        ({"accountingDate": None}, {"PostingDate": "2026-03-01"}),
        ({"total": None}, {"GrossAmount": Decimal(119), "CurrencyCode": "EUR"}),
        ({"total": {"value": Decimal(119)}}, {"GrossAmount": Decimal(119), "CurrencyCode": "EUR"}),
        ({"supplier": {"id": 10442}}, {"SupplierId": "1001"}),
        ({"supplier": {"supplierNumber": "1001"}}, {"SupplierId": "1001"}),
        ({"exportStatus": "NotExported"}, {}),
        ({"exportStatus": "Failed"}, {}),
    ],
)
def test_what_may_be_missing(billed: World, changed: dict[str, Any], expected: dict[str, Any]) -> None:
    billed.invoices["991"] = invoice(**changed)
    write = created(billed)
    assert {name: write.values[name] for name in expected} == expected


def test_a_missing_total_is_noted(billed: World) -> None:
    billed.invoices["991"] = invoice(total=None)
    notes = decided(billed).notes
    assert any("total is missing" in note for note in notes)
    assert any("no currency is stated" in note for note in notes)


# --- spreading ---


def test_charges_are_spread_by_net_and_a_line_with_a_share_states_no_price(billed: World) -> None:
    billed.ifs += [line("P1001", "2", BuyQtyDue="5", NetAmtCurr="50"), line("P1001", "3")]
    billed.invoices["991"] = invoice(
        invoice_line(1, taxCharge1=Decimal(0)),
        invoice_line(2, poLineNumber="2-1", quantity=Decimal(5), taxCharge1=Decimal(0)),
        shippingCharge=Decimal("10.00"),
        discountAmount=Decimal("0.01"),
        miscFeeList={"miscFee": [{"name": "MiscFee1", "fee": Decimal("0.02")}]},
        taxCharge1=Decimal("30.40"),
        total={"currency": "EUR", "value": Decimal("190.41")},
    )
    write = created(billed)
    first, second = lines_of(write)
    assert (first["NetAmount"], second["NetAmount"]) == (Decimal("106.67"), Decimal("53.34"))
    assert (first["TaxAmount"], second["TaxAmount"]) == (Decimal("20.27"), Decimal("10.13"))
    assert "UnitPrice" not in first
    assert "UnitPrice" not in second
    assert write.values["NetAmount"] == Decimal("160.01")


def test_a_line_discount_is_in_its_net(billed: World) -> None:
    billed.change("purchase_order_line", "P1001", "1", "1", Discount="10", AdditionalCost="2")
    billed.invoices["991"] = invoice(
        invoice_line(discountAmount=Decimal(10), handlingCharge=Decimal(2), taxCharge1=Decimal("17.48")),
        total={"currency": "EUR", "value": Decimal("109.48")},
    )
    (one,) = lines_of(created(billed))
    assert one["NetAmount"] == 92
    assert "UnitPrice" not in one


def test_both_taxes_of_header_and_lines(billed: World) -> None:
    billed.invoices["991"] = invoice(
        invoice_line(taxCharge1=Decimal(10), taxCharge2=Decimal(5)), taxCharge1=Decimal(3), taxCharge2=Decimal(1)
    )
    (one,) = lines_of(created(billed))
    assert one["TaxAmount"] == 19


def test_a_header_that_repeats_its_lines_counts_once(billed: World) -> None:
    """As in real data: the header's tax is the sum of the lines', and the total says so."""
    billed.invoices["991"] = invoice(taxCharge1=Decimal(19))
    assert created(billed).values["TaxAmount"] == 19
    assert any("repeats" in note for note in decided(billed).notes)
    billed.invoices["991"] = invoice(taxCharge1=Decimal(19), total=None)
    assert "counts twice" in refused(billed)["total"].reason


@pytest.mark.parametrize("gross", ["12.02", "12.03"])
def test_the_total_says_how_a_tie_was_rounded(billed: World, gross: str) -> None:
    billed.change("purchase_order_line", "P1001", "1", "1", FbuyUnitPrice="2.021")
    billed.invoices["991"] = invoice(
        invoice_line(quantity=Decimal(5), unitPrice=Decimal("2.021"), taxCharge1=Decimal("1.92")),
        total={"currency": "EUR", "value": Decimal(gross)},
    )
    assert created(billed).values["GrossAmount"] == Decimal(gross)


def test_splits_are_a_line_each(billed: World) -> None:
    three = splits(
        ("33.33", {"Account": "4010"}),
        ("33.33", {"Account": "4020", "CostCenter": "1200"}),
        ("33.34", {"Account": "4030"}),
    )
    billed.invoices["991"] = invoice(invoice_line(splittableFieldSetGroupList=three))
    made = lines_of(created(billed))
    assert [one["NetAmount"] for one in made] == [Decimal("33.33"), Decimal("33.33"), Decimal("33.34")]
    assert [one["TaxAmount"] for one in made] == [Decimal("6.33"), Decimal("6.33"), Decimal("6.34")]
    assert [one["Quantity"] for one in made] == [Decimal("3.333"), Decimal("3.333"), Decimal("3.334")]
    assert [(one["CodeA"], one.get("CodeB")) for one in made] == [("4010", None), ("4020", "1200"), ("4030", None)]


def test_splits_by_amount_stay_as_stated(billed: World) -> None:
    two = splits(("70.01", {"Account": "4010"}), ("29.99", {"Account": "4020"}), kind="AmountOfPrice")
    billed.invoices["991"] = invoice(invoice_line(splittableFieldSetGroupList=two))
    made = lines_of(created(billed))
    assert [one["NetAmount"] for one in made] == [Decimal("70.01"), Decimal("29.99")]
    assert sum(one["Quantity"] for one in made) == 10
    wrong = splits(("70", {"Account": "4010"}), ("29.99", {"Account": "4020"}), kind="AmountOfPrice")
    billed.invoices["991"] = invoice(invoice_line(splittableFieldSetGroupList=wrong))
    assert "99.99" in refused(billed)["lines[1].splits"].reason


def test_else_the_orders_distribution(billed: World) -> None:
    billed.change("purchase_order_line", "P1001", "1", "1", PreAccountingId=77, CodeA=None, CodeB=None)
    billed.ifs += [share(1, "60", "4010"), share(2, "40", "4020")]
    assert [(one["CodeA"], one["NetAmount"]) for one in lines_of(created(billed))] == [("4010", 60), ("4020", 40)]


def test_the_orders_distribution_without_the_orders_number(billed: World) -> None:
    """Orders find such rows by the distribution's own number; so do invoices."""
    billed.change("purchase_order_line", "P1001", "1", "1", PreAccountingId=77, CodeA=None, CodeB=None)
    billed.ifs += [share(at, "50", account_, OrderNo=None) for at, account_ in ((1, "4010"), (2, "4020"))]
    assert [(one["CodeA"], one["NetAmount"]) for one in lines_of(created(billed))] == [("4010", 50), ("4020", 50)]


def without_order(**changed: Any) -> dict[str, Any]:
    return invoice(invoice_line(poNumber=None, poLineNumber=None, **changed))


def test_else_the_suppliers_account(billed: World) -> None:
    billed.invoices["991"] = without_order()
    write = created(billed)
    (one,) = lines_of(write)
    assert (one["CodeA"], one["CodeB"], one["TaxCode"]) == ("6300", "1100", "V19")
    assert "OrderNo" not in one
    assert "PoRefNumber" not in write.values


def test_else_a_dead_letter(billed: World) -> None:
    billed.invoices["991"] = without_order()
    billed.change("supplier_finance", "10", "1001", "Supplier", Cf_GlAccount=None)
    item = refused(billed)["lines[1].splits"]
    assert item.kind is ItemKind.DEAD_LETTER
    assert "no account" in item.reason


def test_custom_fields_of_the_tenant_are_no_accounting(billed: World) -> None:
    own = splits((None, {"FundingType": "COA", "Account": "4020"}), kind=None)
    billed.invoices["991"] = invoice(invoice_line(splittableFieldSetGroupList=own))
    (one,) = lines_of(created(billed))
    assert one["CodeA"] == "4020"
    only_foreign = splits((None, {"FundingType": "COA"}), kind=None)
    billed.invoices["991"] = invoice(invoice_line(splittableFieldSetGroupList=only_foreign))
    (one,) = lines_of(created(billed))
    assert one["CodeA"] == "4010", "the order's"


# --- checks ---


def test_supplier_not_linked(billed: World) -> None:
    billed.links.clear()
    billed.invoices["991"] = without_order()
    (item,) = refused(billed).values()
    assert (item.kind, item.waits_for) == (ItemKind.WAITING, "supplier:1001")


def test_supplier_without_finance_data_in_the_company(billed: World) -> None:
    billed.remove("supplier_finance", "10", "1001", "Supplier")
    billed.ifs.append(finance("20"))
    (item,) = refused(billed).values()
    assert item.kind is ItemKind.WAITING
    assert "1001" in item.reason
    assert "company 10" in item.reason


def test_order_unknown(billed: World) -> None:
    billed.invoices["991"] = invoice(invoice_line(poNumber="P9"))
    (item,) = refused(billed).values()
    assert (item.kind, item.waits_for) == (ItemKind.WAITING, "purchase_order:P9")
    billed.invoices["991"] = invoice(invoice_line(poNumber="P9"), businessUnit=None)
    assert [item.kind for item in refused(billed).values()] == [ItemKind.WAITING]


def test_order_line_by_link_not_by_parsing(billed: World) -> None:
    billed.ifs.append(line("P1001", "7", "2"))
    billed.links.append(Link("purchase_order", "P1001", "88000", {"odd": '["7", "2"]'}))
    billed.invoices["991"] = invoice(invoice_line(poLineNumber="odd"))
    (one,) = lines_of(created(billed))
    assert (one["LineNo"], one["ReleaseNo"]) == ("7", "2")


def test_an_order_of_another_supplier(billed: World) -> None:
    billed.change("purchase_order", "P1001", VendorNo="1002")
    assert refused(billed)["lines[1].poNumber"].kind is ItemKind.DEAD_LETTER


@pytest.mark.parametrize(
    ("changed", "field", "kind", "named"),
    [
        ({"businessUnit": "20"}, "businessUnit", ItemKind.DEAD_LETTER, "company 10"),
        ({"total": {"currency": "ZZZ", "value": Decimal(119)}}, "total.currency", ItemKind.DEAD_LETTER, "order"),
        ({"total": {"currency": "EUR", "value": Decimal(120)}}, "total", ItemKind.DEAD_LETTER, "1.00 EUR"),
        ({"withholdingTax1": Decimal(2)}, "withholdingTax1", ItemKind.HELD, "withholding"),
        ({"invoiceType": "Debit memo"}, "invoiceType", ItemKind.DEAD_LETTER, "neither"),
        ({"supplierInvoiceNumber": None, "invoiceNumber": None}, "invoiceNumber", ItemKind.DEAD_LETTER, "no number"),
        ({"invoiceDate": None}, "invoiceDate", ItemKind.DEAD_LETTER, "no date"),
        ({"accountingDate": "2026-01-10T00:00:00.000Z"}, "accountingDate", ItemKind.HELD, "not there"),
    ],
)
def test_headers_that_do_not_go(billed: World, changed: dict[str, Any], field: str, kind: ItemKind, named: str) -> None:
    billed.invoices["991"] = invoice(**changed)
    item = refused(billed)[field]
    assert item.kind is kind
    assert named in item.reason
    assert item.remedy


@pytest.mark.parametrize(
    ("changed", "field", "kind", "named"),
    [
        ({"quantity": None}, "lines[1].quantity", ItemKind.DEAD_LETTER, "missing"),
        ({"quantity": Decimal("9.9999999")}, "lines[1].quantity", ItemKind.DEAD_LETTER, "finer"),
        ({"taxCharge1": Decimal("19.001")}, "total", ItemKind.DEAD_LETTER, "finer"),
    ],
)
def test_lines_that_do_not_go(billed: World, changed: dict[str, Any], field: str, kind: ItemKind, named: str) -> None:
    billed.invoices["991"] = invoice(invoice_line(**changed))
    item = refused(billed)[field]
    assert item.kind is kind
    assert named in item.reason


def test_no_business_unit_and_no_order(billed: World) -> None:
    billed.invoices["991"] = invoice(invoice_line(poNumber=None, poLineNumber=None), businessUnit=None)
    (item,) = refused(billed).values()
    assert (item.kind, item.field) == (ItemKind.DEAD_LETTER, "businessUnit")


def test_an_unknown_currency(billed: World) -> None:
    billed.invoices["991"] = invoice(
        invoice_line(poNumber=None, poLineNumber=None), total={"currency": "ZZZ", "value": Decimal(119)}
    )
    assert refused(billed)["total.currency"].kind is ItemKind.DEAD_LETTER


def test_no_lines_came(billed: World) -> None:
    del billed.invoices["991"]["lineList"]
    assert refused(billed)["lines"].kind is ItemKind.HELD


def closed_march(world: World) -> None:
    for at, one in enumerate(world.ifs):
        if one.kind == "accounting_period" and one.key[2] in {"3", "2"}:
            world.ifs[at] = period(int(one.key[2]), "Closed")


def test_a_closed_period_holds(billed: World) -> None:
    closed_march(billed)
    item = refused(billed)["accountingDate"]
    assert (item.kind, item.value) == (ItemKind.HELD, "2026-03-02")


def test_or_the_next_open_one(billed: World) -> None:
    closed_march(billed)
    billed.profile = of_company(billed.profile, closed_period="next_open")
    assert created(billed).values["PostingDate"] == "2026-04-01"


@pytest.mark.parametrize(
    ("row_", "field", "kind"),
    [
        (None, "lines[1].CodeA", ItemKind.WAITING),
        (account("4010", ValidUntil="2026-03-01"), "lines[1].CodeA", ItemKind.DEAD_LETTER),
        (account("4010", ValidFrom="2026-03-03"), "lines[1].CodeA", ItemKind.DEAD_LETTER),
        (account("4010", ReqCodeB="Blocked"), "lines[1].CodeB", ItemKind.DEAD_LETTER),
        (account("4010", ReqCodeC="Mandatory"), "lines[1].CodeC", ItemKind.DEAD_LETTER),
        (account("4010", LedgFlag="True"), "lines[1].CodeA", ItemKind.DEAD_LETTER),
        (account("4010", company="20"), "lines[1].CodeA", ItemKind.WAITING),
    ],
)
def test_accounts(billed: World, row_: Any, field: str, kind: ItemKind) -> None:
    billed.remove("account", "10", "4010")
    billed.ifs += [row_] if row_ else []
    assert {name: item.kind for name, item in refused(billed).items()} == {field: kind}


@pytest.mark.parametrize(
    ("row_", "kind"),
    [(None, ItemKind.WAITING), (cost_centre("1100", ValidUntil="2025-12-31"), ItemKind.DEAD_LETTER)],
)
def test_code_parts(billed: World, row_: Any, kind: ItemKind) -> None:
    billed.remove("code_part_value", "10", "B", "1100")
    billed.ifs += [row_] if row_ else []
    assert {name: item.kind for name, item in refused(billed).items()} == {"lines[1].CodeB": kind}


@pytest.mark.parametrize(
    "other",
    [
        row("posting_proposal", "10", "5", Company="10", ProposalId=5, SupplierId="1001", InvoiceNo="RE-1"),
        row(
            "paid_invoice",
            "10",
            "1001",
            "Supplier",
            "7",
            Company="10",
            Identity="1001",
            InvoiceNo="RE-1",
            LedgerItemId="7",
        ),
    ],
)
def test_already_posted_by_somebody_else(billed: World, other: Any) -> None:
    billed.ifs.append(other)
    item = refused(billed)["invoiceNumber"]
    assert item.kind is ItemKind.DEAD_LETTER
    assert "already used by" in item.reason


@pytest.mark.parametrize("changed", [{"Company": "20"}, {"SupplierId": "1002"}, {"InvoiceNo": "RE-2"}])
def test_the_same_number_elsewhere_is_no_matter(billed: World, changed: dict[str, Any]) -> None:
    values = {"Company": "10", "ProposalId": 5, "SupplierId": "1001", "InvoiceNo": "RE-1"} | changed
    billed.ifs.append(row("posting_proposal", "10", "5", **values))
    assert created(billed)


def test_a_company_out_of_scope(billed: World) -> None:
    billed.invoices["991"] = without_order()
    billed.invoices["991"]["header"]["businessUnit"] = "30"
    decision = decided(billed)
    assert (decision.action, decision.notes) == (Action.OUT_OF_SCOPE, ("company 30 is not in 10, 20",))


def test_the_audit_sees_lines_too(billed: World) -> None:
    shown = {change.field: change.after for change in created(billed).changes}
    assert shown["GrossAmount"] == "119"
    assert shown["lines[1]"] == "order P1001/1/1, net 100.00, tax 19.00 V19, A=4010 B=1100"


def test_a_number_used_by_one_supplier_is_free_for_another_in_the_same_batch(billed: World) -> None:
    billed.links.append(Link("supplier", "1002", "10443"))
    billed.ifs += [finance(Identity="1002"), finance(Identity="1003")]
    taken = {"Company": "10", "ProposalId": 5, "SupplierId": "1001", "InvoiceNo": "RE-1", "SourceReference": "JAG:5"}
    billed.ifs.append(row("posting_proposal", "10", "5", **taken))
    billed.invoices["992"] = without_order()
    billed.invoices["992"]["header"] |= {"invoiceId": 992, "supplier": {"supplierNumber": "1002"}}
    first, second = billed.decide("jaggaer:991", "jaggaer:992")
    assert [item.field for item in first.items] == ["invoiceNumber"]
    assert second.action is Action.CREATE


@pytest.mark.parametrize(
    ("set_", "waits_for"), [("account", "account:10:4010"), ("code_part_value", "code_part:10:B:1100")]
)
def test_what_an_account_waits_for(billed: World, set_: str, waits_for: str) -> None:
    billed.ifs = [one for one in billed.ifs if one.kind != set_]
    assert [item.waits_for for item in refused(billed).values()] == [waits_for]


# --- tax ---


@pytest.mark.parametrize(
    ("code", "tax", "field"),
    [
        ("V19", "19.01", None),
        ("V19", "18.99", None),
        ("V19", "19.02", "lines[1].taxCharge1"),
        ("V19", "0", "lines[1].taxCharge1"),
        ("V0", "0", None),
        ("V7", "7", None),
        ("X1", "19", "lines[1].TaxCode"),
    ],
)
def test_the_rate_checks_the_tax(billed: World, code: str, tax: str, field: str | None) -> None:
    billed.change("purchase_order_line", "P1001", "1", "1", FeeCode=code)
    billed.invoices["991"] = invoice(
        invoice_line(taxCharge1=Decimal(tax)), total={"currency": "EUR", "value": Decimal(100) + Decimal(tax)}
    )
    if field is None:
        (one,) = lines_of(created(billed))
        assert (one["TaxCode"], one["TaxAmount"]) == (code, Decimal(tax))
    else:
        items = refused(billed)
        assert field in items
        kind = ItemKind.DEAD_LETTER if field.endswith("TaxCode") else ItemKind.HELD
        assert items[field].kind is kind


@pytest.mark.parametrize(("tax", "goes"), [("0", True), ("19", False)])
def test_without_any_code(billed: World, tax: str, goes: bool) -> None:
    billed.change("purchase_order_line", "P1001", "1", "1", FeeCode=None)
    billed.change("supplier_finance", "10", "1001", "Supplier", DefVatCode=None)
    billed.invoices["991"] = invoice(
        invoice_line(taxCharge1=Decimal(tax)), total={"currency": "EUR", "value": Decimal(100) + Decimal(tax)}
    )
    if goes:
        (one,) = lines_of(created(billed))
        assert "TaxCode" not in one, "zero tax never chooses a code"
    else:
        assert refused(billed)["lines[1].taxCharge1"].kind is ItemKind.HELD


@pytest.mark.parametrize(("tax", "goes"), [("19.01", True), ("19.02", False)])
def test_header_tax(billed: World, tax: str, goes: bool) -> None:
    billed.invoices["991"] = invoice(
        invoice_line(taxCharge1=Decimal(0)),
        taxCharge1=Decimal(tax),
        total={"currency": "EUR", "value": Decimal(100) + Decimal(tax)},
    )
    if goes:
        (one,) = lines_of(created(billed))
        assert one["TaxAmount"] == Decimal(tax)
    else:
        assert "tax code undecided" in refused(billed)["taxCharge1"].reason


# --- the match ---

DISCREPANCIES: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"unitPrice": Decimal("10.21"), "taxCharge1": Decimal("19.40")}, {}, "price"),
    ({"quantity": Decimal(11), "taxCharge1": Decimal("20.90")}, {"QtyReceived": "20"}, "quantity"),
    ({}, {"QtyInvoiced": "1", "QtyReceived": "20"}, "over-invoiced"),
    ({}, {"QtyReceived": "9"}, "not received"),
    ({"item": {"description": "x", "unitOfMeasure": {"dimension": "KGM"}}}, {}, "quantity"),
    ({}, {"Objstate": "Cancelled"}, "quantity"),
]


def with_discrepancy(world: World, billed_: dict[str, Any], ordered: dict[str, Any]) -> None:
    world.change("purchase_order_line", "P1001", "1", "1", **ordered)
    one = invoice_line(**billed_)
    gross = one["quantity"] * one["unitPrice"] + one["taxCharge1"]
    world.invoices["991"] = invoice(one, total={"currency": "EUR", "value": gross})


@pytest.mark.parametrize("discrepancy", DISCREPANCIES)
@pytest.mark.parametrize(("does", "kind"), [("hold", ItemKind.HELD), ("reject", ItemKind.DEAD_LETTER), ("post", None)])
def test_a_discrepancy_by_setting(
    billed: World, discrepancy: tuple[dict[str, Any], dict[str, Any], str], does: str, kind: ItemKind | None
) -> None:
    billed_, ordered, cause = discrepancy
    tolerance = billed.profile.company_defaults.match.model_copy(update={"on_discrepancy": does})
    billed.profile = of_company(billed.profile, match=tolerance)
    with_discrepancy(billed, billed_, ordered)
    if kind is None:
        assert created(billed)
        assert any(f"match: {cause}" in note for note in decided(billed).notes), "reported at once"
        return
    item = refused(billed)[f"lines[1].match {cause}"]
    assert item.kind is kind
    assert not item.reason.startswith("match"), "the field says so"
    assert item.remedy.endswith("ifs-jaggaer replay invoices --held match --key 991")


def test_within_the_tolerance(billed: World) -> None:
    tolerance = billed.profile.company_defaults.match.model_copy(
        update={"quantity_percent": Decimal(10), "price_percent": Decimal(2)}
    )
    billed.profile = of_company(billed.profile, match=tolerance)
    with_discrepancy(
        billed, {"quantity": Decimal(11), "unitPrice": Decimal("10.2"), "taxCharge1": Decimal("21.32")}, {}
    )
    assert created(billed)


def test_the_match_looks_at_nets_before_spreading(billed: World) -> None:
    billed.invoices["991"] = invoice(
        invoice_line(taxCharge1=Decimal(0)),
        shippingCharge=Decimal(50),
        taxCharge1=Decimal("28.50"),
        total={"currency": "EUR", "value": Decimal("178.50")},
    )
    assert created(billed).values["NetAmount"] == 150


def test_two_lines_of_one_invoice_on_one_order_line(billed: World) -> None:
    half = {"quantity": Decimal(6), "taxCharge1": Decimal("11.40")}
    billed.invoices["991"] = invoice(
        invoice_line(1, **half), invoice_line(2, **half), total={"currency": "EUR", "value": Decimal("142.80")}
    )
    assert "lines[2].match quantity" in refused(billed)


def test_two_invoices_of_one_batch_on_one_order_line(billed: World) -> None:
    part = invoice_line(quantity=Decimal(6), taxCharge1=Decimal("11.40"))
    total = {"currency": "EUR", "value": Decimal("71.40")}
    for number in ("991", "992"):
        billed.invoices[number] = invoice(
            part, invoiceId=int(number), supplierInvoiceNumber=f"RE-{number}", total=total
        )
    first, second = billed.decide("jaggaer:991", "jaggaer:992")
    assert first.action is Action.CREATE
    assert {item.field for item in second.items} == {"lines[1].match over-invoiced"}


@pytest.mark.parametrize(("does", "kind"), [("hold", ItemKind.HELD), ("reject", ItemKind.DEAD_LETTER)])
def test_a_line_that_the_order_does_not_have(billed: World, does: str, kind: ItemKind) -> None:
    tolerance = billed.profile.company_defaults.match.model_copy(update={"on_cause": {"unknown_line": does}})
    billed.profile = of_company(billed.profile, match=tolerance)
    billed.invoices["991"] = invoice(invoice_line(poLineNumber="99-1"))
    (item,) = refused(billed).values()
    assert (item.kind, item.field, item.value) == (kind, "lines[1].match unknown line", "99-1")
    assert "order P1001 has no line 99-1" in item.reason
    (told,) = decided(billed).discrepancies
    assert (told.order_line, told.cause) == ("P1001/99-1", "unknown line")


@pytest.mark.parametrize("without_account", [False, True])
def test_or_it_is_posted_as_a_line_without_an_order(billed: World, without_account: bool) -> None:
    tolerance = billed.profile.company_defaults.match.model_copy(update={"on_discrepancy": "post"})
    billed.profile = of_company(billed.profile, match=tolerance, invoices_without_order="voucher")
    billed.invoices["991"] = invoice(invoice_line(poLineNumber="99-1"))
    if without_account:
        billed.change("supplier_finance", "10", "1001", "Supplier", Cf_GlAccount=None)
        assert refused(billed)["lines[1].splits"].kind is ItemKind.DEAD_LETTER
        return
    write = created(billed)
    assert (write.set, write.values["PoRefNumber"]) == ("posting_proposal", "P1001"), "it names an order: no voucher"
    (one,) = lines_of(write)
    assert "OrderNo" not in one
    assert one["CodeA"] == "6300"


def test_a_person_cannot_approve_a_line_that_is_not_there(billed: World) -> None:
    billed.invoices["991"] = invoice(invoice_line(poLineNumber="99-1"))
    approved = Instructions(approved={"lines[1].match unknown line": "99-1"})
    (decision,) = billed.decide("jaggaer:991", told=approved)
    assert [item.kind for item in decision.items] == [ItemKind.HELD]


def booked(number: int, quantity: str, **head_: Any) -> list[Any]:
    """A proposal of somebody's over the order's line."""
    values = {"Company": "10", "ProposalId": number, "SupplierId": "1001", "InvoiceNo": f"X{number}"}
    states = {"InvoiceType": "Invoice", "Objstate": "Balanced"}
    of_line = {"OrderNo": "P1001", "LineNo": "1", "ReleaseNo": "1", "Quantity": quantity}
    return [
        row("posting_proposal", "10", str(number), **values | states | head_),
        row("posting_proposal_line", "10", str(number), "1", Company="10", ProposalId=number, RowNo=1, **of_line),
    ]


@pytest.mark.parametrize(
    ("proposals", "invoiced", "goes"),
    [
        (booked(5, "1"), "0", False),
        (booked(5, "1", Objstate="Cancelled"), "0", True),
        ([*booked(5, "4"), *booked(6, "4", InvoiceType="Credit")], "0", True),
        (booked(5, "10", InvoiceType="Credit"), "0", True),
        (booked(5, "0"), "1", False),
        (booked(5, "1", Company="20"), "0", True),
    ],
)
def test_what_stands_in_proposals_counts_as_invoiced(
    billed: World, proposals: list[Any], invoiced: str, goes: bool
) -> None:
    billed.ifs += proposals
    billed.change("purchase_order_line", "P1001", "1", "1", QtyInvoiced=invoiced)
    assert bool(decided(billed).action is Action.CREATE) is goes


def test_a_proposal_line_that_cannot_be_read_is_not_overlooked(billed: World) -> None:
    head_, line_ = booked(5, "1")
    billed.ifs += [head_, row("posting_proposal_line", *line_.key, **{**line_.values, "Quantity": "many"})]
    assert decided(billed).action is Action.NONE


def test_the_number_of_a_voucher_of_ours(billed: World) -> None:
    series = {"Company": "10", "VoucherType": "I", "AccountingYear": 2026, "VoucherNo": 7}
    ours = {"ReferenceSerie": "JAG", "ReferenceNumber": "900"}
    billed.ifs += [
        row("voucher", "10", "I", "2026", "7", Text="RE-1", Objstate="Approved", **series, **ours),
        row("voucher_row", "10", "I", "2026", "7", "3", PartyTypeId="1001", RowNo=3, **series, **ours),
    ]
    item = refused(billed)["invoiceNumber"]
    assert "already used by voucher 10:I:2026:7 of supplier 1001" in item.reason
    billed.change("voucher_row", "10", "I", "2026", "7", "3", PartyTypeId="1002")
    assert created(billed)


# --- thrift ---


def test_many_invoices_in_one_request_a_set(billed: World) -> None:
    numbers = [str(3000 + at) for at in range(30)]
    for number in numbers:
        billed.ifs += [head(f"P{number}"), line(f"P{number}")]
        billed.invoices[number] = invoice(
            invoice_line(poNumber=f"P{number}"), invoiceId=int(number), supplierInvoiceNumber=f"RE-{number}"
        )
    decisions = billed.decide(*(f"jaggaer:{number}" for number in numbers))
    assert all(decision.action is Action.CREATE for decision in decisions)
    asked = {name: count for name, count in billed.asked.items() if count}
    assert asked.pop("jaggaer invoice") == 30
    assert asked.pop("ifs posting_proposal") == 2, "by mark, and by number"
    assert asked.pop("ifs voucher") == 2, "likewise"
    assert set(asked.values()) == {1}


def test_of_two_invoices_with_one_number_the_first_is_posted_and_the_other_told_why(billed: World) -> None:
    half = invoice_line(quantity=Decimal(2), taxCharge1=Decimal("3.80"))
    total = {"currency": "EUR", "value": Decimal("23.80")}
    billed.invoices["991"] = invoice(half, total=total)
    billed.invoices["992"] = invoice(half, total=total, invoiceId=992)
    first, second = billed.decide("jaggaer:992", "jaggaer:991")
    assert (first.key, [type(write) for write in first.writes]) == ("991", [IfsCreate])
    assert not any(isinstance(write, IfsCreate) for write in second.writes)
    (item,) = second.items
    assert (item.kind, item.field) == (ItemKind.DEAD_LETTER, "invoiceNumber")
    assert "already used by invoice 991" in item.reason
    assert (second.again, second.writes) == (True, ()), "decided again once the other one is posted"


# --- further fees ---


@pytest.mark.parametrize("total", [None, {"currency": "EUR", "value": Decimal("119.00")}])
@pytest.mark.parametrize(
    ("entry", "value"),
    [
        ({"name": "Freight"}, "name: Freight"),
        ({"name": "Freight", "fee": None}, "name: Freight"),
        ({"name": "Freight", "fee": ""}, "name: Freight"),
        ({"name": "Freight", "amount": Decimal(12)}, "name: Freight, amount: 12"),
        ({"amount": Decimal(12)}, "amount: 12"),
    ],
)
def test_a_fee_whose_amount_cannot_be_read_is_no_fee_of_nothing(
    billed: World, entry: dict[str, Any], value: str, total: dict[str, Any] | None
) -> None:
    billed.invoices["991"] = invoice(total=total, miscFeeList={"miscFee": [entry]})
    item = refused(billed)["miscFeeList"]
    assert (item.kind, item.value) == (ItemKind.DEAD_LETTER, value)
    assert "'fee'" in item.reason
    assert "state its amount" in item.remedy


def test_a_fee_that_is_no_number_is_named(billed: World) -> None:
    billed.invoices["991"] = invoice(miscFeeList={"miscFee": [{"name": "Freight", "fee": "12,50"}]})
    (item,) = decided(billed).items
    assert item.kind is ItemKind.DEAD_LETTER
    assert "miscFeeList" in item.field
    assert item.value == "12,50"
    assert item.remedy


@pytest.mark.parametrize(
    "fees", [None, {}, [], {"miscFee": []}, {"miscFee": [{}]}, {"miscFee": [{"name": "MiscFee1", "fee": Decimal(0)}]}]
)
def test_no_fees_are_no_fault(billed: World, fees: Any) -> None:
    billed.invoices["991"] = invoice(total=None, miscFeeList=fees)
    assert created(billed).values["GrossAmount"] == 119
