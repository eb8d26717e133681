"""What a person fills in to start a run; rendered as a form in the Prefect UI. Never a secret."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ifs_jaggaer.errors import System
from mapping.kinds import Instructions


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Moment = Annotated[datetime, AfterValidator(_utc)]


class SyncParameters(BaseModel):
    """Left empty: everything that changed since the last run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dry_run: bool = Field(default=False, title="Dry run", description="Show what would be written; write nothing.")
    since: Moment | None = Field(
        default=None,
        title="Changed since",
        description="A backfill: what changed from then on, e.g. 2026-01-31T00:00Z.",
    )
    until: Moment | None = Field(
        default=None, title="Changed until", description="The end of the window, itself left out."
    )
    # Not `keys`: Prefect takes the parameters apart with dict(), which would take a field of that name for the method.
    document_keys: tuple[str, ...] = Field(
        default=(), title="Keys", description="Only these documents, by either system's key, e.g. P1001."
    )
    company: str | None = Field(default=None, title="Company", description="Only this company of the profile, e.g. 10.")
    companies: tuple[str, ...] = Field(
        default=(),
        title="Companies",
        description="The former place of a deployment's fixed scope. State it beside these parameters, where a run "
        "with parameters of its own keeps it.",
    )
    page_size: int | None = Field(
        default=None, title="Page size", ge=1, le=5000, description="Records on a page; empty: the setting."
    )
    sweep: bool = Field(
        default=False,
        title="Sweep",
        description="Look at everything: what became visible late, what is gone. Default every night, by sync-all.",
    )
    replay: Literal["open", "brake", "match"] | None = Field(
        default=None,
        title="Replay",
        description="open: decide open items again, with a window those that opened in it. Let go exactly what is "
        "listed, dry run first: brake, what the brake holds; match, discrepancies of invoices.",
    )

    opened_by: str | None = Field(
        default=None, title="Of run", description="With replay: only what that run opened, by its id."
    )

    @model_validator(mode="after")
    def _window(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError("'Changed since' lies after 'Changed until'")
        if self.document_keys and (self.since or self.until):
            raise ValueError("give keys or a window, not both")
        if self.opened_by and not self.replay:
            raise ValueError("'Of run' says what to replay: give a replay with it")
        if self.sweep and (self.document_keys or self.since or self.until or self.company or self.replay):
            raise ValueError("a sweep looks at everything: give no keys, window, company or replay with it")
        return self

    def told(self) -> dict[str, Instructions]:
        """A person's decisions by document key; a plain sync has none."""
        return {}


class Resolution(BaseModel):
    """One decided conflict."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(title="Document", description="By either system's key.")
    field: str = Field(default="*", title="Field", description="As the conflict names it; * for all fields.")
    winner: System = Field(title="Winner", description="Whose value holds on both sides.")


class ResolvingParameters(SyncParameters):
    """With a person's decisions on conflicts."""

    resolve: tuple[Resolution, ...] = Field(
        default=(), title="Resolve conflicts", description="Whose value holds where both systems changed a field."
    )

    def told(self) -> dict[str, Instructions]:
        winners: dict[str, dict[str, System]] = {}
        for resolution in self.resolve:
            winners.setdefault(resolution.key, {})[resolution.field] = resolution.winner
        return {key: Instructions(winners=fields) for key, fields in winners.items()}


class SupplierParameters(ResolvingParameters):
    """Suppliers, with a person's decisions on conflicts and held values."""

    adopt: Literal["ifs", "jaggaer"] | None = Field(
        default=None,
        title="Adopt",
        description="First link of suppliers that differ: whose values hold where both sides have one. Dry run first.",
    )

    def told(self) -> dict[str, Instructions]:
        for_all = {"*": Instructions(winners={"*": self.adopt})} if self.adopt else {}
        return for_all | super().told()
