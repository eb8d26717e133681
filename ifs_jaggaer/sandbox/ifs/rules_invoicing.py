"""Rules of posting proposals and vouchers."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Final

from ifs_jaggaer.sandbox.ifs.catalogue import SETS
from ifs_jaggaer.sandbox.ifs.errors import database_error, does_not_exist, exists_already
from ifs_jaggaer.sandbox.ifs.rules import Rule, Work, default
from ifs_jaggaer.sandbox.ifs.rules_posting import check_codes, open_period
from ifs_jaggaer.sandbox.kernel import Row

_HEAD, _LINE = "PostingProposalHeadSet", "PostingProposalLineSet"
_VOUCHER, _ROW = "VoucherSet", "VoucherRowSet"
_ORDER_LINE = "PurchaseOrderLineSet"
_EDITABLE: Final = frozenset({"Unbalanced", "Balanced"})
_NOTHING: Final = Decimal(0)
_FIRST_PROPOSAL: Final = 1001


def _head(work: Work, row: Row) -> None:
    if row["ProposalId"] is None:
        row["ProposalId"] = work.records.next_free(
            _HEAD, _FIRST_PROPOSAL, lambda number: work.records.find(_HEAD, row["Company"], number) is not None
        )
    default(row, InvoiceType="Invoice", TaxAmount=_NOTHING)


def _head_fits(work: Work, before: Row | None, after: Row | None) -> None:
    if after is None or (before and before["Objstate"] != after["Objstate"]):
        return
    if before and before["Objstate"] not in _EDITABLE:
        raise _not_editable(before)
    if before is None or before["PostingDate"] != after["PostingDate"]:
        open_period(work.records, after["Company"], after["PostingDate"])
    if not work.settings["enforce_invoice_no"]:
        return
    for other in work.records.where(_HEAD, "InvoiceNo", after["InvoiceNo"]):
        same = all(other[name] == after[name] for name in ("Company", "SupplierId"))
        if same and other["ProposalId"] != after["ProposalId"]:
            raise exists_already(
                f"Invoice {after['InvoiceNo']} of supplier {after['SupplierId']} in company {after['Company']}"
            )


def _not_editable(head: Row) -> Exception:
    return database_error(f"Posting proposal {head['ProposalId']} is {head['Objstate']} and cannot be changed.")


def _head_changed(work: Work, before: Row | None, after: Row | None) -> None:
    if after is None:
        return
    work.proposals[after["Company"], after["ProposalId"]] = None
    if before is None or before["Objstate"] == after["Objstate"]:
        return
    if after["Objstate"] == "Cancelled":
        for line in _lines(work, after):
            _invoiced(work, after, line, -(line["Quantity"] or 0))
    if after["Objstate"] == "Posted":
        _enter_ledger(work, after)


def _enter_ledger(work: Work, head: Row) -> None:
    ledger = SETS["InvoiceLedgerItemSet"]
    key = (head["Company"], head["SupplierId"], "Supplier")
    number = work.records.next_free(
        ledger.name, 1, lambda number: work.records.find(ledger.name, *key, str(number)) is not None
    )
    row = dict.fromkeys(ledger.attributes) | {
        "Company": head["Company"],
        "Identity": head["SupplierId"],
        "PartyType": "Supplier",
        "LedgerItemId": str(number),
        "InvoiceNo": head["InvoiceNo"],
        "PaidAmount": _NOTHING,
        "OpenAmount": -head["GrossAmount"] if head["InvoiceType"] == "Credit" else head["GrossAmount"],
    }
    work.records.insert(ledger, row)


def _lines(work: Work, head: Row) -> list[Row]:
    found = work.records.where(_LINE, "ProposalId", head["ProposalId"])
    return [line for line in found if line["Company"] == head["Company"]]


def _line(work: Work, row: Row) -> None:
    if row["RowNo"] is None:
        row["RowNo"] = max((each["RowNo"] for each in _lines(work, row)), default=0) + 1
    default(row, TaxAmount=_NOTHING)


def _line_fits(work: Work, before: Row | None, after: Row | None) -> None:
    row = after or before or {}
    head = work.records.find(_HEAD, row["Company"], row["ProposalId"])
    if head is None:
        raise does_not_exist(f"Posting proposal {row['ProposalId']} in company {row['Company']}")
    if head["Objstate"] not in _EDITABLE:
        raise _not_editable(head)
    if after:
        if after["CodeA"] is None and after["OrderNo"] is None:
            raise database_error(f"Row {after['RowNo']} of posting proposal {head['ProposalId']} has no account.")
        check_codes(work.records, after, account_in="CodeA", company=head["Company"], day=head["PostingDate"])


def _line_changed(work: Work, before: Row | None, after: Row | None) -> None:
    row = after or before or {}
    work.proposals[row["Company"], row["ProposalId"]] = None
    head = work.records.find(_HEAD, row["Company"], row["ProposalId"]) or {}
    if before:
        _invoiced(work, head, before, -(before["Quantity"] or 0))
    if after:
        _invoiced(work, head, after, after["Quantity"] or 0)


def _invoiced(work: Work, head: Row, line: Row, quantity: Decimal | int) -> None:
    """A credit note gives back what was invoiced."""
    quantity = -quantity if head.get("InvoiceType") == "Credit" else quantity
    found = work.records.find(_ORDER_LINE, line["OrderNo"], line["LineNo"], line["ReleaseNo"])
    if found and quantity:
        work.records.update(_ORDER_LINE, found, {"QtyInvoiced": (found["QtyInvoiced"] or 0) + quantity})


def _voucher(work: Work, row: Row) -> None:
    period = open_period(work.records, row["Company"], row["VoucherDate"]) if row["VoucherDate"] else {}
    default(
        row,
        AccountingYear=period.get("AccountingYear"),
        AccountingPeriod=period.get("AccountingPeriod"),
    )
    if row["VoucherNo"] is None:
        series = (row["Company"], row["VoucherType"], row["AccountingYear"])
        row["VoucherNo"] = work.records.next_free(
            f"{_VOUCHER} {series}", 1, lambda number: work.records.find(_VOUCHER, *series, number) is not None
        )
    for name in ("AccountingYear", "AccountingPeriod"):
        if period and row[name] != period[name]:
            raise database_error(f"{name} {row[name]} is not that of the voucher date {row['VoucherDate']}.")


def _voucher_changed(work: Work, _: Row | None, after: Row | None) -> None:
    if after:
        work.vouchers[SETS[_VOUCHER].key_of(after)] = None


def _voucher_rows(work: Work, voucher: Row) -> list[Row]:
    keys = SETS[_VOUCHER].keys
    found = work.records.where(_ROW, "VoucherNo", voucher["VoucherNo"])
    return [row for row in found if all(row[key] == voucher[key] for key in keys)]


def _row(work: Work, row: Row) -> None:
    if row["RowNo"] is None:
        row["RowNo"] = max((each["RowNo"] for each in _voucher_rows(work, row)), default=0) + 1


def _row_fits(work: Work, before: Row | None, after: Row | None) -> None:
    row = after or before or {}
    voucher = work.records.find(_VOUCHER, *(row[key] for key in SETS[_VOUCHER].keys))
    if voucher is None:
        raise does_not_exist(f"Voucher {row['VoucherType']} {row['VoucherNo']} in company {row['Company']}")
    if after:
        day = voucher["VoucherDate"]
        check_codes(work.records, after, account_in="Account", company=voucher["Company"], day=day)


def _row_changed(work: Work, before: Row | None, after: Row | None) -> None:
    row = after or before or {}
    work.vouchers[tuple(row[key] for key in SETS[_VOUCHER].keys)] = None


def settle(work: Work) -> None:
    """What must hold when a transaction ends. Raises ODataError for a voucher whose sides differ."""
    for key in work.proposals:
        head = work.records.find(_HEAD, *key)
        if head and head["Objstate"] in _EDITABLE:
            state = "Balanced" if _ties(head, _lines(work, head)) else "Unbalanced"
            if state != head["Objstate"]:
                work.records.update(_HEAD, head, {"Objstate": state})
    for key in work.vouchers:
        voucher = work.records.find(_VOUCHER, *key)
        if voucher:
            _settle_voucher(work, voucher)


def _ties(head: Row, lines: list[Row]) -> bool:
    net, tax, gross = (head[name] or 0 for name in ("NetAmount", "TaxAmount", "GrossAmount"))
    nets = sum((line["NetAmount"] or 0 for line in lines), _NOTHING)
    taxes = sum((line["TaxAmount"] or 0 for line in lines), _NOTHING)
    return bool(lines) and nets == net and taxes == tax and net + tax == gross


def _settle_voucher(work: Work, voucher: Row) -> None:
    rows = _voucher_rows(work, voucher)
    sides: defaultdict[str | None, Decimal] = defaultdict(Decimal)
    for row in rows:
        sides[row["CurrencyCode"]] += (row["CurrencyDebetAmount"] or 0) - (row["CurrencyCreditAmount"] or 0)
    for currency, difference in sides.items():
        if difference and not work.by_person:
            raise database_error(
                f"Voucher {voucher['VoucherType']} {voucher['VoucherNo']}: debit and credit differ by"
                f" {difference} {currency or ''}"
            )
    if not rows and voucher["Objstate"] != "Error" and not work.by_person:
        work.records.update(_VOUCHER, voucher, {"Objstate": "Error"})


RULES: Final = {
    _HEAD: Rule(prepare=_head, check=_head_fits, effect=_head_changed),
    _LINE: Rule(prepare=_line, check=_line_fits, effect=_line_changed),
    _VOUCHER: Rule(prepare=_voucher, effect=_voucher_changed),
    _ROW: Rule(prepare=_row, check=_row_fits, effect=_row_changed),
}
