"""Errors as the contract's answers: a status and ``{"message"}``, never a stack trace."""

import json
import logging
from collections.abc import Callable
from uuid import uuid4

from chalice.app import Request, Response

from scaling.callback import BadRequest, UnknownDimension
from scaling.errors import Denied, InvalidRequest, ResourceMissing, Throttled

__all__ = ["answer", "body_of"]

BODY_BYTES_MAX = 4096
RETRY_AFTER_SECONDS = "30"

_log = logging.getLogger("tidegate")


class TooLarge(BadRequest):
    """The body is larger than any that the contract knows."""


def body_of(request: Request | None) -> object:
    """The JSON of a request. Raises BadRequest, or TooLarge."""
    raw = b"" if request is None else request.raw_body
    if len(raw) > BODY_BYTES_MAX:
        raise TooLarge(f"the body may have {BODY_BYTES_MAX:,} bytes")
    try:
        found: object = json.loads(raw)
    except (ValueError, RecursionError):
        raise BadRequest('the body must be JSON: {"desiredCapacity": <number>}') from None
    return found


def _status_of(error: Exception) -> int:
    match error:
        case TooLarge():
            return 413
        case UnknownDimension() | ResourceMissing():
            return 404
        case BadRequest() | InvalidRequest():
            return 400
        case Throttled():
            return 429
        case _:
            return 500


def _message_of(error: Exception, status: int, request_id: str) -> str:
    if status < 500 or isinstance(error, Denied):
        return str(error)
    return f"AWS did not answer as needed; the log has it under {request_id}"


def answer(respond: Callable[[], dict[str, str | float]]) -> Response:
    """What ``respond`` gives, or the error it raised in the contract's form."""
    try:
        return Response(respond())
    except Exception as error:
        request_id = uuid4().hex
        status = _status_of(error)
        if status >= 500:
            _log.exception("request %s failed", request_id)
        headers: dict[str, str | list[str]] = {}
        if status == 429:
            headers["Retry-After"] = RETRY_AFTER_SECONDS
        told = {"message": _message_of(error, status, request_id)}
        return Response(told, headers=headers, status_code=status)
