"""Layers of settings: precedence, places, names of what is wrong."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ifs_jaggaer import settings
from ifs_jaggaer.errors import SettingsError

WHOLE = {
    "IFS_JAGGAER_IFS__HOST": "https://ifs.example",
    "IFS_JAGGAER_IFS__REALM": "prod",
    "IFS_JAGGAER_IFS__CLIENT_ID": "us",
    "IFS_JAGGAER_IFS__CLIENT_SECRET": "hush-ifs",
    "IFS_JAGGAER_JAGGAER__HOST": "https://jaggaer.example",
    "IFS_JAGGAER_JAGGAER__CLIENT_ID": "us",
    "IFS_JAGGAER_JAGGAER__CLIENT_SECRET": "hush-jaggaer",
}


def test_defaults_are_those_of_the_contracts() -> None:
    told = settings.load(variables=WHOLE)
    assert (told.ifs.requests_per_minute, told.jaggaer.requests_per_minute) == (1000, 300)
    assert (told.ifs.settle_delay, told.jaggaer.settle_delay) == (120, 330)
    assert (told.overlap, told.ifs.share) == (300, 0.9)
    assert told.store.url.startswith("sqlite:///")


def test_environment_over_block_over_file_over_defaults(tmp_path: Path) -> None:
    config = tmp_path / "sync.toml"
    config.write_text("page_size = 50\noverlap = 10\n[ifs]\nsettle_delay = 1\n[jaggaer]\nsettle_delay = 1\n", "utf-8")
    block = {"overlap": 20, "ifs": {"settle_delay": 2}}
    told = settings.load(config=config, block=block, variables={**WHOLE, "IFS_JAGGAER_IFS__SETTLE_DELAY": "3"})
    assert (told.page_size, told.overlap, told.ifs.settle_delay, told.jaggaer.settle_delay) == (50, 20, 3, 1)


def test_the_environment_can_name_the_file(tmp_path: Path) -> None:
    config = tmp_path / "sync.toml"
    config.write_text("page_size = 7\n", "utf-8")
    assert settings.load(variables={**WHOLE, settings.CONFIG: str(config)}).page_size == 7


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T08:00:00Z", datetime(2026, 1, 31, 8, tzinfo=UTC)),
        ("2026-01-31T08:00:00+02:00", datetime(2026, 1, 31, 6, tzinfo=UTC)),
    ],
)
def test_start_from_is_a_day_or_a_moment(text: str, moment: datetime) -> None:
    assert settings.load(variables={**WHOLE, "IFS_JAGGAER_START_FROM": text}).start_from == moment


def test_start_from_may_be_a_bare_day_in_the_file(tmp_path: Path) -> None:
    config = tmp_path / "sync.toml"
    config.write_text("start_from = 2026-01-31\n", "utf-8")
    assert settings.load(config=config, variables=WHOLE).start_from == datetime(2026, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"IFS_JAGGAER_IFS__HOTS": "x"}, ["ifs.hots", "IFS_JAGGAER_IFS__HOTS", "ifs.host?"]),
        ({"IFS_JAGGAER_OVERLAP": "soon"}, ["overlap", "IFS_JAGGAER_OVERLAP"]),
        ({"IFS_JAGGAER_START_FROM": "yesterday"}, ["start_from", "IFS_JAGGAER_START_FROM", "2026-01-31"]),
        ({"IFS_JAGGAER_IFS__SHARE": "1.5"}, ["ifs.share"]),
    ],
)
def test_what_is_wrong_is_named_with_its_place(variables: dict[str, str], named: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        settings.load(variables={**WHOLE, **variables})
    for words in named:
        assert words in str(caught.value)


def test_everything_that_is_missing_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as caught:
        settings.load(variables={})
    for name in ("IFS_JAGGAER_IFS__HOST", "IFS_JAGGAER_IFS__REALM", "IFS_JAGGAER_JAGGAER__CLIENT_SECRET"):
        assert name in str(caught.value)


def test_the_settings_of_the_readme_are_taken_as_they_stand(tmp_path: Path) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    example = readme.partition("       start_from = ")[1:]
    block = "".join(example).partition("\n3. ")[0]
    config = tmp_path / "sync.toml"
    config.write_text("\n".join(line.strip() for line in block.splitlines()), "utf-8")
    told = settings.load(config=config, variables={})
    assert told.start_from == datetime(2026, 1, 1, tzinfo=UTC)
    assert told.profile == tmp_path / "our-profile.toml", "beside the settings file"


def test_a_file_that_is_no_toml_is_named_with_the_line(tmp_path: Path) -> None:
    config = tmp_path / "sync.toml"
    config.write_text("page_size = 7\noverlap = = 3\n", "utf-8")
    with pytest.raises(SettingsError, match=r"sync\.toml.*line 2"):
        settings.load(config=config, variables=WHOLE)


def test_secrets_do_not_show() -> None:
    told = settings.load(variables=WHOLE)
    assert "hush" not in repr(told)
    assert "hush" not in told.model_dump_json()
    with pytest.raises(SettingsError) as caught:
        settings.load(variables={**WHOLE, "IFS_JAGGAER_IFS__SHARE": "many"})
    assert "hush" not in str(caught.value)
