"""What is learnt of a function depends on what the sinks that it writes to refuse, whatever they are."""

from dataclasses import replace

import pytest

from tests.builders import Minute, a_pipeline, newest, signals, the_consumer, with_consumers
from tests.toy.sink.kinds import TOY_KINDS
from tests.toy.sink.signals import Shelf
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.kinds.lambda_mapping.drain_rate import feeding
from tidegate.scaling.kinds.lambda_mapping.sizing import learn_rate
from tidegate.scaling.model.history import History

WRITER = replace(the_consumer(a_pipeline()), writes=(Shelf("jars", "arn:jars", 100),))
PIPELINE = replace(with_consumers(a_pipeline(), WRITER), kinds=TOY_KINDS)


def seen(*newest_minutes: Minute, refused: float) -> Signals:
    told = signals(PIPELINE, *newest_minutes)
    return newest(told, "jars", refused=[refused] * len(newest_minutes))


def test_a_minute_in_which_a_sink_refused_tells_nothing_of_a_functions_rate() -> None:
    slow = [Minute(seconds_per_batch=4.0, longest_seconds=6.0)] * 20
    before = learn_rate(signals(PIPELINE), WRITER)
    assert learn_rate(seen(*slow, refused=5), WRITER) == before
    assert learn_rate(seen(*slow, refused=0), WRITER) != before


@pytest.mark.parametrize(("refused", "some_are_idle"), [(5, False), (0, True)])
def test_while_a_sink_refuses_every_execution_counts_for_a_backlog(
    refused: float, some_are_idle: bool
) -> None:
    late = [Minute(age_seconds=90.0, seconds_per_batch=0.1, longest_seconds=0.2)] * 3
    of = seen(*late, refused=refused)
    share = feeding(of, WRITER, learn_rate(of, WRITER), History(())).lanes_share
    assert (share < 1) is some_are_idle
