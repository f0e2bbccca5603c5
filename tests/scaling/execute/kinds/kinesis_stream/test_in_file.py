"""What a pipeline file allows of a reshard that somebody asks for."""

from dataclasses import replace

import pytest

from tests.builders import NOON, SPEC, Minute, a_pipeline, signals, with_mapping
from tests.looks import a_look
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.lambda_mapping.state import Reading
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.execute.kinds.kinesis_stream.in_file import held_by_file
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.plan.decide import Decider

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
WINDOWED = with_mapping(a_pipeline(shards=4), reading=Reading(tumbling_window_seconds=60))
PLAIN = a_pipeline(shards=4)


def kinds(*counts: int, spec: PipelineSpec = SPEC, windowed: bool = False) -> list[str]:
    """The kinds of reasons against a reshard from 4 shards by way of these counts."""
    seen = signals(WINDOWED if windowed else PLAIN, Minute(), now=NOON)
    look = replace(a_look(seen), said=in_file(spec))
    affordable = Decider(look, "operator").affordable
    return [str(each.kind) for each in held_by_file(look, spec, SHARDS, (4, *counts), affordable)]


def test_within_the_bounds_of_the_file_nothing_is_held() -> None:
    assert kinds(8) == kinds(2) == kinds(8, windowed=True) == []


def test_shards_made_even_close_windows_as_fewer_shards_do() -> None:
    assert kinds(5, 4, windowed=True) == kinds(2, windowed=True) == ["closes-windows"]


@pytest.mark.parametrize(("counts", "is_held"), [((8,), True), ((5, 4), True), ((2,), False)])
def test_money_bounds_the_most_shards_on_the_way(counts: tuple[int, ...], is_held: bool) -> None:
    spec = replace(SPEC, max_usd_a_day=0.01)
    assert kinds(*counts, spec=spec) == ["max-usd-a-day"] * is_held


def test_every_bound_that_is_broken_is_named() -> None:
    spec = replace(SPEC, max_usd_a_day=0.01)
    assert kinds(10_001, spec=spec) == ["file-range", "max-usd-a-day"]
