from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, SPEC, a_pipeline, a_stream, signals, with_stream
from tests.change_records import history
from tests.flink_builders import a_flink_pipeline
from tidegate.rules.cause import LeverKind
from tidegate.rules.graph import Pipeline
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import Levers, LeverSpec
from tidegate.scaling.kinds.kinesis_stream.actions import (
    SplitShard,
    UpdateRetention,
    UpdateShardCount,
)
from tidegate.scaling.kinds.kinesis_stream.price import stream_monthly_usd
from tidegate.scaling.kinds.kinesis_stream.resource import KinesisStream
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.look import Situation
from tidegate.scaling.model.plan import Prohibition, Range
from tidegate.scaling.model.recommendation import UNCHANGED, Recommendation
from tidegate.scaling.model.resource_type import Changes

STREAM = KinesisStream()
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
RETENTION = Lever.of(LeverKind.RETENTION_HOURS, "racers")


def pipeline(**changes: Any) -> Pipeline:
    return with_stream(a_pipeline(), a_stream(3, created="May", **changes))


def test_a_stream_has_the_levers_shard_count_and_retention_with_what_their_calls_take() -> None:
    assert dict(STREAM.levers) == {
        LeverKind.SHARD_COUNT: (1, 10_000),
        LeverKind.RETENTION_HOURS: (24, 8_760),
    }


@pytest.mark.parametrize(
    ("mode", "capacities"), [("PROVISIONED", [(SHARDS, 3)]), ("ON_DEMAND", [])]
)
def test_shards_are_set_where_the_stream_is_provisioned_and_the_retention_always(
    mode: str, capacities: list[object]
) -> None:
    seen = pipeline(mode=mode)
    assert list(STREAM.capacities(seen)) == capacities
    assert list(STREAM.other_settings(seen)) == [(RETENTION, 24)]


@pytest.mark.parametrize(("status", "changing"), [("ACTIVE", False), ("UPDATING", True)])
def test_the_state_of_the_stream_is_that_of_both_levers(status: str, changing: bool) -> None:
    seen = pipeline(status=status)
    for lever in (SHARDS, RETENTION):
        told = [(each.name, each.word) for each in STREAM.statuses(seen, lever)]
        assert told == [("racers", status)]
        assert STREAM.is_changing(seen, lever) is changing
        assert STREAM.identity(seen, lever) == "May"
        assert STREAM.why_useless(seen, lever) is None
        assert STREAM.why_undone(seen, lever, NOON) is None


def test_a_reshard_shows_in_the_newest_shard() -> None:
    assert STREAM.marks(pipeline(), SHARDS) == ("shard-2",)
    assert STREAM.marks(pipeline(open_shards=()), SHARDS) == ("",)


def limits(lever: Lever, file_max: int | None = None, hours: int = 2) -> list[object]:
    seen = with_stream(a_pipeline(), a_stream(8, status="UPDATING"))
    bounds = None if file_max is None else LeverSpec(max=file_max)
    said = in_file(replace(SPEC, levers=Levers(shard_count=bounds)))
    situation = Situation(signals(seen), history(), NOON + timedelta(hours=hours), said)
    return list(STREAM.limits(situation, Recommendation(lever, 8, 4, UNCHANGED)))


def test_both_levers_wait_for_a_busy_stream_and_each_has_its_own_range() -> None:
    busy, *retention = limits(RETENTION)
    assert isinstance(busy, Prohibition)
    assert [(each.lower, each.upper) for each in retention if isinstance(each, Range)] == [
        (24, 8_760)
    ]
    busy, *shards = limits(SHARDS, file_max=64)
    assert isinstance(busy, Prohibition)
    assert [(each.lower, each.upper) for each in shards if isinstance(each, Range)] == [
        (4, 16),
        (1, 10_000),
    ]


@pytest.mark.parametrize(("file_max", "holds"), [(2_048, 0), (4_096, 1), (None, 1)])
def test_a_scale_in_keeps_the_calls_up_to_the_most_of_the_file_else_of_aws(
    file_max: int | None, holds: int
) -> None:
    # Ten calls: the scale-in to 4, and nine doublings to 2,048.
    found = [each for each in limits(SHARDS, file_max) if isinstance(each, Prohibition)]
    assert [str(each.reason.kind) for each in found[1:]] == ["budget-kept"] * holds


def test_retention_is_extended_before_the_shards_change() -> None:
    split = SplitShard("racers", "shard-0", 7, 3)
    both = {SHARDS: 6, RETENTION: 48}
    retention, count = UpdateRetention("racers", 24, 48), UpdateShardCount("racers", 3, 6)
    assert list(STREAM.actions(pipeline(), Changes(both))) == [retention, count]
    assert list(STREAM.actions(pipeline(), Changes({SHARDS: 4}, {SHARDS: split}))) == [split]
    assert list(STREAM.actions(pipeline(), Changes({}, {SHARDS: split}))) == []


def test_a_pipeline_of_a_topic_has_no_stream_to_change() -> None:
    seen = a_flink_pipeline(topic=True)
    assert list(STREAM.actions(seen, Changes({SHARDS: 4}))) == []
    assert list(STREAM.capacities(seen)) == list(STREAM.other_settings(seen)) == []


@pytest.mark.parametrize(("lever", "setting"), [(SHARDS, 6), (RETENTION, 48)])
def test_a_setting_costs_what_the_price_of_the_stream_says(lever: Lever, setting: int) -> None:
    seen = pipeline()
    usd = stream_monthly_usd(a_stream(3), lever, setting)
    assert STREAM.monthly_usd(seen, lever, setting) == usd > 0
