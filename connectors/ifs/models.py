"""Rows of the sets of contracts/ifs.md 4, one model a set; attributes under the contract's names."""

from __future__ import annotations

from typing import TypeAlias

from pydantic import Field

from connectors.ifs.fields import Amount, Day, Flag, Text, Whole, Wire, read

__all__ = [
    "Account",
    "AccountingPeriod",
    "Agreement",
    "AgreementPrice",
    "CodePartValue",
    "Coded",
    "LedgerItem",
    "PostingProposal",
    "PostingProposalLine",
    "PreAccounting",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "Receipt",
    "Requisition",
    "RequisitionLine",
    "Site",
    "SupplierAddress",
    "SupplierBank",
    "SupplierContact",
    "SupplierFinance",
    "SupplierGeneral",
    "SupplierPurchase",
    "Voucher",
    "VoucherRow",
    "Wire",
    "read",
]

Stamp: TypeAlias = Text
"""A timestamp as the set wrote it: in its own zone, compared and sent back as it is."""

# --- suppliers: several rows, each with its own ETag ------------------------------------------


class SupplierGeneral(Wire):
    supplier_id: Text = None
    name: Text = None
    association_no: Text = None
    country: Text = None
    default_language: Text = None
    creation_date: Day = None
    party_type: Text = None
    vat_no: Text = None
    corporate_form: Text = None
    status: Text = None
    cf_jaggaer_id: Text = Field(default=None, alias="Cf_JaggaerId")
    cf_categories: Text = Field(default=None, alias="Cf_Categories")
    cf_qualification: Text = Field(default=None, alias="Cf_Qualification")
    cf_diversity: Text = Field(default=None, alias="Cf_Diversity")
    last_modified_date: Stamp = None


class SupplierAddress(Wire):
    supplier_id: Text = None
    address_id: Text = None
    address1: Text = None
    address2: Text = None
    zip_code: Text = None
    city: Text = None
    state: Text = None
    country: Text = None
    def_address: Flag = None
    last_modified_date: Stamp = None


class SupplierContact(Wire):
    identity: Text = None
    comm_id: Whole = None
    method_id: Text = None
    value: Text = None
    default_per_method: Flag = None
    last_modified_date: Stamp = None


class SupplierFinance(Wire):
    company: Text = None
    identity: Text = None
    party_type: Text = None
    group_id: Text = None
    pay_term_id: Text = None
    def_currency: Text = None
    def_vat_code: Text = None
    cf_gl_account: Text = Field(default=None, alias="Cf_GlAccount")
    cf_cost_center: Text = Field(default=None, alias="Cf_CostCenter")
    last_modified_date: Stamp = None


class SupplierBank(Wire):
    """A bank account; neither `repr` nor messages show it (DESIGN, law 10)."""

    company: Text = None
    identity: Text = None
    party_type: Text = None
    way_id: Text = None
    address_id: Text = None
    account: Text = Field(default=None, repr=False)
    bic_code: Text = Field(default=None, repr=False)
    default_address: Flag = None
    last_modified_date: Stamp = None


class SupplierPurchase(Wire):
    vendor_no: Text = None
    buyer_code: Text = None
    currency_code: Text = None
    supp_grp: Text = None
    objstate: Text = None
    last_modified_date: Stamp = None


# --- ledger -----------------------------------------------------------------------------------


class Coded(Wire):
    """What carries an account (A) and code parts (B to J)."""

    code_a: Text = None
    code_b: Text = None
    code_c: Text = None
    code_d: Text = None
    code_e: Text = None
    code_f: Text = None
    code_g: Text = None
    code_h: Text = None
    code_i: Text = None
    code_j: Text = None

    @property
    def codes(self) -> dict[str, str]:
        """Code part ("A" to "J") to value, only those that have one."""
        values = ((letter.upper(), getattr(self, f"code_{letter}")) for letter in "abcdefghij")
        return {part: value for part, value in values if value}


class Account(Wire):
    """`req_code_b` to `req_code_j`: whether the code part `Can` or must (`Mandatory`) be given, or is `Blocked`."""

    company: Text = None
    account: Text = None
    description: Text = None
    valid_from: Day = None
    valid_until: Day = None
    req_code_b: Text = None
    req_code_c: Text = None
    req_code_d: Text = None
    req_code_e: Text = None
    req_code_f: Text = None
    req_code_g: Text = None
    req_code_h: Text = None
    req_code_i: Text = None
    req_code_j: Text = None
    ledg_flag: Flag = None
    last_modified_date: Stamp = None


class CodePartValue(Wire):
    company: Text = None
    code_part: Text = None
    code_part_value: Text = None
    description: Text = None
    valid_from: Day = None
    valid_until: Day = None
    last_modified_date: Stamp = None


class AccountingPeriod(Wire):
    company: Text = None
    accounting_year: Whole = None
    accounting_period: Whole = None
    date_from: Day = None
    date_until: Day = None
    period_status: Text = None
    last_modified_date: Stamp = None


class Voucher(Wire):
    company: Text = None
    voucher_type: Text = None
    accounting_year: Whole = None
    voucher_no: Whole = None
    voucher_date: Day = None
    accounting_period: Whole = None
    text: Text = None
    reference_serie: Text = None
    reference_number: Text = None
    objstate: Text = None
    last_modified_date: Stamp = None


class VoucherRow(Coded):
    company: Text = None
    voucher_type: Text = None
    accounting_year: Whole = None
    voucher_no: Whole = None
    row_no: Whole = None
    account: Text = None
    currency_code: Text = None
    currency_debet_amount: Amount = None
    currency_credit_amount: Amount = None
    text: Text = None
    optional_code: Text = None
    party_type_id: Text = None
    reference_serie: Text = None
    reference_number: Text = None
    last_modified_date: Stamp = None


