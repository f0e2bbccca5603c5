import pytest

from tidegate.scaling.config.specification import (
    ApplicationSpec,
    ConsumerSpec,
    PipelineSpec,
    ResourceSpec,
    TableSpec,
)

SCORER, COUNTER = ConsumerSpec("scorer"), ApplicationSpec("counter")


@pytest.mark.parametrize(
    ("spec", "source"),
    [
        (PipelineSpec("p", "racers", resources=[ResourceSpec("queue", "orders")]), "racers"),
        (PipelineSpec("p", "racers", topic="clicks"), "clicks"),
        (
            PipelineSpec("p", resources=[ResourceSpec("queue", "a"), ResourceSpec("queue", "b")]),
            "a",
        ),
        (PipelineSpec("p"), ""),
    ],
    ids=["stream", "topic", "first-resource", "none"],
)
def test_the_source_of_a_pipeline_is_its_topic_its_stream_or_its_first_resource(
    spec: PipelineSpec, source: str
) -> None:
    assert spec.source == source


def test_functions_and_applications_are_its_readers_by_the_names_that_aws_has() -> None:
    readers = PipelineSpec("p", consumers=[SCORER], applications=[COUNTER]).readers
    assert readers == (SCORER, COUNTER)
    assert [each.name for each in readers] == ["scorer", "counter"]


@pytest.mark.parametrize("kind", [ConsumerSpec, ApplicationSpec])
def test_a_table_may_be_given_by_its_name_alone(
    kind: type[ConsumerSpec] | type[ApplicationSpec],
) -> None:
    named = TableSpec("scores")
    assert kind("any", ["counts", named]).table_specs == (TableSpec("counts"), named)
