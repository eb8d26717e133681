"""The command line: what the Prefect UI cannot do, and a run in the foreground.

Exit codes: 0 all is well · 1 done, but this run opened something that needs a person · 2 wrong usage,
settings or profile · 3 a system is out of reach or the run failed, nothing lost.
"""

from __future__ import annotations

import sys
import traceback
from importlib import metadata
from typing import Annotated

import typer

from ifs_jaggaer.cli.auditing import add_to as add_auditing
from ifs_jaggaer.cli.checking import add_to as add_checking
from ifs_jaggaer.cli.demonstrating import add_to as add_demonstrating
from ifs_jaggaer.cli.fitting import add_to as add_fitting
from ifs_jaggaer.cli.listing import add_to as add_listing
from ifs_jaggaer.cli.output import Exit, complain
from ifs_jaggaer.cli.reconciling import add_to as add_reconciling
from ifs_jaggaer.cli.running import add_to as add_running
from ifs_jaggaer.errors import SettingsError, SyncError

app = typer.Typer(
    name="ifs-jaggaer",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(metadata.version("ifs-jaggaer"))
        raise typer.Exit


@app.callback()
def options(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and end.", is_eager=True, callback=_version)
    ] = False,
) -> None:
    """Keeps IFS Cloud and JAGGAER in step.

    Suppliers, GL accounts, contracts, requisitions, purchase orders, receipts, invoices and payments.
    """
    _ = version


for add_to in (add_running, add_checking, add_fitting, add_listing, add_reconciling, add_auditing, add_demonstrating):
    add_to(app)


def main() -> None:
    """Entry point; every foreseen error ends in a sentence and an exit code, without a traceback."""
    try:
        app()
    except SettingsError as error:
        complain(error)
        sys.exit(Exit.SETTINGS)
    except SyncError as error:
        complain(error)
        sys.exit(Exit.FAILED)
    except Exception:  # noqa: BLE001 - Python's own exit code, 1, would say "done, but look"
        traceback.print_exc()
        sys.exit(Exit.FAILED)


__all__ = ["app", "main"]
