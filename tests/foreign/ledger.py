"""The rules of contracts/ifs.md 4 that IFS keeps whoever writes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

CODE_PARTS = "ABCDEFGHIJ"
ZERO = Decimal(0)


class Refused(Exception):
    """DATABASE_ERROR with a code."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class Books(Protocol):
    @property
    def follows(self) -> bool:
        """Whether a receipt moves the state of its order."""

    def all(self, name: str, **equal: Any) -> list[dict[str, Any]]: ...

    def change(self, name: str, key: tuple[Any, ...], **values: Any) -> None: ...


def check(books: Books, name: str, row: dict[str, Any], *, new: bool) -> None:
    """Raises Refused; settles the state of heads that their lines decide."""
    rule = {
        "SupplierInfoAddressSet": lambda: _exists(books, "SupplierInfoGeneralSet", SupplierId=row["SupplierId"]),
        "CommMethodSet": lambda: _exists(books, "SupplierInfoGeneralSet", SupplierId=row["Identity"]),
        "IdentityInvoiceInfoSet": lambda: _finance(books, row),
        "PaymentAddressSet": lambda: _exists(
            books, "IdentityInvoiceInfoSet", Company=row["Company"], Identity=row["Identity"]
        ),
        "SupplierSet": lambda: _purchase(books, row),
        "PostingProposalHeadSet": lambda: _proposal(books, row, new=new),
        "PostingProposalLineSet": lambda: _proposal_line(books, row),
        "PurchaseReceiptSet": lambda: _receipt(books, row) if new else None,
        "SupplierAgreementSet": lambda: _agreement(books, row),
        "SupplierAgreementPartSet": lambda: _agreement_price(books, row),
        "VoucherSet": lambda: _voucher(books, row),
        "VoucherRowSet": lambda: _voucher_row(books, row),
    }.get(name)
    if rule:
        rule()


def _exists(books: Books, name: str, **key: Any) -> None:
    if not books.all(name, **key):
        raise Refused("20111", f"{name} {key} does not exist.")


def _finance(books: Books, row: dict[str, Any]) -> None:
    _exists(books, "SupplierInfoGeneralSet", SupplierId=row["Identity"])
    if row["Cf_GlAccount"]:
        _account(books, row["Company"], row["Cf_GlAccount"], date.today())  # noqa: DTZ011


def _purchase(books: Books, row: dict[str, Any]) -> None:
    _exists(books, "SupplierInfoGeneralSet", SupplierId=row["VendorNo"])
    row["Objstate"] = row["Objstate"] or "Active"


def _valid(row: dict[str, Any], day: date) -> bool:
    return (row["ValidFrom"] or day) <= day <= (row["ValidUntil"] or day)


def _account(books: Books, company: str, number: str, day: date) -> dict[str, Any]:
    found = [a for a in books.all("AccountSet", Company=company, Account=number) if _valid(a, day)]
    if not found:
        raise Refused("20110", f"Account {number} is not valid in company {company} on {day}.")
    return found[0]


def _codes(books: Books, row: dict[str, Any], account: str, day: date) -> None:
    needs = _account(books, row["Company"], account, day)
    for part in CODE_PARTS[1:]:
        value, need = row[f"Code{part}"], needs[f"ReqCode{part}"]
        if value is None:
            if need == "Mandatory":
                raise Refused("20110", f"Code part {part} is mandatory for account {account}.")
            continue
        if need == "Blocked":
            raise Refused("20110", f"Code part {part} is blocked for account {account}.")
        known = books.all("CodePartValueSet", Company=row["Company"], CodePart=part, CodePartValue=value)
        if not any(_valid(v, day) for v in known):
            raise Refused("20110", f"Code part {part} value {value} is not valid.")


def _open_period(books: Books, company: str, day: date) -> dict[str, Any]:
    for period in books.all("AccountingPeriodSet", Company=company, PeriodStatus="Open"):
        if period["DateFrom"] <= day <= period["DateUntil"]:
            return period
    raise Refused("20110", f"No open accounting period in company {company} for {day}.")


def _proposal(books: Books, row: dict[str, Any], *, new: bool) -> None:
    for name in ("SupplierId", "InvoiceNo", "InvoiceDate", "PostingDate", "CurrencyCode", "InvoiceType"):
        if row[name] is None:
            raise Refused("20124", f"Field [{name}] is mandatory.")
    for name, longest in (("SourceReference", 50), ("InvoiceNo", 50)):
        if len(row[name] or "") > longest:
            raise Refused("20124", f"{name} is too long.")
    _exists(books, "IdentityInvoiceInfoSet", Company=row["Company"], Identity=row["SupplierId"])
    _open_period(books, row["Company"], row["PostingDate"])
    key = {name: row[name] for name in ("Company", "SupplierId", "InvoiceNo")}
    if new and books.all("PostingProposalHeadSet", **key):
        raise Refused("20112", f"Invoice {key} already exists.")
    row["Objstate"] = row["Objstate"] or "Unbalanced"


