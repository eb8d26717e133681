from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.jaggaer.fields import Money, absent
from connectors.jaggaer.models import (
    CompanyProfile,
    Contract,
    CustomFieldValue,
    Invoice,
    PurchaseOrder,
    Receipt,
    Requisition,
    read,
)
from connectors.payload import loads
from connectors.wire import Row
from ifs_jaggaer.errors import Rejected

SPLITS = {
    "splittableFieldSetGroup": [
        {
            "splittableFieldIndexSet": [
                {
                    "context": "Line",
                    "distributionType": "PercentOfPrice",
                    "splittableFieldIndexList": {
                        "splittableFieldIndex": [
                            {
                                "splitIndex": 0,
                                "distributionValue": Decimal("33.33"),
                                "customFieldValueList": {
                                    "customFieldValue": [
                                        {"internalName": "Account", "value": "4010"},
                                        {"internalName": "Project"},
                                    ]
                                },
                            }
                        ]
                    },
                }
            ]
        }
    ]
}


def company(info: dict[str, Any] | None, de: dict[str, Any] | None = None) -> CompanyProfile:
    record = {"returnCompanyInfo": info, "deBasic": de}
    return CompanyProfile.model_validate({name: value for name, value in record.items() if value is not None})


def test_ids_are_text_whatever_they_come_as() -> None:
    found = company({"bravoId": 10442, "extCode": "0006510005", "dAndBCode": "12"}).info
    assert found is not None
    assert (found.bravo_id, found.ext_code, found.d_and_b_code) == ("10442", "0006510005", "12")


def test_a_component_that_did_not_come_is_unknown_a_missing_field_is_empty() -> None:
    found = company({"bravoId": "1", "webSite": "", "bizPhone": {}})
    assert found.de is None
    assert found.info is not None
    assert (found.info.web_site, found.info.biz_phone, found.info.city) == (None, None, None)


@pytest.mark.parametrize("de", [{}, {"deInfo": []}])
def test_a_component_that_came_empty_is_unknown(de: dict[str, Any]) -> None:
    assert company({"bravoId": "1"}, de).de is None


def test_extended_data_gives_one_value_several_or_none() -> None:
    def field(name: str, *values: str) -> dict[str, Any]:
        return {"name": name, "type": "TEXT", "values": {"value": [{"deValue": value} for value in values]}}

    de = company(None, {"deInfo": [field("A", "1"), field("B", "2", "1"), field("C"), {"name": "D"}]}).de
    assert de is not None
    assert [de.get(name) for name in "ABCDE"] == ["1", ("2", "1"), None, None, None]
    assert [de.values(name) for name in "ABC"] == [("1",), ("2", "1"), ()]


def test_what_the_contract_does_not_know_is_kept() -> None:
    found = company({"bravoId": "1", "newThing": {"a": 1}}).info
    assert found is not None
    assert found.model_extra == {"newThing": {"a": 1}}


@pytest.mark.parametrize(
    ("told", "meant"), [("true", True), ("False", False), (True, True), ("TRUE", True), ({}, None)]
)
def test_a_boolean_may_be_text(told: object, meant: bool | None) -> None:
    value = CustomFieldValue.model_validate({"customField": "Account", "value": 4010, "active": told})
    assert (value.value, value.active) == ("4010", meant)


def test_an_amount_is_exact_and_never_a_float() -> None:
    assert Money.model_validate(loads(b'{"value": 0.10, "currency": "EUR"}')).value == Decimal("0.10")
    assert Money.model_validate({"value": "1234.50"}).value == Decimal("1234.50")
    assert Money.model_validate({"value": 7}).value == 7
    for wrong in (0.1, True, "NaN", "1,50", "Infinity"):
        with pytest.raises(ValidationError):
            Money.model_validate({"value": wrong})


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("2024-02-14T19:58:56.973Z", datetime(2024, 2, 14, 19, 58, 56, 973000, UTC)),
        ("2024-02-14T19:58:56Z", datetime(2024, 2, 14, 19, 58, 56, 0, UTC)),
        ("2024-02-14T20:58:56.9+01:00", datetime(2024, 2, 14, 19, 58, 56, 900000, UTC)),
    ],
)
def test_a_timestamp_is_utc(told: str, meant: datetime) -> None:
    value = CustomFieldValue.model_validate({"customField": "A", "value": "1", "lastUpdate": told})
    assert value.last_update == meant
    assert value.last_update.tzinfo is UTC


