"""Chalice with every answer in the contract's form, also those that Chalice gives by itself."""

import json
from typing import Any

from chalice.app import Chalice

__all__ = ["ContractChalice"]

_AS_CONTRACT = {415: 400}
"""The contract knows no other 4xx than 400, 403, 404 and 429, beside the gateway's own."""


class ContractChalice(Chalice):
    """``{"Code", "Message"}`` becomes ``{"message"}``, and an unsupported media type a 400."""

    def __call__(self, event: Any, context: Any) -> dict[str, Any]:
        """Answer one proxied request."""
        answer: dict[str, Any] = super().__call__(event, context)
        status = answer.get("statusCode", 200)
        told = json.loads(answer["body"]) if status >= 400 else {}
        if "Message" in told:
            answer["body"] = json.dumps({"message": told["Message"]})
        answer["statusCode"] = _AS_CONTRACT.get(status, status)
        return answer
