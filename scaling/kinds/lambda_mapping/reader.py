"""What was learnt of a function that reads a stream, and what a load needs of it."""

from dataclasses import dataclass, replace
from math import ceil

from tidegate.rules.graph import Resource
from tidegate.rules.kinds.lambda_mapping.concurrency import batches_at_once
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import RECENT_SECONDS, Signals
from tidegate.rules.reason import Reason
from tidegate.scaling.kinds.lambda_mapping import words
from tidegate.scaling.kinds.lambda_mapping.concurrency import ANY_OWNER, concurrency, factor_of
from tidegate.scaling.kinds.lambda_mapping.drain_rate import Feeding, feeding
from tidegate.scaling.kinds.lambda_mapping.executions import EXECUTIONS_USE
from tidegate.scaling.kinds.lambda_mapping.limits import FACTOR_MAX
from tidegate.scaling.kinds.lambda_mapping.record_cost import record_cost
from tidegate.scaling.kinds.lambda_mapping.shown_rate import shown_rate
from tidegate.scaling.kinds.lambda_mapping.sizing import (
    CHANGED_RATIO,
    RateModel,
    learn_rate,
)
from tidegate.scaling.load.base_load import RecordCost, Used
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
    nothing; ``shown`` what each execution was seen to read at least, None where it wasn't."""

    signals: Signals
    consumer: Consumer
    learnt: RateModel | None
    feeding: Feeding
    shown: float | None = None

    @property
    def writes(self) -> tuple[Resource, ...]:
        """What the function writes to."""
        return self.consumer.writes

    @property
    def keeps_up(self) -> bool:
        """By the function's own iterator age, in each of the newest minutes, while the stream's is
        higher. Where that is well too, what waits is what will wait for a table: its own."""
        ages = self.signals.of(self.consumer.function).iterator_age_milliseconds
        newest, well = ages.last(RECENT_SECONDS), self.signals.age_well_seconds
        in_time = newest.coverage == 1 and (newest.peak or 0.0) <= well * 1000
        return in_time and (self.signals.age_seconds or 0.0) > well

    def cost(self, used: Used) -> RecordCost | None:
        """Beside what others use."""
        return record_cost(self.signals, self.consumer, used)

    def records_per_second_at_most(self, said: InFile, units: int) -> float:
        """With full batches and the highest factor that an owner may set."""
        return self.feeding.records_per_second_at_most(said, units)

    def demand(self, load: Load, said: InFile, units: int, drain: Reason) -> Demand | None:
        """The factor; none where a shard has one batch at a time whatever it is, nor where several
        mappings have one each."""
        learnt, batch, beside = self.learnt, self.consumer.mapping.batch_size, self.consumer.beside
        in_order = batches_at_once(self.signals.pipeline, self.consumer, FACTOR_MAX) == 1
        if learnt is None or beside or in_order:
            return None
        rate = learnt.records_per_busy_second(batch)
        use, drained = _use(said), load.drain_rate(said.catch_up_seconds)
        steady, draining = load.records_per_second / (rate * use), drained / (rate * FULL_USE)
        executions = max(steady, draining)
        # A rate that is a lower bound asks for no more than what was seen to read that much.
        if not learnt.is_sure and self.shown and drained / self.shown < executions:
            executions = drained / self.shown
            because = words.EXECUTIONS_SHOWN_ENOUGH(
                executions=ceil(10 * executions) / 10,
                shards=units,
                plural="s"[: units > 1],
                load=load.reason,
                records_per_second_each=self.shown,
                drain=drain,
            )
        else:
            because = words.EXECUTIONS(
                executions=ceil(10 * executions) / 10,
                shards=units,
                plural="s"[: units > 1],
                load=load.reason,
                records_per_busy_second=rate,
                utilization=FULL_USE if draining > steady else use,
                drain=drain,
            )
        factor = min(FACTOR_MAX, max(1, ceil(executions / units)))
        return Demand(factor_of(self.consumer), factor, because)

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
    """From the windows. A rate below what was seen to be read is not the function's own: what it
    does for others is in its durations."""
    learnt, shown = learn_rate(signals, consumer), shown_rate(signals, consumer, history)
    if learnt is not None and learnt.is_sure and shown is not None:
        rate = learnt.records_per_busy_second(consumer.mapping.batch_size)
        learnt = replace(learnt, is_sure=CHANGED_RATIO * rate >= shown)
    fed = feeding(signals, consumer, learnt, history)
    return FunctionReader(signals, consumer, learnt, fed, shown)