@pytest.mark.parametrize("told", ["2024-02-14T19:58:56", "2024-02-14", "yesterday", 1707940736, "2024-02-30T00:00:00Z"])
def test_a_timestamp_without_a_zone_is_refused(told: object) -> None:
    with pytest.raises(ValidationError):
        CustomFieldValue.model_validate({"customField": "A", "value": "1", "lastUpdate": told})


def test_a_date_is_its_first_ten_characters() -> None:
    found = PurchaseOrder.model_validate({"header": {"poNumber": "P1", "poDate": "2026-02-14T23:30:00.000-05:00"}})
    assert found.header.po_date == date(2026, 2, 14)


def test_an_order_with_its_lines() -> None:
    found = PurchaseOrder.model_validate(
        {
            "header": {
                "poNumber": "P1",
                "revisionNumber": "2",
                "businessUnit": {"internalName": "10"},
                "acknowledgement": {"number": "A7", "date": "2026-02-20T00:00:00.000Z"},
                "shipTo": {"address": {"addressLineList": {"addressLine": [{"lineNumber": 1, "addressLine": "x"}]}}},
                "billTo": {"address": {}},
            },
            "lineList": {
                "poLine": [
                    {
                        "lineNumber": 1,
                        "quantity": 10,
                        "unitPrice": {"currency": "EUR", "value": Decimal("123.45")},
                        "splittableFieldSetGroupList": SPLITS,
                    }
                ]
            },
        }
    )
    head = found.header
    assert (head.revision_number, head.business_unit, head.bill_to) == (2, "10", None)
    assert head.acknowledgement is not None
    assert head.acknowledgement.date == date(2026, 2, 20)
    assert head.ship_to is not None
    assert head.ship_to.address is not None
    assert head.ship_to.address.lines[0].address_line == "x"
    assert found.lines is not None
    (line,) = found.lines
    assert line.unit_price == Money(currency="EUR", value=Decimal("123.45"))
    assert line.split_groups is not None
    (share,) = line.split_groups[0].sets[0].splits
    assert (share.distribution_value, share.code("Account"), share.code("Project"), share.code("X")) == (
        Decimal("33.33"),
        "4010",
        None,
        None,
    )


@pytest.mark.parametrize("lines", [None, {}, {"poLine": []}])
def test_lines_that_did_not_come_are_unknown(lines: object) -> None:
    assert PurchaseOrder.model_validate({"header": {"poNumber": "P1"}, "lineList": lines}).lines is None


def test_a_line_without_its_number_is_not_lost_silently() -> None:
    with pytest.raises(ValidationError):
        PurchaseOrder.model_validate({"header": {"poNumber": "P1"}, "lineList": {"poLine": [{}]}})


def test_an_invoice_as_a_real_tenant_gives_it() -> None:
    """Abridged from a public sample of a tenant's answer (contracts/jaggaer.md, sources)."""
    body = b"""{"header": {"invoiceId": 2526304, "lastUpdate": "2024-02-14T19:58:56.973Z",
      "paymentStatus": "Payable", "invoiceType": "Invoice", "businessUnit": "0004",
      "supplier": {"id": 1003837241, "supplierNumber": "0279765"}, "terms": {"discount": {}, "daysAfter": 30},
      "customFieldValueSetList": {"customFieldValueSet": [{"name": "TaxCode"}]},
      "taxCharge1": 102.5, "miscFeeList": {"miscFee": [{"name": "MiscFee1", "fee": 0}]},
      "total": {"currency": "USD", "value": 1102.5}},
     "lineList": {"invoiceLine": [{"lineId": 8875911, "lineNumber": 1, "poNumber": "0000000049",
      "poLineNumber": "1", "receipts": {"receipt": []}, "quantity": 1, "unitPrice": 1000, "taxCharge1": 102.5,
      "poLineMatchStatus": "Fully Matched"}]}}"""
    record = loads(body)
    assert isinstance(record, dict)
    found = read(Invoice, Row("invoices", ("2526304",), record))
    head = found.header
    assert (head.invoice_id, head.business_unit, head.tax_charge1) == ("2526304", "0004", Decimal("102.5"))
    assert (head.terms and head.terms.discount, head.misc_fees[0].fee, head.withholding_tax1) == (None, 0, None)
    assert head.total == Money(currency="USD", value=Decimal("1102.5"))
    assert head.model_extra is not None
    assert "customFieldValueSetList" in head.model_extra
    assert found.lines is not None
    assert (found.lines[0].po_number, found.lines[0].unit_price) == ("0000000049", Decimal(1000))


