"""Suppliers and accounts, as users of either system change them."""

from __future__ import annotations

from simulation.edits import Desk, Row, edit, keyed

MOST_SUPPLIERS = 4
MOST_COMPANIES = 3
FORMS = ("AG", "GmbH", "KG", "SE", "Ltd")


def company_of(desk: Desk) -> Row:
    info: Row = desk.pick(r["returnCompanyInfo"] for r in desk.users.records("jaggaer", "companyprofiles"))
    return info


def general_of(desk: Desk) -> Row:
    return desk.pick(desk.users.records("ifs", "SupplierInfoGeneralSet"))


def same_key(desk: Desk, *, number: str = "", bravo: str = "") -> str:
    """One key for a supplier on both sides: the number it has in IFS, else JAGGAER's id."""
    for row in desk.users.records("ifs", "SupplierInfoGeneralSet"):
        if row["SupplierId"] == number or (bravo and row["Cf_JaggaerId"] == bravo):
            return str(row["SupplierId"])
    for record in desk.users.records("jaggaer", "companyprofiles"):
        info = record["returnCompanyInfo"]
        if info["bravoId"] == bravo and info.get("extCode"):
            return str(info["extCode"])
    return f"JAGGAER:{bravo}"


@edit(3, "suppliers")
def new_supplier(desk: Desk) -> str:
    if len(desk.users.records("ifs", "SupplierInfoGeneralSet")) >= MOST_SUPPLIERS + MOST_COMPANIES:
        return rename_supplier(desk)
    return desk.users.supplier()


@edit(2, "suppliers")
def new_company(desk: Desk) -> str:
    if len(desk.users.records("jaggaer", "companyprofiles")) >= MOST_SUPPLIERS + MOST_COMPANIES:
        return rename_company(desk)
    return desk.users.company()


@edit(2, "suppliers")
def rename_supplier(desk: Desk) -> str:
    return _general(desk, "name", "Name", desk.word("Werk"))


@edit(2, "suppliers")
def reform_supplier(desk: Desk) -> str:
    return _general(desk, "legal form", "CorporateForm", desk.chance.choice(FORMS))


@edit(2, "suppliers")
def register_supplier(desk: Desk) -> str:
    return _general(desk, "registration", "AssociationNo", desk.word("HRB"))


@edit(1, "suppliers")
def block_supplier(desk: Desk) -> str:
    return _general(desk, "status", "Status", desk.chance.choice(("Blocked", "Active")))


@edit(2, "suppliers")
def move_supplier(desk: Desk) -> str:
    row = desk.pick(desk.users.records("ifs", "SupplierInfoAddressSet"))
    city = desk.word("Ort")
    desk.change_ifs("SupplierInfoAddressSet", keyed(row, "SupplierId", "AddressId"), {"City": city})
    desk.wishes.say("suppliers", row["SupplierId"], "city", "ifs", city)
    return f"{row['SupplierId']}: city {city}"


@edit(1, "suppliers")
def write_to_supplier(desk: Desk) -> str:
    row = desk.pick(r for r in desk.users.records("ifs", "CommMethodSet") if r["MethodId"] == "E_MAIL")
    mail = f"a{desk.chance.randrange(1000)}@example.com"
    desk.change_ifs("CommMethodSet", keyed(row, "Identity", "CommId"), {"Value": mail})
    desk.wishes.say("suppliers", row["Identity"], "e-mail", "ifs", mail)
    return f"{row['Identity']}: e-mail {mail}"


@edit(2, "suppliers")
def rename_company(desk: Desk) -> str:
    return _company(desk, "name", "companyName", desk.word("Kontor"))


@edit(2, "suppliers")
def reform_company(desk: Desk) -> str:
    return _company(desk, "legal form", "bizLegalStruct", desk.chance.choice(FORMS))


@edit(2, "suppliers")
def register_company(desk: Desk) -> str:
    return _company(desk, "registration", "fiscalCode", desk.word("HRB"))


@edit(2, "suppliers")
def move_company(desk: Desk) -> str:
    return _company(desk, "city", "city", desk.word("Ort"))


@edit(2, "suppliers")
def write_to_company(desk: Desk) -> str:
    return _company(desk, "e-mail", "bizEmail", f"b{desk.chance.randrange(1000)}@example.com")


@edit(1, "suppliers")
def suspend_company(desk: Desk) -> str:
    return _company(desk, "status", "status", desk.chance.choice(("SUSPENDED", "ACTIVE")))


@edit(1, "gl-accounts")
def new_account(desk: Desk) -> str:
    account = desk.users.number("5")
    desk.users.account(account)
    return account


@edit(2, "gl-accounts")
def describe_account(desk: Desk) -> str:
    row = desk.pick(desk.users.records("ifs", "AccountSet"))
    words = desk.word("Konto")
    desk.change_ifs("AccountSet", keyed(row, "Company", "Account"), {"Description": words})
    return f"{row['Company']} {row['Account']}: {words}"


def _general(desk: Desk, field: str, attribute: str, value: str) -> str:
    number = general_of(desk)["SupplierId"]
    desk.change_ifs("SupplierInfoGeneralSet", {"SupplierId": number}, {attribute: value})
    desk.wishes.say("suppliers", number, field, "ifs", STATUS.get(value, value))
    return f"{number}: {field} {value}"


STATUS = {"Active": "ACTIVE", "Blocked": "SUSPENDED", "Closed": "INACTIVE"}


def _company(desk: Desk, field: str, attribute: str, value: str) -> str:
    bravo = company_of(desk)["bravoId"]
    desk.change_jaggaer("companyprofiles", {"bravoId": bravo}, {"returnCompanyInfo": {attribute: value}})
    key = same_key(desk, bravo=bravo)
    desk.wishes.say("suppliers", key, field, "jaggaer", value)
    return f"{key}: {field} {value}"


@edit(1, "suppliers")
def agree_terms(desk: Desk) -> str:
    """Terms of payment go to JAGGAER only."""
    rows = desk.users.records("ifs", "IdentityInvoiceInfoSet")
    row = desk.pick(r for r in rows if r["Company"] == "10")
    days = desk.chance.choice(("0", "30", "45", "60"))
    desk.change_ifs("IdentityInvoiceInfoSet", keyed(row, "Company", "Identity", "PartyType"), {"PayTermId": days})
    return f"{row['Identity']}: {days} days"


@edit(1, "suppliers")
def assign_account(desk: Desk) -> str:
    """The default GL account, which both sides may change."""
    rows = desk.users.records("ifs", "IdentityInvoiceInfoSet")
    row = desk.pick(r for r in rows if r["Company"] == "10")
    account = desk.chance.choice(("4010", "4020"))
    desk.change_ifs("IdentityInvoiceInfoSet", keyed(row, "Company", "Identity", "PartyType"), {"Cf_GlAccount": account})
    return f"{row['Identity']}: account {account}"


@edit(1, "gl-accounts")
def end_account(desk: Desk) -> str:
    """It is no longer valid, or it is again."""
    row = desk.pick(r for r in desk.users.records("ifs", "AccountSet") if r["Account"].startswith("5"))
    until = desk.chance.choice(("2026-02-01", "2049-12-31"))
    desk.change_ifs("AccountSet", keyed(row, "Company", "Account"), {"ValidUntil": until})
    return f"{row['Account']}: until {until}"
