"""A request as API Gateway hands it on, held to its form before anything reads it."""

from typing import Any

__all__ = ["NoRequest", "held_to_form"]

ID_CHARACTERS_MAX = 128
"""API Gateway's are UUIDs; an id ends up in log lines and in the ledger."""


class NoRequest(ValueError):
    """What the function was invoked with isn't what API Gateway sends."""


def held_to_form(event: Any) -> dict[str, Any]:
    """What is read of an event, each part of its type (API Gateway guide, input format of a proxy
    integration), or left out. Raises NoRequest where a request can't do without it."""
    event = _mapping(event)
    context, body = _mapping(event.get("requestContext")), event.get("body")
    named = {name: context.get(name) for name in ("httpMethod", "resourcePath")}
    # Chalice's local mode hands bytes on.
    if not all(isinstance(each, str) for each in named.values()) or not isinstance(
        body, str | bytes | None
    ):
        raise NoRequest("this is no request of API Gateway's")
    return {
        "requestContext": {**named, "requestId": _id(context.get("requestId"))},
        "headers": _texts(event.get("headers")),
        "pathParameters": _texts(event.get("pathParameters")),
        "multiValueQueryStringParameters": None,
        "stageVariables": None,
        "body": body,
        "isBase64Encoded": event.get("isBase64Encoded") is True,
    }


def _id(found: Any) -> str | None:
    is_id = isinstance(found, str) and found.isascii() and found.isprintable()
    return found[:ID_CHARACTERS_MAX] if is_id else None


def _mapping(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _texts(found: Any) -> dict[str, str]:
    return {name: text for name, text in _mapping(found).items() if isinstance(text, str)}
