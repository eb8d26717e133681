"""What may be posted: accounts, code parts, periods."""

from __future__ import annotations

from typing import Final

from ifs_jaggaer.sandbox.ifs.catalogue import PARTS
from ifs_jaggaer.sandbox.ifs.errors import database_error
from ifs_jaggaer.sandbox.ifs.records import Records
from ifs_jaggaer.sandbox.kernel import Row

_REQUIREMENT: Final = {part: f"ReqCode{part}" for part in PARTS}


def _valid(row: Row, day: str) -> bool:
    return (row["ValidFrom"] or day) <= day <= (row["ValidUntil"] or day)


def check_codes(records: Records, row: Row, *, account_in: str, company: str, day: str) -> None:
    """The account and code parts of a posting row on a day. Raises ODataError naming what is wrong."""
    number = row[account_in]
    account = records.find("AccountSet", company, number) if number else None
    if number and account is None:
        raise database_error(f"Account {number} does not exist in company {company}.")
    if account and not _valid(account, day):
        raise database_error(f"Account {number} is not valid on {day} in company {company}.")
    for part in PARTS:
        value = row[f"Code{part}"]
        needed = account[_REQUIREMENT[part]] if account else None
        if value is None:
            if needed == "Mandatory":
                raise database_error(f"Code part {part} is mandatory for account {number} in company {company}.")
            continue
        if needed == "Blocked":
            raise database_error(f"Code part {part} ({value}) is blocked for account {number} in company {company}.")
        found = records.find("CodePartValueSet", company, part, value)
        if found is None:
            raise database_error(f"Code part {part} value {value} does not exist in company {company}.")
        if not _valid(found, day):
            raise database_error(f"Code part {part} value {value} is not valid on {day} in company {company}.")


def open_period(records: Records, company: str, day: str) -> Row:
    """The period of a day. Raises ODataError where there is none or it is closed."""
    for period in records.where("AccountingPeriodSet", "Company", company):
        if period["DateFrom"] <= day <= period["DateUntil"]:
            if period["PeriodStatus"] == "Closed":
                name = f"{period['AccountingYear']} {period['AccountingPeriod']}"
                raise database_error(f"Accounting period {name} of {day} is closed in company {company}.", status=500)
            return period
    raise database_error(f"There is no accounting period for {day} in company {company}.", status=500)
