"""Contracts of JAGGAER as a buyer makes them, and what IFS has of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.world import World

FROM, TO = "2026-01-01T00:00:00.000Z", "2049-12-31T00:00:00.000Z"


def price(item: str = "69-1", quantity: int = 1, value: float = 12.5, **differs: Any) -> dict[str, Any]:
    return {
        "itemCode": item,
        "supplierItemCode": f"S{item}",
        "unitOfMeasure": "EA",
        "unitPrice": {"currency": "EUR", "value": value},
        "minQuantity": quantity,
        "discountPercent": 0,
        "validFrom": FROM,
        "validTo": TO,
        "leadTimeDays": 14,
    } | differs


@dataclass(frozen=True)
class Deals:
    """Contracts in a world."""

    world: World

    def make(self, supplier: str, *prices: dict[str, Any], **differs: Any) -> str:
        """A contract in effect with an IFS supplier, of one price unless said; gives its code."""
        return self.with_company(self.world.bravo(supplier), *prices, **differs)

    def with_company(self, bravo: str, *prices: dict[str, Any], **differs: Any) -> str:
        """The same with a company of JAGGAER."""
        told = {
            "contractReferenceCode": self.world.number("CW-"),
            "title": "Rahmenvertrag Guß",
            "status": "ExecutedInEffect",
            "supplier": {"bravoId": bravo},
            "currency": "EUR",
            "validFrom": FROM,
            "validTo": TO,
            "priceList": {"price": list(prices) or [price()]},
        }
        return str(self.world.create("jaggaer", "contracts", told | differs)["contractReferenceCode"])

    def change(self, code: str, **values: Any) -> None:
        self.world.change("jaggaer", "contracts", {"contractReferenceCode": code}, values)

    def reprice(self, code: str, *prices: dict[str, Any]) -> None:
        self.change(code, priceList={"price": list(prices)})

    def agreements(self, code: str) -> list[dict[str, Any]]:
        rows = self.world.records("ifs", "SupplierAgreementSet")
        return [row for row in rows if row["ExternalReference"] == f"JAG:{code}"]

    def agreement(self, code: str) -> dict[str, Any]:
        (one,) = self.agreements(code)
        return one

    def rows(self, code: str) -> list[dict[str, Any]]:
        """The prices of its one agreement."""
        number = self.agreement(code)["AgreementId"]
        rows = self.world.records("ifs", "SupplierAgreementPartSet")
        return [row for row in rows if row["AgreementId"] == number]

    def row(self, code: str, item: str, quantity: int = 1) -> dict[str, Any]:
        """Its one price of an item from a quantity on."""
        (one,) = (r for r in self.rows(code) if (r["PartNo"], float(r["MinQuantity"])) == (item, quantity))
        return one

    def edit_price(self, code: str, item: str, **values: Any) -> None:
        """As a planner changes it in IFS."""
        row = self.row(code, item)
        key = {name: row[name] for name in ("AgreementId", "PartNo", "MinQuantity", "ValidFrom")}
        self.world.change("ifs", "SupplierAgreementPartSet", key, values)
