"""The load of now and of the last hour, with what waits, told from the windows."""

from dataclasses import dataclass, replace

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.signals import Signals, rate
from tidegate.rules.reason import Reason
from tidegate.rules.window import LATE_SECONDS, Window
from tidegate.scaling.load.backlog import records_waiting

__all__ = [
    "HOUR_SECONDS",
    "NOW_SECONDS",
    "Load",
    "backlog_seconds",
    "load_now",
    "load_of_the_hour",
    "rate_now",
    "unread",
]

NOW_SECONDS = 300
HOUR_SECONDS = 3600
BACKLOG_SECONDS = 60
"""A younger record may be in a batch that only just began: metrics come by the minute."""


def backlog_seconds(signals: Signals) -> float:
    """The age from which unread records are a backlog, and not in a batch that only just began or
    is waited for until it is full."""
    return BACKLOG_SECONDS + signals.pipeline.view(_longest_wait)


def _longest_wait(pipeline: Pipeline) -> float:
    waits = (wait for kind in pipeline.kinds.signals for wait in kind.waits_seconds(pipeline))
    return max(waits, default=0.0)


@dataclass(frozen=True, slots=True)
class Load:
    """What has to be carried: records and bytes a second, and records not read yet when that was
    last measured (``scaling.load.backlog``).

    ``backlog_at_most`` is how many it is sized for, which may be fewer where some may wait; None
    where that is no other number. ``has_headroom`` says that the rates include the room that their
    uncertainty asks for, ``rising_from`` what the records a second are now, where that is less.
    """

    records_per_second: float
    bytes_per_second: float
    backlog_records: float = 0.0
    has_headroom: bool = False
    rising_from: float | None = None
    backlog_at_most: float | None = None

    @property
    def to_drain(self) -> float:
        """The records that it is sized to drain."""
        return self.backlog_records if self.backlog_at_most is None else self.backlog_at_most

    def without_backlog(self) -> "Load":
        """The same load with nothing to drain."""
        return replace(self, backlog_records=0.0, backlog_at_most=None)

    def let_in(self, records_per_second: float, bytes_per_second: float) -> "Load":
        """No more than a source that takes so much lets in."""
        by_records = records_per_second / max(1.0, self.records_per_second)
        by_bytes = bytes_per_second / max(1.0, self.bytes_per_second)
        share = min(1.0, by_records, by_bytes)
        return replace(
            self,
            records_per_second=self.records_per_second * share,
            bytes_per_second=self.bytes_per_second * share,
        )

    def drain_rate(self, catch_up_seconds: float) -> float:
        """Records a second that carry the load, with what waits in that time."""
        return self.records_per_second + self.to_drain / catch_up_seconds

    def at_least(self, coming: "Load") -> "Load":
        """The larger of this load and one that is expected, with its room."""
        return replace(
            self,
            records_per_second=max(self.records_per_second, coming.records_per_second),
            bytes_per_second=max(self.bytes_per_second, coming.bytes_per_second),
            has_headroom=True,
        )

    def at_most(self, other: "Load") -> "Load":
        """The smaller rates of both, with what waits of this one."""
        return replace(
            self,
            records_per_second=min(self.records_per_second, other.records_per_second),
            bytes_per_second=min(self.bytes_per_second, other.bytes_per_second),
        )

    @property
    def reason(self) -> Reason:
        """The load as part of another reason."""
        records = self.records_per_second
        if self.rising_from is None or self.rising_from >= records:
            return Reason.of(
                "load", "{records_per_second:,.0f} records/s", records_per_second=records
            )
        return Reason.of(
            "rising-load",
            "{records_per_second:,.0f} records/s (rising from {rising_from:,.0f})",
            records_per_second=records,
            rising_from=self.rising_from,
        )


def _drains_by_itself(signals: Signals, catch_up_seconds: float) -> bool:
    growth = signals.age_growth
    return growth < 0 and (signals.age_seconds or 0.0) <= -growth * catch_up_seconds


def load_now(signals: Signals, offered: float, catch_up_seconds: float) -> Load:
    """The load of the last minutes, ``offered`` records for each one taken, with its backlog. A
    backlog that falls fast enough to be gone in ``catch_up_seconds`` asks for nothing more."""
    stream = signals.series.source
    load = Load(
        rate_now(stream.incoming_records) * offered, rate_now(stream.incoming_bytes) * offered
    )
    at_most = 0.0 if _drains_by_itself(signals, catch_up_seconds) else _backlog_at_most(signals)
    if not at_most:
        return load
    return replace(
        load, backlog_records=min(records_waiting(signals), at_most), backlog_at_most=at_most
    )


def rate_now(window: Window) -> float:
    """The newest minute, or the mean of the newest five where that is more: a minute's burst that
    is over already is carried by what DynamoDB keeps for it, and asks for nothing."""
    newest = window.last(NOW_SECONDS)
    seen = newest.present
    mean = newest.total / len(seen) / window.metric.period_seconds if seen else 0.0
    return max(rate(window, 60), mean)


def unread(signals: Signals) -> float:
    """Records that came in during the iterator age, an upper bound of those not read."""
    age = signals.age_seconds or 0.0
    incoming = signals.series.source.incoming_records
    return incoming.last(age).total if age >= 60 else age * rate(incoming)


def _backlog_at_most(signals: Signals) -> float:
    """For sizing: whole minutes of what came in during the age, and as many as would join them in
    the three minutes that metrics may be late, if the age went on growing."""
    age = signals.age_seconds or 0.0
    grown = max(0.0, signals.age_growth) * LATE_SECONDS
    least = backlog_seconds(signals)
    if age + grown < least:
        return 0.0
    seen = unread(signals) if age >= least else 0.0
    return seen + grown * rate(signals.series.source.incoming_records)


def load_of_the_hour(signals: Signals) -> Load:
    """The largest minute of the last hour, without a backlog: what a scale-in must leave room
    for."""
    stream = signals.series.source
    return Load(
        rate(stream.incoming_records, HOUR_SECONDS), rate(stream.incoming_bytes, HOUR_SECONDS)
    )
