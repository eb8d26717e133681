"""What a purchase order or requisition must be before it is taken (contracts/jaggaer.md 5)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from ifs_jaggaer.sandbox.jaggaer.checks import (
    Check,
    check,
    is_currency,
    is_day,
    is_money,
    is_number,
    is_rounding_of,
    is_text,
    need,
    one_of,
    rows,
)
from ifs_jaggaer.sandbox.jaggaer.codes import UNKNOWN_SUPPLIER, UNKNOWN_VALUE, Declined, invalid
from ifs_jaggaer.sandbox.jaggaer.resources import FIELD_VALUES

if TYPE_CHECKING:
    from ifs_jaggaer.sandbox.jaggaer.records import Records
    from ifs_jaggaer.sandbox.kernel import Row

_PERCENT, _AMOUNT = "PercentOfPrice", "AmountOfPrice"
_HUNDRED: Final = Decimal(100)


def _is_share(value: object) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool) and 0 <= value <= 100


_LINE_CHECKS: Final[dict[str, Check]] = {
    "lineNumber": is_text,
    "status": one_of(("Open", "Closed", "Cancelled")),
    "quantity": is_number,
    "unitPrice": is_money,
    "discountPercent": _is_share,
    "charges": is_number,
    "requestedDeliveryDate": is_day,
}
_ITEM_CHECKS: Final[dict[str, Check]] = {
    "catalogNumber": is_text,
    "description": is_text,
    "unitOfMeasure": lambda value: isinstance(value, dict) and is_text(value.get("dimension")),
    "productType": one_of(("Product", "Service")),
}


def whole(header: Row) -> None:
    """Raises Declined unless the revision is a whole number from 0 on."""
    revision = header.get("revisionNumber")
    if not isinstance(revision, int) or isinstance(revision, bool) or revision < 0:
        raise invalid("revisionNumber", f"{revision!r} is no whole number")


class Validation:
    """Checks one document against the suppliers and custom field values that are there."""

    def __init__(self, records: Records, statuses: frozenset[str], number: str, date: str) -> None:
        self._records = records
        self._header_checks: dict[str, Check] = {
            number: is_text,
            date: is_day,
            "status": one_of(statuses),
            "currency": is_currency,
            "total": is_money,
            "note": is_text,
            "externalReference": is_text,
            "businessUnit": lambda value: isinstance(value, dict) and is_text(value.get("internalName")),
        }
        self._is_order = number == "poNumber"

    def document(self, document: Row, lines_name: str) -> list[Row]:
        """The lines of a good document. Raises Declined naming the field."""
        header = document["header"]
        need(header, "status")
        check(header, self._header_checks)
        whole(header)
        if self._is_order:
            need(header, "supplier")
            self._supplier(header["supplier"], "supplier")
        lines = rows(document, "lineList", lines_name)
        if not lines:
            raise invalid(lines_name, "at least one line is needed")
        seen: set[str] = set()
        for line in lines:
            self._line(line, header.get("currency"))
            if line["lineNumber"] in seen:
                raise invalid("lineNumber", f"{line['lineNumber']} came twice")
            seen.add(line["lineNumber"])
        return lines

    def _supplier(self, reference: Any, where: str) -> None:
        number = reference.get("supplierNumber") if isinstance(reference, dict) else None
        if not isinstance(number, str) or not number:
            raise invalid(f"{where}.supplierNumber", "is required")
        if self._records.supplier(number) is None:
            raise Declined(UNKNOWN_SUPPLIER, f"{where}.supplierNumber: no supplier {number}")

    def _line(self, line: Row, currency: str | None) -> None:
        need(line, "lineNumber", "item")
        where = f"line {line['lineNumber']}: "
        for name in ("quantity", "unitPrice"):
            if name not in line:
                raise invalid(f"{where}{name}", "is required")
        check(line, _LINE_CHECKS, where)
        if not isinstance(line["item"], dict):
            raise invalid(f"{where}item", "must be an object")
        check(line["item"], _ITEM_CHECKS, where)
        if currency and line["unitPrice"]["currency"] != currency:
            raise invalid(f"{where}unitPrice.currency", f"differs from the document's {currency}")
        if "preferredSupplier" in line and not self._is_order:
            self._supplier(line["preferredSupplier"], f"{where}preferredSupplier")
        if line.get("splittableFieldSetGroupList"):
            for group in rows(line, "splittableFieldSetGroupList", "splittableFieldSetGroup"):
                for index_set in rows(group, "splittableFieldIndexSet"):
                    self._distribution(line, index_set, where)

    def _distribution(self, line: Row, index_set: Row, where: str) -> None:
        """Custom field values that are there, and shares that add up."""
        kind = index_set.get("distributionType")
        if kind not in {_PERCENT, _AMOUNT}:
            raise invalid(f"{where}distributionType", f"{kind!r} is not known")
        indexes = rows(index_set, "splittableFieldIndexList", "splittableFieldIndex")
        for index in indexes:
            if not is_number(index.get("distributionValue")):
                raise invalid(f"{where}distributionValue", f"{index.get('distributionValue')!r} is no number")
            for entry in rows(index, "customFieldValueList", "customFieldValue"):
                self._custom_field(entry, where)
        shared = sum((Decimal(index["distributionValue"]) for index in indexes), Decimal(0))
        if kind == _PERCENT and shared != _HUNDRED:
            raise invalid(f"{where}distributionValue", f"percents add up to {shared}, not to 100")
        if kind == _AMOUNT and not is_rounding_of(shared, _total(line), line["unitPrice"]["currency"]):
            raise invalid(f"{where}distributionValue", f"amounts add up to {shared}, the line is {_total(line)}")

    def _custom_field(self, entry: Row, where: str) -> None:
        name, value = entry.get("internalName"), entry.get("value")
        if not isinstance(name, str) or not name:
            raise invalid(f"{where}internalName", "is required")
        if value is not None and self._records.get(FIELD_VALUES, name, value) is None:
            raise Declined(UNKNOWN_VALUE, f"{where}{name}: no value {value}")


def _total(line: Row) -> Decimal:
    """Quantity x price less discount plus charges, exact."""
    gross = Decimal(line["quantity"]) * Decimal(line["unitPrice"]["value"])
    discount, charges = Decimal(line.get("discountPercent", 0)), Decimal(line.get("charges", 0))
    return gross * (_HUNDRED - discount) / _HUNDRED + charges
