"""The form that each answer must have, by the contract of Application Auto Scaling's custom
resources (aws/aws-auto-scaling-custom-resource, custom-resource-stack.yaml)."""

import json
from collections.abc import Iterator
from typing import Any

__all__ = ["ill_formed"]

STATUSES = (200, 400, 403, 404, 429, 500)
REQUIRED = {
    "scalableTargetDimensionId": str, "version": str, "actualCapacity": float,
    "desiredCapacity": float, "scalingStatus": str,
}  # fmt: skip
OPTIONAL = {"resourceName": str, "dimensionName": str, "failureReason": str}
WORDS = ("Pending", "InProgress", "Successful", "Failed")
KEYS = {"statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded"}
"""What API Gateway takes of a function; anything else is its own 502 (guide, proxy integration)."""


def ill_formed(answer: Any) -> Iterator[str]:
    """What is wrong with an answer as API Gateway gets it."""
    if not isinstance(answer, dict) or not set(answer) <= KEYS:
        yield f"no answer that API Gateway takes: {answer!r}"[:300]
        return
    if answer["statusCode"] not in STATUSES:
        yield f"status {answer['statusCode']}"
    if answer["headers"].get("Content-Type") != "application/json":
        yield f"the headers are {answer['headers']}"
    if answer.get("isBase64Encoded"):
        yield "the body is in Base64"
    told = json.loads(answer["body"])
    yield from _ill_told(told) if answer["statusCode"] == 200 else _ill_refused(told)


def _ill_told(told: Any) -> Iterator[str]:
    known = REQUIRED | {name: kind for name, kind in OPTIONAL.items() if name in told}
    if {name: type(value) for name, value in told.items()} != known:
        yield f"no ScalableTargetDimension: {told}"
    elif told["scalingStatus"] not in WORDS:
        yield f"scalingStatus {told['scalingStatus']}"


def _ill_refused(told: Any) -> Iterator[str]:
    message = told.get("message") if isinstance(told, dict) and len(told) == 1 else None
    if not isinstance(message, str) or not message:
        yield f'no {{"message"}}: {told}'
    elif len(message) > 500 or not message.isprintable():
        yield f"a message that nobody can read: {message[:200]!r}"
