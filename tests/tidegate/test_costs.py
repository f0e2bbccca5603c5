"""The bill as JSON and on the screen, with a kind of resource that is passed in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO

import pytest
from rich.console import Console

from tests.builders import NOON, SPEC, Minute, Told, a_pipeline, of_types
from tests.scaling.kinds.toy import CONSUMERS, TAKEN, TOY
from tidegate.costs import Bill, bill, costs_as_json
from tidegate.costs_shown import show_costs
from tidegate.rules.window import Metric, Window
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.kinds.registry import TYPES

PIPELINE = a_pipeline()
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class AnHour:
    """The metrics of the hour up to noon: those of a healthy pipeline, and 60 records a minute that
    were taken from the toy's queue."""

    def read(
        self, metrics: Sequence[Metric], start: datetime, end: datetime
    ) -> Mapping[Metric, Window]:
        minutes = Told(PIPELINE, [Minute()] * 60).windows()
        minutes = {**minutes, TAKEN: Window(TAKEN, NOON - HOUR, (60.0,) * 60)}
        return {each: self._one(each, minutes, start, end) for each in metrics}

    def _one(
        self, metric: Metric, minutes: Mapping[Metric, Window], start: datetime, end: datetime
    ) -> Window:
        if metric.period_seconds != 60:
            count = int((end - start).total_seconds()) // metric.period_seconds
            return Window(metric, start, (1.0,) * count)
        return minutes.get(metric, Window(metric, start, (None,) * 60))


def the_bill(spec: PipelineSpec = SPEC) -> Bill:
    with_toy = of_types(PIPELINE, TOY, *TYPES)
    return bill(with_toy, spec, AnHour(), (NOON - HOUR, NOON))


def shown(of: Bill) -> str:
    screen = StringIO()
    show_costs([of], Console(file=screen, width=100))
    return screen.getvalue()


def test_a_kind_that_is_passed_in_is_priced_compared_and_owned() -> None:
    found = the_bill()
    own = {each.what: each for each in found.items if each.layer == "queue orders"}
    assert own["consumers"].now_usd == 6
    assert own["records"].now_usd == pytest.approx(3600 * 730 * 0.001)
    assert found.now_usd == pytest.approx(sum(each.now_usd for each in found.items))
    # Its lever is of a kind that the file gives to Tidegate.
    assert str(CONSUMERS) not in found.advised
    words = shown(found)
    assert "queue orders" in words
    assert (
        "Both cost the same at 25.0% of 3 consumers. Used on average: 50.0% of 3 consumers."
        in words
    )


def test_each_comparison_has_the_same_keys_whatever_its_kind() -> None:
    (told,) = costs_as_json([the_bill()])["pipelines"]
    compared = {each["layer"]: each for each in told["modes"]}
    assert set(compared) == {"stream racers", "table scores", "queue orders"}
    assert {frozenset(each) for each in compared.values()} == {
        frozenset({
            "layer", "is_on_demand", "provisioned_usd", "followed_usd", "on_demand_usd",
            "load_share", "even_share", "shards", "full_rate",
        })
    }  # fmt: skip
    assert compared["stream racers"]["shards"] == 1
    assert compared["queue orders"]["shards"] is None


def test_a_stream_is_compared_in_records_and_in_shards() -> None:
    words = shown(the_bill())
    assert "An on-demand stream never costs less than 1 shard." in words
    assert "Used on average: 100 records/s, 10.0% of 1 shard." in words
