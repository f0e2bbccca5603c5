"""A reshard held to the pipeline file."""

from datetime import UTC, datetime

from tidegate.kinds.kinesis_stream.reshard_plan import foreseen
from tidegate.kinds.registry import kinds_in_use
from tidegate.pipeline_file import load
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.scaling.autoscaling_api.next_step import look_for
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.metrics import AwsMetrics
from tidegate.scaling.config.levers import lever_spec
from tidegate.scaling.execute.kinds.kinesis_stream.in_file import held_by_file
from tidegate.scaling.execute.observe import observe
from tidegate.scaling.kinds.kinesis_stream.reshard.planner import Operation
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.errors import InvalidRequest, TidegateError
from tidegate.scaling.plan.decide import Decider
from tidegate.scaling.ports import Edges, Ledger

__all__ = ["HeldByFile", "refuse_by_file"]


class HeldByFile(TidegateError):
    """The pipeline file does not allow the reshard; the message says why."""


def refuse_by_file(
    path: str, stream: Stream, operations: tuple[Operation, ...], clients: Clients, ledger: Ledger
) -> None:
    """Raises HeldByFile where a pipeline of the file does not allow the operations, InvalidRequest
    where none has the stream's shards as a lever; ConfigurationError and CloudError."""
    lever, now = Lever.of(LeverKind.SHARD_COUNT, stream.name), datetime.now(UTC)
    kinds = kinds_in_use()
    edges = Edges(
        kinds.cloud(clients), AwsMetrics(clients), ledger, clock=lambda: datetime.now(UTC)
    )
    pipelines = load(path, kinds.kinds).pipelines
    having = [each for each in pipelines if lever_spec(each, lever) is not None]
    if not having:
        words = f"no pipeline of {path} has the shards of {stream.name} as a lever"
        raise InvalidRequest("reshard", stream.name, words)
    counts, _, _ = foreseen(stream.shard_count, operations)
    for spec in having:
        look = look_for(observe(spec, edges, now), edges, now)
        held = held_by_file(look, spec, lever, counts, Decider(look, "operator").affordable)
        if held:
            raise HeldByFile(f"not resharded, by {path}: {'; '.join(map(str, held))}")
