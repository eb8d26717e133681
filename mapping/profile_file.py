"""Reading a profile's file: laying one over another, and saying what is wrong with it, where, and what to do."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from ifs_jaggaer.errors import SettingsError

Tree = dict[str, Any]


def read(path: Path) -> Tree:
    """The file's tables. Raises SettingsError, naming file and line, where it cannot be read."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as error:
        raise SettingsError(
            f"profile {path} cannot be read: {error.strerror}",
            field="profile",
            remedy="name an existing file in IFS_JAGGAER_PROFILE, or leave it out for the shipped profile",
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"profile {path} is not TOML: {error}", field="profile", remedy="correct that line"
        ) from None


def lay_over(below: Tree, above: Tree) -> Tree:
    """`above` over `below`: tables merge, everything else (lists too) replaces."""
    merged = dict(below)
    for key, value in above.items():
        under = merged.get(key)
        merged[key] = lay_over(under, value) if isinstance(under, dict) and isinstance(value, dict) else value
    return merged


def refuse_misplaced(own: Tree, tops: Mapping[str, re.Pattern[str]], path: Path) -> None:
    """Refuses a key of the top below a table, also below one of words, where it would pass for one of them.

    TOML counts a key that is written below a table as part of it, whatever blank lines stand between them. `tops`: by
    name what the text of its value looks like; lists are no words in any case.

    Raises:
        SettingsError: naming the key path, and where the key belongs.
    """
    for place, value in _below_tables(own):
        looks = tops.get(place[-1])
        if looks is not None and (isinstance(value, list) or looks.fullmatch(str(value))):
            where = ".".join(place)
            raise SettingsError(
                f"profile {path}: {where}: is not known here",
                field=where,
                value=str(value),
                remedy=f"{place[-1]} belongs to the top of the file, above the first [table]",
            )


def _below_tables(tree: Tree, place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _below_tables(value, (*place, key))
        elif place:
            yield (*place, key), value


def refusal(error: ValidationError, model: type[BaseModel], path: Path, shipped: Tree) -> SettingsError:
    """The first thing that is wrong, in words: file, key path, what was expected, nearest known name.

    A model's own message may end with " -> " and a remedy.
    """
    first = error.errors(include_url=False)[0]
    place = [str(part) for part in first["loc"]]
    message, _, remedy = first["msg"].removeprefix("Value error, ").partition(" -> ")
    remedy = remedy or "correct it in the profile"
    if first["type"] == "extra_forbidden":
        known = _fields_at(model, place[:-1])
        message, remedy = "is not known here", _misplaced(place, first["input"], model) or _nearest(place[-1], known)
    elif first["type"] == "missing":
        message, remedy = _missing(place, shipped)
    return SettingsError(
        f"profile {path}: {'.'.join(place) or 'the profile'}: {message}",
        field=".".join(place),
        value=None if isinstance(first["input"], dict) else str(first["input"]),
        remedy=remedy,
    )


def _missing(place: Sequence[str], shipped: Tree) -> tuple[str, str]:
    """A table that lacks its keys is most often a misspelt name of a shipped one."""
    node: Any = shipped
    for part in place[:-1]:
        if not isinstance(node, dict) or part not in node:
            break
        node = node[part]
    else:
        return "is missing", "state it"
    known = node.keys() if isinstance(node, dict) else ()
    return f"is missing, and {part!r} is not among the shipped ones", _nearest(part, known)


def _misplaced(place: Sequence[str], value: object, model: type[BaseModel]) -> str:
    """Of a table that is written below another one: where it belongs."""
    if len(place) == 1 or place[-1] not in model.model_fields or not isinstance(value, dict):
        return ""
    return f"{place[-1]} is a table of its own: write [{place[-1]}]"


def _nearest(name: str, known: Sequence[str] | Any) -> str:
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    if near:
        return f"did you mean {near[0]!r}?"
    return f"remove it; known are {', '.join(sorted(known))}"


def _fields_at(model: type[BaseModel], place: Sequence[str]) -> list[str]:
    """Names of the fields that the model at this key path has."""
    kind: Any = model
    for part in place:
        if get_origin(kind) is dict:
            kind = get_args(kind)[1]
        elif isinstance(kind, type) and issubclass(kind, BaseModel) and part in kind.model_fields:
            kind = kind.model_fields[part].annotation
    return list(kind.model_fields) if isinstance(kind, type) and issubclass(kind, BaseModel) else []
