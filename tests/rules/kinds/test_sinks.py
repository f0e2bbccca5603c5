"""What arrived at the sinks of a function, and what they refused."""

from dataclasses import replace

from tests.builders import Minute, a_pipeline, a_table, newest, signals, the_consumer
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.kinds.sinks import refused_reads, refused_writes, written
from tidegate.rules.window import Window

INDEXED = a_pipeline(table=a_table(100, index_units=50))


def newest_of(windows: "list[Window]") -> list[float | None]:
    return [each.samples[-1] for each in windows]


def seen() -> Signals:
    throttling = Minute(10, table_throttles=7, index_throttles=3)
    return newest(signals(INDEXED, throttling), "scores", read_throttles=(2.0,))


def test_what_is_written_is_told_by_the_name_of_its_sink_without_its_indexes() -> None:
    told = written(seen(), the_consumer(INDEXED))
    assert list(told) == ["scores"]
    assert newest_of(list(told.values())) == [600]


def test_what_a_sink_and_each_part_of_it_refuse_is_told_for_writes_and_for_reads() -> None:
    consumer = the_consumer(INDEXED)
    assert newest_of(list(refused_writes(seen(), consumer))) == [7, 3]
    assert newest_of(list(refused_reads(seen(), consumer))) == [2, None]


def test_of_a_function_that_names_no_sink_nothing_is_told() -> None:
    alone = replace(the_consumer(INDEXED), writes=())
    told = seen()
    assert written(told, alone) == {}
    assert [*refused_writes(told, alone), *refused_reads(told, alone)] == []


def test_a_sink_of_which_no_kind_tells_anything_is_left_out() -> None:
    """A stream that a function writes to, whose records no table's metrics count."""
    (stream, *_) = INDEXED.resources
    on = replace(the_consumer(INDEXED), writes=(stream, *the_consumer(INDEXED).writes))
    told = seen()
    assert list(written(told, on)) == ["scores"]
    assert len(list(refused_writes(told, on))) == 2
