"""What the windows teach of a pipeline: how fast its consumers are, what a record costs a table."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.state import Table, tables_behind
from tidegate.rules.kinds.flink_application.state import applications_of
from tidegate.rules.kinds.lambda_mapping.state import consumers_of
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.window import Window
from tidegate.scaling.kinds.dynamodb_table.capacity_model import CapacityModel, capacity_model
from tidegate.scaling.kinds.flink_application.sizing import units_per_job_record
from tidegate.scaling.kinds.lambda_mapping.drain_rate import Feeding, feeding
from tidegate.scaling.kinds.lambda_mapping.sizing import RateModel, learn_rate, units_per_record
from tidegate.scaling.model.history import History

__all__ = ["Model", "learn"]

NOTHING = History(())


@dataclass(frozen=True, slots=True)
class Model:
    """What was learnt of the consumers and tables; a load is sized against it. ``readers`` share
    the reads of the stream, those that no file names included."""

    pipeline: Pipeline
    rates: Mapping[str, RateModel | None]
    feedings: tuple[Feeding, ...]
    capacities: tuple[CapacityModel, ...]
    readers: int = 1

    def of_arrivals(self) -> "Model":
        """The same without what is known of the consumers: what is sized against it is sized for
        the records that come in, whatever state their readers are in."""
        return replace(self, rates=dict.fromkeys(self.rates))


def learn(signals: Signals, history: History = NOTHING) -> Model:
    """Rates of the consumers and units per record of their tables, from the windows."""
    pipeline = signals.pipeline
    models: dict[str, CapacityModel] = {}
    for consumer in consumers_of(pipeline):
        of_record = partial(units_per_record, signals, consumer)
        models |= _capacity_models(signals, tables_behind(consumer), of_record, history)
    for application in applications_of(pipeline):
        of_record = partial(units_per_job_record, signals, application)
        models |= _capacity_models(signals, tables_behind(application), of_record, history)
    rates = {
        consumer.function.name: learn_rate(signals, consumer) for consumer in consumers_of(pipeline)
    }
    feedings = tuple(
        feeding(signals, consumer, rates[consumer.function.name], history)
        for consumer in consumers_of(pipeline)
    )
    readers = next(reversed(signals.shared_readers), len(pipeline.processors))
    return Model(pipeline, rates, feedings, tuple(models.values()), readers)


def _capacity_models(
    signals: Signals,
    tables: Iterable[Table],
    units: Callable[[Window], float | None],
    history: History,
) -> dict[str, CapacityModel]:
    capacities = [each for table in tables if table.is_provisioned for each in table.capacities]
    return {each.where: capacity_model(signals, each, units, history) for each in capacities}
