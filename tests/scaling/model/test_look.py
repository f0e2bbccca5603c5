"""What limits depend on is of one pipeline."""

from dataclasses import replace

from tests.builders import NOON, a_pipeline, signals
from tests.change_records import history
from tests.flink_builders import a_flink_pipeline
from tidegate.scaling.model.look import Situation


def test_a_situation_is_of_the_pipeline_whose_signals_it_has() -> None:
    seen = replace(signals(a_pipeline()), pipeline=a_flink_pipeline())
    assert Situation(seen, history(), NOON).pipeline == a_flink_pipeline()