class LedgerItem(Wire):
    company: Text = None
    identity: Text = None
    party_type: Text = None
    ledger_item_id: Text = None
    invoice_no: Text = None
    paid_amount: Amount = None
    open_amount: Amount = None
    payment_date: Day = None
    payment_reference: Text = None
    last_modified_date: Stamp = None


# --- purchasing -------------------------------------------------------------------------------


class Site(Wire):
    contract: Text = None
    company: Text = None
    description: Text = None
    time_zone: Text = None
    address1: Text = None
    address2: Text = None
    zip_code: Text = None
    city: Text = None
    state: Text = None
    country: Text = None
    last_modified_date: Stamp = None


class PurchaseOrder(Wire):
    """`total_amount` is net of tax, in `currency_code`."""

    order_no: Text = None
    vendor_no: Text = None
    contract: Text = None
    buyer_code: Text = None
    order_date: Day = None
    currency_code: Text = None
    objstate: Text = None
    company: Text = None
    pay_term_id: Text = None
    wanted_receipt_date: Day = None
    delivery_address: Text = None
    doc_address_no: Text = None
    note_text: Text = None
    revision: Text = None
    total_amount: Amount = None
    ack_order_no: Text = None
    ack_date: Day = None
    last_modified_date: Stamp = None


class PurchaseOrderLine(Coded):
    """Price in order currency, excl. tax; `discount` in percent; `net_amt_curr` after discount and charges."""

    order_no: Text = None
    line_no: Text = None
    release_no: Text = None
    part_no: Text = None
    description: Text = None
    buy_qty_due: Amount = None
    buy_unit_meas: Text = None
    fbuy_unit_price: Amount = None
    net_amt_curr: Amount = None
    discount: Amount = None
    wanted_delivery_date: Day = None
    planned_receipt_date: Day = None
    promised_delivery_date: Day = None
    price_unit_meas: Text = None
    price_conv_factor: Amount = None
    contract: Text = None
    objstate: Text = None
    blanket_order: Text = None
    service_type: Text = None
    note_text: Text = None
    fee_code: Text = None
    address_id: Text = None
    pre_accounting_id: Whole = None
    additional_cost: Amount = None
    qty_received: Amount = None
    qty_invoiced: Amount = None
    last_modified_date: Stamp = None


class PreAccounting(Coded):
    """One share of a line's distribution; `percent` of all rows adds up to 100."""

    pre_accounting_id: Whole = None
    row_no: Whole = None
    percent: Amount = None
    order_no: Text = None
    line_no: Text = None
    release_no: Text = None
    last_modified_date: Stamp = None


class Requisition(Wire):
    requisition_no: Text = None
    requisitioner_code: Text = None
    contract: Text = None
    requisition_date: Day = None
    objstate: Text = None
    note_text: Text = None
    last_modified_date: Stamp = None


class RequisitionLine(Coded):
    requisition_no: Text = None
    line_no: Text = None
    release_no: Text = None
    part_no: Text = None
    description: Text = None
    original_qty: Amount = None
    unit_meas: Text = None
    estimated_price: Amount = None
    currency_code: Text = None
    wanted_receipt_date: Day = None
    vendor_no: Text = None
    objstate: Text = None
    order_no: Text = None
    last_modified_date: Stamp = None


class Receipt(Wire):
    """`receipt_reference` carries our natural key."""

    receipt_sequence: Whole = None
    order_no: Text = None
    line_no: Text = None
    release_no: Text = None
    receipt_no: Whole = None
    receipt_reference: Text = None
    qty_arrived: Amount = None
    uom: Text = None
    arrival_date: Day = None
    objstate: Text = None
    last_modified_date: Stamp = None


class Agreement(Wire):
    agreement_id: Text = None
    vendor_no: Text = None
    description: Text = None
    currency_code: Text = None
    valid_from: Day = None
    valid_until: Day = None
    external_reference: Text = None
    objstate: Text = None
    last_modified_date: Stamp = None


class AgreementPrice(Wire):
    agreement_id: Text = None
    part_no: Text = None
    min_quantity: Amount = None
    valid_from: Day = None
    price: Amount = None
    price_unit_meas: Text = None
    discount: Amount = None
    valid_until: Day = None
    lead_time: Whole = None
    vendor_part_no: Text = None
    last_modified_date: Stamp = None


# --- invoices ---------------------------------------------------------------------------------


class PostingProposal(Wire):
    """`source_reference` carries our natural key."""

    company: Text = None
    proposal_id: Whole = None
    supplier_id: Text = None
    invoice_no: Text = None
    invoice_type: Text = None
    invoice_date: Day = None
    due_date: Day = None
    posting_date: Day = None
    currency_code: Text = None
    net_amount: Amount = None
    tax_amount: Amount = None
    gross_amount: Amount = None
    po_ref_number: Text = None
    source_reference: Text = None
    pay_term_id: Text = None
    objstate: Text = None
    last_modified_date: Stamp = None


class PostingProposalLine(Coded):
    company: Text = None
    proposal_id: Whole = None
    row_no: Whole = None
    order_no: Text = None
    line_no: Text = None
    release_no: Text = None
    text: Text = None
    quantity: Amount = None
    unit_price: Amount = None
    net_amount: Amount = None
    tax_code: Text = None
    tax_amount: Amount = None
    last_modified_date: Stamp = None
