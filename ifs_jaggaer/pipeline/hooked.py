"""The customer's hook inside a run: loaded by name, and one record that breaks it stops nobody (DESIGN, law 9)."""

from __future__ import annotations

import hashlib
import importlib
import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType

from connectors.wire import Row
from ifs_jaggaer.errors import SettingsError
from mapping.hooks import Hook
from mapping.kinds import Action, Case, Decision, Item, ItemKind, Kind
from mapping.profile import Profile

log = logging.getLogger(__name__)


def load_hook(profile: Profile) -> Hook:
    """The hook that the profile names, or one that changes nothing.

    Raises:
        SettingsError: it cannot be imported, or is no `Hook`.
    """
    if not profile.hook:
        return Hook(profile)
    module, _, name = profile.hook.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise _unusable(profile.hook, f"cannot be imported: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Hook)):
        raise _unusable(profile.hook, "is no subclass of mapping.hooks.Hook")
    return found(profile)


def print_of(profile: Profile) -> str:
    """The fingerprint of all that decides what is sent: the profile, and the source of the hook that it names.

    Of a hook every Python file of its package counts, as one may import another; of a module without a package
    that file alone. "<profile>+<hook>", so that a changed hook can be told from a changed profile; without a hook
    that of the profile.

    Raises:
        SettingsError: the hook cannot be imported, or is no `Hook`.
    """
    if not profile.hook:
        return profile.fingerprint()
    module = sys.modules[type(load_hook(profile)).__module__]
    digest = hashlib.sha256()
    for name, text in sorted(_sources(module)):
        digest.update(f"{name}\0{len(text)}\0".encode() + text)
    return f"{profile.fingerprint()}+{digest.hexdigest()}"


def only_the_hook(kept: str, now: str) -> bool:
    """Whether of two fingerprints that differ the profile is the same."""
    return kept.partition("+")[0] == now.partition("+")[0]


def _sources(module: ModuleType) -> Iterator[tuple[str, bytes]]:
    """Names and texts of the files that a hook is made of."""
    package = module.__name__.partition(".")[0]
    folders = list(getattr(sys.modules[package], "__path__", ()))
    files = [(Path(folder), file) for folder in folders for file in Path(folder).rglob("*.py")]
    if not files and module.__file__:
        files = [(Path(module.__file__).parent, Path(module.__file__))]
    for folder, file in files:
        yield file.relative_to(folder).as_posix(), file.read_bytes()


def _unusable(name: str, why: str) -> SettingsError:
    return SettingsError(
        f"the hook {why}", field="hook", value=name,
        remedy="install its package into the environment of ifs-jaggaer, name it as package.module:Class",
    )  # fmt: skip


@dataclass(slots=True)
class Hooked:
    """The hook for the documents of one sync; `faults`: what it raised, by the reference of the document."""

    hook: Hook
    kind: Kind
    faults: dict[str, str] = field(default_factory=dict)

    def rows(self, rows: Sequence[Row]) -> list[Row]:
        """Rows of the polled sets as the hook changes them, all others as they are."""
        sources = {source.name: source for source in self.kind.sources}
        return [self._row(row) if row.kind in sources else row for row in rows]

    def _row(self, row: Row) -> Row:
        try:
            return replace(row, values=self.hook.read(self.kind.name, row).values)
        except Exception as error:
            log.exception("the hook failed on %s %s", row.kind, "|".join(row.key))
            leads = next(source.leads_to for source in self.kind.sources if source.name == row.kind)
            reference = leads(row)
            if reference is not None:
                self.faults[reference] = type(error).__name__
            return row

    def revise(self, case: Case, decision: Decision) -> Decision:
        """The decision as the hook leaves it; a dead letter where it failed on the document or took its key."""
        broken = next((self.faults[name] for name in case.references if name in self.faults), "")
        if not broken:
            try:
                revised = self.hook.revise(self.kind.name, case, decision)
            except Exception as error:
                log.exception("the hook failed on %s %s", self.kind.name, decision.key)
                broken = type(error).__name__
            else:
                if not isinstance(revised, Decision):
                    broken = f"it answered with {type(revised).__name__}, not with a Decision"
                elif revised.key == decision.key:
                    return revised
                else:
                    broken = f"it answered with the key {revised.key}"
        item = Item(
            ItemKind.DEAD_LETTER, "document", None, f"the hook of the profile failed on it: {broken}",
            "correct the hook by the log of this run; the record is tried again every hour",
        )  # fmt: skip
        return Decision(decision.key, decision.other_key, Action.NONE, items=(item,))
