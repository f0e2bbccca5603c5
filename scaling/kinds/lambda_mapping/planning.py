"""Functions and their event source mappings in a plan."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from tidegate.rules.cause import Diagnosis, LeverKind
from tidegate.rules.graph import Role
from tidegate.rules.kinds.lambda_mapping.state import Consumer
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.lambda_mapping.batching_window import batching, batching_recommendations
from tidegate.scaling.kinds.lambda_mapping.event_counts import event_count_advice
from tidegate.scaling.kinds.lambda_mapping.executions import FunctionExecutions
from tidegate.scaling.kinds.lambda_mapping.reader import FunctionReader, learn_reader
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.in_file import InFile
from tidegate.scaling.model.look import Look
from tidegate.scaling.model.monthly_price import Price
from tidegate.scaling.model.plan import Constraint, Prohibition
from tidegate.scaling.model.planning import Planning
from tidegate.scaling.model.raises import Raises
from tidegate.scaling.model.recommendation import Recommendation
from tidegate.scaling.model.roles import source_of

__all__ = ["MappingPlanning"]


@dataclass(frozen=True)
class MappingPlanning(Planning):
    """Of the functions that read a pipeline's source."""

    consumers: tuple[Consumer, ...]

    @property
    def roles(self) -> Mapping[LeverKind, Role]:
        """The factor; a batching window gives no capacity."""
        return {LeverKind.PARALLELIZATION_FACTOR: Role.PROCESSOR}

    def advice(self, look: Look) -> Iterator[str]:
        """To have events counted, where the counts would tell more."""
        return event_count_advice(look, self.consumers)

    def advice_prices(self, signals: Signals, diagnosis: Diagnosis) -> Iterator[Price]:
        """Lambda Insights, memory, another version, fewer executions: of each function once, though
        two of its mappings may be in the pipeline."""
        # Imported here: few sweeps advise, and a cold start is shorter without.
        from tidegate.scaling.kinds.lambda_mapping.advice_price import function_advice_prices

        for consumer in {each.name: each for each in self.consumers}.values():
            yield from function_advice_prices(consumer, signals, diagnosis)

    def executions(self, signals: Signals, said: InFile) -> Iterator[FunctionExecutions]:
        """Of each function."""
        return (FunctionExecutions(signals, each, said) for each in self.consumers)

    def units_in_use(self, signals: Signals, said: InFile) -> Iterator[int]:
        """Shards for the executions that were really busy."""
        return (each.units_needed() for each in self.executions(signals, said))

    def readers(self, signals: Signals, history: History) -> Iterator[FunctionReader]:
        """How fast each function is."""
        return (learn_reader(signals, each, history) for each in self.consumers)

    def why_ineffective(
        self, raises: Raises, recommendation: Recommendation
    ) -> Iterator[Constraint]:
        """By the records read: the factor and the shards give the executions together."""
        signals, lever = raises.signals, recommendation.lever
        source = source_of(signals.pipeline)
        if lever.kind is LeverKind.PARALLELIZATION_FACTOR:
            # While its earlier units are read for long, the new ones have added no executions.
            others = () if source is None or signals.earlier_units else (source.lever,)
            yield from map(Prohibition, raises.of_executions(lever, *others))

    def recommendations_after(
        self, look: Look, moved: Collection[Lever]
    ) -> Iterator[Recommendation]:
        """The batching windows of the functions whose factor stays."""
        return batching_recommendations(look, moved)

    def monthly_usd(self, signals: Signals, lever: Lever, setting: int) -> float | None:
        """What a function's work costs in batches that a window fills; 0 where too little was seen
        of it. A factor has no price."""
        if lever.kind is not LeverKind.BATCHING_WINDOW:
            return None
        consumer = next(each for each in self.consumers if each.function.name == lever.where)
        seen = batching(signals, consumer)
        return 0.0 if seen is None else seen.monthly_usd(setting)

    @property
    def unpriced(self) -> Collection[LeverKind]:
        """The batching window: what it costs depends on what is read."""
        return (LeverKind.BATCHING_WINDOW,)
