"""What one subtask of a Flink job does a second, and what a restart of the job costs."""

from dataclasses import dataclass
from statistics import median

from tidegate.rules.kinds.flink_application.series import ApplicationSeries
from tidegate.rules.kinds.flink_application.state import FlinkApplication
from tidegate.rules.kinds.signals import Signals, mean
from tidegate.rules.window import Window

__all__ = [
    "FULL_USE",
    "HEAP_BYTES_PER_KPU",
    "JobModel",
    "arrivals",
    "learn_job",
    "processed",
    "units_per_job_record",
]

FULL_USE = 0.95
"""How much of their time subtasks can be busy."""

HEAP_BYTES_PER_KPU = 3 * 1024**3
"""3 GB of a KPU's 4 GB (Managed Service for Apache Flink guide, how-resources)."""

MINUTES_TO_LEARN = 10
USED_AT_LEAST = 0.05
STEADY_SECONDS = 3.0
STEADY_MINUTES_AT_LEAST = 3

RESTART_SECONDS = 60.0
SAVEPOINT_BYTES_PER_SECOND = 50_000_000.0
"""For want of a restart that was seen: a minute to schedule the job, twice the last checkpoint's
time to write and read it, and its size at 50 MB/s a KPU, since a savepoint is never incremental."""


@dataclass(frozen=True, slots=True)
class JobModel:
    """A job as it was learnt.

    ``records_per_busy_second`` is the true processing rate of one subtask, in records of the
    source: those read over the time really spent on them (DS2, OSDI 2018; Flink's autoscaler).
    ``restart_seconds`` is how long the job is down when it is changed, ``reread_seconds`` how much
    it then reads again.
    """

    application: FlinkApplication
    records_per_busy_second: float
    restart_seconds: float
    reread_seconds: float = 0.0

    def subtasks(self, records_per_second: float, use: float) -> float:
        """Subtasks that process so many records a second while busy for ``use`` (0..1)."""
        return records_per_second / (self.records_per_busy_second * use)

    def misses(self, age_max_seconds: float) -> bool:
        """Whether a restart lets records wait for longer than they may, though the job keeps up."""
        return self.restart_seconds + self.reread_seconds > age_max_seconds


def arrivals(signals: Signals, application: FlinkApplication) -> Window:
    """Records that come in, a minute: those of the stream; for a topic those read and those that
    joined the lag."""
    if not application.reads_kafka:
        return signals.series.source.incoming_records
    series = signals.of(application)
    partitions = application.partitions or application.parallelism
    lag, read = series.lag_records.samples, series.records_per_second.samples
    samples: list[float | None] = [None]
    for before, after, second in zip(lag, lag[1:], read[1:], strict=False):
        known = before is not None and after is not None and second is not None
        grown = ((after or 0.0) - (before or 0.0)) * partitions
        samples.append(max(0.0, (second or 0.0) * 60 + grown) if known else None)
    return Window(series.lag_records.metric, series.lag_records.start, tuple(samples[: len(lag)]))


def processed(signals: Signals, application: FlinkApplication) -> float | None:
    """Records of the source that the job processed a second in the newest minutes, None where it
    tells none."""
    series = signals.of(application)
    records = mean(series.records_per_second)
    return None if records is None else records * _records_of_the_source(signals, series)


def learn_job(signals: Signals, application: FlinkApplication) -> JobModel | None:
    """The job's model from the minutes since it was last started, None when it processed nothing.

    By busy time where it is published, else by CPU, which is good for a raise alone: a job that
    waits uses little of it, and seems able to do more than it is. numRecordsInPerSecond of an
    application counts a record once for each operator that receives it, so that it is set against
    what the stream takes in while the job keeps up.
    """
    series = signals.of(application)
    used, whole = (
        (series.busy, 1000.0) if series.busy.latest is not None else (series.cpu_percent, 100.0)
    )
    seconds = min(_seconds_up(series), MINUTES_TO_LEARN * 60)
    rates = [
        records / (share / whole * application.parallelism)
        for records, share in zip(
            series.records_per_second.last(seconds).samples,
            used.last(seconds).samples,
            strict=True,
        )
        if records and share and share / whole >= USED_AT_LEAST
    ]
    if not rates:
        return None
    return JobModel(
        application,
        median(rates) * _records_of_the_source(signals, series),
        _restart_seconds(application, series),
        0.0
        if application.snapshots_enabled
        else application.checkpoint_interval_milliseconds / 1000,
    )


def _seconds_up(series: ApplicationSeries) -> float:
    """Seconds since the job was started, without its first minute; an hour where it isn't told."""
    uptime = series.uptime_milliseconds.latest
    return 3600.0 if uptime is None else max(60.0, uptime / 1000 - 60)


def _records_of_the_source(signals: Signals, series: ApplicationSeries) -> float:
    """Records of the source for each one counted by the job, from minutes in which it kept up."""
    arrivals = signals.series.source.incoming_records.samples
    records, behind = series.records_per_second.samples, series.behind_milliseconds.samples
    ratios = [
        arrived / 60 / counted
        for arrived, counted, before, after in zip(
            arrivals[1:], records[1:], behind, behind[1:], strict=False
        )
        if arrived and counted and before is not None and after is not None
        if abs(after - before) <= STEADY_SECONDS * 1000
    ]
    return median(ratios) if len(ratios) >= STEADY_MINUTES_AT_LEAST else 1.0


def _restart_seconds(application: FlinkApplication, series: ApplicationSeries) -> float:
    """As long as the longest restart that was seen; without one, what the state lets expect."""
    seen = max(
        (series.downtime_milliseconds.peak or 0.0) / 1000,
        _longest_silence_minutes(series.records_per_second, series.uptime_milliseconds) * 60.0,
    )
    if seen:
        return seen
    written = (series.checkpoint_milliseconds.latest or 0.0) / 1000
    size = series.checkpoint_bytes.latest or 0.0
    restored = size / (SAVEPOINT_BYTES_PER_SECOND * application.kpus)
    return RESTART_SECONDS + 2 * written + restored


def _longest_silence_minutes(records: Window, uptime: Window) -> int:
    """The longest run of minutes without a record while the job told that it wasn't up."""
    longest = run = 0
    for count, up in zip(records.samples, uptime.samples, strict=True):
        run = run + 1 if not count and up is not None and up < 60_000 else 0
        longest = max(longest, run)
    return longest


def units_per_job_record(
    signals: Signals, application: FlinkApplication, consumed: Window
) -> float | None:
    """Capacity units that a record of the source costs a table of the job: the median minute; None
    when no minute tells."""
    series = signals.of(application)
    scale = _records_of_the_source(signals, series)
    ratios = [
        units / (records * 60 * scale)
        for units, records in zip(consumed.samples, series.records_per_second.samples, strict=True)
        if units is not None and records
    ]
    return median(ratios[-MINUTES_TO_LEARN:]) if ratios else None
