"""The client against the product's own sandbox, which was written from the contract by others."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
from jaggaer_tenant import Free, Noted, channel_to

from connectors.jaggaer.client import JaggaerClient
from connectors.jaggaer.models import CompanyProfile, Contract, Invoice, PurchaseOrder, Receipt, read
from connectors.jaggaer.sweep import Standing, Sweep
from connectors.wire import Call, Json
from ifs_jaggaer.errors import AlreadyExists, Conflict, OutcomeUnknown, Rejected, Waiting

CALL = Call("supplier", "S1", "create")
MODELS = {
    "companyprofiles": CompanyProfile,
    "receipts": Receipt,
    "invoices": Invoice,
    "contracts": Contract,
}


@pytest.fixture(scope="module")
def said() -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "ifs_jaggaer.sandbox", "--seed", "7", "--suppliers", "240", "--orders", "120"]
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            [*command, "--invoices", "120", "--jaggaer-requests-per-minute", "1000000"],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield json.loads(line)["jaggaer"]
        finally:
            process.terminate()


class Steer:
    """The sandbox's own controls (docs/sandbox.md)."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def calm(self) -> None:
        self._client.delete("/faults").raise_for_status()
        self.post("settings", server_page=100)

    def post(self, call: str, **body: Any) -> None:
        self._client.post(f"/{call}", json=body).raise_for_status()

    def get(self, call: str) -> Any:
        return self._client.get(f"/{call}").raise_for_status().json()

    def records(self, resource: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(f"records/{resource}")
        return found

    def fault(self, name: str, **more: Any) -> None:
        self.post("faults", fault=name, path="/api/public/", **more)

    @property
    def supplier(self) -> str:
        """The ERP number of some supplier."""
        known = (record["returnCompanyInfo"] for record in self.records("companyprofiles"))
        return next(str(info["extCode"]) for info in known if info.get("extCode"))


@pytest.fixture
def steer(said: dict[str, Any]) -> Iterator[Steer]:
    with httpx.Client(base_url=f"{said['host']}/_sandbox", trust_env=False, timeout=30) as client:
        steer = Steer(client)
        steer.calm()
        yield steer


@pytest.fixture
async def sandbox(said: dict[str, Any], steer: Steer, budget: Free, witness: Noted) -> AsyncIterator[JaggaerClient]:
    channel = channel_to(said["host"], budget, witness, account=(said["client_id"], said["client_secret"]))
    yield JaggaerClient(channel, {})
    await channel.aclose()


@pytest.mark.parametrize("resource", ["companyprofiles", "receipts", "invoices", "contracts"])
async def test_every_record_is_swept_and_read(sandbox: JaggaerClient, steer: Steer, resource: str) -> None:
    sweep, start, standing = Sweep(), 1, Standing.GOING_ON
    rows = {}
    while standing is Standing.GOING_ON:
        page = await sandbox.page(resource, start=start)
        assert page.unreadable == []
        rows |= {row.key: row for row in page.rows}
        standing = sweep.take(page)
        start = page.next_start or 1
    assert standing is Standing.COMPLETE
    assert len(rows) == len([record for record in steer.records(resource) if seller(record)])
    assert sweep.watermark is not None
    for row in rows.values():
        read(MODELS[resource], row)


def seller(record: dict[str, Any]) -> bool:
    return record.get("returnCompanyInfo", {}).get("type", "SELLER") == "SELLER"


@pytest.mark.parametrize("resource", ["invoices", "receipts", "contracts"])
async def test_a_record_is_read_whole_by_its_id(sandbox: JaggaerClient, steer: Steer, resource: str) -> None:
    record = steer.records(resource)[3]
    head = record.get("header", record)
    names = ("receiptId", "invoiceId", "contractReferenceCode")
    row = await sandbox.detail(resource, str(next(head[name] for name in names if name in head)))
    assert row is not None
    whole = read(MODELS[resource], row)
    assert getattr(whole, "lines", None) or getattr(whole, "prices", None)
    assert row.values.keys() == record.keys()


async def test_an_order_that_is_not_there(sandbox: JaggaerClient) -> None:
    assert await sandbox.detail("purchaseorders", "99999999") is None


async def test_many_keys_in_one_look_up(sandbox: JaggaerClient, steer: Steer) -> None:
    numbers = [f"P80000{number}" for number in range(5)]
    for number in numbers:
        await sandbox.post("purchaseorders", order(number, steer.supplier), CALL, repeatable=True)
    steer.post("stats/reset")
    rows = await sandbox.records("purchaseorders", "poNumber", [*numbers, "it's, (not) there;"])
    assert [row.key[0] for row in rows] == numbers
    assert steer.get("stats")["reads"] == 1


async def test_rows_that_move_between_pages_are_not_lost(sandbox: JaggaerClient, steer: Steer) -> None:
    steer.post("settings", server_page=20)
    supplier = new_supplier("0009000001", "DE900000001")
    await sandbox.post("companyprofiles", supplier, CALL, repeatable=True)
    gone = (await sandbox.records("companyprofiles", "extCode", ["0009000001"]))[0].key[0]
    sweep, start, seen, pages = Sweep(), 1, set(), 0
    standing = Standing.GOING_ON
    while standing in {Standing.GOING_ON, Standing.AGAIN}:
        page = await sandbox.page("companyprofiles", start=start)
        pages += 1
        seen |= {row.key[0] for row in page.rows}
        standing = sweep.take(page)
        start = page.next_start or 1 if standing is Standing.GOING_ON else 1
        if pages == 2:
            steer.post("remove", set="companyprofiles", key={"bravoId": gone})
    assert (standing, sweep.repetitions) == (Standing.COMPLETE, 1)
    assert seen - {gone} == {
        str(record["returnCompanyInfo"]["bravoId"]) for record in steer.records("companyprofiles") if seller(record)
    }


def new_supplier(ext_code: str, tax_number: str, **info: str) -> Json:
    return {
        "company": {
            "operationCode": "CREATE",
            "sendEMail": "false",
            "companyInfo": {
                "companyName": "Acme & Söhne; 'Castings' GmbH",
                "isoCountry": "DE",
                "type": "SELLER",
                "extCode": ext_code,
                "extUniqueCode": tax_number,
                **info,
            },
        }
    }


async def test_a_supplier_is_made_once(sandbox: JaggaerClient) -> None:
    body = new_supplier("0009000002", "DE900000002")
    given = (await sandbox.post("companyprofiles", body, CALL, repeatable=True)).envelope
    (row,) = await sandbox.records("companyprofiles", "extUniqueCode", ["DE900000002"])
    assert row.key == (str(given["bravoId"]),)
    with pytest.raises(AlreadyExists):
        await sandbox.post("companyprofiles", body, CALL, repeatable=True)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("drop_after_commit", "0009000011"),
        ("truncated_json", "0009000012"),
        ("html_200", "0009000013"),
        ("html_502", "0009000014"),
        ("server_error_after_commit", "0009000015"),
    ],
)
async def test_a_write_without_an_answer_is_in_doubt(
    sandbox: JaggaerClient, steer: Steer, name: str, number: str
) -> None:
    steer.fault(name, method="POST")
    with pytest.raises(OutcomeUnknown):
        await sandbox.post("companyprofiles", new_supplier(number, f"DE{number}"), CALL, repeatable=False)


