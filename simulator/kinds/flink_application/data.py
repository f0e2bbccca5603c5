"""Managed Flink applications as scenarios give them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tidegate.simulator.kind import entries

__all__ = ["ApplicationData", "applications_of"]


@dataclass(frozen=True, slots=True)
class ApplicationData:
    """The Managed Flink application: a source, operators and a sink in ``tasks``: 1 is one chain, 2
    a source and the operators chained with the sink, 3 each by itself.

    A subtask that is busy all the time processes ``records_per_second_per_subtask`` and then uses
    ``vcpu_per_subtask`` of its KPU's one CPU; where a KPU's subtasks want more than there is, all
    of them slow down. ``is_keyed`` records are spread over all subtasks by key, ``skew`` of them
    (0: none more than others) to the busiest; otherwise each stays with the subtask that reads its
    shard. In more than one task a source needs ``source_share`` of the operators' time for a
    record, a sink of its own ``sink_share``, and keys lie in as many groups as ``max_parallelism``.
    ``io_share`` of the operators' time waits for I/O, which ``io_is_async`` where they go on
    meanwhile until no further request may be under way. It ``reads`` the source named, or the only
    one, and ``writes`` to the sinks named; what else it writes to takes
    ``sink_records_per_second`` (None: all there are).

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
    tasks: int = 1
    source_share: float = 0.1
    sink_share: float = 0.1
    io_share: float = 0.0
    io_is_async: bool = False
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
    reads: str = ""
    writes: tuple[str, ...] = ()


def applications_of(file: Mapping[str, Any]) -> Iterator[ApplicationData]:
    """The applications of a scenario file."""
    if "application" in file:
        yield ApplicationData(**file["application"])
    for entry in entries(file, "flink_application"):
        yield ApplicationData(**{**entry, "writes": tuple(entry.get("writes", ()))})
