"""`/_sandbox/` on each port: what a test sees and steers (docs/sandbox.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ifs_jaggaer.sandbox.kernel import Answer, Call, Refusal, parse_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from ifs_jaggaer.sandbox.system import System

PREFIX = "/_sandbox/"


def steer(system: System, call: Call) -> Answer:
    """Answer one call below `/_sandbox/`."""
    name = unquote(call.path.removeprefix(PREFIX))
    try:
        if call.method == "GET" and name.startswith("records/"):
            return Answer.json(200, system.records(name.removeprefix("records/")))
        action = _ACTIONS.get((call.method, name))
        if action is None:
            return Answer.json(404, {"error": f"no call {call.method} {PREFIX}{name}"})
        return Answer.json(200, action(system, _Order(call.body)))
    except Refusal as refusal:
        return Answer.json(400, {"error": str(refusal)})


class _Order:
    """The body of a call: a JSON object whose attributes are asked for by name and type."""

    def __init__(self, body: bytes) -> None:
        try:
            document = parse_json(body) if body else {}
        except ValueError as error:
            raise Refusal(f"the body is not JSON: {error}") from error
        if not isinstance(document, dict):
            raise Refusal("the body must be a JSON object")
        self.document: dict[str, Any] = document

    def only(self, *names: str) -> None:
        unknown = set(self.document) - set(names)
        if unknown:
            raise Refusal(f"unknown attribute {', '.join(sorted(unknown))}")

    def text(self, name: str) -> str:
        value = self.document.get(name)
        if not isinstance(value, str):
            raise Refusal(f"{name!r} must be a text")
        return value

    def row(self, name: str) -> dict[str, Any]:
        value = self.document.get(name)
        if not isinstance(value, dict):
            raise Refusal(f"{name!r} must be an object")
        return value


def _stats(system: System, _: _Order) -> object:
    return system.traffic.stats()


def _reset(system: System, _: _Order) -> object:
    system.traffic.reset()
    return {}


def _log(system: System, _: _Order) -> object:
    return system.traffic.log()


def _create(system: System, order: _Order) -> object:
    order.only("set", "values")
    return system.create(order.text("set"), order.row("values"))


def _change(system: System, order: _Order) -> object:
    order.only("set", "key", "values")
    return system.change(order.text("set"), order.row("key"), order.row("values"))


def _remove(system: System, order: _Order) -> object:
    order.only("set", "key")
    system.remove(order.text("set"), order.row("key"))
    return {}


def _arm(system: System, order: _Order) -> object:
    return {"id": system.faults.arm(order.document)}


def _armed(system: System, _: _Order) -> object:
    return system.faults.shown()


def _disarm(system: System, _: _Order) -> object:
    system.faults.disarm()
    return {}


def _settings(system: System, order: _Order) -> object:
    system.apply_settings(order.document)
    return system.settings.all()


_ACTIONS: dict[tuple[str, str], Callable[[System, _Order], object]] = {
    ("GET", "stats"): _stats,
    ("POST", "stats/reset"): _reset,
    ("GET", "log"): _log,
    ("POST", "create"): _create,
    ("POST", "change"): _change,
    ("POST", "remove"): _remove,
    ("POST", "faults"): _arm,
    ("GET", "faults"): _armed,
    ("DELETE", "faults"): _disarm,
    ("POST", "settings"): _settings,
}
