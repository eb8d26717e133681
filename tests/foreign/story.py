"""What any pair of tenants must live through with the product: foretold, first sync, changes, reset, lost store."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from foreign import checks, checks_arrivals, seed_requisitions
from foreign.changes import Change, Writes, one
from foreign.changes_arrivals import ARRIVALS, reversed_payment
from foreign.lab import Lab
from foreign.seed_invoices import Invoice, splits
from foreign.seed_suppliers import today
from foreign.serving import Asked

D = Decimal


def writes(lab: Lab) -> Writes:
    """Successful changes by set or resource, and what they were about."""
    found: Writes = Counter()
    for asked in lab.writes():
        for each in asked.about.get("batch", [asked]):
            if each.method != "GET":
                found[_place(each)] += 1
    return found


def _place(asked: Asked) -> tuple[str, str]:
    about = asked.about
    if "set" in about:
        return about["set"], about.get("action") or ("create" if asked.method == "POST" else "change")
    if about["resource"] in {"invoices", "receipts"}:
        return about["resource"], asked.path.rsplit("/", 1)[1]
    return about["resource"], str(about.get("operation", "put"))


def everything(lab: Lab) -> list[str]:
    """All that is wrong."""
    found: list[str] = []
    every: tuple[Iterator[str], ...] = (
        checks.orders(lab),
        checks.invoices(lab),
        checks_arrivals.receipts(lab),
        checks_arrivals.contracts(lab),
        seed_requisitions.differing(lab),
        checks_arrivals.payments(lab),
        checks.gl_values(lab, today()),
        checks.suppliers(lab),
        checks.open_items(lab),
        checks.wire(lab),
        checks.revisions(lab),
        checks.made_in_order(lab),
    )
    for each in every:
        found += each
    return found


def foretold(lab: Lab) -> dict[str, dict[str, str]]:
    """What a dry run says it would do, by sync and key; it writes nothing."""
    said = lab.run("--dry-run", codes={0, 1})
    assert not lab.writes(), "a dry run writes nothing"
    return {
        sync["sync"]: {
            record["key"]: record["action"] for record in sync["records"] if record["action"] in {"create", "update"}
        }
        for sync in said["syncs"]
    }


def first(lab: Lab, dry: dict[str, dict[str, str]] | None = None) -> list[str]:
    """The first sync, and whether it did what was foretold."""
    said = lab.run(codes={1})
    found = everything(lab)
    return found if dry is None else [*found, *_otherwise(lab, said, dry)]


def _otherwise(lab: Lab, said: dict[str, Any], dry: dict[str, dict[str, str]]) -> list[str]:
    """What was not foretold, or not done."""
    found: list[str] = []
    by_sync = {sync["sync"]: sync for sync in said["syncs"]}
    for name, records in dry.items():
        wanted = Counter(records.values())
        for action, field in (("create", "created"), ("update", "updated")):
            if wanted[action] != by_sync[name][field]:
                found.append(f"{name}: {wanted[action]} {field} foretold, {by_sync[name][field]} done")
    posted = {str(i.ident) for i in lab.invoices if i.fate in {"proposal", "voucher"}}
    sent = {order.number for order in lab.orders if order.fate == "sent"}
    found += [f"orders foretold and sent differ: {sorted(sent ^ dry['purchase-orders'].keys())}"] * (
        sent != dry["purchase-orders"].keys()
    )
    found += [f"invoices foretold and posted differ: {sorted(posted ^ dry['invoices'].keys())}"] * (
        posted != dry["invoices"].keys()
    )
    return found


def _in_ifs(set_name: str, *key: Any, **values: Any) -> Callable[[Lab], None]:
    return lambda lab: lab.ifs.change(set_name, key, **values)


def _company(bravo: str, extended: dict[str, list[str]] | None = None, **info: Any) -> Callable[[Lab], None]:
    return lambda lab: lab.j1p.change_company(bravo, extended, **info)


def _both(*steps: Callable[[Lab], None]) -> Callable[[Lab], None]:
    def do(lab: Lab) -> None:
        for step in steps:
            step(lab)

    return do


def _stands(lab: Lab, where: str, got: Any, wanted: Any) -> Iterator[str]:
    if got != wanted:
        yield f"{where}: {got!r}, should be {wanted!r}"


def _info(bravo: str, **wanted: Any) -> Callable[[Lab], Iterator[str]]:
    def verify(lab: Lab) -> Iterator[str]:
        info = lab.j1p.records["companyprofiles"][bravo]["returnCompanyInfo"]
        for name, value in wanted.items():
            yield from _stands(lab, f"{bravo}.{name}", info.get(name), value)

    return verify


def _row(set_name: str, *key: Any, **wanted: Any) -> Callable[[Lab], Iterator[str]]:
    def verify(lab: Lab) -> Iterator[str]:
        row = lab.ifs.rows[set_name][key].values
        for name, value in wanted.items():
            yield from _stands(lab, f"{key}.{name}", row[name], value)

    return verify


def _item(sync: str, key: str, kind: str, field: str = "") -> Callable[[Lab], Iterator[str]]:
    def verify(lab: Lab) -> Iterator[str]:
        items = lab.items(sync)
        if not any(i["key"] == key and i["kind"] == kind and field in i["field"] for i in items):
            yield f"no {kind} of {sync} {key} {field}: {[i for i in items if i['key'] == key]}"

    return verify


def _line(lab: Lab, number: str, line: str, **values: Any) -> None:
    """A line of an order changes, its net and the order's total with it."""
    key = (number, line, "1")
    row = lab.ifs.rows["PurchaseOrderLineSet"][key].values | values
    share = (100 - row["Discount"]) / 100
    net = row["BuyQtyDue"] * row["FbuyUnitPrice"] * row["PriceConvFactor"] * share + row["AdditionalCost"]
    lab.ifs.change("PurchaseOrderLineSet", key, **values, NetAmtCurr=net.quantize(D("0.01")))
    lines = lab.ifs.all("PurchaseOrderLineSet", OrderNo=number)
    total = sum((r["NetAmtCurr"] for r in lines if r["Objstate"] != "Cancelled"), D(0))
    lab.ifs.change("PurchaseOrderSet", (number,), TotalAmount=total)


