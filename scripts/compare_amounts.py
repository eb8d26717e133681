"""Reads both systems through their APIs and compares every amount to the last unit.

Shares no code with the product: what it says holds whatever the mapping thinks. Addresses and credentials come
from the same variables (IFS_JAGGAER_IFS__HOST ...). Exit code 1 when an amount differs or nothing was compared.

    python scripts/compare_amounts.py
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx

PROJECTION = "main/ifsapplications/projection/v1"
JAGGAER = "j1p/api/public"


class System:
    """One API with its token; numbers come as Decimal."""

    def __init__(self, name: str, realm: str) -> None:
        def variable(key: str) -> str:
            return os.environ[f"IFS_JAGGAER_{name}__{key}"]

        self.http = httpx.Client(base_url=variable("HOST"), timeout=60)
        form = {
            "grant_type": "client_credentials",
            "client_id": variable("CLIENT_ID"),
            "client_secret": variable("CLIENT_SECRET"),
            "scope": "openid",
        }
        answer = self.http.post(f"/auth/realms/{realm}/protocol/openid-connect/token", data=form)
        answer.raise_for_status()
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, path: str, **query: str) -> Any:
        answer = self.http.get(path, params=query)
        answer.raise_for_status()
        return json.loads(answer.content, parse_float=Decimal)


def ifs_rows(ifs: System, path: str, *keys: str) -> Iterator[dict[str, Any]]:
    """All rows of a set in the order of its first key, which is read on from."""
    after: tuple[str, ...] = ()
    while True:
        query = {"$top": "1000", "$orderby": ",".join(keys)}
        if after:
            tests = [
                "("
                + " and ".join(
                    [*(f"{k} eq {v}" for k, v in zip(keys[:i], after[:i], strict=True)), f"{keys[i]} gt {after[i]}"]
                )
                + ")"
                for i in range(len(keys))
            ]
            query["$filter"] = " or ".join(tests)
        rows = ifs.get(f"{PROJECTION}/{path}", **query)["value"]
        yield from rows
        if len(rows) < 100:
            return
        after = tuple(
            str(v) if isinstance(v := rows[-1][k], int) else "'" + str(v).replace("'", "''") + "'" for k in keys
        )


def jaggaer_records(jaggaer: System, path: str, *container: str) -> Iterator[dict[str, Any]]:
    start = 1
    while True:
        body = jaggaer.get(f"{JAGGAER}/{path}", start=str(start))
        found: Any = body
        for name in container:
            found = found.get(name, {})
        yield from found or []
        start += int(body["returnedRecords"])
        if start - 1 >= int(body["totRecords"]) or not int(body["returnedRecords"]):
            return


def number(value: Any) -> Decimal:
    return Decimal(0) if value in (None, "", {}) else Decimal(str(value))


def money(value: Any) -> Decimal:
    return number(value.get("value")) if isinstance(value, dict) else number(value)


def compare_orders(ifs: System, jaggaer: System, sums: dict[str, Decimal]) -> Iterator[str]:
    heads = {row["OrderNo"]: row for row in ifs_rows(ifs, "PurchaseOrderHandling.svc/PurchaseOrderSet", "OrderNo")}
    lines: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in ifs_rows(ifs, "PurchaseOrderLinesHandling.svc/PurchaseOrderLineSet", "OrderNo", "LineNo", "ReleaseNo"):
        lines[row["OrderNo"]][f"{row['LineNo']}-{row['ReleaseNo']}"] = row
    for listed in jaggaer_records(jaggaer, "ji/v1/purchaseorders", "purchaseOrderList", "purchaseOrder"):
        order = jaggaer.get(f"{JAGGAER}/ji/v1/purchaseorders/{listed['header']['poId']}")
        header = order["header"]
        source = heads.get(header["poNumber"])
        if source is None or source["Objstate"] in {"Cancelled", "Planned", "Stopped"}:
            continue
        name = f"order {header['poNumber']}"
        if money(header["total"]) != number(source["TotalAmount"]) or header["currency"] != source["CurrencyCode"]:
            yield f"{name}: total {header['total']} != {source['TotalAmount']} {source['CurrencyCode']}"
        sums[f"orders {header['currency']}"] += money(header["total"])
        for line in order["lineList"]["poLine"]:
            row = lines[header["poNumber"]].get(line["lineNumber"])
            if row is None:
                yield f"{name} line {line['lineNumber']}: not in IFS"
                continue
            net = number(line["quantity"]) * money(line["unitPrice"]) * (1 - number(line.get("discountPercent")) / 100)
            net += money(line.get("charges"))
            places = {"JPY": 0, "KRW": 0, "TND": 3, "KWD": 3, "BHD": 3}.get(header["currency"], 2)
            if abs(net - number(row["NetAmtCurr"])) > Decimal(1).scaleb(-places):
                yield f"{name} line {line['lineNumber']}: {net} != {row['NetAmtCurr']}"
            if number(line["quantity"]) != number(row["BuyQtyDue"]):
                yield f"{name} line {line['lineNumber']}: quantity {line['quantity']} != {row['BuyQtyDue']}"


def compare_invoices(ifs: System, jaggaer: System, sums: dict[str, Decimal]) -> Iterator[str]:
    proposals = list(ifs_rows(ifs, "PostingProposalHandling.svc/PostingProposalHeadSet", "Company", "ProposalId"))
    rows: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for row in ifs_rows(ifs, "PostingProposalHandling.svc/PostingProposalLineSet", "Company", "ProposalId", "RowNo"):
        rows[row["Company"], str(row["ProposalId"])].append(row)
    for head in proposals:
        mark = str(head["SourceReference"] or "")
        if not mark.startswith("JAG:"):
            continue
        invoice = jaggaer.get(f"{JAGGAER}/ji/v1/invoices/{mark.removeprefix('JAG:')}")
        header = invoice["header"]
        sign = -1 if header["invoiceType"] == "Credit memo" else 1
        name = f"invoice {mark}"
        total = header.get("total") or {}
        if total and sign * money(total) != number(head["GrossAmount"]):
            yield f"{name}: gross {head['GrossAmount']} != {total}"
        if total and total["currency"] != head["CurrencyCode"]:
            yield f"{name}: currency {head['CurrencyCode']} != {total['currency']}"
        if number(head["NetAmount"]) + number(head["TaxAmount"]) != number(head["GrossAmount"]):
            yield f"{name}: net and tax do not make the gross"
        mine = rows[head["Company"], str(head["ProposalId"])]
        for attribute in ("NetAmount", "TaxAmount"):
            if sum((number(row[attribute]) for row in mine), Decimal(0)) != number(head[attribute]):
                yield f"{name}: the lines' {attribute} do not add up to the head's"
        tax = sum(
            (
                money(part.get(key))
                for part in (header, *invoice["lineList"]["invoiceLine"])
                for key in ("taxCharge1", "taxCharge2")
            ),
            Decimal(0),
        )
        if sign * tax != number(head["TaxAmount"]):
            yield f"{name}: tax {head['TaxAmount']} != {tax}"
        sums[f"invoices {head['CurrencyCode']}"] += number(head["GrossAmount"])


def compare_vouchers(ifs: System, jaggaer: System, sums: dict[str, Decimal]) -> Iterator[str]:
    keys = ("Company", "VoucherType", "AccountingYear", "VoucherNo")
    rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in ifs_rows(ifs, "VoucherHandling.svc/VoucherRowSet", *keys, "RowNo"):
        if row["ReferenceSerie"] == "JAG":
            rows[row["ReferenceNumber"]].append(row)
    for number_, mine in rows.items():
        invoice = jaggaer.get(f"{JAGGAER}/ji/v1/invoices/{number_}")
        total, name = invoice["header"].get("total") or {}, f"voucher of invoice {number_}"
        sides = [
            sum((number(row[side]) for row in mine), Decimal(0))
            for side in ("CurrencyDebetAmount", "CurrencyCreditAmount")
        ]
        owed = sum(
            (
                number(row["CurrencyCreditAmount"]) - number(row["CurrencyDebetAmount"])
                for row in mine
                if row["PartyTypeId"]
            ),
            Decimal(0),
        )
        currency = mine[0]["CurrencyCode"]
        if sides[0] != sides[1]:
            yield f"{name}: debit {sides[0]} != credit {sides[1]}"
        if total and owed != money(total):
            yield f"{name}: {owed} owed != {total}"
        if len({tuple(row[key] for key in keys) for row in mine}) > 1:
            yield f"{name}: there are several"
        sums[f"vouchers {currency}"] += owed


def main() -> int:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    ifs = System("IFS", os.environ["IFS_JAGGAER_IFS__REALM"])
    jaggaer = System("JAGGAER", os.environ.get("IFS_JAGGAER_JAGGAER__REALM", "J1p-integrations"))
    sums: dict[str, Decimal] = defaultdict(Decimal)
    differences = [*compare_orders(ifs, jaggaer, sums), *compare_invoices(ifs, jaggaer, sums)]
    differences += compare_vouchers(ifs, jaggaer, sums)
    for difference in differences:
        print(difference)
    for name, amount in sorted(sums.items()):
        print(f"{name}: {amount:f}")
    print(f"{len(differences)} differences")
    return 1 if differences or not sums else 0


if __name__ == "__main__":
    sys.exit(main())
