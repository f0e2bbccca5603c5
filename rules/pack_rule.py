"""A rule as its pack writes it: one threshold with its unit and source, and what it feeds."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from tidegate.rules.rule import Comparison, MissingData, Severity

__all__ = ["QUANTITIES", "PackRule", "SignalRule", "Threshold", "pack_rule", "signal_rule"]

QUANTITIES = {
    "objective_milliseconds": "the objective",
    "retention_milliseconds": "the retention",
    "stream_records_per_second": "what the open shards take (1,000 records/s each)",
    "stream_bytes_per_second": "what the open shards take (1 MiB/s each)",
    "timeout_milliseconds": "the timeout",
    "concurrency_available": "shards x parallelization factor",
    "reserved_concurrency": "the reserved concurrency",
    "unreserved_concurrency": "the account's unreserved concurrency",
    "write_units": "the provisioned write units",
    "read_units": "the provisioned read units",
    "checkpoint_interval_milliseconds": "the checkpoint interval",
    "running_storage_bytes": "the running application storage (50 GB each KPU)",
}
"""What a threshold may be relative to, in words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(ABC):
    """The one home of a threshold, and what refers to it.

    It is ``share`` of the quantity ``of``, or ``share`` itself where ``of`` is None. ``most`` is
    the most that what is judged can come to, in the same terms. A rule with ``same_as`` has the
    threshold of another, one with ``set_by`` that of a key of the pipeline file.
    """

    name: str
    pack: str
    comparison: Comparison
    share: float
    of: str | None
    unit: str
    source: str
    most: float = inf
    same_as: str | None = None
    set_by: str | None = None
    causes: tuple[str, ...] = ()
    levers: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()
    graphs: tuple[str, ...] = ()

    @property
    @abstractmethod
    def judged(self) -> str:
        """What is held against the threshold."""

    def words(self, share: float) -> str:
        """A threshold without a pipeline, such as "80 % of the timeout"."""
        if self.of is None:
            return f"{share:g} {self.unit}".rstrip()
        return f"{share * 100:.10g}% of {self.base}"

    @property
    def base(self) -> str:
        """What the threshold is a share of, in words."""
        return "" if self.of is None else QUANTITIES[self.of]

    def mistake(self, share: float) -> str | None:
        """Why a threshold is none: it could never fire, or would fire whatever is measured."""
        if self.set_by is not None:
            return f"is set by {self.set_by}"
        if self.same_as is not None:
            return f"is that of {self.same_as}; set it there"
        told = f"is {share:g}"
        if self.unit == "%" and 0 < share <= 1:
            return f"{told} %; for {share * 100:g} % write {share * 100:g}"
        if self._fires(share, 0.0) and self._fires(share, self.most):
            return f"{told}, which would always fire; {self.allowed}"
        if not self._fires(share, 0.0) and not self._fires(share, self.most):
            return f"{told}, which could never fire; {self.allowed}"
        return None

    @property
    def allowed(self) -> str:
        """The values that a threshold may have, in words."""
        unit = f" {self.unit}".rstrip() if self.of is None else f" (a share of {self.base})"
        least = "at least 0" if self._may_be(0.0) else "more than 0"
        if self.most == inf:
            return f"{least}{unit} is allowed"
        most = "at most" if self._may_be(self.most) else "less than"
        return f"{least} and {most} {self.most:g}{unit} is allowed"

    def _may_be(self, share: float) -> bool:
        return self._fires(share, 0.0) is not self._fires(share, self.most)

    def _fires(self, share: float, value: float) -> bool:
        match self.comparison:
            case Comparison.ABOVE:
                return value > share
            case Comparison.AT_LEAST:
                return value >= share
            case Comparison.BELOW:
                return value < share
            case Comparison.AT_MOST:
                return value <= share


@dataclass(frozen=True, slots=True, kw_only=True)
class PackRule(Threshold):
    """A rule on a metric, before it meets a pipeline.

    ``scope`` says what it is made concrete for: the stream, each consumer, each capacity; each
    application, its tasks, its source where that is Kinesis or Kafka, and what is told by Flink 1
    or from Flink 2.2 on alone. With ``among`` the metric is judged as a share of the sum of those.
    """

    scope: str
    metric: str
    statistic: str
    hold_seconds: int
    severity: Severity
    missing_data: MissingData
    divisor: float = 1.0
    trend: bool = False
    among: tuple[str, ...] = ()

    @property
    def judged(self) -> str:
        """What is held against the threshold."""
        return f"{self.statistic} {self.metric}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalRule(Threshold):
    """A threshold of causes and decisions on a signal that is more than one metric."""

    signal: str

    @property
    def judged(self) -> str:
        """What is held against the threshold."""
        return self.signal


def pack_rule(pack: str, data: Mapping[str, Any]) -> PackRule:
    """A rule on a metric, as the file of its pack has it."""
    given = _given(pack, data)
    given["severity"] = Severity(given["severity"])
    given["missing_data"] = MissingData(given["missing_data"])
    return PackRule(**given)


def signal_rule(pack: str, data: Mapping[str, Any]) -> SignalRule:
    """A rule on a signal, as the file of its pack has it."""
    return SignalRule(**_given(pack, data))


def _given(pack: str, data: Mapping[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in data.items()
    }
    said = given["threshold"]
    of_another = said if isinstance(said, dict) else {"share": said}
    del given["threshold"]
    # That of another rule is filled in when all of them are read.
    return given | {
        "pack": pack,
        "comparison": Comparison(given["comparison"]),
        "share": float(of_another.get("share", 0.0)),
        "of": of_another.get("of"),
        "same_as": of_another.get("rule"),
    }