def _new_line(lab: Lab) -> None:
    row = dict(lab.ifs.rows["PurchaseOrderLineSet"]["P2009", "1", "1"].values)
    del row["LastModifiedDate"]
    lab.ifs.put("PurchaseOrderLineSet", **{**row, "LineNo": "2", "NetAmtCurr": D("125.00")})
    _line(lab, "P2009", "2", BuyQtyDue=D(4))


def _close(lab: Lab) -> None:
    for key in [k for k in lab.ifs.rows["PurchaseOrderLineSet"] if k[0] == "P2015"]:
        lab.ifs.change("PurchaseOrderLineSet", key, Objstate="Closed")
    lab.ifs.change("PurchaseOrderSet", ("P2015",), Objstate="Closed")


def _cancel(lab: Lab) -> None:
    for key in [k for k in lab.ifs.rows["PurchaseOrderLineSet"] if k[0] == "P2016"]:
        lab.ifs.change("PurchaseOrderLineSet", key, Objstate="Cancelled")
    lab.ifs.change("PurchaseOrderSet", ("P2016",), Objstate="Cancelled")


def _cancelled(lab: Lab) -> Iterator[str]:
    yield from _stands(lab, "P2016", lab.j1p.records["purchaseorders"]["P2016"]["header"]["status"], "Cancelled")


def _revised(lab: Lab) -> Iterator[str]:
    record = lab.j1p.records["purchaseorders"]["P1012"]
    if record["header"]["revisionNumber"] != 1:
        yield f"P1012: revision {record['header']['revisionNumber']}"


def _resend(lab: Lab) -> None:
    lab.j1p.change_header("invoices", lab.invoices[0].ident, exportStatus="NotExported")


def _new_invoice(lab: Lab) -> None:
    lines = splits("PercentOfPrice", ("100", {"Account": "4010"}))
    invoice = Invoice(33_552_990, "0006510001").line("7", "3.33", **lines)
    invoice.header["lastUpdate"] = lab.j1p.stamp()
    lab.invoices.append(invoice)
    lab.j1p.put("invoices", invoice.record())


