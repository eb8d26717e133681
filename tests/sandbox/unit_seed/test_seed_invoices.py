"""The arithmetic of invoices, for any seed (contracts/mapping.md, invoices)."""

from collections import defaultdict
from decimal import Decimal

from hypothesis import given, settings
from seeded import RATE, roundings, seeds, small, special, spread, unit, whole

from ifs_jaggaer.sandbox.seed import Seed
from ifs_jaggaer.sandbox.seed.model import Row

quick = settings(max_examples=12, deadline=None)
CHARGES = ("shippingCharge", "handlingCharge")


def lines(invoice: Row) -> list[Row]:
    found: list[Row] = invoice["lineList"]["invoiceLine"]
    return found


def net(line: Row, currency: str) -> Decimal:
    [gross] = roundings(Decimal(line["quantity"] * line["unitPrice"]), currency)
    charges: Decimal = sum((line[name] for name in CHARGES), gross)
    return charges - line["discountAmount"]


def header_charges(header: Row) -> Decimal:
    fees = sum((fee["fee"] for fee in header["miscFeeList"]["miscFee"]), Decimal(0))
    return sum((header[name] for name in CHARGES), fees) - header["discountAmount"]


def order_lines(seed: Seed) -> dict[tuple[str, str], Row]:
    return {(row["OrderNo"], f"{row['LineNo']}-{row['ReleaseNo']}"): row for row in seed.ifs["PurchaseOrderLineSet"]}


def currency_of(seed: Seed, invoice: Row) -> str:
    if "total" in invoice["header"]:
        return str(invoice["header"]["total"]["currency"])
    number = next(line["poNumber"] for line in lines(invoice) if "poNumber" in line)
    return next(str(row["CurrencyCode"]) for row in seed.ifs["PurchaseOrderSet"] if row["OrderNo"] == number)


def company_in(seed: Seed, invoice: Row) -> str:
    """The stated company, else that of the order."""
    if "businessUnit" in invoice["header"]:
        return str(invoice["header"]["businessUnit"])
    number = next(line["poNumber"] for line in lines(invoice) if "poNumber" in line)
    return next(str(row["Company"]) for row in seed.ifs["PurchaseOrderSet"] if row["OrderNo"] == number)


def ordinary(seed: Seed) -> list[Row]:
    """Invoices that go through without a person."""
    kinds = [kind for kind in seed.special if kind.startswith("invoice_") and kind not in HARMLESS]
    odd = {key for kind in kinds for key in seed.special[kind]}
    return [invoice for invoice in seed.jaggaer["invoices"] if str(invoice["header"]["invoiceId"]) not in odd]


HARMLESS = {
    "invoice_credit",
    "invoice_not_ready",
    "invoice_without_total",
    "invoice_without_businessUnit",
    "invoice_without_supplierInvoiceNumber",
}


@quick
@given(seeds)
def test_totals_tie(number: int) -> None:
    seed = small(number)
    off = special(seed, "invoice_total_not_tying")
    for invoice in seed.jaggaer["invoices"]:
        header = invoice["header"]
        if "total" not in header:
            continue
        currency = header["total"]["currency"]
        taxes = sum((part["taxCharge1"] + part["taxCharge2"] for part in (header, *lines(invoice))), Decimal(0))
        made = sum((net(line, currency) for line in lines(invoice)), header_charges(header) + taxes)
        assert (header["total"]["value"] == made) is not (str(header["invoiceId"]) in off)


@quick
@given(seeds)
def test_stated_tax_is_that_of_the_code(number: int) -> None:
    """Within one minor unit a line, after header charges and header tax were spread."""
    seed = small(number)
    ordered = order_lines(seed)
    codes = {(row["Identity"], row["Company"]): row["DefVatCode"] for row in seed.ifs["IdentityInvoiceInfoSet"]}
    for invoice in ordinary(seed):
        header, own = invoice["header"], lines(invoice)
        currency = currency_of(seed, invoice)
        default = codes[header["supplier"]["supplierNumber"], company_in(seed, invoice)]
        rates = [
            RATE[ordered[line["poNumber"], line["poLineNumber"]]["FeeCode"] if "poNumber" in line else default]
            for line in own
        ]
        before = [net(line, currency) for line in own]
        shares = spread(header_charges(header), [abs(each) for each in before], currency)
        after = [each + share for each, share in zip(before, shares, strict=True)]
        weights = [abs(rate * each) for rate, each in zip(rates, after, strict=True)]
        header_taxes = spread(header["taxCharge1"] + header["taxCharge2"], weights, currency)
        for line, rate, base, extra in zip(own, rates, after, header_taxes, strict=True):
            stated = line["taxCharge1"] + line["taxCharge2"] + extra
            assert abs(stated - rate * base) <= unit(currency), (header["invoiceId"], stated, rate * base)


