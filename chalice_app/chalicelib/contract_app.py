"""Chalice with every answer in the contract's form, also those that Chalice gives by itself."""

import json
from typing import Any

from chalice.app import Chalice

__all__ = ["ContractChalice"]

_OF_CONTRACT = (400, 403, 404, 429)
"""The contract knows no other 4xx; the gateway of AWS's reference makes each other one a 400."""


class ContractChalice(Chalice):
    """``{"Code", "Message"}`` becomes ``{"message"}``, and a 4xx that the contract lacks a 400."""

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """Answer one proxied request."""
        answer: dict[str, Any] = super().__call__(event, context)
        status = answer.get("statusCode", 200)
        told = json.loads(answer["body"]) if status >= 400 else {}
        if "Message" in told:
            answer["body"] = json.dumps({"message": told["Message"]})
        if 400 <= status < 500 and status not in _OF_CONTRACT:
            answer["statusCode"] = 400
        return answer
