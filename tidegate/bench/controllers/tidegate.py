"""Tidegate itself: the sweep that is deployed, once a minute, with a ledger in memory."""

from dataclasses import dataclass, field
from typing import Any

from tidegate.bench.account import Account
from tidegate.bench.controllers.base import at_start
from tidegate.bench.loads import Load
from tidegate.bench.plant import (
    AGE_MAX_SECONDS,
    FACTOR_MAX,
    FUNCTION,
    SHARDS_MAX,
    STREAM,
    TABLE,
    UNITS_MAX,
    Setting,
)
from tidegate.pipeline_file import load_value
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.ledger.sqlite import SqliteLedger
from tidegate.scaling.ports import Edges
from tidegate.scaling.sweep import sweep

__all__ = ["Tidegate"]


def _pipeline_file() -> dict[str, Any]:
    def lever(low: int, high: int) -> dict[str, Any]:
        return {"min": low, "max": high, "owner": "tidegate"}

    return {
        "pipelines": [
            {
                "name": STREAM,
                "stream": STREAM,
                "consumers": [{"function": FUNCTION.name, "tables": [TABLE]}],
                "objective": {"iterator_age_max_seconds": AGE_MAX_SECONDS},
                "levers": {
                    "shard_count": lever(1, SHARDS_MAX),
                    "parallelization_factor": lever(1, FACTOR_MAX),
                    "batching_window_seconds": lever(0, 300),
                    "write_capacity": lever(1, UNITS_MAX),
                    "retention_hours": lever(24, 168),
                },
            }
        ]
    }


def _specs() -> tuple[PipelineSpec, ...]:
    return tuple(load_value(_pipeline_file(), "bench").pipelines)


@dataclass(slots=True)
class Tidegate:
    """The pipeline file says the objective and the levers; all else is Tidegate's defaults."""

    specs: tuple[PipelineSpec, ...] = field(default_factory=_specs)
    ledger: SqliteLedger = field(default_factory=lambda: SqliteLedger(":memory:"))

    def setting(self, load: Load) -> Setting:
        """Sized for the start."""
        return at_start(load)

    def act(self, account: Account) -> None:
        """One sweep. Raises what kept it from its pipeline."""
        edges = Edges(account, account.metrics, self.ledger)
        for unreached in sweep(self.specs, edges, account.world.now, holder="bench").unreached:
            raise unreached.error
