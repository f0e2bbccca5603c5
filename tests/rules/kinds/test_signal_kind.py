"""A kind says more than nothing only where it has more to say."""

from tests.builders import a_pipeline, signals, the_table
from tidegate.rules.kinds.registry import SIGNAL_KINDS
from tidegate.rules.kinds.signal_kind import SignalKind, rule_file
from tidegate.rules.window import Metric, Window

NOTHING_TOLD: dict[Metric, Window] = {}


def test_a_kind_that_says_nothing_asks_for_nothing_and_finds_nothing() -> None:
    silent, pipeline = SignalKind(), a_pipeline()
    seen = signals(pipeline)
    told = (
        silent.metrics(pipeline), silent.heartbeats(pipeline), silent.ages({}),
        silent.places(pipeline, 60), silent.causes(seen), silent.causes_without_metrics(seen),
        silent.readers(seen), silent.in_use(seen),
    )  # fmt: skip
    assert [list(each) for each in told] == [[]] * len(told)
    assert silent.series(pipeline, NOTHING_TOLD.__getitem__) == {}
    assert silent.source(pipeline, NOTHING_TOLD.__getitem__) is None
    assert not silent.fails_with_its_sinks
    assert not silent.is_restarting(seen)
    assert not silent.is_saturated(seen)
    assert not silent.is_catching_up(seen)
    assert not silent.is_throttled(seen, the_table(pipeline))


def test_each_kind_has_its_rules_beside_it() -> None:
    assert {each.name: each.rules() for each in SIGNAL_KINDS} == {
        each.name: rule_file(each.name) for each in SIGNAL_KINDS
    }
