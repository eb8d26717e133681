"""Before go-live: `fit`, what would be synchronised and what would not."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import simplejson
import typer

from ifs_jaggaer import settings
from ifs_jaggaer.cli.output import AsJson, Config, Exit, out, print_json, print_table, progress
from ifs_jaggaer.cli.running import Company, moment
from ifs_jaggaer.errors import SettingsError
from ifs_jaggaer.pipeline.fit.as_html import as_html
from ifs_jaggaer.pipeline.fit.as_json import as_json as fit_as_json
from ifs_jaggaer.pipeline.fit.course import fit
from ifs_jaggaer.pipeline.fit.report import Fit
from ifs_jaggaer.pipeline.kinds import KINDS
from ifs_jaggaer.pipeline.wiring import open_wiring

CODES = {"all": Exit.WELL, "some": Exit.NEEDS_A_PERSON, "settings": Exit.SETTINGS, "away": Exit.FAILED}

MOST_SHOWN = 15
"""Causes on the screen; the report has all."""


def add_to(app: typer.Typer) -> None:
    app.command("fit")(show_fit)


def show_fit(
    *,
    output: Annotated[
        Path | None, typer.Option("--output", help="The report: FILE.html for people, FILE.json for programs.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Documents from then on (ISO 8601), in place of start_from.")
    ] = None,
    company: Company = None,
    as_json: AsJson = False,
    config: Config = None,
) -> None:
    """Read both systems, write nothing: what would be synchronised, what would not, and why, as a report."""
    _ = config
    _check(output)
    begin = moment(since, "--since")
    found = asyncio.run(_fit(begin if begin is None or begin.tzinfo else begin.replace(tzinfo=UTC), company))
    if output is not None:
        _write(output, found)
        progress(f"The report is in {output}")
    if as_json:
        print_json(fit_as_json(found))
    else:
        _show(found)
    raise typer.Exit(CODES[found.state])


async def _fit(since: datetime | None, company: str | None) -> Fit:
    async with open_wiring(settings.load()) as wiring:
        return await fit(wiring, KINDS, since, progress, company)


def _check(output: Path | None) -> None:
    """Before all the reading."""
    if output is None:
        return
    if output.suffix not in {".html", ".json"}:
        raise typer.BadParameter(f"{output.name} ends neither in .html nor in .json", param_hint="--output")
    if not output.absolute().parent.is_dir():
        raise typer.BadParameter(f"there is no folder {output.absolute().parent}", param_hint="--output")


def _write(output: Path, found: Fit) -> None:
    if output.suffix == ".html":
        text = as_html(found)
    else:
        text = simplejson.dumps(fit_as_json(found), use_decimal=True, ensure_ascii=False, indent=2) + "\n"
    try:
        output.write_text(text, "utf-8")
    except OSError as error:
        said = f"the report cannot be written: {error.strerror}"
        raise SettingsError(said, field="--output", value=str(output), remedy="name a file that can be") from error


def _show(found: Fit) -> None:
    print_table(
        "What would be synchronised",
        ("sync", "read", "made", "changed", "agree", "not or not wholly", "out of scope", "amounts"),
        [
            (
                one.sync, one.counts.read, one.counts.created, one.counts.updated, one.counts.unchanged, one.touched,
                one.counts.out_of_scope, ", ".join(f"{amount:,f} {code}" for code, amount in one.amounts.items()),
            )
            for one in found.syncs
        ],
    )  # fmt: skip
    for one in found.syncs:
        if one.error:
            out.print(f"{one.sync}: {one.error}", markup=False, style="red")
    causes = sorted(((one.sync, cause) for one in found.syncs for cause in one.causes), key=lambda c: -c[1].documents)
    if causes:
        rows = [(c.documents, sync, c.outcome, f"{c.field}: {c.reason}", c.remedy) for sync, c in causes[:MOST_SHOWN]]
        print_table("What would not go, or not wholly", ("documents", "sync", "", "why", "remedy"), rows)
        if len(causes) > MOST_SHOWN:
            out.print(f"... and {len(causes) - MOST_SHOWN} more: --output FILE.html has all", markup=False)
    lines = found.profile_lines()
    if lines:
        out.print("Lines that the profile lacks:")
        for table, missing in lines.items():
            out.print("\n".join([f"[{table}]", *(each.line for each in missing)]), markup=False, highlight=False)
