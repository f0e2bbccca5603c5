"""Small jobs that a real Flink and the embedded world both run, each with one trait."""

from dataclasses import dataclass
from typing import Any

from tidegate.simulator.kinds.flink_application.data import ApplicationData

__all__ = ["CASES", "Case"]


@dataclass(frozen=True, slots=True)
class Case:
    """A job, records a second that come into so many shards, and how long they have come already
    when it begins. Of what only a real job has: a sink that writes batches in flight, as AWS's
    connectors do, and how many requests are under way at once where it asks without blocking."""

    name: str
    what: str
    job: ApplicationData
    rate: float
    shards: int = 4
    backlog_seconds: float = 0.0
    sink_is_async: bool = False
    io_requests: int = 0


def _job(**fields: Any) -> ApplicationData:
    """Four subtasks on two KPUs; each takes 10 ms for a record, and computes for a twentieth of it:
    what computes longer waits for the processors of the machine, and that shows as busy time."""
    values = {
        "parallelism": 4,
        "parallelism_per_kpu": 2,
        "records_per_second_per_subtask": 100.0,
        "vcpu_per_subtask": 1.0,
        "tasks": 3,
        "io_share": 0.95,
        "source_share": 0.02,
        "sink_share": 0.02,
        "state_megabytes": 1.0,
        "metrics_level": "TASK",
    }
    return ApplicationData("fidelity", **{**values, **fields})


def _behind(name: str, what: str, rate: float, **fields: Any) -> Case:
    """More records come than the job gets done, and have come for two minutes."""
    of_case = {
        key: fields.pop(key) for key in ("shards", "sink_is_async", "io_requests") if key in fields
    }
    return Case(name, what, _job(**fields), rate, backlog_seconds=120.0, **of_case)


_ALONE = {"parallelism": 1, "parallelism_per_kpu": 1, "io_share": 0.0}
_ONE_CHAIN = {"tasks": 1, "is_keyed": False}

CASES = (
    Case("idle", "hardly any records", _job(), 8),
    Case("half-loaded", "records for half of its time", _job(), 200),
    Case("nearly-full", "records for 90 % of its time", _job(), 360),
    _behind("computes", "operators that only compute", 160, shards=1, **_ALONE),
    _behind("waits", "operators that block on I/O for 99 % of their time", 600, io_share=0.99),
    _behind("sink-own", "a throttled sink, a task of its own", 400, sink_records_per_second=120.0),
    _behind(
        "sink-async", "the same, with batches in flight", 400,
        sink_records_per_second=120.0, sink_is_async=True,
    ),
    _behind(
        "sink-chained", "a throttled sink, chained to the operators", 400,
        tasks=2, sink_records_per_second=120.0,
    ),
    _behind(
        "sink-one-chain", "a throttled sink in a job of one chain", 400,
        **_ONE_CHAIN, sink_records_per_second=120.0,
    ),
    _behind("hot-key", "half of all records have one key", 400, skew=0.5),
    _behind("key-groups", "6 key groups on 4 subtasks", 600, max_parallelism=6),
    _behind("narrow-chain", "2 shards, 4 subtasks, one chain", 280, shards=2, **_ONE_CHAIN),
    _behind(
        "narrow-source", "1 shard, 2 subtasks, a slow source", 120, shards=1, source_share=2.0,
        parallelism=2, parallelism_per_kpu=1,
    ),
    _behind(
        "narrow-and-slow", "2 shards, 4 subtasks, slow operators", 280, shards=2,
        records_per_second_per_subtask=50.0,
    ),
    _behind(
        "source", "a source slower than its operators", 120, shards=1, source_share=1.5,
        parallelism=1, parallelism_per_kpu=1,
    ),
    _behind("uneven-shards", "5 shards, 4 subtasks, one chain", 460, shards=5, **_ONE_CHAIN),
    _behind("asks", "40 requests at once, at their limit", 600, io_requests=40, io_is_async=True),
    Case("asks-half", "40 requests at once, half loaded", _job(io_is_async=True), 200, io_requests=40),
)  # fmt: skip
