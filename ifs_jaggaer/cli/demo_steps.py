"""What the demonstration does with the sandbox and the product, one step after the other, and shows of it."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import httpx
import simplejson

from ifs_jaggaer.cli.output import Exit, complain, out, print_table, progress

SYSTEMS = ("ifs", "jaggaer")

PAID = 40
"""Invoices that the sandbox's finance department pays, so that there is something to tell JAGGAER."""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """A sandbox that serves, as it said when it was ready, and the environment in which the product reaches it."""

    served: dict[str, Any]
    environment: dict[str, str]

    def sync(self, title: str, which: str = "all") -> int | None:
        """One run; gives the writes that reached the systems, counted at their sockets, None where it failed."""
        progress(f"\n{title} ...")
        for system in SYSTEMS:
            self._post(system, "stats/reset")
        started = time.monotonic()
        ran = self._command("run", which)
        if ran is None:
            return None
        writes: dict[str, int] = {system: self._get(system, "stats")["writes"] for system in SYSTEMS}
        seconds = time.monotonic() - started
        out.print(f"\n{title}", style="bold")
        syncs = ran.get("syncs", [ran])
        print_table(
            f"{seconds:.0f} s; writes that reached IFS {writes['ifs']}, JAGGAER {writes['jaggaer']}",
            ("sync", "read", "created", "updated", "unchanged", "waiting", "for a person"),
            [
                (one["sync"], *(one[name] for name in ("read", "created", "updated", "unchanged", "waiting")),
                 one["rejected"] + one["conflicts"] + one["held"])
                for one in syncs
            ],
        )  # fmt: skip
        moved = [(one["sync"], *each) for one in syncs for each in sorted(one["amounts"].items())]
        if moved:
            rows = [(sync, currency, f"{Decimal(amount):,f}") for sync, currency, amount in moved]
            print_table("Amounts moved", ("sync", "currency", "amount"), rows)
        return sum(writes.values())

    def pay(self) -> int:
        """As the finance department does in IFS: some of what was posted is booked and paid; gives how many."""
        heads = self._get("ifs", "records/PostingProposalHeadSet")
        posted = [head for head in heads if head["Objstate"] == "Balanced"][:PAID]
        for head in posted:
            key = {name: head[name] for name in ("Company", "ProposalId")}
            self._change("PostingProposalHeadSet", key, {"Objstate": "Posted"})
        numbers = {(head["Company"], head["SupplierId"], head["InvoiceNo"]) for head in posted}
        paid, today = 0, datetime.now(UTC).date().isoformat()
        for item in self._get("ifs", "records/InvoiceLedgerItemSet"):
            if item["OpenAmount"] and (item["Company"], item["Identity"], item["InvoiceNo"]) in numbers:
                key = {name: item[name] for name in ("Company", "Identity", "PartyType", "LedgerItemId")}
                told = {"PaidAmount": item["OpenAmount"], "OpenAmount": 0, "PaymentDate": today}
                self._change("InvoiceLedgerItemSet", key, told)
                paid += 1
        return paid

    def reconcile(self) -> int | None:
        """Both systems compared; gives the unexplained differences, None where it failed."""
        title = "Reconcile: both systems compared, document by document and in sums"
        progress(f"\n{title} ...")
        started = time.monotonic()
        report = self._command("reconcile")
        if report is None:
            return None
        causes: dict[str, Counter[str]] = {}
        for one in report["differences"]:
            causes.setdefault(one["sync"], Counter())[one["cause"]] += 1
        out.print(f"\n{title}", style="bold")
        print_table(
            f"{time.monotonic() - started:.0f} s; {report['unexplained']} unexplained",
            ("sync", "count", "ties", "differences by cause"),
            [
                (kind["sync"], kind["documents"],
                 "yes" if all(total["ties"] for total in kind["totals"]) else "NO",
                 ", ".join(f"{number} {cause}" for cause, number in sorted(causes.get(kind["sync"], {}).items())))
                for kind in report["kinds"]
            ],
        )  # fmt: skip
        return int(report["unexplained"])

    def open_items(self) -> None:
        """What is left for a person."""
        command = [sys.executable, "-m", "ifs_jaggaer", "items", "list", "--json"]
        listed = subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, check=True).stdout  # noqa: S603
        kinds = Counter((item["sync"], item["kind"]) for item in map(simplejson.loads, listed.splitlines()))
        print_table(
            "Left open for a person, as the data is made to have it",
            ("sync", "kind", "items"),
            [(sync, kind.replace("_", " "), number) for (sync, kind), number in sorted(kinds.items())],
        )

    def _command(self, *words: str) -> dict[str, Any] | None:
        command = [sys.executable, "-m", "ifs_jaggaer", *words, "--json"]
        ran = subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, check=False)  # noqa: S603
        if ran.returncode not in {Exit.WELL, Exit.NEEDS_A_PERSON} or not ran.stdout:
            complain(f"'{' '.join(words)}' ended with exit code {ran.returncode}")
            return None
        said: dict[str, Any] = simplejson.loads(ran.stdout.splitlines()[-1], use_decimal=True)
        return said

    def _change(self, name: str, key: dict[str, Any], values: dict[str, Any]) -> None:
        self._post("ifs", "change", {"set": name, "key": key, "values": values})

    def _post(self, system: str, path: str, body: dict[str, Any] | None = None) -> None:
        content = simplejson.dumps(body or {}, use_decimal=True).encode()
        address = f"{self.served[system]['host']}/_sandbox/{path}"
        httpx.post(
            address, content=content, headers={"Content-Type": "application/json"}, timeout=30
        ).raise_for_status()

    def _get(self, system: str, path: str) -> Any:
        answer = httpx.get(f"{self.served[system]['host']}/_sandbox/{path}", timeout=30).raise_for_status()
        return simplejson.loads(answer.content, use_decimal=True)
