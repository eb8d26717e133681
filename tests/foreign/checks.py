"""Compares both tenants with what mapping.md says; each function gives what is wrong, and nothing when all is well."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from foreign import expected_invoices, expected_orders
from foreign.ifs import Ifs
from foreign.lab import Lab
from foreign.seed_contracts import Contract
from foreign.seed_invoices import Invoice
from foreign.seed_orders import Order
from foreign.seed_receipts import Receipt
from foreign.seed_requisitions import Requisition
from foreign.seed_suppliers import EU, PARTNERS, TERMS, THREE, Partner
from foreign.serving import Asked

TWO = {three: two for two, three in THREE.items()}


def differing(where: str, wanted: Any, got: Any) -> Iterator[str]:
    if isinstance(wanted, dict) and isinstance(got, dict):
        for name in sorted(wanted.keys() | got.keys(), key=str):
            yield from differing(f"{where}.{name}", wanted.get(name), got.get(name))
    elif wanted != got:
        yield f"{where}: {wanted!r} wanted, {got!r} found"


def orders(lab: Lab, *, only: set[str] | None = None) -> Iterator[str]:
    there = lab.j1p.records["purchaseorders"]
    for order in lab.orders:
        if only is not None and order.number not in only:
            continue
        record = there.get(order.number)
        if order.fate != "sent":
            if record and record["header"]["externalReference"] != "by hand":
                yield f"{order.number}: {order.fate}, and yet there"
            continue
        if record is None:
            yield f"{order.number} is not there"
            continue
        yield from differing(order.number, expected_orders.order(lab.ifs, order.number), expected_orders.found(record))
        mark = expected_orders.mark_of(record)
        if mark != (order.number, str(record["header"]["revisionNumber"])):
            yield f"{order.number}: mark {mark}, revision {record['header']['revisionNumber']}"


def invoices(lab: Lab) -> Iterator[str]:
    heads = {h["SourceReference"]: h for h in lab.ifs.all("PostingProposalHeadSet")}
    vouchers = {v["ReferenceNumber"]: v for v in lab.ifs.all("VoucherSet")}
    if len(heads) != len(lab.ifs.all("PostingProposalHeadSet")):
        yield "two proposals with one mark"
    for invoice in lab.invoices:
        posted = heads.pop(f"JAG:{invoice.ident}", None)
        voucher = vouchers.pop(str(invoice.ident), None)
        if (posted is not None) != (invoice.fate == "proposal") or (voucher is not None) != (invoice.fate == "voucher"):
            yield f"{invoice.ident}: {invoice.fate}; proposal {bool(posted)}, voucher {bool(voucher)}"
        elif posted:
            yield from _proposal(lab.ifs, invoice, posted)
        elif voucher:
            yield from _voucher(lab.ifs, invoice, voucher)
        told = lab.j1p.records["invoices"][invoice.ident].get("told", [])
        yield from differing(f"{invoice.ident} told", _to_be_told(invoice, lab), [t["status"] for t in told])
        for text in told:
            number = str((posted or voucher or {}).get("ProposalId" if posted else "VoucherNo", ""))
            if (
                text["status"] == "SUCCESS"
                and text.get("erpNumber") is not None
                and number not in str(text["erpNumber"])
            ):
                yield f"{invoice.ident}: told {text['erpNumber']}, is {number}"
    yield from (f"nobody asked for {mark}" for mark in [*heads, *vouchers])


def _to_be_told(invoice: Invoice, lab: Lab) -> list[str]:
    if invoice.fate in {"proposal", "voucher"}:
        return ["SUCCESS"]
    told = lab.j1p.records["invoices"][invoice.ident].get("told", [])
    if invoice.fate == "rejected":
        return ["FAILED"]
    return ["FAILED"] if invoice.fate == "unposted" and told else []


def _proposal(ifs: Ifs, invoice: Invoice, posted: dict[str, Any]) -> Iterator[str]:
    wanted = expected_invoices.rows(ifs, invoice)
    yield from differing(
        f"{invoice.ident}", head := expected_invoices.head(invoice, wanted), {k: posted[k] for k in head}
    )
    stated = invoice.sign * invoice.total()
    if posted["GrossAmount"] != stated:
        yield f"{invoice.ident}: gross {posted['GrossAmount']}, stated {stated}"
    lines = ifs.all("PostingProposalLineSet", Company=posted["Company"], ProposalId=posted["ProposalId"])
    lines.sort(key=lambda line: line["RowNo"])
    got = [{name: line[name] for name in wanted[0]} for line in lines]
    if len(got) != len(wanted):
        yield f"{invoice.ident}: {len(wanted)} lines wanted, {len(got)} found"
        return
    for place, (one, other) in enumerate(zip(wanted, got, strict=True)):
        yield from differing(f"{invoice.ident} line {place}", one, other)
    quantity = sum((line["Quantity"] or Decimal(0) for line in lines), Decimal(0))
    ordered = [line for line in invoice.lines if line["lineNumber"] in invoice.orders]
    if ordered and quantity != invoice.sign * sum((line["quantity"] for line in ordered), Decimal(0)):
        yield f"{invoice.ident}: quantity {quantity}"
    if invoice.charges() and any(line["UnitPrice"] is not None for line in lines if line["NetAmount"]):
        yield f"{invoice.ident}: a line that carries a share states a price"


def _voucher(ifs: Ifs, invoice: Invoice, voucher: dict[str, Any]) -> Iterator[str]:
    number = invoice.record()["header"].get("supplierInvoiceNumber")
    wanted = {"Company": "20", "VoucherDate": invoice.posting_date, "Text": number, "ReferenceSerie": "JAG"}
    yield from differing(f"{invoice.ident}", wanted, {k: voucher[k] for k in wanted})
    key = {k: voucher[k] for k in ("Company", "VoucherType", "AccountingYear", "VoucherNo")}
    rows = ifs.all("VoucherRowSet", **key)
    clearing = [row for row in rows if row["Account"] == expected_invoices.CLEARING]
    if [row["PartyTypeId"] for row in clearing] != [invoice.supplier]:
        yield f"{invoice.ident}: the clearing row names {[row['PartyTypeId'] for row in clearing]}"
    tax_codes = {row["OptionalCode"] for row in rows if row["Account"] == expected_invoices.TAX_ACCOUNT}
    if tax_codes != {"V19"}:
        yield f"{invoice.ident}: tax codes {tax_codes}"
    zero = Decimal(0)
    got: defaultdict[tuple[Any, ...], list[Decimal]] = defaultdict(lambda: [zero, zero])
    for row in rows:
        account = row["Account"]
        sides = got[account, *(row[f"Code{c}"] for c in "BCD")]
        sides[0] += row["CurrencyDebetAmount"] or zero
        sides[1] += row["CurrencyCreditAmount"] or zero
    should: defaultdict[tuple[Any, ...], list[Decimal]] = defaultdict(lambda: [zero, zero])
    for row in expected_invoices.voucher_rows(ifs, invoice):
        sides = should[row["Account"], *(row.get(f"Code{c}") for c in "BCD")]
        sides[0] += row["debit"]
        sides[1] += row["credit"]
    yield from differing(f"{invoice.ident} rows", _folded(should), _folded(got))


def _folded(sides: dict[tuple[Any, ...], list[Decimal]]) -> dict[tuple[Any, ...], Decimal]:
    """Debit less credit by account and code parts."""
    return {key: debit - credit for key, (debit, credit) in sides.items()}


def gl_values(lab: Lab, day: Any) -> Iterator[str]:
    wanted: dict[tuple[str, str], dict[str, str]] = {}
    names = {"B": "CostCenter", "C": "Project", "D": "ObjectCode"}
    rows = [("Account", r["Account"], r) for r in lab.ifs.all("AccountSet")]
    rows += [
        (names[r["CodePart"]], r["CodePartValue"], r) for r in lab.ifs.all("CodePartValueSet") if r["CodePart"] in names
    ]
    for field, value, row in sorted(rows, key=lambda entry: entry[2]["Company"]):
        valid = (row["ValidFrom"] or day) <= day <= (row["ValidUntil"] or day)
        entry = wanted.setdefault((field, value), {"description": row["Description"], "active": "false"})
        if valid:
            entry["active"] = "true"
    got = {
        key: {"description": r["description"], "active": r["active"]}
        for key, r in lab.j1p.records["customfieldvalues"].items()
    }
    yield from differing("values", wanted, got)


def suppliers(lab: Lab) -> Iterator[str]:
    """Every shared field of every linked supplier agrees, or an open item names it."""
    named = Counter((item["key"], item["field"]) for item in lab.items("suppliers"))
    companies = {r["returnCompanyInfo"]["bravoId"]: r for r in lab.j1p.records["companyprofiles"].values()}
    by_code = {r["returnCompanyInfo"].get("extCode"): r for r in companies.values()}
    for row in lab.ifs.all("SupplierInfoGeneralSet"):
        number = row["SupplierId"]
        record = by_code.get(number)
        if record is None:
            if not any(key == number for key, _ in named):
                yield f"{number} is not at JAGGAER, and nothing says why"
            continue
        for field, (ours, theirs) in _both(lab.ifs, row, record).items():
            if ours != theirs and not named[number, field]:
                yield f"{number}.{field}: {ours!r} in IFS, {theirs!r} at JAGGAER, and nothing says why"


def _both(ifs: Ifs, row: dict[str, Any], record: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    number, info, extended = row["SupplierId"], record["returnCompanyInfo"], record["deBasic"]
    (address,) = ifs.all("SupplierInfoAddressSet", SupplierId=number, DefAddress=True)
    contacts = {c["MethodId"]: c["Value"] for c in ifs.all("CommMethodSet", Identity=number, DefaultPerMethod=True)}
    finance = ifs.get("IdentityInvoiceInfoSet", Company="10", Identity=number)
    marks = {"mark": (row["Cf_JaggaerId"], info["bravoId"])} if "Cf_JaggaerId" not in ifs.habits.lacking else {}
    several = {
        name.lower(): (row[f"Cf_{name.capitalize()}"], ";".join(sorted(extended.get(name, []))) or None)
        for name in ("CATEGORIES", "QUALIFICATION", "DIVERSITY")
        if f"Cf_{name.capitalize()}" not in ifs.habits.lacking
    }
    money = {
        "gl_account": (finance["Cf_GlAccount"], _one(extended, "GL_ACCOUNT")),
        "cost_centre": (finance["Cf_CostCenter"], _one(extended, "COST_CENTER")),
    }
    country = info.get("isoCountry")
    return (
        marks
        | several
        | (money if "Cf_GlAccount" not in ifs.habits.lacking else {})
        | {
            "name": (row["Name"].strip(), info["companyName"].strip()),
            "tax_number": (_number(row["VatNo"]), _number(info.get("extUniqueCode"))),
            "euVat": (_number(row["VatNo"]) if row["Country"] in EU else None, _number(info.get("euVat"))),
            "registration": (_number(row["AssociationNo"]), _number(info.get("fiscalCode"))),
            "legal_form": (row["CorporateForm"], info.get("bizLegalStruct")),
            "country": (row["Country"], TWO.get(country, country)),
            "status": (
                {"Active": "ACTIVE", "Blocked": "SUSPENDED", "Closed": "INACTIVE"}[row["Status"]],
                info["status"],
            ),
            "address": (
                ", ".join(filter(None, (address["Address1"], address["Address2"]))) or None,
                info.get("address"),
            ),
            "postal_code": (address["ZipCode"], info.get("zip")),
            "city": (address["City"], info.get("city")),
            "state": (address["State"], info.get("province")),
            "email": (contacts.get("E_MAIL"), info.get("bizEmail")),
            "phone": (contacts.get("PHONE"), info.get("bizPhone")),
            "web": (contacts.get("WWW"), info.get("webSite")),
            "currency": (finance["DefCurrency"], info.get("currency")),
            "payment_terms": (TERMS.get(finance["PayTermId"], finance["PayTermId"]), _one(extended, "PAYMENT_TERMS")),
            "group": (finance["GroupId"], _one(extended, "SUPPLIER_GROUP")),
        }
    )


def _one(extended: dict[str, list[str]], name: str) -> str | None:
    return next(iter(extended.get(name, [])), None)


def _number(text: str | None) -> str | None:
    return "".join(c for c in text if c not in " .-").upper() if text else None


def open_items(lab: Lab) -> Iterator[str]:
    """What did not go is told with reason and remedy, and nothing else is."""
    items = lab.items()
    for item in items:
        if not (item["reason"] and item["remedy"] and item["key"]):
            yield f"without reason, remedy or key: {item}"
    kinds: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for item in items:
        kinds[item["sync"], item["key"]].add(item["kind"])
    fates: list[tuple[str, str, Order | Invoice | Receipt | Contract | Requisition]] = [
        ("purchase-orders", o.number, o) for o in lab.orders
    ]
    fates += [("invoices", str(i.ident), i) for i in lab.invoices]
    words = {"waiting": {"waiting"}, "held": {"held"}, "rejected": {"dead_letter"}}
    fates += [("requisitions", r.number, r) for r in lab.requisitions]
    fates += [("receipts", str(r.ident), r) for r in lab.receipts] + [("contracts", c.code, c) for c in lab.contracts]
    for sync, key, document in fates:
        got = kinds.pop((sync, key), set())
        if document.fate == "unposted" and got:
            continue
        wanted = words.get(document.fate, set())
        if isinstance(document, Contract) and document.refused and lab.j1p.habits.gives_prices:
            wanted = {"dead_letter"}
        if isinstance(document, Requisition) and document.waits:
            wanted = {"waiting"}
        if got != wanted:
            yield f"{sync} {key} is {document.fate}, told as {sorted(got)}"
    yield from (f"nothing is wrong with {sync} {key}" for sync, key in kinds if sync != "suppliers")


def wire(lab: Lab) -> Iterator[str]:
    """What must hold of every request."""
    yield from lab.ifs.complaints
    yield from lab.j1p.complaints
    yield from looked_up(lab)


def looked_up(lab: Lab) -> Iterator[str]:
    """Every creation was preceded by a look-up of its natural key at the target."""
    seen: set[tuple[str, str, str]] = set()
    for asked in lab.j1p.log:
        name = asked.about.get("resource", "")
        if asked.method == "GET":
            equal = asked.about.get("equal", {})
            seen |= {(name, field, value) for field, values in equal.items() for value in values}
            continue
        key = {"purchaseorders": "poNumber", "requisitions": "requisitionNumber"}.get(name)
        if key and asked.about.get("operation") == "CREATE":
            if (name, key, asked.about["number"]) not in seen:
                yield f"{name} {asked.about['number']} was created without a look"
        elif name == "companyprofiles" and asked.about.get("operation") == "CREATE":
            info = asked.json()["company"]["companyInfo"]
            if (name, "extCode", info["extCode"]) not in seen and (name, "TYPE", "SELLER") not in seen:
                yield f"company {info['extCode']} was created without a look"
    natural = {
        "PostingProposalHeadSet": "SourceReference",
        "VoucherSet": "ReferenceNumber",
        "PurchaseReceiptSet": "ReceiptReference",
        "SupplierAgreementSet": "ExternalReference",
        "SupplierInfoGeneralSet": "Cf_JaggaerId",
    }
    seen.clear()
    for asked in lab.ifs.log:
        for each in (asked, *asked.about.get("batch", [])):
            yield from _looked_up(each, natural, seen, lab.ifs)


def _looked_up(asked: Asked, natural: dict[str, str], seen: set[tuple[str, str, str]], ifs: Ifs) -> Iterator[str]:
    name = asked.about.get("set", "")
    if asked.method == "GET":
        equal = asked.about.get("equal", {})
        seen |= {(name, field, str(value)) for field, values in equal.items() for value in values}
    elif asked.method == "POST" and asked.status == 201 and name in natural and natural[name] not in ifs.habits.lacking:
        value = str(asked.about["values"].get(natural[name]))
        if (name, natural[name], value) not in seen:
            yield f"{name} {value} was created without a look"


def revisions(lab: Lab) -> Iterator[str]:
    """An update carries the whole document, with the next revision."""
    for asked in lab.j1p.log:
        if asked.about.get("resource") == "purchaseorders" and asked.about.get("operation") == "UPDATE":
            order, before = asked.json()["purchaseOrder"], asked.about["before"]
            if order["header"]["revisionNumber"] != before["header"]["revisionNumber"] + 1:
                yield f"revision {order['header']['revisionNumber']}"
            if len(order["lineList"]["poLine"]) < len(before["lineList"]["poLine"]):
                yield f"{order['header']['poNumber']}: lines are missing"


def made_in_order(lab: Lab) -> Iterator[str]:
    """A supplier made in IFS gets general, address, contacts, finance and purchase data, in this order."""
    order = [
        "SupplierInfoGeneralSet",
        "SupplierInfoAddressSet",
        "CommMethodSet",
        "IdentityInvoiceInfoSet",
        "SupplierSet",
    ]
    steps: defaultdict[str, list[str]] = defaultdict(list)
    for asked in lab.ifs.log:
        if asked.method == "POST" and asked.status == 201 and asked.about.get("set") in order:
            key = asked.about["key"]
            number = key[1] if asked.about["set"] == "IdentityInvoiceInfoSet" else key[0]
            steps[number].append(asked.about["set"])
    for number, made in steps.items():
        if made[0] == order[0] and (made != sorted(made, key=order.index) or set(made) != set(order)):
            yield f"{number}: {made}"


def partner(number: str) -> Partner:
    return next(p for p in PARTNERS if p.number == number)
