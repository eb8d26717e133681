"""What IFS's finance department does with what was posted: it books it, and pays it."""

from __future__ import annotations

from decimal import Decimal

from programs import Sandbox


def pay_all(sandbox: Sandbox) -> dict[str, Decimal]:
    """Every balanced proposal of ours is posted and paid; the amounts by JAGGAER's invoice, in its sign."""
    expected: dict[str, Decimal] = {}
    for head in sandbox.records("ifs", "PostingProposalHeadSet"):
        if head["Objstate"] != "Balanced":
            continue
        key = {"Company": head["Company"], "ProposalId": head["ProposalId"]}
        sandbox.change("ifs", "PostingProposalHeadSet", key, {"Objstate": "Posted"})
        sign = -1 if head["InvoiceType"] == "Credit" else 1
        expected[head["SourceReference"].removeprefix("JAG:")] = Decimal(str(head["GrossAmount"])) * sign
    for item in sandbox.records("ifs", "InvoiceLedgerItemSet"):
        key = {name: item[name] for name in ("Company", "Identity", "PartyType", "LedgerItemId")}
        if item["OpenAmount"]:
            told = {"PaidAmount": item["OpenAmount"], "OpenAmount": 0, "PaymentDate": "2026-03-31"}
            sandbox.change("ifs", "InvoiceLedgerItemSet", key, told)
    return expected
