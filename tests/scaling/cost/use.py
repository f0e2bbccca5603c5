"""What pipelines of the tests have used, for bills."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from tests.builders import NOON, Minute, Told
from tidegate.rules.graph import Pipeline
from tidegate.rules.kinds.dynamodb_table.metrics import table_metric
from tidegate.rules.kinds.kinesis_stream.metrics import stream_metric
from tidegate.rules.kinds.lambda_mapping.metrics import function_metric
from tidegate.rules.window import Metric, Window
from tidegate.scaling.cost.usage import usage_from, usage_metrics
from tidegate.scaling.model.bill import Item, Need, Priced, Usage

MONTH = 730
"""Hours, as on AWS's price pages."""

RECORDS, BYTES_IN, BYTES_OUT = (
    stream_metric("racers", name, "Sum")
    for name in ("IncomingRecords", "IncomingBytes", "GetRecords.Bytes")
)
INVOCATIONS, MILLISECONDS = (
    function_metric("scorer", name, "Sum") for name in ("Invocations", "Duration")
)


def written(index: str | None = None) -> Metric:
    """Write units consumed of the table or of an index."""
    return table_metric("scores", index, "ConsumedWriteCapacityUnits", "Sum")


STEADY = Usage(
    NOON - timedelta(hours=1),
    NOON,
    {
        RECORDS: 360_000, BYTES_IN: 108e6, BYTES_OUT: 108e6, INVOCATIONS: 7200,
        MILLISECONDS: 2.9e6, written(): 360_000,
    },
)  # fmt: skip
"""An hour of 100 records/s of 300 bytes."""


def scaled(usage: Usage, share: float) -> Usage:
    """So many times as much."""
    return Usage(usage.start, usage.end, {key: share * each for key, each in usage.totals.items()})


def measured(pipeline: Pipeline, minutes: Sequence[Minute | None]) -> Usage | None:
    """What was used in the minutes up to noon."""
    told = Told(pipeline, list(minutes)).windows()
    start = NOON - timedelta(minutes=len(minutes))
    nothing = (None,) * len(minutes)
    silent = {each: Window(each, start, nothing) for each in usage_metrics(pipeline)}
    return usage_from({**silent, **told}, NOON)


def priced(pipeline: Pipeline, usage: Usage | None = STEADY, needs: Iterable[Need] = ()) -> Priced:
    """What a bill is made of."""
    assert usage is not None
    return Priced(pipeline, usage, {each.lever: each for each in needs})


def now_usd(items: Iterable[Item]) -> dict[tuple[str, str], float]:
    """What each line costs as it is set now."""
    return {(each.layer, each.what): each.now_usd for each in items}
