import pytest

from tests.builders import NOON, SPEC, a_pipeline, of_types, signals
from tests.change_records import history
from tidegate.rules.cause import LEVER_KINDS, LeverKind
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.kinds.dynamodb_table.resource import DynamodbTable
from tidegate.scaling.kinds.kinesis_stream.resource import KinesisStream
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.resource_type import SizedTogether, Status, type_of, types_of

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")


@pytest.mark.parametrize("kind", [each for each in LEVER_KINDS.values() if each.resource in
    ("stream", "function", "application", "table")], ids=lambda each: each.value)  # fmt: skip
def test_each_lever_is_of_one_type_alone(kind: LeverKind) -> None:
    pipeline = a_pipeline()
    owners = [each for each in types_of(pipeline) if kind in each.levers]
    assert owners == [type_of(Lever.of(kind, "any"), pipeline)]


def test_a_lever_is_looked_for_among_the_types_that_the_pipeline_was_described_with() -> None:
    table, stream = DynamodbTable(), KinesisStream()
    both = of_types(a_pipeline(), table, stream)
    assert (list(types_of(both)), type_of(SHARDS, both)) == ([table, stream], stream)
    with pytest.raises(KeyError, match="no kind of resource has shard_count of racers"):
        type_of(SHARDS, of_types(a_pipeline(), table))


def test_what_is_sized_together_recommends_nothing_by_itself() -> None:
    look = Look(signals(a_pipeline()), (), in_file(SPEC), history(), NOON)
    assert list(SizedTogether().recommendations(look)) == []
    assert SizedTogether().kind_in_file is None
    assert list(SizedTogether().latency_levers) == []
    assert SizedTogether().planning(a_pipeline()) is None


@pytest.mark.parametrize(
    ("word", "is_passing", "trouble"),
    [
        ("OPEN", False, None),
        ("MOVING", True, None),
        ("GONE", False, "queue orders is GONE"),
        ("open", False, "queue orders is open"),
    ],
)
def test_a_status_is_one_that_works_or_ends_by_itself_or_needs_a_person(
    word: str, is_passing: bool, trouble: str | None
) -> None:
    status = Status.of("queue orders", word, "OPEN", ("MOVING", "CLOSING"))
    assert status == Status("queue orders", word, is_passing, trouble)
