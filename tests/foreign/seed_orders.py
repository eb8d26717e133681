"""Sixty orders of the foreign IFS, each with what must become of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from typing import Any

from foreign.ifs import Ifs
from foreign.seed_suppliers import back, today

DIGITS = {"EUR": 2, "USD": 2, "GBP": 2, "JPY": 0, "KWD": 3, "CHF": 2}
UNITS = {"PCS": "EA", "KG": "KGM", "M": "MTR", "H": "HUR", "L": "LTR"}
CODES = ("A", "B", "C", "D")
D = Decimal


def rounded(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(D(1).scaleb(-DIGITS[currency]), ROUND_HALF_UP)


def six(amount: Decimal) -> Decimal:
    return amount.quantize(D("0.000001"), ROUND_HALF_EVEN)


@dataclass
class Order:
    number: str
    vendor: str
    currency: str = "EUR"
    company: str = "10"
    state: str = "Released"
    fate: str = "sent"
    """sent, waiting, rejected or out (of scope)."""
    lines: list[dict[str, Any]] = field(default_factory=list)
    splits: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By `line-release`: rows of the distribution."""
    head: dict[str, Any] = field(default_factory=dict)

    def line(self, **values: Any) -> Order:
        number = str(len(self.lines) + 1)
        base = {
            "OrderNo": self.number,
            "LineNo": number,
            "ReleaseNo": "1",
            "PartNo": f"P-{number}",
            "Description": f"Part {number}",
            "BuyQtyDue": D(10),
            "BuyUnitMeas": "PCS",
            "PriceUnitMeas": "PCS",
            "PriceConvFactor": D(1),
            "FbuyUnitPrice": D("12.5"),
            "Discount": D(0),
            "AdditionalCost": D(0),
            "Contract": f"S{self.company}",
            "Objstate": self.state,
            "FeeCode": "V19",
            "CodeA": "4010",
            "CodeB": "CC10",
            "WantedDeliveryDate": today() + timedelta(days=14),
            "PlannedReceiptDate": today() + timedelta(days=15),
            "QtyReceived": D(0),
            "QtyInvoiced": D(0),
        }
        row = {**base, **values}
        gross = row["BuyQtyDue"] * row["FbuyUnitPrice"] * row["PriceConvFactor"] * (100 - row["Discount"]) / 100
        row.setdefault("NetAmtCurr", rounded(gross + row["AdditionalCost"], self.currency))
        self.lines.append(row)
        return self

    def split(self, *parts: tuple[str, str, str | None]) -> Order:
        """Of the last line: percent, account, cost centre."""
        last = self.lines[-1]
        self.splits[f"{last['LineNo']}-{last['ReleaseNo']}"] = [
            {"Percent": D(percent), "CodeA": account, "CodeB": centre} for percent, account, centre in parts
        ]
        return self

    @property
    def total(self) -> Decimal:
        return sum((row["NetAmtCurr"] for row in self.lines if row["Objstate"] != "Cancelled"), D(0))


def _usual(index: int) -> Order:
    """Orders without trouble, no two of one shape."""
    vendors = ("0006510001", "0006510002", "0006510003", "0006510008", "0006510011", "0006510013", "0006510022")
    foreign = {4: ("0006510004", "USD"), 5: ("0006510005", "JPY"), 6: ("0006510006", "KWD"), 7: ("0006510007", "GBP")}
    vendor, currency = foreign.get(index % 10, (vendors[index % 7], "EUR"))
    company = "20" if index % 4 == 3 else "10"
    state = ("Released", "Confirmed", "Arrived", "Received")[index % 4 if index >= 8 else 3]
    got = state in {"Arrived", "Received"}
    order = Order(f"P{1000 + index}", vendor, currency, company, state)
    for turn in range(1 + index % 3):
        quantity = D(3 + index + turn) + (D("0.5") if index % 5 == 1 else 0)
        price = D(7 + index) if currency == "JPY" else D(f"{7 + index}.{(index * 37 + turn * 13) % 100:02d}")
        values: dict[str, Any] = {"BuyQtyDue": quantity, "FbuyUnitPrice": price}
        values["BuyUnitMeas"] = values["PriceUnitMeas"] = ("PCS", "KG", "M", "H", "L")[(index + turn) % 5]
        if index % 5 == 0:
            values |= {
                "PriceUnitMeas": "KG",
                "PriceConvFactor": D("0.01"),
                "FbuyUnitPrice": price * 100 + D("0.37") * (currency != "JPY"),
            }
        if index % 4 == 0:
            values["Discount"] = D("12.5")
        if index % 6 == 0:
            values["AdditionalCost"] = D(9) if currency == "JPY" else D("4.99")
        if index % 7 == 0:
            values |= {"ServiceType": "REPAIR", "PartNo": None, "CodeA": "6000"}
        if index % 9 == 0:
            values["WantedDeliveryDate"] = None
        if index % 11 == 0:
            values |= {"CodeC": "P 200;x", "CodeD": "OC1"}
        if got:
            values["QtyReceived"] = quantity
        order.line(**values)
        if index % 8 == 0 and turn == 0:
            order.split(("33.33", "4010", "CC10"), ("33.33", "4010", "CC20"), ("33.34", "6000", None))
    return order


