"""Money to the last unit, whatever an invoice states (DESIGN, law 7)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rows import books, head, invoice, invoice_line, line, splits
from world import World

from mapping.findings import Findings
from mapping.invoices.kind import INVOICES
from mapping.invoices.tax import Taxable, taxes
from mapping.kinds import Action, IfsCreate, Link
from mapping.money import currency as currency_of
from mapping.profile import Profile

DIGITS = {"EUR": 2, "JPY": 0, "TND": 3}
PROFILE = Profile.load()
PERCENTS = (
    ("100",),
    ("50", "50"),
    ("33.33", "33.33", "33.34"),
    ("12.5", "87.5"),
    ("0.01", "99.99"),
)
ACCOUNTS = ("4010", "4020", "4030")


def lenient(profile: Profile) -> Profile:
    tolerance = profile.company_defaults.match.model_copy(update={"on_discrepancy": "post"})
    return profile.model_copy(
        update={"company_defaults": profile.company_defaults.model_copy(update={"match": tolerance}), "company": {}}
    )


@st.composite
def bills(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """An invoice whose parts add up to its total; the tax is that of its rate, at the header or at the lines."""
    currency = draw(st.sampled_from(sorted(DIGITS)))
    digits = DIGITS[currency]
    unit = Decimal(1).scaleb(-digits)
    credit = draw(st.booleans())
    sign = -1 if credit else 1
    amounts = st.integers(0, 9_999).map(lambda units: units * unit)
    nets: list[Decimal] = []
    lines: list[dict[str, Any]] = []
    for at in range(1, draw(st.integers(1, 5)) + 1):
        quantity = draw(st.integers(0, 40))
        price = draw(amounts)
        discount, handling = draw(amounts) if quantity else Decimal(0), draw(amounts)
        net = sign * (quantity * price - discount + handling)
        percents = draw(st.sampled_from(PERCENTS))
        by_amount = draw(st.booleans()) and len(percents) > 1
        values: list[str | None] = list(percents)
        if by_amount:
            first = draw(amounts) * sign
            values = [str(first), *["0"] * (len(percents) - 2), str(net - first)]
        if len(percents) == 1:
            values = [None]
        places = [(value, {"Account": account}) for value, account in zip(values, ACCOUNTS, strict=False)]
        lines.append(
            invoice_line(
                at,
                poLineNumber="1-1" if draw(st.booleans()) else None,
                poNumber=None,
                quantity=Decimal(sign * quantity),
                unitPrice=price,
                discountAmount=sign * discount,
                handlingCharge=sign * handling,
                taxCharge1=Decimal(0),
                splittableFieldSetGroupList=splits(*places, kind="AmountOfPrice" if by_amount else "PercentOfPrice"),
            )
        )
        nets.append(net)
    shipping, off = sign * draw(amounts), sign * draw(amounts)
    net = sum(nets) + shipping - off
    tax = (net * 19 / 100).quantize(unit)
    if draw(st.booleans()):
        header_tax = tax
    else:
        header_tax = Decimal(0)
        assume(shipping == off == 0)
        for one, line_net in zip(lines, nets, strict=True):
            one["taxCharge1"] = (line_net * 19 / 100).quantize(unit)
        tax = sum((one["taxCharge1"] for one in lines), Decimal(0))
    assume(not credit or net + tax <= 0)  # a credit memo that owes the supplier money is none
    return currency, invoice(
        *lines,
        invoiceType="Credit memo" if credit else "Invoice",
        shippingCharge=shipping,
        discountAmount=off,
        taxCharge1=header_tax,
        total={"currency": currency, "value": net + tax} if draw(st.booleans()) else None,
    )


@settings(deadline=None, max_examples=150)
@given(bill=bills())
def test_lines_head_and_invoice_agree_to_the_last_unit(bill: tuple[str, dict[str, Any]]) -> None:
    currency, record = bill
    unit = Decimal(1).scaleb(-DIGITS[currency])
    world = World(INVOICES, lenient(PROFILE), ifs=books(), links=[Link("supplier", "1001", "10442")])
    world.change("supplier_finance", "10", "1001", "Supplier", DefCurrency=currency)
    world.invoices["991"] = record
    (decision,) = world.decide("jaggaer:991")
    undecided = [item for item in decision.items if "tax code undecided" in item.reason]
    assume(not undecided)
    # A header that happens to state exactly what its lines state is told from a repetition by the total alone.
    assume(not any("counts twice" in item.reason for item in decision.items))
    assert decision.items == ()
    assert decision.action is Action.CREATE
    (write,) = decision.writes
    assert isinstance(write, IfsCreate)
    lines = [values for _, values in write.lines]
    sums = {name: sum((Decimal(str(one[name])) for one in lines), Decimal(0)) for name in ("NetAmount", "TaxAmount")}
    assert write.values["NetAmount"] == sums["NetAmount"]
    assert write.values["TaxAmount"] == sums["TaxAmount"]
    assert write.values["GrossAmount"] == sums["NetAmount"] + sums["TaxAmount"]
    sign = -1 if write.values["InvoiceType"] == "Credit" else 1
    if "total" in record["header"]:
        assert write.values["GrossAmount"] == sign * record["header"]["total"]["value"]
    quantity = sum((one["quantity"] for one in record["lineList"]["invoiceLine"]), Decimal(0))
    assert sum((Decimal(str(one["Quantity"])) for one in lines), Decimal(0)) == sign * quantity
    for one in lines:
        for name in ("NetAmount", "TaxAmount"):
            assert Decimal(str(one[name])) % unit == 0
    assert decision.amount
    assert decision.amount.amount == sign * write.values["GrossAmount"]


@settings(deadline=None, max_examples=40)
@given(off=st.integers(-300, 300).filter(bool), digits=st.sampled_from(sorted(DIGITS)))
def test_a_total_that_does_not_tie_is_never_posted(off: int, digits: str) -> None:
    world = World(
        INVOICES, PROFILE, ifs=[head(CurrencyCode=digits), line(), *books()], links=[Link("supplier", "1001", "10442")]
    )
    difference = off * Decimal(1).scaleb(-DIGITS[digits])
    world.invoices["991"] = invoice(total={"currency": digits, "value": Decimal(119) + difference})
    (decision,) = world.decide("jaggaer:991")
    (item,) = decision.items
    assert item.field == "total"
    assert format(abs(difference), "f") in item.reason


def test_the_tax_of_the_header_is_lessened_by_the_line_that_takes_back() -> None:
    """Freight pallets returned on the invoice of the next delivery: 19 % of -50 is owed back."""
    found = Findings()
    lines = [
        Taxable("1", Decimal(100), Decimal(0), "V19"),
        Taxable("2", Decimal(100), Decimal(0), "V7"),
        Taxable("3", Decimal(-50), Decimal(0), "V19"),
    ]
    made = taxes(lines, Decimal("16.50"), currency_of("EUR"), PROFILE, found)
    assert made == [Decimal("19.00"), Decimal("7.00"), Decimal("-9.50")]
    assert not found.items
