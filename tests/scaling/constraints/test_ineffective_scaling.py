from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import NOON, Minute, a_pipeline, a_table, signals
from tidegate.rules.cause import LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.constraints.ineffective_scaling import ineffective_scaling_constraints
from tidegate.scaling.constraints.operator import constrain
from tidegate.scaling.model.change_record import ChangeRecord, Lever, Outcome
from tidegate.scaling.model.history import History
from tidegate.scaling.model.recommendation import Recommendation

FACTOR = Lever.of(LeverKind.PARALLELIZATION_FACTOR, "scorer")
SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
UNITS = Lever.of(LeverKind.WRITE_CAPACITY, "scores")
ASKED = Reason.of("desired-capacity", "asked for")


def changed(lever: Lever, minutes_ago: float, before: int, after: int) -> ChangeRecord:
    at = NOON - timedelta(minutes=minutes_ago)
    return ChangeRecord(
        f"{lever}{minutes_ago}", "race", lever, "an:Operation", before, after, "", at, Outcome.DONE
    )


def raised(lever: Lever, minutes_ago: float) -> History:
    return History((changed(lever, minutes_ago, 2, 4),))


def late(count: int, **minute: float) -> list[Minute]:
    """Minutes over the objective, the age of which grows."""
    return [Minute(age_seconds=900 + at, **minute) for at in range(count)]


def held(history: History, recommendation: Recommendation, *minutes: Minute) -> tuple[str, ...]:
    seen = signals(a_pipeline(shards=4, factor=4, table=a_table(400)), *minutes)
    constraints = ineffective_scaling_constraints(seen, history, recommendation, NOON)
    return tuple(map(str, constrain(recommendation.current, recommendation.wanted, constraints)[1]))


@pytest.mark.parametrize("raised_lever", [FACTOR, SHARDS], ids=str)
@pytest.mark.parametrize("wanted_lever", [FACTOR, SHARDS], ids=str)
def test_factor_and_shards_are_one_quantity_and_no_more_is_asked_for_after_one_in_vain(
    raised_lever: Lever, wanted_lever: Lever
) -> None:
    assert held(raised(raised_lever, 20), Recommendation(wanted_lever, 4, 8, ASKED), *late(40)) == (
        f"the increase of the {raised_lever:words} from 2 to 4 at 11:40 did not help: 100 records/s "
        "read before and 100 after the increase",
    )


@pytest.mark.parametrize("minutes_ago", [1, 2])
def test_nor_while_the_last_raise_is_not_seen_to_help_yet(minutes_ago: int) -> None:
    reasons = held(raised(FACTOR, minutes_ago), Recommendation(FACTOR, 4, 8, ASKED), *late(40))
    assert reasons == (
        f"the increase of the parallelization factor of scorer at 11:{60 - minutes_ago} has no "
        "visible effect yet",
    )


@pytest.mark.parametrize(
    ("minutes_ago", "is_held"),
    [((89,), True), ((91,), False), ((170, 100), True), ((280, 181), False)],
)
def test_a_raise_that_the_windows_no_longer_show_is_tried_again_ever_later(
    minutes_ago: tuple[float, ...], is_held: bool
) -> None:
    history = History(tuple(changed(FACTOR, each, 2, 4) for each in minutes_ago))
    assert bool(held(history, Recommendation(FACTOR, 4, 8, ASKED), *late(90))) is is_held


@pytest.mark.parametrize("slope", [-1, -0.5, 0, 1], ids=lambda slope: f"{slope}-s-a-minute")
def test_an_age_that_hardly_falls_is_no_sign_that_units_help(slope: float) -> None:
    slowly = [Minute(age_seconds=3000 + slope * at) for at in range(40)]
    history = History((changed(UNITS, 20, 100, 400),))
    assert held(history, Recommendation(UNITS, 400, 800, ASKED), *slowly) != ()


def test_one_odd_minute_is_no_cure() -> None:
    odd = [*late(30), Minute(age_seconds=1), *[Minute(age_seconds=931 + at) for at in range(9)]]
    assert held(raised(FACTOR, 20), Recommendation(FACTOR, 4, 8, ASKED), *odd) != ()


def test_a_day_later_it_is_tried_again() -> None:
    assert held(raised(FACTOR, 24 * 60 + 1), Recommendation(FACTOR, 4, 8, ASKED), *late(90)) == ()


FASTER = [*late(20), *late(20, records_per_second=110)]
CURED = [*late(25), *[Minute(age_seconds=1)] * 5, *late(10)]
FALLING = [Minute(age_seconds=900 - 30 * at) for at in range(20)]


