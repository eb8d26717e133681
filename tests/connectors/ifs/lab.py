"""A tenant of IFS with a client to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from odata_server import Table, Tenant
from scripted import Noted, channel_to

from connectors.backoff import Backoff
from connectors.exchange import Timeouts
from connectors.ifs.client import IfsClient, judge


@dataclass(frozen=True)
class Told:
    """What a profile says of a set."""

    path: str
    keys: tuple[str, ...]
    attributes: dict[str, str]
    change: str = "LastModifiedDate"
    strategy: Literal["modified", "sweep"] = "modified"
    zone: str = "utc"
    select: bool = True
    filter_state: bool = True
    renames: dict[str, str] = field(default_factory=dict)
    actions: dict[str, str] = field(default_factory=dict)


SERVICE = "main/ifsapplications/projection/v1/Handling.svc"
EDM = {
    "text": "Edm.String",
    "int": "Edm.Int64",
    "decimal": "Edm.Decimal",
    "bool": "Edm.Boolean",
    "date": "Edm.Date",
    "timestamp": "Edm.DateTimeOffset",
}
LINE = {
    "OrderNo": "text",
    "LineNo": "int",
    "Qty": "decimal",
    "Objstate": "enum:IfsApp.Handling.LineState",
    "Done": "bool",
    "WantedDate": "date",
    "LastModifiedDate": "timestamp",
    "Cf_Gone": "absent",
}
HEAD = {
    "Company": "text",
    "ProposalId": "text",
    "InvoiceNo": "text",
    "NetAmount": "decimal",
    "LastModifiedDate": "timestamp",
}
HEAD_LINE = {"Company": "text", "ProposalId": "text", "RowNo": "text", "NetAmount": "decimal", "CodeA": "text"}


def told(**more: Any) -> Told:
    return Told(**{"path": f"{SERVICE}/LineSet", "keys": ("OrderNo", "LineNo"), "attributes": LINE, **more})


def edm(types: dict[str, str]) -> dict[str, str]:
    return {
        name: kind[5:] if kind.startswith("enum:") else EDM[kind] for name, kind in types.items() if kind != "absent"
    }


def line(order: str, number: int, modified: str, **more: Any) -> dict[str, Any]:
    return {
        "OrderNo": order,
        "LineNo": number,
        "Qty": "1.50",
        "Objstate": "Released",
        "LastModifiedDate": modified,
        **more,
    }


@dataclass
class Lab:
    tenant: Tenant
    ifs: IfsClient
    witness: Noted

    @property
    def lines(self) -> Table:
        return self.tenant.tables["LineSet"]


@asynccontextmanager
async def lab(**more: Any) -> AsyncIterator[Lab]:
    """A tenant with lines and proposals, and a client to it; `more` is told about the lines."""
    tenant = Tenant()
    tenant.tables = {
        "LineSet": Table(edm(LINE), ("OrderNo", "LineNo")),
        "HeadSet": Table(edm(HEAD), ("Company", "ProposalId")),
        "HeadLineSet": Table(edm(HEAD_LINE), ("Company", "ProposalId", "RowNo")),
    }
    server = await asyncio.start_server(tenant.connected, "127.0.0.1", 0)
    tenant.port = server.sockets[0].getsockname()[1]
    witness = Noted()
    channel = channel_to(
        tenant.url, witness=witness, judge=judge, timeouts=Timeouts(2, 5, 5), backoff=Backoff(attempts=3)
    )
    sets = {
        "line": told(**more),
        "head": Told(f"{SERVICE}/HeadSet", ("Company", "ProposalId"), HEAD),
        "head_line": Told(f"{SERVICE}/HeadLineSet", ("Company", "ProposalId", "RowNo"), HEAD_LINE, strategy="sweep"),
    }
    try:
        yield Lab(tenant, IfsClient(channel, sets, boundaries=lambda: "b1"), witness)
    finally:
        await channel.aclose()
        server.close()
        await tenant.end()
        await server.wait_closed()