def orders() -> list[Order]:
    good = "0006510001"
    found = [_usual(index) for index in range(42)]
    found += [
        Order("PO'7,1;A (x)", good, head={"NoteText": "„Eilt“ — 5 € <b>&amp;\nzweite Zeile; it's"}).line(),
        Order("P2001", good, state="Planned", fate="out").line(),
        Order("P2002", good, state="Stopped", fate="out").line(),
        Order("P2003", good, state="Closed", fate="out").line(),
        Order("P2004", good, state="Cancelled", fate="out").line(),
        Order("P2005", "0006510025", fate="waiting").line(),
        Order("P2006", "0006519999", fate="waiting").line(),
        Order("P2007", good, fate="rejected").line(BuyUnitMeas="BOX", PriceUnitMeas="BOX"),
        Order("P2008", good, fate="rejected", head={"TotalAmount": D("125.01")}).line(),
        Order("P2009", good).line(NetAmtCurr=D("125.01")),
        Order("P2010", good, fate="rejected").line(NetAmtCurr=D("125.02")),
        Order("P2011", good, fate="waiting").line(CodeA="5555"),
        Order("P2012", good, fate="rejected", head={"PayTermId": "14"}).line(),
        Order("P2013", good).line().line(Objstate="Cancelled").line(Objstate="Closed"),
        Order("P2014", good, fate="rejected").line(),
        Order("P2015", "0006510016").line(),
        Order("P2016", good, head={"NoteText": None, "BuyerCode": None, "PayTermId": None}).line(),
        Order("P2018", good, fate="rejected").line(CodeE="E1"),
        Order("P2019", good, company="30", fate="out").line(),
        Order("P2017", good).line(FbuyUnitPrice=D("0.0000005"), BuyQtyDue=D(1000)),
    ]
    return found


def seed_orders(ifs: Ifs) -> list[Order]:
    found = orders()
    accounting = 500
    for index, order in enumerate(found):
        then = back(9 - index // 20)
        head = {
            "OrderNo": order.number,
            "VendorNo": order.vendor,
            "Contract": f"S{order.company}",
            "BuyerCode": "ADA",
            "OrderDate": today() - timedelta(days=20),
            "CurrencyCode": order.currency,
            "Objstate": order.state,
            "Company": order.company,
            "PayTermId": "30",
            "WantedReceiptDate": today(),
            "DeliveryAddress": "1",
            "NoteText": f"note {index}",
            "Revision": 1,
            "TotalAmount": order.total,
            "LastModifiedDate": then,
            **order.head,
        }
        ifs.put("PurchaseOrderSet", **head)
        order.head = head
        for row in order.lines:
            parts = order.splits.get(f"{row['LineNo']}-{row['ReleaseNo']}")
            if parts:
                accounting += 1
                row |= {"PreAccountingId": accounting, "CodeA": None, "CodeB": None}
                for place, part in enumerate(parts):
                    ifs.put(
                        "PreAccountingSet",
                        PreAccountingId=accounting,
                        RowNo=place + 1,
                        LastModifiedDate=then,
                        **part,
                        **{k: row[k] for k in ("OrderNo", "LineNo", "ReleaseNo")},
                    )
            ifs.put("PurchaseOrderLineSet", **{**row, "LastModifiedDate": then})
    return found
