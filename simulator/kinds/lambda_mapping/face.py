"""How AWS shows the functions of a world, to the ports directly and to boto3's clients."""

import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from tidegate.rules.graph import Resource
from tidegate.rules.kinds.lambda_mapping.state import (
    Consumer,
    EventSourceMapping,
    Function,
    LambdaAccount,
    ReadersOf,
    Reading,
)
from tidegate.scaling.kinds.lambda_mapping.actions import (
    UpdateBatchingWindow,
    UpdateParallelizationFactor,
)
from tidegate.scaling.model.errors import ResourceMissing
from tidegate.simulator.kind import REGION, Correction, Face
from tidegate.simulator.kinds.lambda_mapping.data import AccountData
from tidegate.simulator.kinds.lambda_mapping.function import FunctionState
from tidegate.simulator.kinds.lambda_mapping.mapping import MappingState
from tidegate.simulator.manners import Refusal
from tidegate.simulator.participant import Answer, Call

if TYPE_CHECKING:
    from boto3.session import Session

__all__ = ["FunctionFace"]

ACCOUNT_ID = "123456789012"
"""moto's account."""

INSIGHTS_LAYER = f"arn:aws:lambda:{REGION}:580247275435:layer:LambdaInsightsExtension:53"
"""As AWS publishes it (CloudWatch guide, Lambda-Insights-extension-versions)."""


class FunctionFace(Face):
    """Of functions with their mappings."""

    def describe(self, spec: Any) -> Iterable[Resource]:
        """The consumers of a pipeline, each with the mapping that reads its source."""
        if not spec.consumers:
            return []
        consumers = [self._consumer(spec, each) for each in spec.consumers]
        account = self.site.scenario.find(AccountData) or AccountData()
        return [*consumers, LambdaAccount(account.concurrency)]

    def _consumer(self, spec: Any, said: Any) -> Consumer:
        function = self.site.named(FunctionState, said.function)
        mappings = [] if function is None else function.mappings
        found = [each for each in mappings if each.subscription.source.name == spec.source]
        if function is None or not found:
            raise ResourceMissing("describe", said.function, "there is no such resource")
        return Consumer(_function(function), _mapping(found[0]), self.sinks(spec, said))

    def answer(self, question: Any) -> tuple[Consumer, ...] | None:
        """The functions that read a stream, all of them."""
        if not isinstance(question, ReadersOf):
            return None
        return tuple(
            Consumer(Function(function.name, 0, 0), _mapping(mapping))
            for function in self.site.all(FunctionState)
            for mapping in function.mappings
            if mapping.subscription.source.arn == question.arn
        )

    def apply(self, action: Any) -> bool:
        """Changes of a mapping."""
        match action:
            case UpdateParallelizationFactor():
                self._mapping(action.mapping_uuid).update(action.to_factor)
            case UpdateBatchingWindow():
                mapping = self._mapping(action.mapping_uuid)
                mapping.update(batching_window_seconds=action.to_seconds)
            case _:
                return False
        return True

    def _mapping(self, uuid: str) -> MappingState:
        for mapping in self.site.all(MappingState):
            if mapping.uuid == uuid:
                return mapping
        raise Refusal("ResourceNotFoundException", f"no mapping {uuid}")

    def put(self, session: "Session") -> None:
        """The functions, as moto is to have them, with a role each and its mappings."""
        for number, function in enumerate(self.site.all(FunctionState)):
            _put_function(session, function, "consumer" if not number else f"consumer-{number}")
            for mapping in function.mappings:
                session.client("lambda").create_event_source_mapping(
                    # moto refuses the ARN of a registered consumer: it is told as that.
                    EventSourceArn=mapping.subscription.source.arn,
                    FunctionName=function.name,
                    StartingPosition="TRIM_HORIZON",
                    BatchSize=mapping.data.batch_size,
                )

    def answers(self) -> Mapping[str, Call]:
        """Changes, and what moto has no answer to."""
        return {
            "lambda.UpdateEventSourceMapping": self._update_mapping,
            "lambda.GetAccountSettings": self._account_settings,
        }

    def corrections(self) -> Mapping[str, Correction]:
        """moto's functions and mappings with what the world has changed of them."""
        return {
            "lambda.ListEventSourceMappings": self._correct_mappings,
            "lambda.GetFunctionConfiguration": self._correct_function,
        }

    def _update_mapping(self, params: Answer) -> Answer:
        self._mapping(params["UUID"]).update(
            params.get("ParallelizationFactor"), params.get("MaximumBatchingWindowInSeconds")
        )
        return {"UUID": params["UUID"], "State": "Updating"}

    def _account_settings(self, _: Answer) -> Answer:
        data = self.site.scenario.find(AccountData) or AccountData()
        return {"AccountLimit": {"ConcurrentExecutions": data.concurrency}}

    def _correct_mappings(self, parsed: Answer, **_: Any) -> None:
        known = {
            (each.function.name, each.subscription.source.arn): each
            for each in self.site.all(MappingState)
        }
        for told in parsed.get("EventSourceMappings", []):
            function = told["FunctionArn"].split(":function:")[1].partition(":")[0]
            mapping = known.get((function, told["EventSourceArn"]))
            if mapping is not None:
                told |= _told(mapping)

    def _correct_function(self, parsed: Answer, **_: Any) -> None:
        function = self.site.named(FunctionState, parsed.get("FunctionName", ""))
        if function is not None:
            parsed["Timeout"] = function.function.timeout_seconds
            parsed["MemorySize"] = function.function.memory_megabytes
            parsed["LastModified"] = _modified(function)
            if function.function.has_insights:
                parsed["Layers"] = [{"Arn": INSIGHTS_LAYER}]


