"""The settings of one connection, in rising order of precedence: defaults, a TOML file, a block, the environment.

Every value remembers the place it came from, so that an error can name it.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias

from platformdirs import user_data_path
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from ifs_jaggaer.errors import SettingsError

PREFIX = "IFS_JAGGAER_"
CONFIG = PREFIX + "CONFIG"

Tree: TypeAlias = "dict[str, str | int | float | bool | Tree]"


def _aware(value: Any) -> Any:
    """A day or a moment without a zone means UTC."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise ValueError("is no date or time, write for example 2026-01-31 or 2026-01-31T08:00:00Z") from error
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time.min)
    if isinstance(value, datetime) and value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    return value


Moment = Annotated[datetime, BeforeValidator(_aware)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SystemSettings(_Part):
    """What reaching one system takes. Times in seconds."""

    host: str = Field(description="scheme and host, for example https://tenant.ifs.cloud")
    client_id: str
    client_secret: SecretStr
    share: float = Field(default=0.9, gt=0, le=1, description="part of the limit that is ours to use")
    auth: Literal["body", "basic"] = "body"
    connect_timeout: float = Field(default=10, gt=0)


class IfsSettings(SystemSettings):
    """IFS Cloud: the realm of its token endpoint, its limit (contracts/ifs.md 1 and 3)."""

    realm: str
    scope: str = "openid microprofile-jwt"
    requests_per_minute: int = Field(default=1000, gt=0)
    settle_delay: float = Field(default=120, ge=0, description="how long the server may still be at work")
    read_timeout: float = Field(default=90, gt=0)
    deadline: float = Field(default=120, gt=0, description="for one request, body included")


class JaggaerSettings(SystemSettings):
    """JAGGAER: its base path, its limit; calls can take 300 s (contracts/jaggaer.md 1 and 2)."""

    realm: str = "J1p-integrations"
    base: str = "j1p/api/public"
    requests_per_minute: int = Field(default=300, gt=0)
    settle_delay: float = Field(default=330, ge=0, description="how long the server may still be at work")
    read_timeout: float = Field(default=310, gt=0)
    deadline: float = Field(default=330, gt=0, description="for one request, body included")


def _default_store() -> str:
    return f"sqlite:///{user_data_path('ifs-jaggaer') / 'store.sqlite3'}"


class StoreSettings(_Part):
    """Where the store lives; the key seals audit events so that who can write to the store cannot forge them."""

    url: str = Field(default_factory=_default_store)
    audit_key: SecretStr | None = None


class Settings(_Part):
    """Everything that an operator sets for one connection.

    `overlap` (seconds) is read again before each watermark; `start_from` is the cut-over of documents.
    """

    connection: str = "default"
    ifs: IfsSettings
    jaggaer: JaggaerSettings
    store: StoreSettings = StoreSettings()
    profile: Path | None = None
    overlap: float = Field(default=300, ge=0)
    page_size: int = Field(default=100, ge=1, le=5000)
    start_from: Moment | None = None
    metadata_hours: float = Field(default=24, ge=0, description="how long IFS's metadata is taken as known")
    concurrency: int = Field(default=8, ge=1, le=64, description="documents written at the same time")


@dataclass(frozen=True, slots=True)
class Layer:
    """Values from one place; `place` tells a person where, given the dotted name of a value."""

    name: str
    values: Tree
    places: Mapping[str, str] = field(default_factory=dict)

    def place(self, dotted: str) -> str:
        return self.places.get(dotted, self.name)


def environment(variables: Mapping[str, str]) -> Layer:
    """The layer of the environment: `IFS_JAGGAER_IFS__HOST` is `ifs.host`; an empty variable is no value."""
    values: Tree = {}
    places: dict[str, str] = {}
    for name, text in sorted(variables.items()):
        if not name.startswith(PREFIX) or name == CONFIG or not text:
            continue
        *parents, leaf = name.removeprefix(PREFIX).lower().split("__")
        level = values
        for parent in parents:
            below = level.setdefault(parent, {})
            if not isinstance(below, dict):
                raise SettingsError(f"{name} names a part of a single value", remedy=f"unset {name}")
            level = below
        level[leaf] = text
        places[".".join([*parents, leaf])] = f"environment variable {name}"
    return Layer("the environment", values, places)


def file(path: Path) -> Layer:
    """The layer of a TOML file.

    Raises:
        SettingsError: it cannot be read, or it is no TOML; names the line.
    """
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(
            f"settings file {path}: {error.strerror}", remedy="correct --config or " + CONFIG
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"settings file {path}: {error}", remedy="correct that line") from error
    profile = values.get("profile")
    if isinstance(profile, str):
        values["profile"] = str(path.parent / profile)  # as written there: beside the settings file
    return Layer(f"file {path}", values)


def load(
    *, config: Path | None = None, block: Mapping[str, Any] | None = None, variables: Mapping[str, str] | None = None
) -> Settings:
    """The settings that hold, from all layers.

    Raises:
        SettingsError: something is unknown, missing or wrong; all such are named, each with its place.
    """
    variables = os.environ if variables is None else variables
    layers = []
    named = config or (Path(variables[CONFIG]) if variables.get(CONFIG) else None)
    if named:
        layers.append(file(named))
    if block:
        layers.append(Layer("the Prefect block", dict(block)))
    layers.append(environment(variables))
    merged: Tree = {}
    for layer in layers:
        _lay_over(merged, layer.values)
    try:
        return Settings.model_validate(merged)
    except ValidationError as error:
        raise SettingsError("; ".join(_complaints(error, layers)), remedy="see README, settings") from None


def _lay_over(below: Tree, above: Mapping[str, Any]) -> None:
    for name, value in above.items():
        beneath = below.get(name)
        if isinstance(value, Mapping):
            deeper: Tree = beneath if isinstance(beneath, dict) else {}
            below[name] = deeper
            _lay_over(deeper, value)
        else:
            below[name] = value


def _complaints(error: ValidationError, layers: list[Layer]) -> Iterator[str]:
    for fault in error.errors(include_input=False, include_url=False):
        dotted = ".".join(str(step) for step in fault["loc"])
        place = next((layer.place(dotted) for layer in reversed(layers) if _has(layer.values, fault["loc"])), None)
        if fault["type"] == "missing":
            yield from (
                f"{name} is missing: set {PREFIX}{name.upper().replace('.', '__')}, or {name} in the settings file"
                for name in _required(dotted)
            )
        elif fault["type"] == "extra_forbidden":
            near = difflib.get_close_matches(dotted, list(_names(Settings)), n=1)
            hint = f", did you mean {near[0]}?" if near else ""
            yield f"{dotted} is unknown ({place}){hint}"
        else:
            yield f"{dotted} {fault['msg'].removeprefix('Value error, ')} ({place or 'default'})"


def _has(values: Mapping[str, Any], steps: tuple[int | str, ...]) -> bool:
    level: Any = values
    for step in steps:
        if not isinstance(level, Mapping) or step not in level:
            return False
        level = level[step]
    return True


def _required(dotted: str) -> list[str]:
    """The values that are missing where a whole part of the settings is."""
    part = Settings.model_fields.get(dotted)
    if part is None or not isinstance(part.annotation, type) or not issubclass(part.annotation, BaseModel):
        return [dotted]
    return [f"{dotted}.{name}" for name, spec in part.annotation.model_fields.items() if spec.is_required()]


def _names(model: type[BaseModel], above: str = "") -> Iterator[str]:
    for name, spec in model.model_fields.items():
        yield above + name
        if isinstance(spec.annotation, type) and issubclass(spec.annotation, BaseModel):
            yield from _names(spec.annotation, f"{above}{name}.")
