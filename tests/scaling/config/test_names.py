"""The grammars of names and the limits of levers against AWS's own service models."""

import re
from functools import cache
from typing import Any

import jsonschema
import pytest
from botocore.session import get_session
from hypothesis import given
from hypothesis import strategies as st

from tidegate.deployment import names as deployed
from tidegate.rules.cause import LeverKind
from tidegate.scaling.autoscaling_api.registration import OURS
from tidegate.scaling.config import names
from tidegate.scaling.config.grammar import Grammar
from tidegate.scaling.kinds.registry import limits_of
from tidegate.schema import schema


@cache
def shape(service: str, name: str) -> dict[str, Any]:
    """What AWS's model says of a text or number: pattern, min, max."""
    return dict(get_session().get_service_model(service).shape_for(name).metadata)


def documentation(service: str, operation: str, member: str) -> str:
    model: Any = get_session().get_service_model(service).operation_model(operation)
    return re.sub("<[^>]+>", "", model.input_shape.members[member].documentation)


@pytest.mark.parametrize(
    ("grammar", "service", "name"),
    [
        (names.STREAM, "kinesis", "StreamName"),
        (names.TABLE, "dynamodb", "TableName"),
        (names.INDEX, "dynamodb", "IndexName"),
        (names.APPLICATION, "kinesisanalyticsv2", "ApplicationName"),
    ],
)
def test_a_grammar_is_the_one_of_the_service_model(
    grammar: Grammar, service: str, name: str
) -> None:
    told = shape(service, name)
    assert (grammar.pattern, grammar.lengths) == (told["pattern"], (told["min"], told["max"]))


WIDER = {
    "FUNCTION": (names.FUNCTION, "lambda", "FunctionName"),
    "TOPIC": (names.TOPIC, "lambda", "Topic"),
    "NAMESPACE": (names.NAMESPACE, "cloudwatch", "Namespace"),
    "METRIC": (names.METRIC, "cloudwatch", "MetricName"),
    "SCHEDULED_ACTION": (names.SCHEDULED_ACTION, "application-autoscaling", "ScheduledActionName"),
}
"""What AWS's pattern allows more of than a plain name, or says by exclusion."""


@pytest.mark.parametrize("kind", WIDER)
@given(st.data())
@pytest.mark.slow
def test_a_grammar_that_is_narrower_accepts_nothing_that_aws_refuses(
    kind: str, data: st.DataObject
) -> None:
    grammar, service, shape_name = WIDER[kind]
    told = shape(service, shape_name)
    # Kafka has topics of one letter, although Lambda's pattern asks for two.
    least = 2 if grammar is names.TOPIC else grammar.lengths[0]
    name = data.draw(st.from_regex(grammar.pattern, fullmatch=True).filter(
        lambda found: len(found) >= least and grammar.accepts(found)
    ))  # fmt: skip
    # AWS refuses a space in front, which no name has there once ours is put before it.
    sent = OURS + name if grammar is names.SCHEDULED_ACTION else name
    assert re.fullmatch(told.get("pattern", "(?s).*"), sent)
    assert told["min"] <= len(sent) <= told["max"]


def test_lengths_that_are_in_aws_words_alone() -> None:
    assert "limited to 64 characters" in documentation("lambda", "CreateFunction", "FunctionName")
    assert names.FUNCTION.lengths == (1, 64)
    assert "between 1 and 256 characters" in documentation("sns", "CreateTopic", "Name")
    assert names.SNS_TOPIC.pattern.endswith("{1,256}")
    assert "maximum length is 255" in documentation("cloudwatch", "PutDashboard", "DashboardName")
    assert names.DASHBOARD.lengths == (1, 255)
    assert "is 1011 characters" in documentation("ssm", "PutParameter", "Name")
    assert deployed.PARAMETER.lengths == (1, 1011)
    assert names.TOPIC.lengths[1] == shape("lambda", "Topic")["max"]
    for grammar, shape_name in (
        (names.POLICY, "PolicyName"),
        (names.SCHEDULED_ACTION, "ScheduledActionName"),
    ):
        assert grammar.lengths[1] + len(OURS) == shape("application-autoscaling", shape_name)["max"]


@given(st.from_regex(names.EVENT_BUS.pattern, fullmatch=True))
@pytest.mark.slow
def test_an_event_bus_is_what_put_events_takes(bus: str) -> None:
    told = shape("events", "NonPartnerEventBusNameOrArn")
    assert re.fullmatch(told["pattern"], bus)
    assert names.EVENT_BUS.lengths == (told["min"], told["max"])


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (LeverKind.PARALLELIZATION_FACTOR, "ParallelizationFactor"),
        (LeverKind.BATCHING_WINDOW, "MaximumBatchingWindowInSeconds"),
    ],
)
def test_the_limits_of_levers_are_those_of_the_service_model(kind: LeverKind, name: str) -> None:
    told = shape("lambda", name)
    assert limits_of(kind) == (told["min"], told["max"])


GRAMMARS = [
    each
    for module in (names, deployed)
    for each in vars(module).values()
    if isinstance(each, Grammar)
]


@pytest.mark.parametrize("text", ["*", "a*", "a?b", "${a}", "a\nb", "a\x1b", "\ud800", "a\n", "\n"])
def test_no_name_of_a_resource_holds_what_policies_templates_and_terminals_read(text: str) -> None:
    free = (names.METRIC, names.NAMESPACE, names.LABEL, names.POLICY, names.SCHEDULED_ACTION)
    lines = [each for each in GRAMMARS if each not in free]
    assert not [each.kind for each in lines if each.accepts(text * 3)]
    if not text.isprintable():
        assert not [each.kind for each in free if each.accepts(text * 3) and text != "\ud800"]


@cache
def validator(of: str, key: str) -> jsonschema.Draft202012Validator:
    """Of one key of the pipeline file; made once, since the schema is made of every class."""
    return jsonschema.Draft202012Validator(schema()["$defs"][of]["properties"][key])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("of", "key", "grammar"),
    [
        ("PipelineSpec", "stream", names.STREAM),
        ("ConsumerSpec", "function", names.FUNCTION),
        ("TableSpec", "name", names.TABLE),
        ("IndexSpec", "name", names.INDEX),
        ("ApplicationSpec", "application", names.APPLICATION),
        ("UserRule", "namespace", names.NAMESPACE),
    ],
)
@given(st.one_of(st.text(max_size=8), st.from_regex("[a-z.:-]{1,9}", fullmatch=True)))
def test_editors_are_told_the_same_of_each_name(
    of: str, key: str, grammar: Grammar, name: str
) -> None:
    if name and not name.endswith("\n"):
        # In Python, unlike in JSON Schema, $ also matches before a last line end.
        assert validator(of, key).is_valid(name) == grammar.accepts(name)
