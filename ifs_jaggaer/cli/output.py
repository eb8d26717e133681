"""What goes to a person and what goes to a script: tables, JSON lines, exit codes."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Annotated, Any

import simplejson
import typer
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ifs_jaggaer import settings
from ifs_jaggaer.errors import SyncError

NARROWEST = 160
"""Columns where the output is no terminal: a table that goes to a file is not cut."""

out = Console(soft_wrap=True, width=None if sys.stdout.isatty() else NARROWEST)
err = Console(stderr=True, soft_wrap=True)


class Exit(IntEnum):
    WELL = 0
    NEEDS_A_PERSON = 1
    SETTINGS = 2
    FAILED = 3


def _use_config(path: Path | None) -> Path | None:
    """The environment carries the choice, so that flows and subprocesses see the same file."""
    if path is not None:
        os.environ[settings.CONFIG] = str(path)
    return path


Config = Annotated[
    Path | None,
    typer.Option("--config", help="Settings file (TOML).", callback=_use_config, dir_okay=False),
]
AsJson = Annotated[bool, typer.Option("--json", help="For scripts: JSON on standard output.")]


def print_json(value: Any) -> None:
    """One JSON object on one line."""
    typer.echo(simplejson.dumps(value, use_decimal=True, ensure_ascii=False, default=str))


def print_table(title: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for name in head:
        table.add_column(name, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else escape(str(cell)) for cell in row))
    out.print(table)


def complain(error: SyncError | str) -> None:
    err.print(str(error), style="red", markup=False, highlight=False)


def progress(text: str) -> None:
    """News for a person, on standard error."""
    err.print(text, markup=False, highlight=False)