def test_total_business_unit_and_suppliers_number_may_be_missing() -> None:
    head = Invoice.model_validate({"header": {"invoiceId": 1, "total": {}, "businessUnit": {}}}).header
    assert (head.total, head.business_unit, head.supplier_invoice_number) == (None, None, None)


def test_a_deviation_names_record_field_and_value() -> None:
    row = Row(
        "invoices",
        ("7",),
        {"header": {"invoiceId": 7}, "lineList": {"invoiceLine": [{"lineNumber": 1, "quantity": "ten"}]}},
    )
    with pytest.raises(Rejected) as caught:
        read(Invoice, row)
    error = caught.value
    assert (error.record, error.field, error.value) == ("invoices 7", "lineList.0.quantity", "ten")


def test_a_deviation_in_extended_data_does_not_show_the_value() -> None:
    secret = "DE89370400440532013000"
    row = Row("companyprofiles", ("7",), {"deBasic": {"deInfo": [{"name": "IBAN", "values": secret}]}})
    with pytest.raises(Rejected) as caught:
        read(CompanyProfile, row)
    assert secret not in str(caught.value) + str(caught.value.value) + repr(caught.value.__cause__)


@pytest.mark.parametrize("value", [None, {}, [], {"a": {}}, {"a": {"b": []}, "c": None}])
def test_absence_has_several_faces(value: object) -> None:
    assert absent(value)


@pytest.mark.parametrize("value", ["", 0, False, [{}], {"a": 0}])
def test_what_says_something_is_not_absent(value: object) -> None:
    assert not absent(value)


@pytest.mark.parametrize("unit", ["KGM", {"dimension": "KGM"}])
def test_a_receipt(unit: object) -> None:
    found = Receipt.model_validate(
        {
            "header": {"receiptId": 7, "receiptDate": "2026-03-01T00:00:00.000Z", "status": "Voided"},
            "lineList": {
                "receiptLine": [
                    {"lineNumber": 1, "poLineNumber": "1-1", "quantity": Decimal("2.5"), "unitOfMeasure": unit}
                ]
            },
        }
    )
    assert (found.header.receipt_id, found.header.receipt_date) == ("7", date(2026, 3, 1))
    assert found.lines is not None
    line = found.lines[0]
    assert (line.line_number, line.po_line_number, line.quantity, line.unit_of_measure) == (
        "1",
        "1-1",
        Decimal("2.5"),
        "KGM",
    )


def test_a_contract_whose_prices_did_not_come_is_not_one_without_prices() -> None:
    record = {"contractReferenceCode": "C1", "supplier": {"bravoId": 1, "extCode": "01"}, "validTo": {}}
    assert Contract.model_validate(record).prices is None
    price = {"itemCode": "A", "unitPrice": {"currency": "EUR", "value": Decimal("0.000001")}, "minQuantity": 1}
    found = Contract.model_validate(record | {"priceList": {"price": [price]}})
    assert found.valid_to is None
    assert found.supplier is not None
    assert found.supplier.bravo_id == "1"
    assert found.prices is not None
    assert found.prices[0].unit_price == Money(currency="EUR", value=Decimal("0.000001"))


def test_a_requisition_names_its_supplier_by_line() -> None:
    line = {"lineNumber": "1-1", "preferredSupplier": {"supplierNumber": "007"}, "poNumber": "P1"}
    found = Requisition.model_validate({"header": {"requisitionNumber": "R1"}, "lineList": {"requisitionLine": [line]}})
    assert found.lines is not None
    assert found.lines[0].preferred_supplier is not None
    assert (found.lines[0].preferred_supplier.supplier_number, found.lines[0].po_number) == ("007", "P1")
