"""Contracts of the foreign JAGGAER, each with what must become of it (contracts/mapping.md, docs/contracts.md)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from foreign.j1p import J1p, days_ago
from foreign.seed_orders import UNITS, D
from foreign.seed_suppliers import today

_IFS = {theirs: ours for ours, theirs in UNITS.items()}


def day(shift: int) -> str:
    return f"{(today() + timedelta(days=shift)).isoformat()}T00:00:00.000Z"


def as_date(text: str | None) -> date | None:
    return date.fromisoformat(text[:10]) if text else None


@dataclass
class Contract:
    code: str
    supplier: str | None
    """IFS's number of the supplier whose agreement it is to be; None without one."""
    told: dict[str, str]
    """The supplier as the contract names it."""
    fate: str = "agreement"
    """agreement, closed, waiting, rejected or out (of scope)."""
    currency: str = "EUR"
    status: str = "ExecutedInEffect"
    header: dict[str, Any] = field(default_factory=dict)
    prices: list[dict[str, Any]] = field(default_factory=list)
    bad: set[int] = field(default_factory=set)
    """Places of lines that do not go."""
    refused: bool = False
    """Some lines do not go, the agreement stands."""

    def price(self, item: str, value: str, *, good: bool = True, unit: str = "EA", **values: Any) -> Contract:
        line = {
            "itemCode": item,
            "description": f"words of {item}",
            "unitOfMeasure": unit,
            "unitPrice": {"currency": self.currency, "value": D(value)},
            "minQuantity": 0,
            **values,
        }
        if not good:
            self.bad.add(len(self.prices))
            self.refused = True
        self.prices.append({name: each for name, each in line.items() if each is not None})
        return self

    @property
    def stands(self) -> bool:
        return self.fate in {"agreement", "closed"}

    def record(self) -> dict[str, Any]:
        told = {
            "contractReferenceCode": self.code,
            "title": f"Frame {self.code}",
            "status": self.status,
            "supplier": self.told,
            "currency": self.currency,
            "validFrom": day(-100),
            "validTo": day(265),
            "value": 100000,
            "deletedStatus": "NOT-DELETED",
            "lastModTime": days_ago(4),
            **self.header,
            "priceList": {"price": self.prices},
        }
        return {name: value for name, value in told.items() if value is not None}

    def agreement(self) -> dict[str, Any]:
        told = self.record()
        return {
            "VendorNo": self.supplier,
            "Description": told.get("title"),
            "CurrencyCode": self.currency,
            "ValidFrom": as_date(told["validFrom"]),
            "ValidUntil": as_date(told.get("validTo")),
            "ExternalReference": f"JAG:{self.code}",
            "Objstate": "Closed" if self.fate == "closed" else "Active",
        }

    def rows(self) -> dict[tuple[Any, ...], dict[str, Any]]:
        """Part, quantity and first day: the rest of the row."""
        good = [line for at, line in enumerate(self.prices) if at not in self.bad]
        return {
            (line["itemCode"], D(line["minQuantity"]), as_date(line.get("validFrom") or day(-100))): {
                "Price": D(line["unitPrice"]["value"]),
                "PriceUnitMeas": _IFS[line["unitOfMeasure"]],
                "Discount": line.get("discountPercent"),
                "ValidUntil": as_date(line.get("validTo")),
                "LeadTime": line.get("leadTimeDays"),
                "VendorPartNo": line.get("supplierItemCode"),
            }
            for line in good
        }


def contracts() -> list[Contract]:
    both = {"bravoId": "10401", "extCode": "0006510001"}
    full = Contract("C-1", "0006510001", both)
    full.price("P-1", "12.5", supplierItemCode="X'1", discountPercent=D("2.5"), leadTimeDays=14, validTo=day(60))
    full.price("P-1", "12.123456", minQuantity=100).price("P-1", "11", minQuantity=D("1000.5"), validFrom=day(-5))
    full.price("P/2 ü;(x)", "0.000001", unit="KGM")
    return [
        full,
        Contract("C-2 'x';(ü),1", "0006510002", {"extCode": "0006510002"}, header={"title": None, "validTo": None}),
        Contract("C-3", "0006510005", {"bravoId": "10405"}, currency="JPY").price("P-1", "1200", leadTimeDays=0),
        Contract("C-4", "0006510006", {"bravoId": "10406"}, currency="KWD").price("P-1", "1.005"),
        Contract("C-5", "0006510001", both)
        .price("P-1", "5")
        .price("P-2", "5", good=False, unitPrice={"currency": "USD", "value": 5})
        .price("P-3", "5", good=False, unit="BX")
        .price("P-4", "5", good=False, minQuantity=10)
        .price("P-4", "6", good=False, minQuantity=D("10.0"))
        .price("NOT-STOCKED", "7", good=False),
        Contract("C-6", "0006510001", both, status="Expired", fate="out").price("P-1", "5"),
        Contract("C-7", "0006510001", both, status="Draft", fate="out"),
        Contract("C-8", "0006510001", both, fate="out", header={"deletedStatus": "DELETED"}),
        Contract("C-9", None, {"bravoId": "10429"}, fate="waiting").price("P-1", "5"),
        Contract("C-10", "0006510001", both, currency="XYZ", fate="rejected").price("P-1", "5"),
        Contract("C-11", None, {"bravoId": "10401", "extCode": "0006510002"}, fate="rejected"),
        Contract("C-12", "0006510001", both).price("P-1", "5").price("P-2", "6", discountPercent=0),
        Contract("C-13", "0006510003", {"extCode": "0006510003"}).price("P-1", "5", validTo=day(30)).price("P-9", "1"),
    ]


def seed_contracts(j1p: J1p) -> list[Contract]:
    made = contracts()
    for contract in made:
        j1p.put("contracts", contract.record())
    return made