def _changed_after_posting(lab: Lab) -> None:
    invoice = next(i for i in lab.invoices if i.fate == "proposal" and not i.orders)
    record = lab.j1p.records["invoices"][invoice.ident]
    line = record["lineList"]["invoiceLine"][0]
    line["item"]["description"] = "changed"
    line["unitPrice"] += 1
    record["header"]["total"]["value"] += line["quantity"]
    lab.j1p.change_header("invoices", invoice.ident)


def _period_opens(lab: Lab) -> None:
    """What was held for a closed period goes by itself once it is read again."""
    invoice = next(i for i in lab.invoices if i.fate == "held" and "accountingDate" in i.header)
    day = invoice.posting_date
    for period in lab.ifs.all("AccountingPeriodSet", Company="10", AccountingYear=day.year, AccountingPeriod=day.month):
        key = tuple(period[k] for k in ("Company", "AccountingYear", "AccountingPeriod"))
        lab.ifs.change("AccountingPeriodSet", key, PeriodStatus="Open")
    lab.j1p.change_header("invoices", invoice.ident)
    invoice.fate = "proposal"


def _waited_for(lab: Lab) -> None:
    """The account that P2011 waits for comes into being."""
    needs = {f"ReqCode{letter}": "Can" for letter in "BCDEFGHIJ"}
    lab.ifs.put(
        "AccountSet",
        Company="10",
        Account="5555",
        Description="New",
        LedgFlag=False,
        ValidFrom=today() - timedelta(days=9),
        **needs,
    )
    next(order for order in lab.orders if order.number == "P2011").fate = "sent"
    next(one for one in lab.requisitions if one.number == "R-10").fate = "sent"


_UPDATE = ("companyprofiles", "UPDATE")
_ORDER = ("purchaseorders", "UPDATE")
_WANTED = ("requisitions", "UPDATE")

CHANGES = (
    Change(
        "a city in IFS",
        _in_ifs("SupplierInfoAddressSet", "0006510001", "1", City="Bonn"),
        one(_UPDATE),
        _info("10401", city="Bonn"),
    ),
    Change("a phone at JAGGAER", _company("10403", bizPhone="+33 4"), one(("CommMethodSet", "change"))),
    Change(
        "different fields on both sides",
        _both(
            _in_ifs("SupplierInfoAddressSet", "0006510002", "1", ZipCode="50999"),
            _company("10402", webSite="https://x.example"),
        ),
        one(_UPDATE, ("CommMethodSet", "change")),
    ),
    Change(
        "one field on both sides, IFS wins",
        _both(_in_ifs("SupplierInfoAddressSet", "0006510008", "1", City="Hier"), _company("10408", city="Dort")),
        one(_UPDATE),
        _info("10408", city="Hier"),
    ),
    Change(
        "a name on both sides, nobody wins",
        _both(
            _in_ifs("SupplierInfoGeneralSet", "0006510011", Name="Hier KG"), _company("10411", companyName="Dort KG")
        ),
        one(),
        _item("suppliers", "0006510011", "conflict", "name"),
    ),
    Change(
        "blocked at JAGGAER",
        _company("10407", status="SUSPENDED"),
        one(("SupplierInfoGeneralSet", "change")),
        _row("SupplierInfoGeneralSet", "0006510007", Status="Blocked"),
    ),
    Change(
        "a bank account from the portal",
        _company("10412", {"IBAN": ["DE89370400440532013000"], "BIC": ["COBADEFFXXX"]}),
        one(),
    ),
    Change("a web address cleared", _company("10413", webSite=""), one(("CommMethodSet", "change"))),
    Change(
        "terms in IFS", _in_ifs("IdentityInvoiceInfoSet", "10", "0006510005", "Supplier", PayTermId="60"), one(_UPDATE)
    ),
    Change(
        "terms of another company",
        _in_ifs("IdentityInvoiceInfoSet", "20", "0006510001", "Supplier", PayTermId="0"),
        one(),
    ),
    Change(
        "an account's words",
        _in_ifs("AccountSet", "10", "4010", Description="Raw, new"),
        one(("customfieldvalues", "put")),
    ),
    Change("words that do not count", _in_ifs("AccountSet", "20", "4010", Description="Raw 20, new"), one()),
    Change("a price", lambda lab: _line(lab, "P1012", "1", FbuyUnitPrice=D("19.99")), one(_ORDER), _revised),
    Change("a line more", _new_line, one(_ORDER)),
    Change("a note", _in_ifs("PurchaseOrderSet", "P1013", NoteText="1 + 1 = 2; 100 % 'sicher'"), one(_ORDER)),
    Change("an attribute that JAGGAER does not have", _in_ifs("PurchaseOrderSet", "P1014", DocAddressNo="9"), one()),
    Change("closed", _close, one(_ORDER)),
    Change("cancelled", _cancel, one(("purchaseorders", "CANCEL")), _cancelled),
    Change(
        "back to planning",
        _in_ifs("PurchaseOrderSet", "P1020", Objstate="Planned"),
        one(),
        _item("purchase-orders", "P1020", "held"),
    ),
    Change("resent", _resend, one(("invoices", "exportstatus"))),
    Change(
        "a new invoice",
        _new_invoice,
        one(("PostingProposalHeadSet", "create"), ("PostingProposalLineSet", "create"), ("invoices", "exportstatus")),
    ),
    Change("changed after posting", _changed_after_posting, one()),
    Change(
        "the period opens",
        _period_opens,
        one(("PostingProposalHeadSet", "create"), ("PostingProposalLineSet", "create"), ("invoices", "exportstatus")),
    ),
    *ARRIVALS,
    # Its value goes with the account's new words: one request.
    Change(
        "what an order and a requisition waited for",
        _waited_for,
        one(("purchaseorders", "CREATE"), ("requisitions", "CREATE")),
    ),
    Change("an order came of it", _in_ifs("PurchaseReqLineSet", "R-1", "1", "1", OrderNo="P1012"), one(_WANTED)),
    Change("a quantity wanted", _in_ifs("PurchaseReqLineSet", "R-3", "1", "1", OriginalQty=D(8)), one(_WANTED)),
    Change(
        "no longer wanted",
        _in_ifs("PurchaseRequisitionSet", "R-4", Objstate="Cancelled"),
        one(("requisitions", "CANCEL")),
    ),
)


