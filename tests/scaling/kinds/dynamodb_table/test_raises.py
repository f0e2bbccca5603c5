"""More units are judged by those that are consumed."""

import pytest

from tests.builders import NOON, Samples, a_pipeline, a_table, newest, signals
from tests.raised import history, late, record
from tidegate.rules.cause import LeverKind
from tidegate.rules.kinds.signals import Signals
from tidegate.scaling.config.levers import current_capacities
from tidegate.scaling.kinds.dynamodb_table.raises import units_in_vain
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.history import History
from tidegate.scaling.model.raises import Raises

WRITES = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
READS = Lever.of(LeverKind.READ_CAPACITY, "scores")


def is_held(of: Signals, past: History, lever: Lever) -> bool:
    raises = Raises(of, past, NOON, current_capacities(of.pipeline))
    return bool(list(units_in_vain(raises, lever)))


@pytest.mark.parametrize(
    ("lever", "field"), [(WRITES, "consumed_write_units"), (READS, "consumed_read_units")]
)
@pytest.mark.parametrize(("since", "held"), [(104, True), (105, False)])
def test_units_are_judged_by_what_is_consumed(
    lever: Lever, field: str, since: float, held: bool
) -> None:
    consumed: Samples = [6000] * 40 + [since * 60] * 20
    of = newest(late(), "scores", **{field: consumed})
    past = history(record(lever, 20, 1, 10 if lever is READS else 400))
    assert is_held(of, past, lever) is held


def test_writes_are_judged_only_while_something_waits() -> None:
    past = history(record(WRITES, 20, 100, 400))
    calm = signals(a_pipeline(shards=4, factor=4, table=a_table(400)))
    assert is_held(late(), past, WRITES)
    assert not is_held(calm, past, WRITES)
    reads = newest(calm, "scores", consumed_read_units=[600] * 60)
    of_reads = history(record(READS, 20, 5, 10))
    assert is_held(reads, of_reads, READS)


def test_units_for_more_records_than_at_the_raise_are_not_held() -> None:
    past = history(record(WRITES, 20, 100, 400))
    for now, held in ((109, True), (111, False)):
        of = newest(late(), incoming_records=[6000] * 40 + [now * 60] * 20)
        assert is_held(of, past, WRITES) is held
