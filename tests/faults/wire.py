"""HTTP between boto3's clients and the world: answers that lag behind, are cut, broken, or lost.

What the world answers is written out as AWS's services would, and read by botocore, which retries
as it does. What it doesn't answer, moto does.
"""

import json
from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, ConnectTimeoutError, ReadTimeoutError
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model

from tests.faults.metrics import Lack, told
from tests.faults.stage import STALE_SECONDS, Caller, Stage
from tests.losses.account import MUTATIONS
from tidegate.simulator.manners import Refusal
from tidegate.simulator.overlay import Overlay

if TYPE_CHECKING:
    from boto3.session import Session
    from botocore.model import OperationModel

__all__ = ["Wire"]

PAGED = {
    "kinesis.ListShards": ("Shards", "NextToken"),
    "lambda.ListEventSourceMappings": ("EventSourceMappings", "NextMarker"),
    "cloudwatch.GetMetricData": ("MetricDataResults", "NextToken"),
    "application-auto-scaling.DescribeScalableTargets": ("ScalableTargets", "NextToken"),
}
"""What is listed, and what names the next page; a request names it without Next for Lambda."""

DESCRIBED = (
    "kinesis.DescribeStreamSummary", "kinesis.ListShards", "lambda.ListEventSourceMappings",
    "dynamodb.DescribeTable", "kinesis-analytics-v2.DescribeApplication",
)  # fmt: skip
"""What may lag behind."""

WRITES = ("PutItem", "DeleteItem", "UpdateItem", "TransactWriteItems")
"""What a ledger in a table is written by."""

METRICS = "cloudwatch.GetMetricData"
FAILED = ("PartialData", "InternalError")
URL = "https://aws.example"


class _Answer(Exception):
    """An HTTP response in the place of AWS's."""

    def __init__(self, status: int, body: str, code: str = "") -> None:
        super().__init__(code)
        headers = {"x-amzn-ErrorType": code} if code else {}
        self.response = AWSResponse(URL, status, headers, MockRawResponse(body))  # type: ignore[arg-type]


class RefusedAnswer(_Answer):
    """A refusal with its code, as every protocol of AWS's that is spoken here reads it."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(status, json.dumps({"__type": code, "message": message}), code)


class InternalFailure(RefusedAnswer):
    """AWS could not."""


class UnreadableAnswer(_Answer):
    """What a proxy or a balancer says in AWS's place."""