def _proposal_line(books: Books, row: dict[str, Any]) -> None:
    head = {name: row[name] for name in ("Company", "ProposalId")}
    (proposal,) = books.all("PostingProposalHeadSet", **head)
    if row["OrderNo"]:
        _exists(books, "PurchaseOrderLineSet", **{name: row[name] for name in ("OrderNo", "LineNo", "ReleaseNo")})
    if not row["CodeA"]:
        raise Refused("20110", "The account is missing.")
    _codes(books, row, row["CodeA"], proposal["PostingDate"])
    lines = [*books.all("PostingProposalLineSet", **head), row]
    sums = [sum((line[n] or ZERO for line in lines), ZERO) for n in ("NetAmount", "TaxAmount")]
    tied = [proposal["NetAmount"], proposal["TaxAmount"], proposal["GrossAmount"]] == [*sums, sum(sums)]
    state = "Balanced" if tied else "Unbalanced"
    if proposal["Objstate"] in {"Balanced", "Unbalanced"} and proposal["Objstate"] != state:
        books.change("PostingProposalHeadSet", tuple(head.values()), Objstate=state)


def _voucher(books: Books, row: dict[str, Any]) -> None:
    period = _open_period(books, row["Company"], row["VoucherDate"])
    stated = (row["AccountingYear"], row["AccountingPeriod"])
    if stated != (period["AccountingYear"], period["AccountingPeriod"]):
        raise Refused("20110", f"Period {stated} is not that of the voucher date.")
    row["Objstate"] = "Approved"


def _voucher_row(books: Books, row: dict[str, Any]) -> None:
    head = {name: row[name] for name in ("Company", "VoucherType", "AccountingYear", "VoucherNo")}
    (voucher,) = books.all("VoucherSet", **head)
    _codes(books, row, row["Account"], voucher["VoucherDate"])
    debit, credit = row["CurrencyDebetAmount"], row["CurrencyCreditAmount"]
    if bool(debit) == bool(credit) or min(debit or ZERO, credit or ZERO) < 0:
        raise Refused("20110", f"A row is debit or credit, and not negative: {debit}, {credit}.")


def acted(books: Books, name: str, row: dict[str, Any], state: str) -> None:
    """What an action brings with it. Raises Refused."""
    if row["Objstate"] == state:
        raise Refused("20110", f"It is {state} already.")
    if name == "PurchaseReceiptSet":
        _arrived(books, row, -row["QtyArrived"])


def _receipt(books: Books, row: dict[str, Any]) -> None:
    for name in ("QtyArrived", "Uom", "ArrivalDate"):
        if row[name] is None:
            raise Refused("20124", f"Field [{name}] is mandatory.")
    if len(row["ReceiptReference"] or "") > 50:
        raise Refused("20124", "ReceiptReference is too long.")
    if row["QtyArrived"] <= 0:
        raise Refused("20110", "The quantity must be greater than zero.")
    _arrived(books, row, row["QtyArrived"])
    row["Objstate"] = row["Objstate"] or "Arrived"


def _arrived(books: Books, row: dict[str, Any], quantity: Decimal) -> None:
    """More, or with a negative quantity less, is received of the order line."""
    key = {name: row[name] for name in ("OrderNo", "LineNo", "ReleaseNo")}
    _exists(books, "PurchaseOrderLineSet", **key)
    (line,) = books.all("PurchaseOrderLineSet", **key)
    if line["Objstate"] not in {"Released", "Confirmed", "Arrived", "Received"}:
        raise Refused("20110", f"Order line {tuple(key.values())} is {line['Objstate']}.")
    if row["Uom"] != line["BuyUnitMeas"]:
        raise Refused("20110", f"The unit is {line['BuyUnitMeas']}.")
    received = (line["QtyReceived"] or ZERO) + quantity
    if received > line["BuyQtyDue"]:
        raise Refused("20110", f"The open quantity of {tuple(key.values())} is exceeded.")
    whole = received == line["BuyQtyDue"]
    state = {"Objstate": "Received" if whole else "Arrived"} if books.follows else {}
    books.change("PurchaseOrderLineSet", tuple(key.values()), QtyReceived=received, **state)
    lines = books.all("PurchaseOrderLineSet", OrderNo=row["OrderNo"])
    if books.follows and all(each["Objstate"] == "Received" for each in lines):
        books.change("PurchaseOrderSet", (row["OrderNo"],), Objstate="Received")


def _agreement(books: Books, row: dict[str, Any]) -> None:
    _exists(books, "SupplierSet", VendorNo=row["VendorNo"])
    if row["Objstate"] == "Closed":
        raise Refused("20110", f"Agreement {row['AgreementId']} is closed.")
    if not row["CurrencyCode"] or not row["ValidFrom"]:
        raise Refused("20124", "Currency and first day are mandatory.")
    row["Objstate"] = "Active"


def _agreement_price(books: Books, row: dict[str, Any]) -> None:
    if not books.all("SupplierAgreementSet", AgreementId=row["AgreementId"], Objstate="Active"):
        raise Refused("20110", f"Agreement {row['AgreementId']} is not active.")
    if row["PartNo"] == "NOT-STOCKED":
        raise Refused("20111", "Part NOT-STOCKED does not exist.")
    if row["Price"] is None or row["Price"] < 0 or not row["PriceUnitMeas"]:
        raise Refused("20124", "Price and unit are mandatory.")


def unbalanced(books: Books) -> Iterator[str]:
    """Vouchers whose rows do not add up: what the commit of a change set looks at."""
    for voucher in books.all("VoucherSet"):
        head = {name: voucher[name] for name in ("Company", "VoucherType", "AccountingYear", "VoucherNo")}
        rows = books.all("VoucherRowSet", **head)
        sides = [sum((r[n] or ZERO for r in rows), ZERO) for n in ("CurrencyDebetAmount", "CurrencyCreditAmount")]
        if sides[0] != sides[1] or not rows:
            yield f"Voucher {tuple(head.values())} does not balance: {sides[0]} and {sides[1]}."
