"""Scenarios: a pipeline, its traffic and what goes wrong, as data files."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

__all__ = [
    "CapacityData",
    "Fault",
    "FunctionData",
    "MappingData",
    "Scenario",
    "StreamData",
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
class FunctionData:
    """The function: an invocation takes ``seconds_per_invocation`` + ``seconds_per_record`` x
    batch, and longer while its tables throttle it."""

    name: str
    timeout_seconds: int
    memory_megabytes: int = 512
    reserved_concurrency: int | None = None
    seconds_per_invocation: float = 0.1
    seconds_per_record: float = 0.004


@dataclass(frozen=True, slots=True)
class MappingData:
    """The event source mapping."""

    parallelization_factor: int = 1
    batch_size: int = 100
    batching_window_seconds: int = 0
    bisect_batch_on_function_error: bool = False
    maximum_retry_attempts: int = -1


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

    ``function`` and ``traffic`` change fields of those; ``capacity`` sets a table's or index's
    units as a person would; ``poison`` puts a record that always fails into the first shard;
    ``updating`` keeps the stream UPDATING for ``seconds``; ``silence`` keeps CloudWatch from
    delivering for ``seconds``.
    """

    at: int
    what: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world to be, with the cause planted in it. Times in seconds from its start."""

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


@cache
def load_scenario(name: str) -> Scenario:
    """The scenario of that name; FileNotFoundError when there is none."""
    text = files("simulator.scenarios").joinpath(f"{name}.yaml").read_text(encoding="utf-8")
    data = yaml.safe_load(text)
    parts: dict[str, Any] = {
        "stream": StreamData(**data["stream"]),
        "function": FunctionData(**data["function"]),
        "mapping": MappingData(**data.get("mapping", {})),
        "capacities": _capacities(data["table"]),
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
        for each in files("simulator.scenarios").iterdir()
        if each.name.endswith(".yaml")
    )
    return ("race-day", *(name for name in found if name != "race-day"))
