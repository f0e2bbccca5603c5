"""Chalice with every answer in the contract's form, also those that Chalice gives by itself."""

import json
from typing import Any

from chalice.app import Chalice

from chalicelib import started
from chalicelib.proxied import NoRequest, held_to_form
from tidegate.scaling.model.errors import shown

__all__ = ["ContractChalice"]

_OF_CONTRACT = (400, 403, 404, 429)
"""The contract knows no other 4xx; the gateway of AWS's reference makes each other one a 400."""


class ContractChalice(Chalice):
    """``{"Code", "Message"}`` becomes ``{"message"}``, and a 4xx that the contract lacks a 400.

    What isn't a request to a route is refused before Chalice fails at it.
    """

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """Answer one proxied request."""
        try:
            return self._answer(event, context)
        finally:
            started()

    def _answer(self, event: Any, context: Any) -> dict[str, Any]:
        try:
            request = held_to_form(event)
        except NoRequest as error:
            return _refusal(400, str(error))
        entries = self.routes.get(request["requestContext"]["resourcePath"], {})
        named = {name for entry in entries.values() for name in entry.view_args}
        if not entries or not named <= request["pathParameters"].keys():
            return _refusal(404, "there is nothing at this path")
        answer: dict[str, Any] = super().__call__(request, context)
        status = answer["statusCode"]
        told = json.loads(answer["body"]) if status >= 400 else {}
        if "Message" in told:
            # It repeats what was sent, whatever that is.
            what, colon, sent = told["Message"].partition(": ")
            words = what + colon + shown(sent) if colon else what
            answer["body"] = json.dumps({"message": words})
        if 400 <= status < 500 and status not in _OF_CONTRACT:
            answer["statusCode"] = 400
        answer["headers"].setdefault("Content-Type", "application/json")
        return answer


def _refusal(status: int, message: str) -> dict[str, Any]:
    """As Chalice would have it."""
    headers, body = {"Content-Type": "application/json"}, json.dumps({"message": message})
    return {"statusCode": status, "headers": headers, "multiValueHeaders": {}, "body": body}
