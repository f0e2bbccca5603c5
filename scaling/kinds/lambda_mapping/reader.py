"""What was learnt of a function that reads a stream, and what a load needs of it."""

from dataclasses import dataclass
from math import ceil

from tidegate.rules.graph import Resource
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.window import Window
from tidegate.scaling.kinds.lambda_mapping import words
from tidegate.scaling.kinds.lambda_mapping.concurrency import ANY_OWNER, concurrency, factor_of
from tidegate.scaling.kinds.lambda_mapping.drain_rate import Feeding, feeding
from tidegate.scaling.kinds.lambda_mapping.executions import EXECUTIONS_USE
from tidegate.scaling.kinds.lambda_mapping.limits import FACTOR_MAX
from tidegate.scaling.kinds.lambda_mapping.sizing import RateModel, learn_rate, units_per_record
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.model.history import History
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.plan import Demand

__all__ = ["FunctionReader", "learn_reader"]

FULL_USE = 0.95
"""How much of the executions may be used while a backlog drains."""


@dataclass(frozen=True, slots=True)
class FunctionReader:
    """``tidegate.scaling.model.sized.Reader``: ``learnt`` is its rate, None where it processed
    nothing."""

    signals: Signals
    consumer: Consumer
    learnt: RateModel | None
    feeding: Feeding

    @property
    def writes(self) -> tuple[Resource, ...]:
        """What the function writes to."""
        return self.consumer.writes

    def units_per_record(self, consumed: Window) -> float | None:
        """The median minute."""
        return units_per_record(self.signals, self.consumer, consumed)

    def records_per_second_at_most(self, said: InFile, units: int) -> float:
        """With full batches and the highest factor that an owner may set."""
        return self.feeding.records_per_second_at_most(said, units)

    def demand(self, load: Load, said: InFile, units: int, drain: Reason) -> Demand | None:
        """The factor; none with a tumbling window, which has one batch a shard whatever it is."""
        learnt, batch = self.learnt, self.consumer.mapping.batch_size
        if learnt is None or self.consumer.mapping.reading.tumbling_window_seconds:
            return None
        rate = learnt.records_per_busy_second(batch)
        steady = load.records_per_second / (rate * _use(said))
        executions = max(steady, load.drain_rate(said.catch_up_seconds) / (rate * FULL_USE))
        return Demand(
            factor_of(self.consumer),
            min(FACTOR_MAX, max(1, ceil(executions / units))),
            words.EXECUTIONS(
                executions=ceil(10 * executions) / 10,
                shards=units,
                plural="s"[: units > 1],
                load=load.reason,
                records_per_busy_second=rate,
                drain=drain,
            ),
        )

    def source_demand(self, load: Load, said: InFile) -> tuple[int, Reason] | None:
        """Shards for the executions, with the highest factor that any owner may set."""
        if self.learnt is None or not self.learnt.is_sure:
            return None
        rate = self.learnt.records_per_busy_second(self.consumer.mapping.batch_size)
        had = concurrency(self.signals.pipeline, self.consumer, said, ANY_OWNER)
        use = _use(said)
        shards = had.shards_for(load.records_per_second / (rate * max(use, EXECUTIONS_USE)))
        return shards, words.EXECUTIONS_FOR_THE_LOAD(
            name=self.consumer.function.name,
            executions=load.records_per_second / (rate * use),
            executions_per_shard=had.factor_on(shards),
        )


def _use(said: InFile) -> float:
    """How much of the executions the file lets be used."""
    share: float = said.entry.target_utilization.concurrency
    return share


def learn_reader(signals: Signals, consumer: Consumer, history: History) -> FunctionReader:
    """From the windows."""
    learnt = learn_rate(signals, consumer)
    return FunctionReader(signals, consumer, learnt, feeding(signals, consumer, learnt, history))
