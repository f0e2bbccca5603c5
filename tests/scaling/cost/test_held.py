"""A minute that is past costs what was set in that minute, by the ledger's changes."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, Minute, a_pipeline
from tests.change_records import change
from tests.flink_builders import a_flink_pipeline
from tests.scaling.cost.use import MONTH, measured, priced
from tidegate.rules.cause import LeverKind
from tidegate.scaling.cost.bill import items
from tidegate.scaling.cost.held import settings_held
from tidegate.scaling.model.bill import Held
from tidegate.scaling.model.change_record import Lever, Outcome

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
UNITS = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
HOUR = (NOON - timedelta(hours=1), NOON)


def test_each_part_of_the_time_has_what_was_set_in_it() -> None:
    raised = change(SHARDS, 2, 4, minutes_ago=45)
    lowered = change(UNITS, 100, 40, minutes_ago=15)
    assert settings_held({SHARDS: 4, UNITS: 40}, (lowered, raised), HOUR) == (
        Held(0.25, {SHARDS: 2, UNITS: 100}),
        Held(0.5, {SHARDS: 4, UNITS: 100}),
        Held(0.25, {SHARDS: 4, UNITS: 40}),
    )


def test_changes_that_were_not_made_or_are_older_or_of_no_lever_of_it_count_for_nothing() -> None:
    others = (
        change(SHARDS, 2, 4, minutes_ago=30, outcome=Outcome.FAILED),
        change(SHARDS, 1, 4, minutes_ago=60),
        change(UNITS, 1, 2, minutes_ago=30),
    )
    assert settings_held({SHARDS: 4}, others, HOUR) == ()


def test_one_that_was_made_since_the_time_ended_was_not_yet_in_force() -> None:
    since = change(SHARDS, 2, 4, minutes_ago=-1)
    assert settings_held({SHARDS: 4}, (since,), HOUR) == (Held(1.0, {SHARDS: 2}),)


def test_a_line_of_a_lever_is_priced_by_what_was_set_and_the_others_as_now() -> None:
    pipeline = a_pipeline(shards=4)
    usage = measured(pipeline, [Minute()] * 60)
    held = (Held(0.75, {SHARDS: 2}), Held(0.25, {SHARDS: 4}))
    found = {each.what: each for each in items(replace(priced(pipeline, usage), held=held))}
    assert found["shards"].measured_usd == pytest.approx(2.5 * 0.015 * MONTH)
    assert found["shards"].now_usd == pytest.approx(4 * 0.015 * MONTH)
    assert found["PUT payload units"].measured_usd is None
    assert {each.measured_usd for each in items(priced(pipeline, usage))} == {None}


def test_the_kpus_of_a_job_are_those_of_both_its_levers_together() -> None:
    pipeline = a_flink_pipeline()
    (job,) = (each for each in pipeline.resources if hasattr(each, "parallelism_per_kpu"))
    parallelism, density = (
        Lever.of(kind, job.name) for kind in (LeverKind.PARALLELISM, LeverKind.PARALLELISM_PER_KPU)
    )
    usage = measured(a_pipeline(), [Minute()] * 60)
    held = (
        Held(0.5, {parallelism: 8, density: 1}),
        Held(0.5, {parallelism: 8, density: 4}),
    )
    kpus, storage = items(replace(priced(pipeline, usage), held=held))[-2:]
    assert kpus.measured_usd == pytest.approx((5 + 1) * 0.11 * MONTH)
    assert storage.measured_usd == pytest.approx(5 * 50 * 0.1)
