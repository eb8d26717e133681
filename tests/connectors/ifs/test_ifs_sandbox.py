"""The IFS client against the sandbox, which shares no code with it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from scripted import Free, Noted, Waits

from connectors.auth import ClientCredentials, Credentials
from connectors.backoff import Backoff
from connectors.exchange import Timeouts
from connectors.http import Channel
from connectors.ifs import models
from connectors.ifs.client import IfsClient, judge
from connectors.ifs.filters import eq
from connectors.ifs.metadata import differences
from connectors.ifs.paging import Cursor
from connectors.wire import Call, Row
from ifs_jaggaer.errors import AlreadyExists, Conflict, OutcomeUnknown, Rejected, SettingsError, SyncError, Unreachable
from mapping.profile import Profile

pytestmark = pytest.mark.journey
PROFILE = Profile.load()
SETS = sorted(PROFILE.ifs.sets)
CALL = Call("test", "1", "test")


@pytest.fixture(scope="module")
def address() -> Iterator[dict[str, str]]:
    with subprocess.Popen(
        [sys.executable, "-m", "ifs_jaggaer.sandbox", "--suppliers", "60", "--orders", "150", "--invoices", "40"],
        stdout=subprocess.PIPE,
    ) as program:
        assert program.stdout
        yield json.loads(program.stdout.readline())["ifs"]
        program.terminate()


@dataclass
class Sandbox:
    ifs: IfsClient
    steer: httpx.Client
    witness: Noted

    def post(self, where: str, /, **body: Any) -> Any:
        answer = self.steer.post(f"/_sandbox/{where}", json=body)
        answer.raise_for_status()
        return answer.json()

    def records(self, name: str) -> list[dict[str, Any]]:
        return self.steer.get(f"/_sandbox/records/{self.ifs.entity_set(name).entity_set}").json()

    def fault(self, fault: str, **more: Any) -> None:
        self.post("faults", fault=fault, **more)

    def calm(self) -> None:
        self.steer.delete("/_sandbox/faults").raise_for_status()

    def counted(self) -> dict[str, Any]:
        return self.steer.get("/_sandbox/stats").json()


@pytest.fixture
async def sandbox(address: dict[str, str]) -> AsyncIterator[Sandbox]:
    host = address["host"]
    witness = Noted()
    timeouts = Timeouts(2, 1, 2)
    secret = SecretStr(address["client_secret"])
    token_url = f"{host}/auth/realms/{address['realm']}/protocol/openid-connect/token"
    channel = Channel(
        system="ifs",
        base_url=host,
        auth=ClientCredentials(
            Credentials(token_url, address["client_id"], secret, "openid microprofile-jwt"),
            system="ifs",
            timeouts=timeouts,
            sleep=Waits(),
        ),
        budget=Free(),
        witness=witness,
        judge=judge,
        timeouts=timeouts,
        backoff=Backoff(attempts=3),
        sleep=Waits(),
    )
    with httpx.Client(base_url=host, trust_env=False) as steer:
        made = Sandbox(IfsClient(channel, PROFILE.ifs.sets), steer, witness)
        made.post("settings", requests_per_minute=100_000)
        made.post("stats/reset")
        yield made
        made.calm()
    await channel.aclose()


async def read_all(ifs: IfsClient, name: str, size: int, **more: Any) -> list[Row]:
    rows: list[Row] = []
    after: Cursor | None = None
    while True:
        page = await ifs.page(name, after=after, size=size, **more)
        assert page.unreadable == []
        rows += page.rows
        after = page.next
        if after is None:
            return rows


@pytest.mark.parametrize("name", SETS)
async def test_every_set_is_read_whole_and_fits_its_model(sandbox: Sandbox, name: str) -> None:
    entity_set = sandbox.ifs.entity_set(name)
    there = sandbox.records(name)
    for sweep in (False, True):
        rows = await read_all(sandbox.ifs, name, 120, sweep=sweep)
        keys = {tuple(str(row[key]) for key in entity_set.keys) for row in there}
        assert len(rows) == len({row.key for row in rows}) == len(there) == len(keys)
        assert all(row.etag for row in rows)
    model = {
        "supplier_general": models.SupplierGeneral,
        "purchase_order": models.PurchaseOrder,
        "purchase_order_line": models.PurchaseOrderLine,
        "posting_proposal": models.PostingProposal,
        "paid_invoice": models.LedgerItem,
        "account": models.Account,
        "supplier_bank": models.SupplierBank,
    }.get(name, models.Wire)
    for row in await read_all(sandbox.ifs, name, 500):
        models.read(model, row)
        for value in row.values.values():
            assert not isinstance(value, float)


@pytest.mark.parametrize("name", SETS)
async def test_every_set_is_as_its_metadata_says(sandbox: Sandbox, name: str) -> None:
    told = await sandbox.ifs.metadata(name)
    assert differences(sandbox.ifs.entity_set(name), told.sets) == []


async def test_a_lookup_finds_lines_of_many_orders(sandbox: Sandbox) -> None:
    orders = sorted({row["OrderNo"] for row in sandbox.records("purchase_order_line")})
    rows = await sandbox.ifs.rows("purchase_order_line", "OrderNo", orders)
    assert len(rows) == len(sandbox.records("purchase_order_line"))
    assert sandbox.counted()["requests"] < len(orders) / 10
    closed = await sandbox.ifs.rows("purchase_order", "OrderNo", orders, also=[("Objstate", ["Closed", "Cancelled"])])
    assert {row.values["Objstate"] for row in closed} <= {"Closed", "Cancelled"}
    assert closed


@pytest.mark.parametrize("text", ["O'Brien & Söhne", "50% + 1 #?", "a/b(c),'';$1", "日本", "x eq 'y' or 1 eq 1"])
async def test_any_text_is_found_again(sandbox: Sandbox, text: str) -> None:
    company = sandbox.records("account")[0]["Company"]
    values = {"SupplierId": sandbox.records("supplier_general")[0]["SupplierId"], "AddressId": "9", "Address1": text}
    row = await sandbox.ifs.create("supplier_address", values, CALL)
    assert company
    found = await sandbox.ifs.search("supplier_address", eq("Address1", text))
    assert [one.key for one in found] == [row.key]
    again = await sandbox.ifs.by_key("supplier_address", row.key)
    assert again is not None
    assert (again.values["Address1"], again.etag) == (text, row.etag)
    sandbox.post(
        "remove", set="SupplierInfoAddressSet", key=dict(zip(("SupplierId", "AddressId"), row.key, strict=True))
    )


def proposal(sandbox: Sandbox, number: str) -> tuple[dict[str, Any], list[tuple[str, dict[str, Any]]]]:
    finance = next(row for row in sandbox.records("supplier_finance") if row["Company"] == "10")
    account = next(
        row
        for row in sandbox.records("account")
        if row["Company"] == "10"
        and not any(row.get(f"ReqCode{part}") == "Mandatory" for part in "BCDEFGHIJ")
        and row["LedgFlag"] is not True
    )
    today = date.today()  # noqa: DTZ011 - the sandbox seeds around it
    head = {
        "Company": "10",
        "SupplierId": finance["Identity"],
        "InvoiceNo": number,
        "InvoiceType": "Invoice",
        "InvoiceDate": today,
        "PostingDate": today,
        "CurrencyCode": "EUR",
        "NetAmount": Decimal("30.30"),
        "TaxAmount": Decimal(0),
        "GrossAmount": Decimal("30.30"),
        "SourceReference": f"JAG:{number}",
    }
    lines = [
        ("PostingProposalLineArray", {"Text": f"Zeile {n}", "NetAmount": Decimal("10.10"), "CodeA": account["Account"]})
        for n in range(3)
    ]
    return head, lines


async def test_a_proposal_with_its_lines_is_one_write(sandbox: Sandbox) -> None:
    head, lines = proposal(sandbox, "R'1")
    row = await sandbox.ifs.create_with_lines("posting_proposal", head, lines, CALL)
    assert (sandbox.counted()["writes"], sandbox.counted()["reads"]) == (1, 0)
    assert row.etag
    read = models.read(models.PostingProposal, row)
    assert (read.gross_amount, read.source_reference) == (Decimal("30.30"), "JAG:R'1")
    made = await sandbox.ifs.rows("posting_proposal_line", "ProposalId", [row.key[1]], also=[("Company", ["10"])])
    assert [models.read(models.PostingProposalLine, one).net_amount for one in made] == [Decimal("10.10")] * 3
    with pytest.raises(AlreadyExists):
        await sandbox.ifs.create_with_lines("posting_proposal", head, lines, CALL)
    lines[1][1]["CodeA"] = "no such account"
    with pytest.raises(Rejected, match="no such account"):
        await sandbox.ifs.create_with_lines("posting_proposal", {**head, "InvoiceNo": "R2"}, lines, CALL)


@pytest.mark.parametrize(
    "when", ["timeout_before_commit", "timeout_after_commit", "drop_before_commit", "drop_after_commit"]
)
async def test_a_lost_answer_to_a_change_set_is_doubt(sandbox: Sandbox, when: str) -> None:
    head, lines = proposal(sandbox, when)
    sandbox.fault(when, method="POST", path="batch", **({"args": {"seconds": 1.5}} if "timeout" in when else {}))
    with pytest.raises(OutcomeUnknown):
        await sandbox.ifs.create_with_lines("posting_proposal", head, lines, CALL)
    found = await sandbox.ifs.rows("posting_proposal", "SourceReference", [f"JAG:{when}"])
    assert len(found) == ("after" in when)
    assert sandbox.counted()["writes"] == 1


READ_FAULTS = [
    ("drop_before_commit", {}),
    ("drop_mid_answer", {}),
    ("trickle", {"args": {"bytes_per_second": 10}}),
    ("truncated_json", {}),
    ("html_502", {}),
    ("html_503", {}),
    ("html_504", {}),
    ("html_200", {}),
    ("throttle", {}),
    ("unauthorized", {}),
    ("expire_tokens", {}),
    ("mi_modified", {"args": {"status": 500}}),
    ("mi_modified", {"args": {"status": 503}}),
]


@pytest.mark.parametrize(("fault", "more"), READ_FAULTS)
async def test_a_read_survives(sandbox: Sandbox, fault: str, more: dict[str, Any]) -> None:
    sandbox.fault(fault, **more)
    page = await sandbox.ifs.page("purchase_order", size=20)
    assert len(page.rows) == 20


@pytest.mark.parametrize(
    ("fault", "more", "error"),
    [
        ("drop_after_commit", {}, Conflict),
        ("drop_before_commit", {}, None),
        ("server_error_after_commit", {}, Conflict),
        ("html_504", {}, None),
        ("html_200", {}, None),
        ("truncated_json", {}, Conflict),
        ("throttle", {}, None),
        ("unauthorized", {}, None),
        ("mi_modified", {"args": {"status": 500}}, None),
        ("modified_by_another", {"args": {"code": "20114", "status": 500}}, Conflict),
        ("modified_by_another", {"args": {"code": "20115", "status": 409}}, Conflict),
        ("edit_first", {}, Conflict),
        ("locked", {}, None),
        ("locked", {"times": 9}, Rejected),
    ],
)
async def test_a_change_is_made_once_or_said_not_to_be(
    sandbox: Sandbox, fault: str, more: dict[str, Any], error: type[SyncError] | None
) -> None:
    row = next(
        row for row in (await sandbox.ifs.page("purchase_order", size=200)).rows if row.values["Objstate"] == "Released"
    )
    values = {"AckOrderNo": f"A {fault} {len(str(more))}"}
    sandbox.fault(fault, method="PATCH", **more)
    raised: SyncError | None = None
    try:
        changed = await sandbox.ifs.update("purchase_order", row.key, row.etag, values, CALL)
        assert changed.etag != row.etag
    except SyncError as said:
        raised = said
    assert (type(raised) if raised else None) is error
    there = next(one for one in sandbox.records("purchase_order") if one["OrderNo"] == row.key[0])
    if error is None:
        assert there["AckOrderNo"] == values["AckOrderNo"]


async def test_what_the_service_user_may_not_read(sandbox: Sandbox) -> None:
    sandbox.post("settings", forbidden=["AccountSet"])
    with pytest.raises(SettingsError, match="grant"):
        await sandbox.ifs.page("account", size=5)
    sandbox.post("settings", forbidden=[])


async def test_an_attribute_that_was_lost(sandbox: Sandbox) -> None:
    sandbox.post("settings", metadata_without=["PurchaseOrderSet.AckOrderNo"])
    try:
        told = await sandbox.ifs.metadata("purchase_order")
        (gone,) = differences(sandbox.ifs.entity_set("purchase_order"), told.sets)
        assert str(gone) == "PurchaseOrderSet has no AckOrderNo"
        with pytest.raises(SettingsError, match="AckOrderNo"):
            await sandbox.ifs.page("purchase_order", size=5)
        row = sandbox.records("purchase_order")[0]
        with pytest.raises(SettingsError, match="AckOrderNo"):
            await sandbox.ifs.create("purchase_order", {"OrderNo": f"{row['OrderNo']}X", "AckOrderNo": "1"}, CALL)
    finally:
        sandbox.post("settings", metadata_without=[])


async def test_numbers_as_numbers_and_lists_without_etags(sandbox: Sandbox) -> None:
    sandbox.post("settings", decimals_as_numbers=True, missing_etag=["PurchaseOrderSet"], server_page=100)
    try:
        rows = await read_all(sandbox.ifs, "purchase_order", 140)
        assert len(rows) == len(sandbox.records("purchase_order"))
        assert {row.etag for row in rows} == {None}
        assert all(isinstance(row.values["TotalAmount"], Decimal) for row in rows)
        row = await sandbox.ifs.by_key("purchase_order", rows[0].key)
        assert row is not None
        assert row.etag
        assert row.values["TotalAmount"] == rows[0].values["TotalAmount"]
    finally:
        sandbox.post("settings", decimals_as_numbers=False, missing_etag=[], server_page=5000)


async def test_a_limit_is_obeyed(sandbox: Sandbox) -> None:
    sandbox.fault("throttle", times=99)
    with pytest.raises(Unreachable, match="429"):
        await sandbox.ifs.page("account", size=5)
    assert sandbox.ifs.channel.throttled == 3
