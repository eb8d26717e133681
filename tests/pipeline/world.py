"""A small pair of tenants in an empty sandbox, made as users of the two systems would make it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import httpx
from programs import Sandbox

COMPANIES = ("10", "20")
DAY = "2026-02-14"

_numbers = itertools.count(1)


@dataclass
class World:
    """Makes records whose keys no other test uses."""

    sandbox: Sandbox
    wire: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, trust_env=False))

    def build(self) -> None:
        """Companies 10 and 20 with a site, accounts, a cost centre and an open period each."""
        for company in COMPANIES:
            self.ifs("CompanySiteSet", Contract=f"{company}1", Company=company, Description="Werk", City="Ulm")
            for account in ("4010", "4020", "1576", "1590"):
                self.account(account, company=company)
            self.ifs(
                "CodePartValueSet",
                Company=company,
                CodePart="B",
                CodePartValue="CC1",
                Description="Giesserei",
                ValidFrom="2020-01-01",
                ValidUntil="2049-12-31",
            )
            self.ifs(
                "AccountingPeriodSet",
                Company=company,
                AccountingYear=2026,
                AccountingPeriod=2,
                DateFrom="2026-02-01",
                DateUntil="2026-02-28",
                PeriodStatus="Open",
            )

    def admin(self, system: str, method: str, path: str, body: Any = None) -> Any:
        answer = self.wire.request(method, f"{self.sandbox.line[system]['host']}/_sandbox/{path}", json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def records(self, system: str, name: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.admin(system, "GET", f"records/{name}")
        return found

    def create(self, system: str, name: str, values: dict[str, Any]) -> dict[str, Any]:
        made: dict[str, Any] = self.admin(system, "POST", "create", {"set": name, "values": values})
        return made

    def change(self, system: str, name: str, key: dict[str, Any], values: dict[str, Any]) -> None:
        self.admin(system, "POST", "change", {"set": name, "key": key, "values": values})

    def remove(self, system: str, name: str, key: dict[str, Any]) -> None:
        self.admin(system, "POST", "remove", {"set": name, "key": key})

    def ifs(self, name: str, **values: Any) -> dict[str, Any]:
        return self.create("ifs", name, values)

    def account(self, account: str, *, company: str = "10", **values: Any) -> None:
        told = {"Description": f"Konto {account}", "ValidFrom": "2020-01-01", "ValidUntil": "2049-12-31"}
        self.ifs("AccountSet", Company=company, Account=account, **told | values)

    def number(self, prefix: str) -> str:
        return f"{prefix}{next(_numbers):05d}"

    # --- suppliers ---

    def supplier(self, number: str | None = None, **values: Any) -> str:
        """A supplier of IFS with all its rows; gives its number."""
        number = number or self.number("S")
        tax = f"DE{8_000_000 + int(''.join(filter(str.isdigit, number)) or 0)}"
        told = {"Name": f"Giesserei {number}", "Country": "DE", "Status": "Active", "PartyType": "Supplier"}
        self.ifs("SupplierInfoGeneralSet", SupplierId=number, **told | {"VatNo": tax} | values)
        place = {"Address1": "Am Tor 1", "ZipCode": "89073", "City": "Ulm", "Country": "DE", "DefAddress": True}
        self.ifs("SupplierInfoAddressSet", SupplierId=number, AddressId="1", **place)
        mail = {"MethodId": "E_MAIL", "Value": f"{number.lower()}@example.com", "DefaultPerMethod": "True"}
        self.ifs("CommMethodSet", Identity=number, CommId=1, **mail)
        for company in COMPANIES:
            self.ifs(
                "IdentityInvoiceInfoSet",
                Company=company,
                Identity=number,
                PartyType="Supplier",
                PayTermId="30",
                DefCurrency="EUR",
                DefVatCode="V19",
                Cf_GlAccount="4010",
            )
        self.ifs("SupplierSet", VendorNo=number, CurrencyCode="EUR")
        return number

    def company(self, **info: Any) -> str:
        """A supplier that only JAGGAER has; gives its bravoId."""
        number = self.number("K")
        told = {"companyName": f"Kontor {number}", "isoCountry": "DE", "status": "ACTIVE", "currency": "EUR"}
        told |= {"address": "Hafen 2", "zip": "20457", "city": "Hamburg", "extUniqueCode": f"DE9{number[1:]}"}
        record = self.create("jaggaer", "companyprofiles", {"returnCompanyInfo": told | info})
        return str(record["returnCompanyInfo"]["bravoId"])

    def contacts(self, number: str) -> dict[str, str]:
        """The values of a supplier's contacts in IFS by method."""
        rows = self.records("ifs", "CommMethodSet")
        return {row["MethodId"]: row["Value"] for row in rows if row["Identity"] == number}

    def bravo(self, number: str) -> str:
        """JAGGAER's id of a supplier of IFS."""
        return next(
            str(record["returnCompanyInfo"]["bravoId"])
            for record in self.records("jaggaer", "companyprofiles")
            if record["returnCompanyInfo"].get("extCode") == number
        )

    def general(self, number: str) -> dict[str, Any]:
        return next(row for row in self.records("ifs", "SupplierInfoGeneralSet") if row["SupplierId"] == number)

    def info(self, number: str) -> dict[str, Any]:
        """JAGGAER's company of a supplier of IFS."""
        infos = (record["returnCompanyInfo"] for record in self.records("jaggaer", "companyprofiles"))
        return next(info for info in infos if info.get("extCode") == number)

    def extended(self, bravo: str) -> list[dict[str, Any]]:
        """The extended data of a company of JAGGAER."""
        records = self.records("jaggaer", "companyprofiles")
        found: list[dict[str, Any]] = next(
            record["deBasic"]["deInfo"] for record in records if record["returnCompanyInfo"]["bravoId"] == bravo
        )
        return found

    def value(self, bravo: str, name: str) -> str:
        """One value of its extended data, "" for none."""
        values = (each["values"]["value"] for each in self.extended(bravo) if each["name"] == name)
        return next((str(value[0]["deValue"]) for value in values), "")

    # --- documents ---

    def order(
        self,
        supplier: str,
        number: str | None = None,
        *,
        price: str = "12.50",
        account: str = "4010",
        **values: Any,
    ) -> str:
        """A released order of one line of ten pieces; gives its number."""
        number = number or self.number("P")
        told = {"VendorNo": supplier, "Contract": "101", "Company": "10", "CurrencyCode": "EUR", "PayTermId": "30"}
        told |= {"OrderDate": DAY, "Objstate": "Released", "BuyerCode": "AKLEIN"}
        self.ifs("PurchaseOrderSet", OrderNo=number, **told | values)
        self.line(number, price=price, CodeA=account)
        return number

    def receive(self, order: str) -> None:
        """All that was ordered arrives."""
        told = {"QtyArrived": 10, "Uom": "PCS", "ArrivalDate": DAY, "Objstate": "Received"}
        self.ifs("PurchaseReceiptSet", OrderNo=order, LineNo="1", ReleaseNo="1", **told)

    def line(self, order: str, number: str = "1", *, price: str = "12.50", **values: Any) -> None:
        told = {
            "PartNo": "69-1",
            "Description": "Öse",
            "BuyQtyDue": 10,
            "BuyUnitMeas": "PCS",
            "FbuyUnitPrice": price,
            "PriceConvFactor": 1,
            "Discount": 0,
            "AdditionalCost": 0,
            "WantedDeliveryDate": "2026-03-01",
            "CodeA": "4010",
            "CodeB": "CC1",
            "Contract": "101",
            "FeeCode": "V19",
            "Objstate": "Released",
        }
        self.ifs("PurchaseOrderLineSet", OrderNo=order, LineNo=number, ReleaseNo="1", **told | values)

    def invoice(self, supplier: str, order: str | None = None, *, gross: str = "148.75", **header: Any) -> int:
        """An invoice to be posted, 125.00 and 19 % tax, with or without an order; gives its id."""
        number = self.number("R")
        net = (Decimal(gross) / Decimal("1.19")).quantize(Decimal("0.01"))
        line: dict[str, Any] = {
            "lineNumber": "1",
            "item": {"description": "Öse", "unitOfMeasure": {"dimension": "EA"}},
            "quantity": 10,
            "unitPrice": float(net / 10),
            "taxCharge1": float(Decimal(gross) - net),
        }
        if order:
            line |= {"poNumber": order, "poLineNumber": "1-1"}
        told = {
            "supplierInvoiceNumber": number,
            "invoiceType": "Invoice",
            "invoiceLineType": "PO" if order else "Non-PO",
            "invoiceDate": f"{DAY}T00:00:00.000Z",
            "accountingDate": f"{DAY}T00:00:00.000Z",
            "businessUnit": "10",
            "supplier": {"supplierNumber": supplier},
            "paymentStatus": "Payable",
            "workflowStatus": "Completed",
            "exportStatus": "NotExported",
            "total": {"currency": "EUR", "value": float(gross)},
        }
        record = {"header": told | header, "lineList": {"invoiceLine": [line]}}
        made = self.create("jaggaer", "invoices", record)
        return int(made["header"]["invoiceId"])

    # --- what is there ---

    def orders_there(self, number: str) -> list[dict[str, Any]]:
        """JAGGAER's orders of that number."""
        records = self.records("jaggaer", "purchaseorders")
        return [record for record in records if record["header"]["poNumber"] == number]

    def proposals(self, invoice: int) -> list[dict[str, Any]]:
        """IFS's posting proposals of an invoice."""
        rows = self.records("ifs", "PostingProposalHeadSet")
        return [row for row in rows if row["SourceReference"] == f"JAG:{invoice}"]

    def invoice_there(self, invoice: int) -> dict[str, Any]:
        records = self.records("jaggaer", "invoices")
        return next(record for record in records if record["header"]["invoiceId"] == invoice)

    def values_there(self, account: str) -> list[dict[str, Any]]:
        """JAGGAER's custom field values of an account."""
        records = self.records("jaggaer", "customfieldvalues")
        return [record for record in records if (record["customField"], record["value"]) == ("Account", account)]

    # --- steering ---

    def tune(self, system: str, **settings: Any) -> None:
        self.admin(system, "POST", "settings", settings)

    def fault(self, system: str, fault: str, **how: Any) -> None:
        self.admin(system, "POST", "faults", {"fault": fault, **how})

    def hits(self, system: str) -> list[int]:
        """How often each armed fault struck."""
        return [fault["hits"] for fault in self.admin(system, "GET", "faults")]

    def calm(self) -> None:
        """Disarms all faults and forgets what was counted."""
        for system in ("ifs", "jaggaer"):
            self.admin(system, "DELETE", "faults")
            self.admin(system, "POST", "stats/reset")

    def writes(self) -> dict[str, int]:
        """Writes that came in since then, refused ones included."""
        return {system: self.admin(system, "GET", "stats")["writes"] for system in ("ifs", "jaggaer")}

    def sent(self, system: str) -> list[dict[str, Any]]:
        """The same writes, one by one."""
        log = self.admin(system, "GET", "log")
        return [entry for entry in log if entry["method"] != "GET" and not entry["path"].startswith("/auth/")]
