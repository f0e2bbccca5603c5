"""Whether another job uses a table: by what the records that are read cost of it."""

from dataclasses import replace

import pytest

from tests.builders import Minute, a_pipeline, a_table, newest, signals
from tests.looks import a_look
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.dynamodb_table.state import tables_of
from tidegate.scaling.kinds.dynamodb_table.refused import throttling
from tidegate.scaling.recommend.learned import learn
from tidegate.scaling.recommend.unexplained_use import is_unexplained, use_is_unexplained

PIPELINE = a_pipeline(table=a_table(100), factor=10)


def beyond_what_is_read(units_per_record: float, *, reads: bool = False, known: int = 87) -> bool:
    """Records of a unit each, of which the newest seem to cost more."""
    dear = Minute(units_per_record=units_per_record, table_throttles=900, age_seconds=100)
    seen = signals(PIPELINE, *[Minute()] * known, *[dear] * (90 - known))
    capacity = tables_of(PIPELINE)[0].capacity
    (refusal,) = throttling(seen, diagnose(seen), {capacity.where: capacity})
    if reads:
        refusal = replace(refusal, kind=LeverKind.READ_CAPACITY)
    return use_is_unexplained(learn(seen), seen, refusal)


@pytest.mark.parametrize(("each", "others"), [(1.0, False), (1.25, False), (1.3, True), (4, True)])
def test_more_than_the_records_cost_is_used_by_others(each: float, others: bool) -> None:
    assert beyond_what_is_read(each) is others


def test_what_always_cost_as_much_is_explained() -> None:
    assert not beyond_what_is_read(4.0, known=0)


def test_of_reads_the_cost_of_writes_tells_nothing() -> None:
    assert not beyond_what_is_read(4.0, reads=True)


@pytest.mark.parametrize(
    ("own", "used", "ages_seconds", "by_others"),
    [(160, 160, (172, 136, 100), False), (160, 250, (172, 136, 100), True),
     (60, 60, (52, 76, 100), False), (60, 100, (52, 76, 100), True)],
    ids=["drains", "drains beside another job", "falls behind", "falls behind beside another job"],
)  # fmt: skip
def test_only_what_the_pipeline_reads_itself_explains_writes(
    own: float, used: float, ages_seconds: tuple[int, ...], by_others: bool
) -> None:
    """Two others read the 100 records that come in each second, and write nothing of them."""
    late = [Minute(table_throttles=900, age_seconds=age) for age in ages_seconds]
    seen = signals(PIPELINE, *[Minute()] * 87, *late)
    capacity = tables_of(PIPELINE)[0].capacity
    seen = newest(seen, read_records=[3 * 6000] * 87 + [(200 + own) * 60] * 3)
    seen = newest(seen, capacity.where, consumed_write_units=[used * 60] * 3)
    (refusal,) = throttling(seen, diagnose(seen), {capacity.where: capacity})
    assert use_is_unexplained(learn(seen), seen, refusal) is by_others


@pytest.mark.parametrize(
    ("ages_seconds", "beside", "is_ours"),
    [((100, 130, 160), (), False), ((160, 130, 100), (), True), ((100, 101, 102), (), True),
     ((20, 35, 50), (), True), ((100, 130, 160), (Cause.HOT_KEY,), True),
     ((100, 130, 160), (Cause.POISON_BATCH,), True), ((160, 100, 9), (), True)],
    ids=["falls behind", "drains", "hardly moves", "within the objective", "a hot key",
         "a poison batch", "has drained"],
)  # fmt: skip
def test_a_reader_that_falls_behind_drains_nothing(
    ages_seconds: tuple[int, ...], beside: tuple[Cause, ...], is_ours: bool
) -> None:
    """All units are used, as many as the records that are read have always cost. Beside what only a
    person cures, that is why it falls behind."""
    newest = [Minute(table_throttles=900, age_seconds=age) for age in ages_seconds]
    seen = signals(PIPELINE, *[Minute()] * 87, *newest)
    capacity = tables_of(PIPELINE)[0].capacity
    (refusal,) = throttling(seen, diagnose(seen), {capacity.where: capacity})
    told = tuple(Diagnosis(each, "racers", (), advice="see to it") for each in beside)
    look = a_look(seen, told)
    assert is_unexplained(learn(seen), look, refusal) is not is_ours