@pytest.mark.parametrize("name", ["busy", "throttle", "unauthorized", "bad_content_type_401", "expire_tokens"])
async def test_what_was_not_carried_out_goes_again(sandbox: JaggaerClient, steer: Steer, name: str) -> None:
    steer.fault(name, method="POST")
    number = f"00092{sum(map(ord, name)):05}"
    given = (
        await sandbox.post("companyprofiles", new_supplier(number, f"DE{number}"), CALL, repeatable=False)
    ).envelope
    assert given["bravoId"]


async def test_warnings_and_hidden_duplicates(sandbox: JaggaerClient, steer: Steer) -> None:
    steer.fault("warnings", method="POST")
    given = (await sandbox.post("companyprofiles", new_supplier("0009000021", "DE21"), CALL, repeatable=True)).envelope
    assert (str(given["returnCode"]), bool(given["returnMessage"])) == ("1", True)
    steer.fault("hidden_duplicate", method="POST")
    with pytest.raises(AlreadyExists):
        await sandbox.post("companyprofiles", new_supplier("0009000022", "DE22"), CALL, repeatable=True)


@pytest.mark.parametrize("name", ["html_200", "html_503", "truncated_json", "drop_mid_answer", "busy", "throttle"])
async def test_a_read_survives(sandbox: JaggaerClient, steer: Steer, name: str) -> None:
    steer.fault(name, method="GET", times=2)
    assert (await sandbox.page("invoices")).rows


def order(number: str, supplier: str, **header: Any) -> Json:
    return {
        "operationCode": "CREATE",
        "purchaseOrder": {
            "header": {
                "poNumber": number,
                "revisionNumber": 0,
                "poDate": "2026-02-14T00:00:00.000Z",
                "status": "Sent",
                "businessUnit": {"internalName": "10"},
                "supplier": {"supplierNumber": supplier},
                "currency": "EUR",
                "total": {"currency": "EUR", "value": Decimal("24.690")},
                **header,
            },
            "lineList": {
                "poLine": [
                    {
                        "lineNumber": "1-1",
                        "status": "Open",
                        "item": {"description": "Casting", "unitOfMeasure": {"dimension": "EA"}},
                        "quantity": 2,
                        "unitPrice": {"currency": "EUR", "value": Decimal("12.345")},
                    }
                ]
            },
        },
    }


async def test_what_is_refused_says_why(sandbox: JaggaerClient, steer: Steer) -> None:
    supplier = steer.supplier
    with pytest.raises(Waiting) as waiting:
        await sandbox.post("purchaseorders", order("P900001", "0000000007"), CALL, repeatable=True)
    assert waiting.value.waits_for == "supplier:0000000007"
    with pytest.raises(Rejected) as refused:
        await sandbox.post("purchaseorders", order("P900002", supplier, status="Posted"), CALL, repeatable=True)
    assert (refused.value.field.rpartition(".")[2], refused.value.value) == ("status", None)
    given = (await sandbox.post("purchaseorders", order("P900003", supplier), CALL, repeatable=True)).envelope
    stale = order("P900003", supplier) | {"operationCode": "UPDATE"}
    with pytest.raises(Conflict):
        await sandbox.post("purchaseorders", stale, CALL, repeatable=True)
    row = await sandbox.detail("purchaseorders", str(given["poId"]))
    assert row is not None
    whole = read(PurchaseOrder, row)
    assert whole.lines is not None
    assert whole.lines[0].unit_price is not None
    assert (whole.header.po_number, whole.lines[0].unit_price.value) == ("P900003", Decimal("12.345"))


async def test_an_export_status_is_told(sandbox: JaggaerClient, steer: Steer) -> None:
    number = steer.records("invoices")[0]["header"]["invoiceId"]
    body: Json = {"status": "SUCCESS", "erpNumber": "V1", "erpDate": "2026-03-01T00:00:00.000Z"}
    await sandbox.post("invoices", body, CALL, path=f"/{number}/exportstatus", repeatable=True)
    row = await sandbox.detail("invoices", str(number))
    assert row is not None
    assert read(Invoice, row).header.export_status == "Exported"
