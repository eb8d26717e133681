"""Bank accounts: checked, compared and shown without ever being shown (DESIGN, law 10)."""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass

_SHOWN = 4
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)


@dataclass(frozen=True, slots=True, repr=False)
class BankAccount:
    """An account and the bank's code as one side has them. Has no `repr` that tells them."""

    account: str
    bic: str = ""

    @classmethod
    def of(cls, account: str, bic: str) -> BankAccount:
        """As compared: without spaces, in capitals; a branch code of XXX is no branch code."""
        code = "".join(bic.split()).upper()
        return cls("".join(account.split()).upper(), code.removesuffix("XXX") if len(code) == 11 else code)

    @property
    def valid(self) -> bool:
        """Whether it is an IBAN whose check digits are right (ISO 13616, modulo 97)."""
        if not _IBAN.fullmatch(self.account):
            return False
        turned = self.account[4:] + self.account[:4]
        return int("".join(str(int(sign, 36)) for sign in turned)) % 97 == 1

    def mask(self, key: bytes) -> str:
        """Last four characters and a keyed hash of account and bank's code: all that may be kept or shown."""
        text = f"{self.account}|{self.bic}"
        digest = hmac.new(key, text.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        shown = self.account[-_SHOWN:] if len(self.account) >= 2 * _SHOWN else ""
        return f"...{shown} ({digest[:16]})"


def filled(one: BankAccount, other: BankAccount) -> tuple[BankAccount, BankAccount]:
    """Both, where of one and the same account a missing bank's code is taken from the other."""
    if one.account != other.account:
        return one, other
    return (
        BankAccount(one.account, one.bic or other.bic),
        BankAccount(other.account, other.bic or one.bic),
    )