@pytest.mark.parametrize(
    ("history", "wanted", "minutes"),
    [
        (raised(FACTOR, 20), 8, FASTER),
        (raised(FACTOR, 20), 8, CURED),
        (raised(FACTOR, 20), 8, FALLING),
        (raised(FACTOR, 20), 2, late(40)),
        (History((changed(FACTOR, 20, 8, 4),)), 8, late(40)),
        (History((changed(FACTOR, 20, 4, 8),)), 8, late(40)),
        (History(()), 8, late(40)),
    ],
    ids=[
        "more-is-read",
        "it-was-well-since",
        "the-age-falls",
        "a-scale-in",
        "lowered",
        "set-back",
        "first",
    ],
)
def test_concurrent_executions_are_not_held_otherwise(
    history: History, wanted: int, minutes: list[Minute]
) -> None:
    assert held(history, Recommendation(FACTOR, 4, wanted, ASKED), *minutes) == ()


def test_a_load_that_has_grown_need_not_wait_for_a_raise_to_show() -> None:
    growing = [*late(38), *late(3, records_per_second=125)]
    assert held(raised(FACTOR, 2.5), Recommendation(FACTOR, 4, 8, ASKED), *growing) == ()


def test_shards_for_the_records_that_come_in_do_not_wait_for_those_that_read() -> None:
    recommendation = Recommendation(SHARDS, 4, 12, ASKED, for_arrivals=7)
    seen = signals(a_pipeline(shards=4, factor=4), *late(40))
    constraints = tuple(
        ineffective_scaling_constraints(seen, raised(FACTOR, 20), recommendation, NOON)
    )
    assert constrain(4, 12, constraints)[0] == 7
    assert constrain(4, 6, constraints) == (6, ())


def test_shards_that_let_no_more_records_in_are_not_followed_by_more() -> None:
    refused = late(40, refused_per_second=50)
    recommendation = Recommendation(SHARDS, 4, 8, ASKED, for_arrivals=8)
    refusal = (
        "the increase of the shard count of racers from 2 to 4 at 11:40 did not help: 100 accepted "
        "records/s before and 100 after the increase"
    )
    assert held(raised(SHARDS, 20), recommendation, *refused)[0] == refusal
    taken = [replace(each, records_per_second=150) for each in refused[20:]]
    assert held(raised(SHARDS, 20), recommendation, *refused[:20], *taken)[:1] != (refusal,)


def test_shards_are_judged_by_bytes_where_bytes_are_the_limit() -> None:
    small = late(20, records_per_second=3000, record_bytes=300, refused_per_second=50)
    large = late(20, records_per_second=1000, record_bytes=4000, refused_per_second=50)
    reasons = held(
        raised(SHARDS, 20), Recommendation(SHARDS, 4, 8, ASKED, for_arrivals=8), *small, *large
    )
    assert not any("accepted" in each for each in reasons)


def test_shards_that_took_all_for_a_while_are_followed_by_more_when_more_is_refused() -> None:
    enough = [replace(each, refused_per_second=0) for each in late(10)]
    reasons = held(
        raised(SHARDS, 20), Recommendation(SHARDS, 4, 8, ASKED, for_arrivals=8),
        *late(20, refused_per_second=50), *enough, *late(10, refused_per_second=50),
    )  # fmt: skip
    assert not any("accepted" in each for each in reasons)


def test_units_that_nothing_consumes_are_not_followed_by_more() -> None:
    history = History((changed(UNITS, 20, 100, 400),))
    assert held(history, Recommendation(UNITS, 400, 800, ASKED), *late(40)) == (
        "the increase of the write capacity of scores from 100 to 400 at 11:40 did not help: 100 "
        "units/s consumed before and 100 after the increase",
    )
    consumed = [*late(20), *late(20, units_per_record=2)]
    assert held(history, Recommendation(UNITS, 400, 800, ASKED), *consumed) == ()
    grown = [*late(20), *late(20, records_per_second=111, units_per_record=0.9)]
    assert held(history, Recommendation(UNITS, 400, 800, ASKED), *grown) == ()


def is_judged(recommendation: Recommendation) -> bool:
    seen = signals(a_pipeline(shards=4, factor=4, table=a_table(400)), *late(40))
    past = raised(recommendation.lever, 20)
    return bool(list(ineffective_scaling_constraints(seen, past, recommendation, NOON)))


@pytest.mark.parametrize(("wanted", "judged"), [(8, True), (5, True), (4, False), (2, False)])
def test_only_a_raise_is_judged(wanted: int, judged: bool) -> None:
    assert is_judged(Recommendation(FACTOR, 4, wanted, ASKED)) is judged


def test_other_levers_are_not_judged() -> None:
    retention = Lever.of(LeverKind.RETENTION_HOURS, "racers")
    assert not is_judged(Recommendation(retention, 4, 8, ASKED))
