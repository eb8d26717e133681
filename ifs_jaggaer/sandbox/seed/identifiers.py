"""Tax numbers, registration numbers and bank accounts whose check digits are right."""

from collections.abc import Callable
from random import Random

IBAN_BBAN = {
    "DE": "#" * 18,
    "AT": "#" * 16,
    "FR": "#" * 23,
    "PL": "#" * 24,
    "GB": "@@@@" + "#" * 14,
    "CH": "#" * 17,
    "TN": "#" * 20,
}
"""Shape of the account part of an IBAN: `#` a digit, `@` a capital letter. US and JP have none."""


def digits(rng: Random, count: int) -> str:
    return str(rng.randrange(1, 10)) + "".join(str(rng.randrange(10)) for _ in range(count - 1))


def letters(rng: Random, count: int) -> str:
    return "".join(rng.choice("ABCDEFGHIJKLMNOPRSTUVWXYZ") for _ in range(count))


def _as_number(text: str) -> int:
    return int("".join(str(int(letter, 36)) for letter in text))


def iban(rng: Random, country: str) -> str:
    """An IBAN with valid check digits (ISO 13616, mod 97)."""
    bban = "".join({"#": str(rng.randrange(10)), "@": letters(rng, 1)}[mark] for mark in IBAN_BBAN[country])
    check = 98 - _as_number(f"{bban}{country}00") % 97
    return f"{country}{check:02d}{bban}"


def iban_is_valid(text: str) -> bool:
    return _as_number(text[4:] + text[:4]) % 97 == 1


def bic(rng: Random, country: str) -> str:
    return f"{letters(rng, 4)}{country}{letters(rng, 2)}"


def _luhn(number: str) -> int:
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 if value > 9 else value
    return (10 - total % 10) % 10


def _weighted(number: str, weights: tuple[int, ...], modulus: int) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % modulus


def _german(rng: Random) -> str:
    number, product = digits(rng, 8), 10
    for digit in number:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return f"DE{number}{(11 - product) % 10}"


def _austrian(rng: Random) -> str:
    number = digits(rng, 7)
    total = sum(int(digit) if place % 2 == 0 else sum(divmod(2 * int(digit), 10)) for place, digit in enumerate(number))
    return f"ATU{number}{(10 - (total + 4) % 10) % 10}"


def _french(rng: Random) -> str:
    body = digits(rng, 8)
    siren = f"{body}{_luhn(body)}"
    return f"FR{(12 + 3 * (int(siren) % 97)) % 97:02d}{siren}"


def _polish(rng: Random) -> str:
    while True:
        body = digits(rng, 9)
        check = _weighted(body, (6, 5, 7, 2, 3, 4, 5, 6, 7), 11)
        if check < 10:
            return f"PL{body}{check}"


def _british(rng: Random) -> str:
    body = digits(rng, 7)
    return f"GB{body}{97 - _weighted(body, (8, 7, 6, 5, 4, 3, 2), 97):02d}"


def _swiss(rng: Random) -> str:
    while True:
        body = digits(rng, 8)
        check = (11 - _weighted(body, (5, 4, 3, 2, 7, 6, 5, 4), 11)) % 11
        if check < 10:
            return f"CHE{body}{check}"


def _american(rng: Random) -> str:
    return f"{rng.randrange(10, 99)}-{digits(rng, 7)}"


def _japanese(rng: Random) -> str:
    body = digits(rng, 12)
    total = sum(int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(body)))
    return f"T{9 - total % 9}{body}"


def _tunisian(rng: Random) -> str:
    return f"{digits(rng, 7)}{letters(rng, 1)}AM000"


TAX_NUMBER: dict[str, Callable[[Random], str]] = {
    "DE": _german,
    "AT": _austrian,
    "FR": _french,
    "PL": _polish,
    "GB": _british,
    "CH": _swiss,
    "US": _american,
    "JP": _japanese,
    "TN": _tunisian,
}

REGISTRATION: dict[str, Callable[[Random], str]] = {
    "DE": lambda rng: f"HRB {digits(rng, 6)}",
    "AT": lambda rng: f"FN {digits(rng, 6)}{rng.choice('abdgikmpsvwxyz')}",
    "FR": lambda rng: f"RCS {digits(rng, 9)}",
    "PL": lambda rng: f"KRS {digits(rng, 10)}",
    "GB": lambda rng: f"0{digits(rng, 7)}",
    "CH": lambda rng: f"CH-{digits(rng, 3)}.{digits(rng, 7)}",
    "US": lambda rng: f"C{digits(rng, 7)}",
    "JP": lambda rng: f"{digits(rng, 4)}-01-{digits(rng, 6)}",
    "TN": lambda rng: f"B{digits(rng, 9)}",
}
