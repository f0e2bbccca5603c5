"""Answers in the contract's form, errors included: a status and ``{"message"}``, never a trace."""

import json
from collections.abc import Callable
from uuid import uuid4

from chalice.app import Request, Response

from chalicelib.log import logger
from chalicelib.wiring import wiring
from tidegate.scaling.autoscaling_api.contract import Asked, BadRequest, ScalableTargetDimension
from tidegate.scaling.autoscaling_api.dimensions import UnknownDimension, dimension_named
from tidegate.scaling.model.errors import Denied, InvalidRequest, ResourceMissing, Throttled

__all__ = ["answer", "body_of"]

BODY_BYTES_MAX = 4096
RETRY_AFTER_SECONDS = "30"


def body_of(request: Request | None) -> object:
    """The JSON of a request. Raises BadRequest."""
    try:
        raw = b"" if request is None else request.raw_body
        if len(raw) > BODY_BYTES_MAX:
            raise BadRequest(f"the body may have {BODY_BYTES_MAX:,} bytes")
        found: object = json.loads(raw)
    except (ValueError, RecursionError):
        # Base64 that is none, and text that no encoding knows, are ValueErrors as well.
        raise BadRequest('the body must be JSON: {"desiredCapacity": <number>}') from None
    return found


def _status_of(error: Exception) -> int:
    match error:
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
    return f"AWS did not answer the request; the log has details under {request_id}"


def answer(
    request: Request | None,
    dimension_id: str,
    respond: Callable[[Asked], ScalableTargetDimension],
) -> Response:
    """What ``respond`` gives, or the error it raised in the contract's form."""
    request_id = str((request.context if request else {}).get("requestId") or uuid4())
    logger.set_correlation_id(request_id)
    try:
        here = wiring(brisk=True)
        with here.in_time():
            dimension = dimension_named(here.configuration().pipelines, dimension_id)
            asked = Asked(dimension, here.edges, here.now(), f"callback-{request_id}")
            answered = respond(asked)
            told = answered.as_json()
    except Exception as error:
        return _refusal(error, request_id)
    waits_for = None if answered.waits_for is None else str(answered.waits_for)
    logger.info("answered", extra={"told": told, "waits_for": waits_for})
    return Response(told)


def _refusal(error: Exception, request_id: str) -> Response:
    status = _status_of(error)
    if status >= 500:
        # Not at a cold start.
        from chalicelib.own_metrics import tell_fault

        logger.exception("failed")
        tell_fault()
    else:
        logger.info("refused", extra={"status": status, "reason": str(error)})
    headers: dict[str, str | list[str]] = {}
    if status == 429:
        headers["Retry-After"] = RETRY_AFTER_SECONDS
    told = {"message": _message_of(error, status, request_id)}
    return Response(told, headers=headers, status_code=status)
