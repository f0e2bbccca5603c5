"""A pipeline is resources with roles, each of its kind."""

from dataclasses import dataclass, replace

import pytest

from tests.builders import a_pipeline, a_stream, a_table, the_consumer
from tests.flink_builders import a_flink_pipeline, an_application
from tidegate.rules.graph import Pipeline, Resource, Role
from tidegate.rules.kinds.dynamodb_table.state import Table
from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.rules.kinds.lambda_mapping.state import Consumer


@dataclass(frozen=True)
class Relay:
    """What one processor writes and the next one reads."""

    name: str = "relay"
    arn: str = "arn:aws:kinesis:us-east-1:123456789012:stream/relay"
    roles: tuple[Role, ...] = (Role.SOURCE, Role.SINK)
    writes: tuple[Resource, ...] = ()


def test_functions_and_applications_read_the_source() -> None:
    pipeline = a_pipeline()
    both = replace(pipeline, resources=(*pipeline.resources, an_application()))
    assert [each.name for each in both.processors] == ["scorer", "counter"]
    assert (both.source.name, len(a_flink_pipeline().processors)) == ("racers", 1)


def test_resources_are_found_by_their_class() -> None:
    pipeline = a_pipeline()
    assert pipeline.all(Consumer) == (the_consumer(pipeline),)
    assert (pipeline.first(Table), pipeline.all(Table)) == (None, ())
    with pytest.raises(LookupError, match="race has no Table"):
        pipeline.the(Table)


def test_a_pipeline_without_a_source_says_so() -> None:
    with pytest.raises(LookupError, match="odd has no source"):
        _ = Pipeline("odd", (a_table(),)).source


def test_what_one_writes_another_may_read() -> None:
    relay = Relay()
    pipeline = a_pipeline()
    consumer = replace(the_consumer(pipeline), writes=(relay,))
    first = replace(pipeline, resources=(a_stream(), consumer))
    second = Pipeline("next", (relay, the_consumer(pipeline)))
    assert first.processors[0].writes == (second.source,)


def test_another_state_of_a_resource_takes_its_place() -> None:
    pipeline = a_pipeline()
    wide = a_stream(8)
    changed = pipeline.replaced(pipeline.the(Stream), wide)
    assert changed.resources == (wide, *pipeline.resources[1:])
    assert (changed.the(Stream), pipeline.the(Stream).shard_count) == (wide, 1)


def test_what_is_worked_out_is_no_part_of_a_pipeline() -> None:
    told, asked = a_pipeline(), a_pipeline()
    assert asked.view(lambda seen: seen.source.name) == "racers"
    assert told == asked
