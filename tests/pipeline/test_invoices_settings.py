"""`settings check` of a company that posts vouchers: its accounts are looked at in IFS."""

from __future__ import annotations

from pathlib import Path

import pytest
from pipeline.driving import Product
from pipeline.invoicing import with_profile
from pipeline.world import World
from typer.testing import CliRunner

from ifs_jaggaer.cli import app

VOUCHERS = '[company."20"]\ninvoices_without_order = "voucher"\n'


def check(product: Product, folder: Path, text: str, monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str]:
    """Exit code and all that `settings check` says, or the command that is named."""
    for name, value in with_profile(product, folder, text).variables.items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(app, list(words or ("settings", "check")))
    return done.exit_code, f"{done.output} {done.exception}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            f'{VOUCHERS}clearing_account = "8100"',
            'company."20".clearing_account: account 8100 of company 20 is a ledger',
        ),
        (f'{VOUCHERS}tax_account = "8999"', 'company."20".tax_account: account 8999 is not in company 20'),
    ],
)
def test_an_account_that_takes_no_vouchers_is_refused(
    text: str, said: str, *, world: World, product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not any(row["Account"] == "8100" for row in world.records("ifs", "AccountSet")):
        world.account("8100", company="20", LedgFlag=True)
    code, told = check(product, tmp_path, text, monkeypatch)
    assert code != 0
    assert said in told


@pytest.mark.parametrize("text", [VOUCHERS, '[company."20"]\nclearing_account = "8999"\n'])
def test_accounts_that_do_or_are_not_used(
    text: str, product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert check(product, tmp_path, text, monkeypatch)[0] == 0


def test_ifs_that_is_away_is_no_fault_of_the_settings(
    product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = product.with_settings(IFS__HOST="http://127.0.0.1:9", IFS__DEADLINE=1)
    code, told = check(away, tmp_path, VOUCHERS, monkeypatch)
    assert code == 0
    assert "were not looked at" in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (VOUCHERS, "accounts of vouchers: fit in companies 20"),
        (f'{VOUCHERS}clearing_account = "8999"', 'company."20".clearing_account: account 8999 is not in company 20'),
    ],
)
def test_ping_says_so_too(
    text: str, said: str, product: Product, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = " ".join(check(product, tmp_path, text, monkeypatch, "ping")[1].split())
    assert said in told
