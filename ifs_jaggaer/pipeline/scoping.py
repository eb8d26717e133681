"""For which companies a run is: one run for all, one for each, or one narrowed by hand (DESIGN, watermarks)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import TYPE_CHECKING

from ifs_jaggaer.errors import SettingsError

if TYPE_CHECKING:
    from ifs_jaggaer.pipeline.request import Request
    from ifs_jaggaer.store import Unit
    from mapping.kinds import Kind
    from mapping.profile import Profile

LATELY = timedelta(days=7)
"""Whoever was in no run's scope for so long is likely forgotten."""


def in_scope(profile: Profile, request: Request, kind: Kind) -> Profile:
    """The profile of a run: for documents only the companies that it is for are in scope.

    Raises:
        SettingsError: the profile lacks one of them, or a run is narrowed to one outside its fixed scope.
    """
    _known("companies", request.companies, profile.companies, "the profile")
    if request.company:
        ours = "the fixed scope of this deployment" if request.companies else "the profile"
        _known("company", [request.company], request.companies or profile.companies, ours)
    if not request.only or not any(source.document for source in kind.sources):
        return profile  # what companies share is decided from all of them
    return profile.model_copy(update={"companies": request.only, "lead_company": profile.lead})


def words_of(request: Request, kind: Kind, profile: Profile, unit: Unit, *, first: bool) -> list[str]:
    """What the run's notes say of its scope. `profile` is the whole one; `first`: the scope never ran before."""
    told = []
    if request.only and not any(source.scope_attribute or source.document for source in kind.sources):
        told.append(f"{kind.name} know no company: all were looked at")
    if not request.scope or not request.moves_watermarks:
        return told
    if first:
        told.append(f"the first run for {_named(request.companies)} alone: all is read anew, only differences go")
    scopes = unit.runs.scopes(kind.name, unit.now() - LATELY)
    forgotten = [one for one in profile.companies if not any(one in scope for scope in scopes)]
    if forgotten:
        told.append(
            f"{_named(forgotten)} of the profile: in the scope of no run of {kind.name} for {LATELY.days} days; add a "
            f"deployment with them in 'companies', or one without 'companies', which is for all"
        )
    return told


def _known(field: str, asked: Collection[str], known: Collection[str], whose: str) -> None:
    for company in asked:
        if company not in known:
            raise SettingsError(
                f"{whose} has no such company",
                field=field,
                value=company,
                remedy=f"name one of {', '.join(known)}, or add it to companies",
            )


def _named(companies: Collection[str]) -> str:
    return f"compan{'y' if len(companies) == 1 else 'ies'} {', '.join(companies)}"