def _function(state: FunctionState) -> Function:
    data = state.function
    return Function(
        data.name,
        data.timeout_seconds,
        data.memory_megabytes,
        data.reserved_concurrency,
        modified=_modified(state),
        has_insights=data.has_insights,
    )


def _modified(state: FunctionState) -> str:
    return f"{state.modified_at:%Y-%m-%dT%H:%M:%S}.000+0000"


def _state(mapping: MappingState) -> str:
    return "Updating" if mapping.is_updating else mapping.state


def _mapping(state: MappingState) -> EventSourceMapping:
    data, own = state.data, state.subscription.source.arn
    sources = {mapping.subscription.source.arn for mapping in state.function.mappings}
    return EventSourceMapping(
        state.uuid,
        state.function.name,
        own,
        _state(state),
        state.factor,
        data.batch_size,
        data.batching_window_seconds,
        data.bisect_batch_on_function_error,
        data.maximum_retry_attempts,
        on_failure_destination=data.on_failure_destination or None,
        modified=state.modified_at.isoformat(),
        reading=Reading(
            other_sources=tuple(sorted(sources - {own})),
            last_result=state.last_result,
            tumbling_window_seconds=data.tumbling_window_seconds,
            fan_out=data.fan_out,
            has_filter=data.filtered_share > 0,
        ),
        report_batch_item_failures=data.report_batch_item_failures,
    )


def _told(mapping: MappingState) -> Answer:
    data = mapping.data
    to = {"Destination": data.on_failure_destination} if data.on_failure_destination else {}
    return {
        "UUID": mapping.uuid,
        "EventSourceArn": mapping.source_arn,
        "State": _state(mapping),
        "ParallelizationFactor": mapping.factor,
        "BatchSize": data.batch_size,
        "MaximumBatchingWindowInSeconds": data.batching_window_seconds,
        "TumblingWindowInSeconds": data.tumbling_window_seconds,
        "BisectBatchOnFunctionError": data.bisect_batch_on_function_error,
        "MaximumRetryAttempts": data.maximum_retry_attempts,
        "DestinationConfig": {"OnFailure": to},
        "LastModified": mapping.modified_at,
        "LastProcessingResult": mapping.last_result,
    }


def _put_function(session: "Session", state: FunctionState, role: str) -> None:
    data, tables = state.function, [sink.name for sink in state.sinks if sink.described()]
    iam = session.client("iam")
    made = iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    policy = json.dumps(_policy(tables))
    iam.put_role_policy(RoleName=role, PolicyName="writes", PolicyDocument=policy)
    functions = session.client("lambda")
    names = ["TABLE_NAME", *(f"TABLE_NAME_{number}" for number in range(2, len(tables) + 1))]
    functions.create_function(
        FunctionName=data.name,
        Runtime="python3.12",
        Role=made["Role"]["Arn"],
        Handler="app.handler",
        Code={"ZipFile": b""},
        Timeout=data.timeout_seconds,
        MemorySize=data.memory_megabytes,
        Environment={"Variables": dict(zip(names, tables, strict=False))},
    )
    if data.reserved_concurrency is not None:
        functions.put_function_concurrency(
            FunctionName=data.name, ReservedConcurrentExecutions=data.reserved_concurrency
        )


def _policy(tables: list[str]) -> Answer:
    """What a deployment tool would let the function do: write to its tables."""
    arns = [f"arn:aws:dynamodb:{REGION}:{ACCOUNT_ID}:table/{table}" for table in tables]
    resources = [each for arn in arns for each in (arn, f"{arn}/index/*")]
    actions = ["dynamodb:BatchWriteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return {"Version": "2012-10-17", "Statement": [statement]}
