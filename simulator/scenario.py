"""Scenarios: a pipeline, its traffic and what goes wrong, as data files."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

__all__ = [
    "ApplicationData",
    "CapacityData",
    "Fault",
    "FunctionData",
    "MappingData",
    "Scenario",
    "StreamData",
    "TopicData",
    "Traffic",
    "load_scenario",
    "scenario_names",
]


@dataclass(frozen=True, slots=True)
class StreamData:
    """The stream as the scenario begins."""

    name: str
    shards: int = 1
    retention_hours: int = 24
    shard_metrics: bool = False


@dataclass(frozen=True, slots=True)
class TopicData:
    """A Kafka topic instead of a stream; here a partition takes what a shard takes, and costs
    nothing."""

    name: str
    partitions: int = 1
    retention_hours: int = 168


@dataclass(frozen=True, slots=True)
class FunctionData:
    """The function: an invocation takes ``seconds_per_invocation`` + ``seconds_per_record`` x
    batch, and longer while its tables throttle it, or a service that it calls for every record has
    no more of its ``service_records_per_second`` left."""

    name: str
    timeout_seconds: int
    memory_megabytes: int = 512
    reserved_concurrency: int | None = None
    seconds_per_invocation: float = 0.1
    seconds_per_record: float = 0.004
    service_records_per_second: float | None = None


@dataclass(frozen=True, slots=True)
class MappingData:
    """The event source mapping."""

    parallelization_factor: int = 1
    batch_size: int = 100
    batching_window_seconds: int = 0
    bisect_batch_on_function_error: bool = False
    maximum_retry_attempts: int = -1


NO_FUNCTION = FunctionData("", timeout_seconds=0)
"""What a scenario has whose consumer is an application: nothing is ever invoked."""


@dataclass(frozen=True, slots=True)
class ApplicationData:
    """The Managed Flink application: one chain of operators from source to sink.

    A subtask that is busy all the time processes ``records_per_second_per_subtask`` and then uses
    ``vcpu_per_subtask`` of its KPU's one CPU; where a KPU's subtasks want more than there is, all
    of them slow down. ``is_keyed`` records are spread over all subtasks by key, ``skew`` of them
    (0: none more than others) to the busiest; otherwise each stays with the subtask that reads its
    shard. The sink takes ``sink_records_per_second`` (None: all there are).

    The state is ``state_megabytes`` and ``state_bytes_per_record`` more with each record;
    ``heap_state_share`` of it lies on the heap, the rest in RocksDB. An update takes
    ``restart_seconds``, a failure ``recovery_seconds``, and the time to restore the state at
    ``restore_megabytes_per_second`` for each KPU. Checkpoints and snapshots write as much as
    ``checkpoint_megabytes_per_second`` for each KPU. With snapshots, which an update then begins
    with, it reads nothing again; without, it begins at the last checkpoint, as after a failure.

    ``fails_after_seconds`` makes a crash loop. ``late_share`` of the records comes too late for
    its window. A job once started never runs beyond ``max_parallelism``.
    """

    name: str
    parallelism: int = 1
    parallelism_per_kpu: int = 1
    autoscaling_enabled: bool = False
    kpu_quota: int = 64
    max_parallelism: int = 128
    rollback_enabled: bool = False
    snapshots_enabled: bool = True
    metrics_level: str = "APPLICATION"
    runtime_environment: str = "FLINK-1_20"
    records_per_second_per_subtask: float = 1000.0
    vcpu_per_subtask: float = 0.9
    is_keyed: bool = True
    skew: float = 0.0
    sink_records_per_second: float | None = None
    state_megabytes: float = 100.0
    state_bytes_per_record: float = 0.0
    heap_state_share: float = 0.0
    restart_seconds: float = 45.0
    recovery_seconds: float = 15.0
    restore_megabytes_per_second: float = 100.0
    checkpoint_interval_seconds: float = 60.0
    checkpoint_timeout_seconds: float = 600.0
    checkpoint_megabytes_per_second: float = 100.0
    fails_after_seconds: float | None = None
    late_share: float = 0.0


@dataclass(frozen=True, slots=True)
class CapacityData:
    """A table, or with ``index`` one of its global secondary indexes."""

    table: str
    write_units: int
    read_units: int = 10
    units_per_record: float = 1.0
    index: str | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """What producers write.

    ``points`` are (second, records per second): a step where the next point has the same rate, a
    straight line in between otherwise; those before second 0 are the past that CloudWatch knows.
    ``hot_key_share`` of the records carry one key, and
    ``hot_range_share`` of them many keys of one part (``hot_range``, 0..1) of the key ring.
    """

    points: tuple[tuple[float, float], ...]
    record_bytes: int = 300
    keys: int = 1000
    noise: float = 0.03
    hot_key_share: float = 0.0
    hot_range_share: float = 0.0
    hot_range: tuple[float, float] = (0.5, 0.75)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that goes wrong at a second: what, and its arguments by name.

    ``function``, ``application`` and ``traffic`` change fields of those; ``capacity`` sets a
    table's or index's units as a person would; ``poison`` puts a record that always fails into
    the first shard; ``crash`` fails the application's job once; ``update-fails`` lets its next
    update fail for a ``reason``; ``updating`` keeps the stream UPDATING for ``seconds``;
    ``silence`` keeps CloudWatch from delivering for ``seconds``.
    """

    at: int
    what: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world to be, with the cause planted in it. Times in seconds from its start.

    The consumer is a function, or an ``application`` in its place. A ``topic`` stands in for the
    stream, whose fields are then the topic's.
    """

    name: str
    summary: str
    planted_cause: str
    duration_seconds: int
    iterator_age_max_seconds: float
    stream: StreamData
    function: FunctionData
    mapping: MappingData
    capacities: tuple[CapacityData, ...]
    traffic: Traffic
    faults: tuple[Fault, ...]
    pipeline_file: Mapping[str, Any]
    account_concurrency: int = 1000
    application: ApplicationData | None = None
    topic: TopicData | None = None

    @property
    def may_hold_up_one_lane(self) -> bool:
        """Whether a hot key or a poisoned batch may fall upon one lane of a shard alone."""
        return self.traffic.hot_key_share > 0 or any(
            fault.what == "poison" or "hot_key_share" in fault.values for fault in self.faults
        )


def _fault(data: dict[str, Any]) -> Fault:
    values = {key: value for key, value in data.items() if key not in ("at", "what")}
    return Fault(data["at"], data["what"], values)


def _traffic(data: dict[str, Any]) -> Traffic:
    points = tuple((float(at), float(rate)) for at, rate in data["points"])
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in data.items()
    }
    return Traffic(**{**given, "points": points})


def _capacities(data: dict[str, Any]) -> tuple[CapacityData, ...]:
    table = dict(data)
    indexes = table.pop("indexes", [])
    name = table.pop("name")
    own = CapacityData(table=name, **table)
    return (
        own,
        *(
            CapacityData(table=name, index=each["name"], **_without(each, "name"))
            for each in indexes
        ),
    )


def _without(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name != key}


def _source(data: Mapping[str, Any]) -> dict[str, Any]:
    if "topic" not in data:
        return {"stream": StreamData(**data["stream"])}
    topic = TopicData(**data["topic"])
    return {
        "stream": StreamData(topic.name, topic.partitions, topic.retention_hours),
        "topic": topic,
    }


def _consumer(data: Mapping[str, Any]) -> dict[str, Any]:
    if "application" in data:
        return {
            "application": ApplicationData(**data["application"]),
            "function": NO_FUNCTION,
            "mapping": MappingData(),
            "capacities": (),
        }
    return {
        "function": FunctionData(**data["function"]),
        "mapping": MappingData(**data.get("mapping", {})),
        "capacities": _capacities(data["table"]),
    }


@cache
def load_scenario(name: str) -> Scenario:
    """The scenario of that name; FileNotFoundError when there is none."""
    text = (
        files("tidegate.simulator.scenarios").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    )
    data = yaml.safe_load(text)
    parts: dict[str, Any] = {
        **_source(data),
        **_consumer(data),
        "traffic": _traffic(data["traffic"]),
        "faults": tuple(_fault(each) for each in data.get("faults", [])),
    }
    known = {field.name for field in fields(Scenario)}
    plain = {key: value for key, value in data.items() if key in known - parts.keys()}
    return Scenario(**plain, **parts)


@cache
def scenario_names() -> tuple[str, ...]:
    """All built-in scenarios: race-day first, the others by name."""
    found = sorted(
        each.name.removesuffix(".yaml")
        for each in files("tidegate.simulator.scenarios").iterdir()
        if each.name.endswith(".yaml")
    )
    return ("race-day", *(name for name in found if name != "race-day"))
