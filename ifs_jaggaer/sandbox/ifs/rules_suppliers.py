"""Rules of suppliers and of what belongs to them."""

from __future__ import annotations

from typing import Final

from ifs_jaggaer.sandbox.ifs.rules import Rule, Work, default
from ifs_jaggaer.sandbox.kernel import Row

_FIRST_SUPPLIER: Final = 100001
_FIRST_AGREEMENT: Final = 5001


def _supplier(work: Work, row: Row) -> None:
    if row["SupplierId"] is None:
        row["SupplierId"] = _free(work, "SupplierInfoGeneralSet", _FIRST_SUPPLIER)
    default(row, PartyType="Supplier", Status="Active", CreationDate=work.records.today())


def _free(work: Work, name: str, first: int) -> str:
    return str(work.records.next_free(name, first, lambda number: work.records.find(name, str(number)) is not None))


def _address(_: Work, row: Row) -> None:
    default(row, DefAddress=False)


def _contact(work: Work, row: Row) -> None:
    if row["CommId"] is None:
        taken = (each["CommId"] for each in work.records.where("CommMethodSet", "Identity", row["Identity"]))
        row["CommId"] = max(taken, default=0) + 1
    default(row, DefaultPerMethod="False")


def _party(_: Work, row: Row) -> None:
    default(row, PartyType="Supplier")


def _bank(_: Work, row: Row) -> None:
    default(row, PartyType="Supplier", DefaultAddress=False)


def _agreement(work: Work, row: Row) -> None:
    if row["AgreementId"] is None:
        row["AgreementId"] = _free(work, "SupplierAgreementSet", _FIRST_AGREEMENT)


RULES: Final = {
    "SupplierInfoGeneralSet": Rule(prepare=_supplier),
    "SupplierInfoAddressSet": Rule(prepare=_address),
    "CommMethodSet": Rule(prepare=_contact),
    "IdentityInvoiceInfoSet": Rule(prepare=_party),
    "PaymentAddressSet": Rule(prepare=_bank),
    "InvoiceLedgerItemSet": Rule(prepare=_party),
    "SupplierAgreementSet": Rule(prepare=_agreement),
}
