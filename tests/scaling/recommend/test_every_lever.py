"""Every lever of a pipeline is recommended for, each by whoever sizes it."""

from dataclasses import replace
from datetime import timedelta

from tests.builders import NOON, SPEC, a_pipeline, signals
from tests.flink_builders import FLINK_SPEC, JobMinute, a_flink_pipeline, job_signals
from tests.toy.kinds import TOY_KINDS
from tests.toy.signals import CONSUMERS, Queue
from tidegate.rules.cause import LeverKind
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import LeverSpec, RetentionSpec
from tidegate.scaling.model.history import History
from tidegate.scaling.model.look import Look
from tidegate.scaling.recommend.every_lever import wanted

NOTHING = History(())


def kinds(look: Look) -> list[LeverKind]:
    return [each.lever.kind for each in wanted(look, None)]


def test_what_is_sized_together_comes_first_downstream_first() -> None:
    look = Look(signals(a_pipeline()), (), in_file(SPEC), NOTHING, NOON)
    assert kinds(look) == [
        LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY, LeverKind.PARALLELIZATION_FACTOR,
        LeverKind.SHARD_COUNT, LeverKind.RETENTION_HOURS,
    ]  # fmt: skip


def test_a_job_has_both_its_levers_and_a_topic_no_retention() -> None:
    seen = job_signals(a_flink_pipeline(topic=True), JobMinute())
    assert kinds(Look(seen, (), in_file(FLINK_SPEC), NOTHING, NOON)) == [
        LeverKind.PARALLELISM_PER_KPU,
        LeverKind.PARALLELISM,
    ]


def test_a_capacity_that_is_sized_alone_is_never_below_the_minimum_of_the_file() -> None:
    seen = job_signals(a_flink_pipeline(topic=True), JobMinute())
    least = LeverSpec(min=5, max=64, owner="tidegate")
    spec = replace(FLINK_SPEC, levers=replace(FLINK_SPEC.levers, parallelism=least))
    *_, parallelism = wanted(Look(seen, (), in_file(spec), NOTHING, NOON), None)
    assert (parallelism.lever.kind, parallelism.wanted) == (LeverKind.PARALLELISM, 5)


def test_a_setting_that_gives_no_capacity_is_not_raised_to_a_minimum() -> None:
    least = RetentionSpec(min=48, max=96, owner="tidegate")
    spec = replace(SPEC, levers=replace(SPEC.levers, retention_hours=least))
    *_, retention = wanted(Look(signals(a_pipeline()), (), in_file(spec), NOTHING, NOON), None)
    assert (retention.lever.kind, retention.wanted) == (LeverKind.RETENTION_HOURS, 24)


def test_a_kind_that_is_sized_alone_says_so_itself() -> None:
    seen = signals(a_pipeline())
    queue = Queue("letters", "arn:aws:sqs:us-east-1:123456789012:letters", 3)
    both = replace(seen.pipeline, resources=(*seen.pipeline.resources, queue), kinds=TOY_KINDS)
    look = Look(
        replace(seen, pipeline=both), (), in_file(SPEC), NOTHING, NOON + timedelta(minutes=1)
    )
    assert kinds(look)[-1] is CONSUMERS
