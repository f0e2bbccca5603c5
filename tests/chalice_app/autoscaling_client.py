"""A client that behaves as Application Auto Scaling does, written from the contract alone."""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jsonschema
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

STATUSES = ["Pending", "InProgress", "Successful", "Failed"]
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "scalableTargetDimensionId", "version", "actualCapacity", "desiredCapacity", "scalingStatus",
    ],
    "properties": {
        "scalableTargetDimensionId": {"type": "string"},
        "version": {"const": "1.0"},
        "actualCapacity": {"type": "number", "minimum": 0},
        "desiredCapacity": {"type": "number", "minimum": 0},
        "scalingStatus": {"enum": STATUSES},
        "resourceName": {"type": "string"},
        "dimensionName": {"type": "string"},
        "failureReason": {"type": "string"},
    },
    "if": {"properties": {"scalingStatus": {"const": "Failed"}}},
    "else": {"not": {"required": ["failureReason"]}},
}  # fmt: skip
"""The contract's ScalableTargetDimension (aws-auto-scaling-custom-resource, Swagger)."""
ERROR = {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}}

TRIES = 3


@dataclass
class AutoScaling:
    """Describes, patches and polls one resource id, the whole URL."""

    resource_id: str
    access_key: str
    secret_key: str
    region: str

    def _call(self, method: str, body: dict[str, float] | None = None) -> tuple[int, Any]:
        data = b"" if body is None else json.dumps(body).encode()
        request = AWSRequest(
            method=method, url=self.resource_id, data=data,
            headers={"Content-Type": "application/json"},
        )  # fmt: skip
        credentials = Credentials(self.access_key, self.secret_key)
        SigV4Auth(credentials, "execute-api", self.region).add_auth(request)
        sent = urllib.request.Request(
            self.resource_id, data=data or None, method=method, headers=dict(request.headers)
        )
        try:
            with urllib.request.urlopen(sent) as answer:
                status, told = answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            status, told = error.code, json.load(error)
        if status == 200:
            jsonschema.validate(told, SCHEMA)
            assert told["scalableTargetDimensionId"] == self.resource_id.rsplit("/", 1)[-1]
        else:
            assert status in (400, 403, 404, 429, 500)
            jsonschema.validate(told, ERROR)
        return status, told

    def describe(self) -> tuple[int, Any]:
        return self._call("GET")

    def answer(self) -> dict[str, Any]:
        """What a description that is not refused tells."""
        status, told = self.describe()
        assert status == 200, told
        found: dict[str, Any] = told
        return found

    def ask(self, capacity: float) -> dict[str, Any]:
        """Ask for a capacity; what the answer tells. As Application Auto Scaling does, it asks again
        where the endpoint ran out of time, as on a busy machine."""
        answers = (self._call("PATCH", {"desiredCapacity": capacity}) for _ in range(TRIES))
        status, told = next(
            (each for each in answers if each[0] != 500), (500, {"desiredCapacity": None})
        )
        assert (status, told["desiredCapacity"]) == (200, capacity), told
        found: dict[str, Any] = told
        return found

    def scale_to(
        self, capacity: float, wait: Callable[[], None], polls_max: int = 200
    ) -> list[float]:
        """Ask for a capacity and poll until it is reached; the capacities seen on the way."""
        told = self.ask(capacity)
        seen = [told["actualCapacity"]]
        for _ in range(polls_max):
            if told["scalingStatus"] in ("Successful", "Failed"):
                break
            wait()
            told = self.answer()
            seen.append(told["actualCapacity"])
        assert told["scalingStatus"] == "Successful", told
        assert told["actualCapacity"] == told["desiredCapacity"] == capacity
        return list(dict.fromkeys(seen))