class Wire:
    """One at a time has it: ``caller``, or nobody in particular, whom nothing befalls."""

    def __init__(self, stage: Stage, session: "Session") -> None:
        self.caller: Caller | None = None
        self._stage = stage
        self._answers = Overlay(stage.graph.world).answers()
        self._asked: tuple[Any, Mapping[str, Any]] = (None, {})
        self._known: dict[str, tuple[datetime, dict[str, Any]]] = {}
        self._left: dict[str, list[Any]] = {}
        events = session.events
        events.unregister("before-send", botocore_stubber)  # type: ignore[arg-type]
        events.register("provide-client-params", self._keep)
        events.register("before-send", self._send)
        Overlay(stage.graph.world).correct(session)
        events.register(f"after-call.{METRICS}", self._garble)
        for operation in DESCRIBED:
            events.register(f"after-call.{operation}", self._delay)
        for operation in PAGED:
            events.register(f"after-call.{operation}", self._cut)

    def given_to(self, caller: Caller | None) -> tuple[Caller | None, Any]:
        """Have the next requests be a caller's; what is to be given back afterwards."""
        before = self.caller, self._asked
        self.caller = caller
        return before

    def given_back(self, before: tuple[Caller | None, Any]) -> None:
        self.caller, self._asked = before

    def _keep(
        self, params: dict[str, Any], model: "OperationModel", context: dict[str, Any], **_: Any
    ) -> None:
        self._asked = model, params
        context["asked"] = params

    def _send(self, event_name: str, request: Any, **_: Any) -> Any:
        """Once for each attempt of botocore's."""
        caller, (model, params) = self.caller, self._asked
        try:
            if caller is not None:
                # Past the last look at the clock nothing can help who is suspended: docs/faults.md.
                often = 0.0 if model.name in MUTATIONS else 0.04
                caller.befalls(*_failures(model), often=often)
            response = self._answered(model, params) or botocore_stubber(event_name, request)
            assert response is not None
            if caller is not None and model.name in (*MUTATIONS, *WRITES):
                is_done = response.status_code < 300
                caller.accepted += is_done and model.name in MUTATIONS
                caller.written += is_done and model.name in WRITES
                often = 2 if model.name in MUTATIONS else 0.5
                if caller.random.random() < often * caller.rate:
                    self._stage.faults["answer lost"] += 1
                    raise caller.struck(*_lost())
        except _Answer as answer:
            return answer.response
        return response

    def _answered(self, model: "OperationModel", params: Mapping[str, Any]) -> AWSResponse | None:
        """As the world answers, None where it doesn't."""
        name = _name(model)
        answer = self._answers.get(name)
        try:
            found = {} if _token(params) else answer(dict(params)) if answer else None
        except Refusal as refusal:
            raise RefusedAnswer(refusal.code, refusal.message, refusal.http_status) from refusal
        if found is None:
            return None
        service = model.service_model
        theirs = get_service_model(service.service_name).operation_model(model.name)
        if theirs.output_shape is None:
            return AWSResponse(URL, 200, {}, MockRawResponse("{}"))  # type: ignore[arg-type]
        make = get_serializer_class(service.service_name, service.resolved_protocol)
        made = make(operation_model=theirs).serialize(found)
        body = MockRawResponse(made["body"])
        return AWSResponse(URL, made["status_code"], made["headers"], body)  # type: ignore[arg-type]

    def _garble(self, parsed: dict[str, Any], http_response: AWSResponse, **_: Any) -> None:
        caller, results = self.caller, parsed.get("MetricDataResults", [])
        if caller is None or http_response.status_code >= 300:
            return
        parsed["MetricDataResults"] = results = [
            told(each, caller.lack, caller.garbling) for each in results
        ]
        self._stage.faults[f"{caller.lack.value} metrics"] += caller.lack is not Lack.NOTHING
        if caller.random.random() < caller.rate:
            self._stage.faults["partial metrics"] += 1
            for each in results:
                if caller.random.random() < 0.5:
                    each["StatusCode"] = caller.random.choice(FAILED)

    def _delay(
        self, parsed: dict[str, Any], context: dict[str, Any], http_response: AWSResponse, **_: Any
    ) -> None:
        """Describe something as it was a few seconds ago."""
        if http_response.status_code >= 300:
            return
        caller, key = self.caller, json.dumps(context["asked"], default=str, sort_keys=True)
        key, now = f"{sorted(parsed)}{key}", self._stage.now
        before = self._known.get(key)
        is_young = before is not None and now - before[0] <= timedelta(seconds=STALE_SECONDS)
        if before and is_young and caller and caller.random.random() < 2 * caller.rate:
            caller.is_late = True
            self._stage.faults["late description"] += 1
            parsed.update(deepcopy(before[1]))
        else:
            self._known[key] = now, deepcopy(parsed)

    def _cut(
        self, parsed: dict[str, Any], context: dict[str, Any], http_response: AWSResponse, **_: Any
    ) -> None:
        """Leave the rest to another page."""
        if http_response.status_code >= 300:
            return
        caller, token = self.caller, _token(context["asked"])
        for listed, following in PAGED.values():
            if token and token.startswith(f"{listed}/"):
                parsed[listed] = self._left.pop(token)
            elif listed in parsed and caller and caller.random.random() < 2 * caller.rate:
                at = caller.random.randint(0, len(parsed[listed]))
                made = f"{listed}/{len(self._left)}/{at}/{self._stage.now.timestamp()}"
                parsed[listed], self._left[made] = parsed[listed][:at], parsed[listed][at:]
                parsed[following] = made
                self._stage.faults["cut page"] += 1


def _failures(model: "OperationModel") -> tuple[Exception, ...]:
    """Before AWS has done anything."""
    is_kinesis = model.service_model.service_name == "kinesis"
    return (
        RefusedAnswer("LimitExceededException", "Rate exceeded for stream")
        if is_kinesis
        else RefusedAnswer("ThrottlingException", "Rate exceeded"),
        UnreadableAnswer(503, "<html>Service Unavailable</html>"),
        InternalFailure("InternalFailure", "an internal error", 500),
        ConnectTimeoutError(endpoint_url=URL),
        ReadTimeoutError(endpoint_url=URL),
    )


def _lost() -> tuple[Exception, ...]:
    """After AWS has done it."""
    return (
        ReadTimeoutError(endpoint_url=URL),
        ConnectionClosedError(endpoint_url=URL),
        UnreadableAnswer(502, "<html>Bad Gateway</html>"),
    )


def _name(model: "OperationModel") -> str:
    return f"{model.service_model.service_id.hyphenize()}.{model.name}"


def _token(params: Mapping[str, Any]) -> str | None:
    found: str | None = params.get("NextToken") or params.get("Marker")
    return found
