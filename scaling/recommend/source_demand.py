"""The shards that the subtasks of a Flink application need to read from."""

from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.kinds.flink_application.state import applications_of
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Demand
from tidegate.scaling.recommend import words

__all__ = ["source_demand"]


def source_demand(signals: Signals, diagnoses: tuple[Diagnosis, ...]) -> Demand | None:
    """A shard for each subtask, where those without one are the cause: the subtasks are
    paid for, and a shard costs an eighth of a KPU."""
    for ill in diagnoses:
        if ill.cause is Cause.SOURCE_TOO_NARROW and ill.cured_by:
            stream = stream_of(signals.pipeline)
            subtasks = max(each.parallelism for each in applications_of(signals.pipeline))
            lever = Lever.of(LeverKind.SHARD_COUNT, stream.name)
            enough = max(subtasks, stream.shard_count + 1)
            return Demand(lever, enough, words.CAUSE(because=ill.because))
    return None