@quick
@given(seeds)
def test_ordinary_invoices_match_order_and_receipt(number: int) -> None:
    seed = small(number)
    ordered = order_lines(seed)
    billed: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for invoice in ordinary(seed):
        for line in lines(invoice):
            if "poNumber" not in line:
                continue
            at = (line["poNumber"], line["poLineNumber"])
            billed[at] += line["quantity"]
            price = ordered[at]["FbuyUnitPrice"] * ordered[at]["PriceConvFactor"]
            assert abs(line["unitPrice"] - price) <= Decimal("0.0000005")
            assert (line["quantity"] < 0) is (invoice["header"]["invoiceType"] == "Credit memo")
    for at, quantity in billed.items():
        assert quantity <= ordered[at]["QtyReceived"] - ordered[at]["QtyInvoiced"]
        assert -quantity <= ordered[at]["QtyInvoiced"]


@quick
@given(seeds)
def test_a_line_billed_in_full_is_the_net_of_the_order(number: int) -> None:
    seed = small(number)
    ordered = order_lines(seed)
    seen = 0
    for invoice in ordinary(seed):
        for line in lines(invoice):
            kept = ordered.get((line.get("poNumber", ""), line.get("poLineNumber", "")))
            if kept and line["quantity"] == kept["BuyQtyDue"]:
                assert net(line, currency_of(seed, invoice)) == kept["NetAmtCurr"]
                seen += 1
    assert seen


@quick
@given(seeds)
def test_splits_add_up_and_their_accounts_are_good(number: int) -> None:
    seed = small(number)
    today = seed.ifs["AccountSet"][0]["ValidFrom"].replace(year=2026)
    accounts = {(row["Company"], row["Account"]): row for row in seed.ifs["AccountSet"]}
    for invoice in ordinary(seed):
        for line in lines(invoice):
            for group in line.get("splittableFieldSetGroupList", {}).get("splittableFieldSetGroup", []):
                [index_set] = group["splittableFieldIndexSet"]
                indexes = index_set["splittableFieldIndexList"]["splittableFieldIndex"]
                values = [index["distributionValue"] for index in indexes if "distributionValue" in index]
                kind = index_set.get("distributionType")
                if kind == "PercentOfPrice":
                    assert sum(values) == 100
                elif kind == "AmountOfPrice":
                    assert sum(values) == net(line, currency_of(seed, invoice))
                else:
                    assert len(indexes) == 1
                company = company_in(seed, invoice)
                for index in indexes:
                    coding = {
                        each["internalName"]: each.get("value")
                        for each in index["customFieldValueList"]["customFieldValue"]
                    }
                    account = accounts[company, coding["Account"]]
                    assert account["ValidFrom"] <= today <= account["ValidUntil"]
                    assert coding["CostCenter"] or account["ReqCodeB"] != "Mandatory"
                    assert coding["Project"] or account["ReqCodeC"] != "Mandatory"


def test_it_has_what_bites() -> None:
    seed = whole()
    headers = [invoice["header"] for invoice in seed.jaggaer["invoices"]]
    assert len(HARMLESS & set(seed.special)) == len(HARMLESS)
    assert len([kind for kind in seed.special if kind.startswith("invoice_")]) == 18 + len(HARMLESS)
    assert any(header["shippingCharge"] for header in headers)
    assert any(header["discountAmount"] for header in headers)
    assert any(fee["fee"] for header in headers for fee in header["miscFeeList"]["miscFee"])
    own = [line for invoice in seed.jaggaer["invoices"] for line in lines(invoice)]
    assert any(line["taxCharge2"] for line in own)
    assert any(line["discountAmount"] for line in own)
    assert any(line["handlingCharge"] for line in own)
    assert {header["total"]["currency"] for header in headers if "total" in header} >= {"JPY", "TND", "EUR", "PLN"}
    states = {(header["paymentStatus"], header["workflowStatus"]) for header in headers}
    assert {("Payable", "Completed"), ("Payable", "Pending"), ("InProcess", "Pending")} <= states
    fees = [
        line for invoice in seed.jaggaer["invoices"] if invoice["header"]["invoiceType"] == "Credit memo"
        for line in lines(invoice) if line["quantity"] > 0
    ]  # fmt: skip
    assert fees, "no restocking fee"
    assert {header.get("exportStatus") for header in headers} == {None, "NotExported"}


def test_most_invoices_can_be_synchronised() -> None:
    seed = whole()
    ready = [
        invoice for invoice in ordinary(seed)
        if (invoice["header"]["paymentStatus"], invoice["header"]["workflowStatus"]) == ("Payable", "Completed")
    ]  # fmt: skip
    assert len(ready) > 510
    assert len(seed.jaggaer["invoices"]) - len(ordinary(seed)) >= 30
