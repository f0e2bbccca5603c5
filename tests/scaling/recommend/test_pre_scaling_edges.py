"""Which forecast each lever is made ready for, and what burst credits and partitions leave of it."""

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import SPEC, a_pipeline, a_table, newest, signals
from tidegate.rules.cause import LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import LeverSpec, Objective
from tidegate.scaling.load.burst_baseline import Standing
from tidegate.scaling.load.current_load import Load
from tidegate.scaling.load.horizons import Expected, ForecastHorizons
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.recommend.learned import Model, learn
from tidegate.scaling.recommend.pre_scaling import PreScaling, pre_scaling

WRITES = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
READS = Lever.of(LeverKind.READ_CAPACITY, "scores")
FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")


def expected(likely: float, most: float) -> Expected:
    highest, usual = (Load(rate, rate * 300, has_headroom=True) for rate in (most, likely))
    return Expected(highest, usual, because=Reason.of("forecast", "as forecast"))


def horizons(**of: Any) -> ForecastHorizons:
    """1,000 records/s are likely, and 1,500 the most; in an hour 2,000 and 2,500, and for as long
    as a call must last 3,000 and 4,000."""
    known = ForecastHorizons(
        soon=expected(1000, 1500), later=expected(1200, 1800), hour=expected(2000, 2500),
        call=expected(3000, 4000), usual_records_per_second=1000,
        highest_records_per_second=4000, lead_seconds=300, soon_seconds=600,
    )  # fmt: skip
    return replace(known, **of)


def the_model(units: int = 2000, used: float = 1.0) -> Model:
    """A table of which such a share was used, and a tenth more an hour ago; a record costs a unit
    and reads a tenth of one."""
    pipeline = a_pipeline(shards=4, factor=3, table=a_table(units))
    consumed = [66 * units * used] * 45 + [60 * units * used] * 45
    seen = newest(signals(pipeline), incoming_records=consumed, read_records=consumed)
    # 200 records a busy second, in full batches.
    busy, invocations = [each * 1000 / 200 for each in consumed], [each / 100 for each in consumed]
    seen = newest(seen, "scorer", duration_sum_milliseconds=busy, invocations=invocations)
    reads = [each / 10 for each in consumed]
    return learn(newest(seen, "scores", consumed_write_units=consumed, consumed_read_units=reads))


def ready(
    of: ForecastHorizons, model: Model | None = None, objective: Objective | None = None
) -> dict[Lever, PreScaling]:
    spec = SPEC if objective is None else replace(SPEC, objective=objective)
    return pre_scaling(model or the_model(), of, in_file(spec))


def of(lever: Lever, found: dict[Lever, PreScaling]) -> tuple[int, int, int | None]:
    each = found[lever]
    return each.at_least, each.enough, None if each.floor is None else each.floor.capacity


def test_a_table_is_raised_to_the_likely_of_later_and_lowered_to_the_most_of_soon() -> None:
    found = ready(horizons())
    assert of(WRITES, found) == (1000, 1200, 1500)
    assert of(READS, found) == (100, 120, 150)


@pytest.mark.parametrize(
    ("later", "enough"),
    [(expected(1400, 9999), 1400), (expected(1600, 9999), 1500), (expected(900, 9999), 1000),
     (None, 1000)],
    ids=["grows", "no further than may come soon", "falls", "not known"],
)  # fmt: skip
def test_a_load_that_grows_is_not_followed_in_small_steps(
    later: Expected | None, enough: int
) -> None:
    assert of(WRITES, ready(horizons(later=later)))[1] == enough


@pytest.mark.parametrize(
    ("changes", "factor", "shards"),
    [
        ({}, 5, 5),
        ({"hour": expected(500, 600)}, 3, 5),
        ({"hour": None}, None, 5),
        ({"call": expected(100, 200)}, 5, 2),
        ({"call": None}, 5, None),
    ],
    ids=["known", "less in an hour", "no hour", "less for a call", "no call"],
)
def test_a_factor_lasts_the_hour_and_shards_as_long_as_a_call_must(
    changes: dict[str, Any], factor: int | None, shards: int | None
) -> None:
    found = ready(horizons(**changes))
    assert (of(FACTOR, found)[2], of(SHARDS, found)[2]) == (factor, shards)


@pytest.mark.parametrize(
    ("units", "likely", "at_least"), [(2000, 2000, 1000), (2000, 1001, 1), (900, 990, 540)]
)
def test_burst_credits_carry_the_likely_load_to_the_end_of_soon(
    units: int, likely: float, at_least: int
) -> None:
    """300 s of all units, over ten minutes: half of them."""
    known = horizons(soon=expected(likely, likely))
    assert of(WRITES, ready(known, the_model(units, used=0.1)))[0] == at_least


def test_what_is_merely_possible_may_come_out_of_burst_until_a_change_takes_effect() -> None:
    """600,000 of burst are 2,000 a second for 300 s; half of 1,500 keeps half of it; the likely
    stays, with a sixtieth of headroom."""
    saved = the_model(used=0.5)
    assert of(WRITES, ready(horizons(), saved))[2] == 1017
    assert of(WRITES, ready(horizons(soon=expected(700, 1500)), saved))[2] == 750
    patient = Objective(iterator_age_max_seconds=360)
    assert of(WRITES, ready(horizons(), saved, patient))[2] == 1100
    an_hour = Objective(iterator_age_max_seconds=3600)
    twice = ready(horizons(soon=expected(5000, 11_000)), saved, an_hour)
    assert of(WRITES, twice)[2] == 10_000
    floor = ready(horizons(), saved)[WRITES].floor
    assert floor is not None
    assert "483" in str(floor.because)
    unsaved = ready(horizons())[WRITES].floor
    assert unsaved is not None
    assert str(unsaved.because).startswith("as forecast: 1,500 records/s need")


def test_what_the_partitions_do_not_take_is_raised_whatever_is_saved() -> None:
    small = the_model(units=900, used=0.1)
    assert of(WRITES, ready(horizons(soon=expected(1000, 1000)), small))[0] == 550
    found = ready(horizons(soon=expected(1001, 1001)), small)
    assert of(WRITES, found)[0] == 1001
    assert "partitions" in str(found[WRITES].because)


STANDS = Standing(700.2, 60_000, following_records_per_second=1300, highest_records_per_second=1500)


def test_a_table_that_bears_its_spikes_stands_where_it_is_enough() -> None:
    found = ready(horizons(standing=STANDS))
    assert of(WRITES, found) == (701, 701, 701)
    assert dict(found[WRITES].because.numbers) == {"provisioned_wcu": 701, "following_wcu": 1300}
    assert of(READS, found) == (100, 120, 150)


def test_a_table_is_built_for_its_spikes_where_the_file_lets_it() -> None:
    """Three partitions come with 2,001 units. Where they can't be had, it follows the spikes."""
    beyond = horizons(standing=replace(STANDS, highest_records_per_second=2001))
    assert of(WRITES, ready(beyond)) == (2001, 2001, 2001)
    for most, at_least in ((2001, 2001), (2000, 1000)):
        levers = replace(SPEC.levers, write_capacity=LeverSpec(max=most, owner="tidegate"))
        found = pre_scaling(the_model(), beyond, in_file(replace(SPEC, levers=levers)))
        assert found[WRITES].at_least == at_least
