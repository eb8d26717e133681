"""Forty invoices of the foreign JAGGAER, each with what must become of it, written from contracts/mapping.md."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from foreign.j1p import J1p, days_ago
from foreign.seed_orders import UNITS, D, Order, rounded, six
from foreign.seed_suppliers import month, today

RATES = {"V0": D(0), "V7": D("0.07"), "V19": D("0.19")}
Line = dict[str, Any]


@dataclass
class Invoice:
    ident: int
    supplier: str
    currency: str = "EUR"
    company: str | None = "10"
    fate: str = "proposal"
    """proposal, voucher, held, rejected, waiting or out (of scope)."""
    credit: bool = False
    header: dict[str, Any] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    orders: dict[str, tuple[Order, dict[str, Any]]] = field(default_factory=dict)
    """By line number."""
    posts_on: date | None = None

    @property
    def sign(self) -> int:
        return -1 if self.credit else 1

    def line(self, quantity: str, price: str, *, tax: str | None = None, **values: Any) -> Invoice:
        """A line without an order; `tax` as stated, else 19 % of its net."""
        net = rounded(D(quantity) * D(price), self.currency)
        number = len(self.lines) + 1
        stated = D(tax) if tax is not None else rounded(net * RATES["V19"], self.currency)
        self.lines.append(
            {
                "lineId": self.ident * 100 + number,
                "lineNumber": str(number),
                "quantity": D(quantity),
                "unitPrice": D(price),
                "item": {"description": f"Work {number}", "unitOfMeasure": {"dimension": "EA"}},
                "taxCharge1": stated,
                **values,
            }
        )
        return self

    def of(self, order: Order, index: int = 0, quantity: Decimal | None = None, **values: Any) -> Invoice:
        """A line for an order's line, at the order's price, discount and charges."""
        row = order.lines[index]
        quantity = row["BuyQtyDue"] if quantity is None else quantity
        price = six(row["NetAmtCurr"] / row["BuyQtyDue"])
        price = values.pop("unitPrice", price)
        unit = UNITS[row["BuyUnitMeas"]]
        self.line(
            str(self.sign * quantity),
            str(price),
            poNumber=order.number,
            poLineNumber=f"{row['LineNo']}-{row['ReleaseNo']}",
            item={"description": row["Description"], "unitOfMeasure": {"dimension": unit}},
            **values,
        )
        self.orders[self.lines[-1]["lineNumber"]] = (order, row)
        return self

    def net(self, line: Line) -> Decimal:
        return rounded(line["quantity"] * line["unitPrice"], self.currency)

    def charges(self) -> Decimal:
        names = ("shippingCharge", "handlingCharge")
        return sum((D(self.header.get(n, 0)) for n in names), D(0)) - D(self.header.get("discountAmount", 0))

    def taxes(self) -> Decimal:
        parts = [self.header, *self.lines]
        return sum((D(p.get(n, 0)) for p in parts for n in ("taxCharge1", "taxCharge2")), D(0))

    def total(self) -> Decimal:
        return sum(map(self.net, self.lines), D(0)) + self.charges() + self.taxes()

    def record(self) -> dict[str, Any]:
        day = f"{today().isoformat()}T00:00:00.000Z"
        header: dict[str, Any] = {
            "invoiceId": self.ident,
            "invoiceNumber": f"INV{self.ident}",
            "supplierInvoiceNumber": f"R/{self.ident}-ü",
            "invoiceType": "Credit memo" if self.credit else "Invoice",
            "invoiceLineType": "PO" if self.orders else "Non-PO",
            "invoiceSource": "Manual",
            "invoiceDate": day,
            "dueDate": f"{(today() + timedelta(days=30)).isoformat()}T00:00:00.000Z",
            "accountingDate": day,
            "invoiceCreateDate": days_ago(3),
            "lastUpdate": days_ago(2 + self.ident % 5),
            "businessUnit": {"internalName": self.company} if self.company else None,
            "supplier": {"id": 5, "name": "as JAGGAER says", "supplierNumber": self.supplier},
            "total": {"currency": self.currency, "value": self.total()},
            "paymentStatus": "Payable",
            "workflowStatus": "Completed",
            "matchStatus": "Matched",
            "exportStatus": "NotExported",
        }
        header |= self.header
        return {
            "header": {name: value for name, value in header.items() if value is not None},
            "lineList": {"invoiceLine": self.lines},
        }

    @property
    def posting_date(self) -> date:
        return self.posts_on or date.fromisoformat(self.header.get("accountingDate", today().isoformat())[:10])


def splits(kind: str, *parts: tuple[str, dict[str, str]]) -> dict[str, Any]:
    indexes = [
        {
            "splitIndex": place,
            "distributionValue": D(share),
            "customFieldValueList": {
                "customFieldValue": [{"internalName": n, "value": v, "description": v} for n, v in codes.items()]
            },
        }
        for place, (share, codes) in enumerate(parts)
    ]
    inner = {"context": "Line", "distributionType": kind, "splittableFieldIndexList": {"splittableFieldIndex": indexes}}
    return {"splittableFieldSetGroupList": {"splittableFieldSetGroup": [{"splittableFieldIndexSet": [inner]}]}}


def invoices(found: list[Order]) -> list[Invoice]:  # noqa: PLR0915 - one after the other
    """The orders must have been received where an invoice of them is to be posted."""
    by_number = {order.number: order for order in found}
    received = [o for o in found if o.state in {"Arrived", "Received"} and o.fate == "sent"]
    ids = iter(range(33_552_001, 33_552_100))
    made: list[Invoice] = []

    def add(supplier: str, **values: Any) -> Invoice:
        made.append(Invoice(next(ids), supplier, **values))
        return made[-1]

    def of(order: Order, **values: Any) -> Invoice:
        return add(order.vendor, currency=order.currency, company=order.company, **values)

    whole = iter(received)
    for _ in range(11):  # whole orders, tax on each line
        order = next(whole)
        invoice = of(order)
        for index in range(len(order.lines)):
            invoice.of(order, index)
    order = next(whole)  # the company comes from the order
    of(order).of(order).header["businessUnit"] = None
    order = next(whole)  # no total, no number of the supplier's
    of(order, header={"total": None, "supplierInvoiceNumber": None}).of(order)
    order = next(whole)  # tax in the header
    invoice = of(order)
    for index in range(len(order.lines)):
        invoice.of(order, index, taxCharge1=D(0))
    invoice.header["taxCharge1"] = rounded(sum(map(invoice.net, invoice.lines), D(0)) * RATES["V19"], order.currency)
    order = next(whole)  # freight and a discount in the header, taxed
    invoice = of(order, header={"shippingCharge": D(11), "handlingCharge": D(5), "discountAmount": D(3)})
    for index in range(len(order.lines)):
        invoice.of(order, index, taxCharge1=D(0))
    net = sum(map(invoice.net, invoice.lines), D(0)) + invoice.charges()
    invoice.header["taxCharge1"] = rounded(net * RATES["V19"], order.currency)
    order = next(whole)  # splits of its own win over the order's
    of(order).of(
        order,
        **splits(
            "PercentOfPrice",
            ("33.33", {"Account": "4010", "CostCenter": "CC10"}),
            ("66.67", {"Account": "6000", "CostCenter": "CC20", "Project": "P-100"}),
        ),
    )
    order = next(whole)  # half of it
    of(order).of(order, 0, six(order.lines[0]["BuyQtyDue"] / 2).normalize())

    good = "0006510002"
    add(good).line(
        "3",
        "33.35",
        **splits("AmountOfPrice", ("50.02", {"Account": "4010"}), ("50.03", {"Account": "4020", "CostCenter": "CC20"})),
    )
    add(good).line("1", "100", tax="19.01").line("2", "0.005")
    add("0006510011").line("2.5", "40.10")  # the supplier's own account, which came from JAGGAER
    add(good, credit=True).line("-1", "80").line("1", "12")  # a restocking fee
    add(good, company="20", fate="voucher").line(
        "1", "10", **splits("PercentOfPrice", ("50", {"Account": "6000"}), ("50", {"Account": "8020"}))
    ).line("1", "0.05", **splits("PercentOfPrice", ("100", {"Account": "6000"})))
    add(good, company="20", fate="voucher", credit=True).line(
        "-2", "30", **splits("PercentOfPrice", ("100", {"Account": "6000"}))
    ).line("1", "5", **splits("PercentOfPrice", ("100", {"Account": "8020"})))
    add("0006510005", currency="JPY").line(
        "3",
        "333",
        **splits(
            "PercentOfPrice",
            ("33.33", {"Account": "4010"}),
            ("33.33", {"Account": "4020"}),
            ("33.34", {"Account": "6000"}),
        ),
    )
    add("0006510006", currency="KWD").line(
        "1", "1.005", **splits("PercentOfPrice", ("50", {"Account": "4010"}), ("50", {"Account": "6000"}))
    )

    def account(number: str) -> dict[str, Any]:
        return splits("PercentOfPrice", ("100", {"Account": number}))

    add(good, fate="held", header={"withholdingTax1": D(5)}).line("1", "10", **account("4010"))
    add(good, fate="held").line("1", "100", tax="12", **account("4010"))
    add(good, fate="held").line("1", "100", tax="0", **account("4010"))
    old = month(today(), -4)
    add(good, fate="held", header={"accountingDate": f"{old.isoformat()}T00:00:00.000Z"}).line(
        "1", "10", **account("4010")
    )
    of(by_number["P2009"], fate="held").of(by_number["P2009"])  # nothing was received
    order = received[-1]
    of(order, fate="held").of(
        order, 0, unitPrice=six(order.lines[0]["NetAmtCurr"] / order.lines[0]["BuyQtyDue"] * D("1.1"))
    )
    late = add(good, company="20", fate="voucher", header={"accountingDate": f"{old.isoformat()}T00:00:00.000Z"}).line(
        "1", "10", **account("6000")
    )
    late.posts_on = month(today(), -2)  # company 20 takes the next open period
    add(good, header={"shippingCharge": D(10), "taxCharge1": D("17.10")}).line(
        "1", "100", tax="0", **account("4010")
    ).line("-1", "20", tax="0", **account("6000"))
    add(good, fate="rejected", header={"supplierInvoiceNumber": f"R/{made[0].ident}-ü"}).line(
        "1", "10", **account("4010")
    )
    made[-1].supplier = made[0].supplier
    add("0006519998", fate="waiting").line("1", "10", **account("4010"))
    add("0006510012", company="20", fate="waiting").line("1", "10", **account("6000"))
    add(good, fate="unposted").line("1", "10", poNumber="P9999", poLineNumber="1-1")
    add(good, fate="unposted").line("1", "10", **account("4999"))
    add(good, fate="unposted").line("1", "10", **account("9999"))
    add(good, fate="unposted").line("1", "10", **account("4720"))  # mandatory cost centre
    add(good, fate="rejected", header={"total": {"currency": "EUR", "value": D("11.91")}}).line(
        "1", "10", **account("4010")
    )
    add(good, fate="rejected", company=None).line("1", "10", **account("4010"))
    add("0006510009", fate="unposted").line("1", "10")  # no account anywhere: the supplier's is refused
    add(good, fate="unposted", header={"supplierInvoiceNumber": "KEYED"}).line("1", "10", **account("4010"))
    add(good, fate="out", header={"workflowStatus": "Pending"}).line("1", "10", **account("4010"))
    add(good, fate="out", header={"paymentStatus": "InProcess"}).line("1", "10", **account("4010"))
    add(good, fate="out", header={"exportStatus": "Exported"}).line("1", "10", **account("4010"))
    return made


def seed_invoices(j1p: J1p, found: list[Order]) -> list[Invoice]:
    made = invoices(found)
    for invoice in made:
        j1p.put("invoices", invoice.record())
    return made
