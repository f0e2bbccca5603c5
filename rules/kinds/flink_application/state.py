"""What is configured of an application of Managed Service for Apache Flink."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from tidegate.rules.graph import Measured, Pipeline, Resource, Role

if TYPE_CHECKING:
    from tidegate.rules.kinds.flink_application.series import ApplicationSeries  # noqa: F401 (quoted below)

__all__ = [
    "CHANGING",
    "RUNNING_STORAGE_GIGABYTES_PER_KPU",
    "FlinkApplication",
    "applications_of",
]

RUNNING_STORAGE_GIGABYTES_PER_KPU = 50
"""Managed Service for Apache Flink guide, how-resources."""

CHANGING = (
    "STARTING", "STOPPING", "FORCE_STOPPING", "UPDATING", "AUTOSCALING", "ROLLING_BACK",
    "MAINTENANCE",
)  # fmt: skip
"""What an application's status is while something is under way (ApplicationDetail, API reference);
of the others only RUNNING runs: READY is stopped, DELETING ends, ROLLED_BACK waits for a person."""


@dataclass(frozen=True, slots=True)
class FlinkApplication(Measured["ApplicationSeries"]):
    """An application of Managed Service for Apache Flink, with what it writes to.

    ``parallelism`` is what it runs with now, ``configured_parallelism`` what it was given: with
    ``autoscaling_enabled`` the service moves the first above the second. ``tasks`` publish metrics
    of their own. It ``reads_kafka`` where its source is a topic and no stream. ``updated_at`` is
    when it was last changed, ``update_ended_at`` when its newest update was over, None for none or
    while it goes on, ``failure`` why its last update failed, ``failed_at`` when that began.
    ``behind_dimensions`` are those of its millisBehindLatest, empty for those by the stream's name.
    Without ``rollback_enabled`` an update that fails stops the job, without ``snapshots_enabled``
    it loses its state. ``max_parallelism`` is known from a failed update. It ``is_as_it_failed``
    where nobody has updated, started or stopped it since its last update failed.
    """

    name: str
    arn: str
    status: str
    conditional_token: str
    parallelism: int
    configured_parallelism: int
    parallelism_per_kpu: int = 1
    autoscaling_enabled: bool = False
    runtime: str = "FLINK-1_20"
    checkpoint_interval_milliseconds: int = 60_000
    kpus_max: int = 64
    partitions: int | None = None
    tasks: tuple[str, ...] = ()
    writes: tuple[Resource, ...] = ()
    updated_at: datetime | None = None
    failure: str | None = None
    rollback_enabled: bool = False
    snapshots_enabled: bool = True
    max_parallelism: int | None = None
    reads_kafka: bool = False
    created: str = ""
    update_ended_at: datetime | None = None
    behind_dimensions: tuple[tuple[str, str], ...] = ()
    failed_at: datetime | None = None
    is_as_it_failed: bool = False

    @property
    def series_key(self) -> tuple[str, str]:
        """By its name."""
        return "flink_application", self.name

    @property
    def roles(self) -> tuple[Role, ...]:
        """It reads a source and writes sinks."""
        return (Role.PROCESSOR,)

    @property
    def kpus(self) -> int:
        """Kinesis Processing Units in use, without the one for orchestration (how-scaling)."""
        return -(-self.parallelism // self.parallelism_per_kpu)

    @property
    def is_flink_2(self) -> bool:
        """Whether uptime, downtime and restarts have their new names (metrics-dimensions)."""
        return self.runtime.startswith("FLINK-2")

    @property
    def is_changing(self) -> bool:
        """Whether something is under way that a change has to wait for."""
        return self.status in CHANGING

    @property
    def is_running(self) -> bool:
        """Whether the job runs, and may be changed."""
        return self.status == "RUNNING"


def applications_of(pipeline: Pipeline) -> tuple[FlinkApplication, ...]:
    """The applications that read the pipeline's source."""
    return pipeline.all(FlinkApplication)
