"""Error answers in the contract's one form (contracts/ifs.md 3)."""

from __future__ import annotations

from ifs_jaggaer.sandbox.kernel import Answer


class ODataError(Exception):
    """A request that is refused: status, code, message and details as they go into the body."""

    def __init__(self, status: int, code: str, message: str, *details: tuple[str, str]) -> None:
        super().__init__(message, *details)
        self.status = status
        self.code = code
        self.message = message
        self.details = details

    def answer(self, *, message_as_object: bool = False) -> Answer:
        """The answer; old releases wrap the message in an object."""
        details = [{"code": code, "message": text} for code, text in self.details]
        message: object = {"value": self.message} if message_as_object else self.message
        error: dict[str, object] = {"code": self.code, "message": message}
        if details:
            error["details"] = details
        return Answer.json(self.status, {"error": error})

    def __str__(self) -> str:
        return "; ".join([self.message, *(text for _, text in self.details)])


def malformed(detail: str) -> ODataError:
    """400 `Malformed Request.`: what the request names or asks does not exist or does not fit."""
    return ODataError(400, "ODP_MALFORMED_REQUEST", "Malformed Request.", ("ODP_MALFORMED_REQUEST", detail))


def not_implemented(what: str) -> ODataError:
    return ODataError(501, "ODP_NOT_IMPLEMENTED", f"{what} is not implemented.")


def not_found(what: str) -> ODataError:
    return ODataError(404, "ODP_RESOURCE_NOTFOUND", f"{what} was not found.")


def not_deserialized(detail: str) -> ODataError:
    """400: the body cannot be read as a row of this set."""
    code = "ODP_DESERIALIZATION_ERROR"
    return ODataError(400, code, "The request body could not be read.", (code, detail))


def database_error(detail: str, code: str = "20110", status: int = 400) -> ODataError:
    """What the database refuses; the text for a person stands in the details."""
    return ODataError(status, "DATABASE_ERROR", "The database refused the request.", (code, detail))


def exists_already(what: str) -> ODataError:
    return database_error(f"{what} already exists.", "20112")


def does_not_exist(what: str) -> ODataError:
    return database_error(f"{what} does not exist.", "20111")