def changed(lab: Lab) -> list[str]:
    """All changes at once; exactly their writes, and what each is to lead to."""
    wanted: Writes = Counter()
    for change in CHANGES:
        change.do(lab)
        wanted += change.writes
    lab.run(codes={1})
    got = writes(lab)
    found = [
        f"writes {place}: {wanted[place]} wanted, {got[place]} done"
        for place in sorted(wanted | got)
        if wanted[place] != got[place]
    ]
    for change in CHANGES:
        found += [f"{change.what}: {text}" for text in change.verify(lab)]
    arrived = (checks_arrivals.receipts, checks_arrivals.contracts, checks_arrivals.payments)
    for check in (*arrived, seed_requisitions.differing):
        found += check(lab)
    found += checks.revisions(lab)
    found += checks.wire(lab)
    return found


def rests(lab: Lab, why: str, *words: str) -> list[str]:
    """A run in which nothing may be written."""
    lab.run(*words, codes={0, 1})
    return [f"{why}: {place} written {number} times" for place, number in writes(lab).items()]


def agrees(lab: Lab) -> list[str]:
    """Both systems compared by the product itself: every difference has its cause."""
    said = json.loads(lab.product.call("reconcile", "--json", codes={0, 1}).stdout.splitlines()[-1])
    assert not said["error"], said["error"]
    return [f"unexplained: {one}" for one in said["differences"] if one["cause"] == "unexplained"]


def lost_with_a_change(lab: Lab) -> list[str]:
    """While there was no store, one note changed: that order is found by its mark, and alone is sent again."""
    lab.ifs.change("PurchaseOrderSet", ("P1030",), NoteText="after the flood")
    reversed_payment(lab)
    lab.run(codes={0, 1})
    found = [] if any(i["kind"] == "conflict" for i in lab.items("payments")) else ["nothing tells of the reversal"]
    found += [f"{place} written {number} times" for place, number in (writes(lab) - Counter([_ORDER])).items()]
    return [*found, *checks.orders(lab, only={"P1030"}), *checks.revisions(lab)]
