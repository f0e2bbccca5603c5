from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOON, SPEC, Minute, a_pipeline, newest, signals
from tests.change_records import change as change_of
from tests.change_records import history
from tests.looks import a_look
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.diagnosis.diagnose import diagnose
from tidegate.rules.kinds.signals import Signals
from tidegate.rules.reason import Reason
from tidegate.rules.rule import Comparison, Finding, MissingData, Rule, Severity, Verdict
from tidegate.rules.setting_steps import SettingStep
from tidegate.rules.window import Metric, Window
from tidegate.scaling.kinds.kinesis_stream.actions import UpdateShardCount
from tidegate.scaling.model.change_record import Lever, Outcome
from tidegate.scaling.model.effect import NOT_SEEN_TO_HELP, NOT_SEEN_TO_HELP_YET, TAKEN_BACK
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.plan import Decision, Plan
from tidegate.scaling.model.reason import ReasonKind
from tidegate.scaling.model.snapshot import Held
from tidegate.scaling.report.summary import (
    advice_of,
    change_verb,
    change_words,
    health_of,
    held_of,
    held_words,
    is_silent,
    left_out,
)
from tidegate.scaling.report.sweep_report import Change

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
PER_KPU = Lever.of(LeverKind.PARALLELISM_PER_KPU, "counter")
LOAD = Reason.told("load", "3,000 records/s")
AT_MOST = Reason.told(ReasonKind.FILE_RANGE, "the file keeps it to 3")
METRIC = Metric("AWS/Kinesis", "IncomingRecords", (("StreamName", "racers"),), "Sum")
NARROW = Diagnosis(Cause.STREAM_TOO_NARROW, "racers", (LOAD,), (LeverKind.SHARD_COUNT,))
HEAP = Diagnosis(Cause.HEAP_PRESSURE, "counter", (LOAD,), (LeverKind.PARALLELISM_PER_KPU,))
HOT = Diagnosis(Cause.HOT_KEY, "racers", (LOAD,), advice="spread the key")
WELL, UNKNOWN, OVERSIZED = (
    Diagnosis(cause, "race", (LOAD,)) for cause in (Cause.HEALTHY, Cause.UNKNOWN, Cause.OVERSIZED)
)
RAISED = Decision(SHARDS, 2, 4, 4, LOAD)
HELD_BACK = Decision(SHARDS, 2, 4, 2, LOAD, (AT_MOST,))
LIMITED = Decision(SHARDS, 2, 4, 3, LOAD, (AT_MOST,))
FEWER = Decision(PER_KPU, 4, 2, 4, LOAD, (AT_MOST,))
SEEN = signals(a_pipeline())


def change(outcome: Outcome | None, **others: Any) -> Change:
    return Change(UpdateShardCount("racers", 2, 4), (RAISED,), outcome, **others)


def finding(verdict: Verdict, severity: Severity) -> Finding:
    rule = Rule(
        "rule", "racers", METRIC, Comparison.ABOVE, 1.0, 60, severity, MissingData.OK, "", "", ""
    )
    return Finding(rule, verdict, None, None, "")


def health(
    *diagnoses: Diagnosis, decisions: tuple[Decision, ...] = (), changes: tuple[Change, ...] = (),
    findings: tuple[Finding, ...] = (), seen: Signals = SEEN,
) -> Health:  # fmt: skip
    return health_of(a_look(seen, diagnoses), Plan((), decisions), changes, findings)[0]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (health(NARROW, decisions=(RAISED,), changes=(change(Outcome.DONE),)), Health.HEALING),
        (health(NARROW, decisions=(RAISED,), changes=(change(Outcome.UNKNOWN),)), Health.HEALING),
        (health(NARROW, decisions=(LIMITED,)), Health.SICK),
        (
            health(NARROW, decisions=(LIMITED,), changes=(change(Outcome.DONE),)),
            Health.HEALING,
        ),
        (health(NARROW, decisions=(RAISED,), changes=(change(Outcome.FAILED),)), Health.SICK),
        (health(NARROW, decisions=(RAISED,), changes=(change(None),)), Health.SICK),
        (health(NARROW, decisions=(HELD_BACK,)), Health.SICK),
        (health(HEAP, decisions=(FEWER,)), Health.SICK),
        (
            health(NARROW, decisions=(FEWER,), changes=(change(Outcome.DONE),)),
            Health.HEALING,
        ),
        (health(NARROW), Health.SICK),
        (health(NARROW, HOT, decisions=(RAISED,)), Health.SICK),
        (health(NARROW, UNKNOWN), Health.UNKNOWN),
    ],
    ids=["changed", "lost", "in-part-only-said", "in-part", "failed", "dry-run", "held",
         "held-cure", "held-scale-in", "nothing-under-way", "advice", "unknown"],
)  # fmt: skip
def test_an_incident_heals_where_all_that_cures_it_was_set_going(
    found: Health, expected: Health
) -> None:
    assert found is expected


@pytest.mark.parametrize(
    ("why", "minutes_ago", "expected"),
    [
        (NOT_SEEN_TO_HELP_YET(lever=SHARDS, begun_at=NOON), 4, Health.HEALING),
        (NOT_SEEN_TO_HELP_YET(lever=SHARDS, begun_at=NOON), 9, Health.SICK),
        (NOT_SEEN_TO_HELP(lever=SHARDS, begun_at=NOON, again=NOON), 4, Health.SICK),
    ],
    ids=["to be judged", "never seen", "judged"],
)
def test_a_raise_that_is_still_to_be_judged_heals_until_its_deadline(
    why: Reason, minutes_ago: float, expected: Health
) -> None:
    known = history(change_of(SHARDS, 1, 2, minutes_ago=minutes_ago))
    plan = Plan((), (replace(HELD_BACK, held_by=(why,)),))
    assert health_of(a_look(SEEN, (NARROW,), history=known), plan, (), ())[0] is expected


def a_hundred_each(_: Lever, setting: int) -> float:
    return 100.0 * setting


def test_of_a_raise_that_did_not_help_a_person_learns_where_to_look_once() -> None:
    judged = NOT_SEEN_TO_HELP(lever=SHARDS, begun_at=NOON, again=NOON)
    held = replace(HELD_BACK, held_by=(judged,))
    (told,) = advice_of((NARROW,), Plan((), (held, held)), a_hundred_each)
    assert told.startswith("find what limits racers instead")
    assert "the last increase of the shard count of racers did not help" in told
    unseen = replace(held, held_by=(NOT_SEEN_TO_HELP_YET(lever=SHARDS, begun_at=NOON),))
    assert advice_of((NARROW,), Plan((), (unseen,)), a_hundred_each) == ()
    assert advice_of((HOT,), Plan((), (held,)), a_hundred_each) == ("racers: spread the key",)


GIVEN_BACK = TAKEN_BACK(
    lever=SHARDS, from_=2, to=4, begun_at=NOON, before=1.0, what="records/s read", since=1.0,
    kept=SHARDS, kept_at=NOON,
)  # fmt: skip


def test_what_is_taken_back_heals_nothing_and_a_person_learns_where_to_look() -> None:
    back = Decision(SHARDS, 4, 2, 2, GIVEN_BACK)
    made = replace(change(Outcome.DONE), decisions=(back,))
    assert health(NARROW, decisions=(back,), changes=(made,)) is Health.SICK
    (told,) = advice_of((NARROW,), Plan((), (back,)), a_hundred_each)
    assert told.startswith("find what limits racers instead")


@pytest.mark.parametrize("diagnosis", [WELL, OVERSIZED], ids=["healthy", "oversized"])
@pytest.mark.parametrize(
    ("verdict", "severity", "expected"),
    [
        (Verdict.FIRING, Severity.CRITICAL, Health.SICK),
        (Verdict.FIRING, Severity.WARNING, Health.HEALTHY),
        (Verdict.OK, Severity.CRITICAL, Health.HEALTHY),
    ],
)
def test_without_an_incident_a_critical_rule_that_fires_is_sick(
    diagnosis: Diagnosis, verdict: Verdict, severity: Severity, expected: Health
) -> None:
    assert health(diagnosis, findings=(finding(verdict, severity),)) is expected


def test_without_an_incident_records_that_are_late_or_refused_less_and_less_are_healing() -> None:
    late = signals(a_pipeline(), Minute(age_seconds=61))
    drains = signals(a_pipeline(), *[Minute(age_seconds=age) for age in (200, 150, 100)])
    falling = signals(a_pipeline(), Minute(refused_per_second=9), Minute(refused_per_second=1))
    assert [health(WELL, seen=seen) for seen in (drains, falling)] == [Health.HEALING] * 2
    assert health(WELL, seen=late) is Health.SICK
    assert health(HOT, seen=late) is Health.SICK


@pytest.mark.parametrize(
    ("unread", "diagnoses", "silent"),
    [
        (True, (UNKNOWN,), True),
        (True, (UNKNOWN, UNKNOWN), False),
        (True, (UNKNOWN, NARROW), False),
        (False, (UNKNOWN,), False),
        (True, (WELL,), False),
    ],
    ids=["only-unread", "two", "more", "read", "well"],
)
def test_cloudwatch_is_silent_where_all_that_is_known_is_that_it_was_not_read(
    unread: bool, diagnoses: tuple[Diagnosis, ...], silent: bool
) -> None:
    window = Window(METRIC, NOON, (), unread="InternalError")
    series = replace(SEEN.series, unread=(window,) if unread else ())
    assert is_silent(replace(SEEN, series=series), diagnoses) is silent


def test_without_a_fresh_minute_cloudwatch_is_silent() -> None:
    assert is_silent(signals(a_pipeline(), *[None] * 90), (WELL,))


def test_advice_is_what_no_lever_cures_and_levers_of_others_and_conflicts() -> None:
    others = [
        replace(HELD_BACK, held_by=(Reason.told(kind, "theirs"),))
        for kind in (ReasonKind.NO_OWNER, ReasonKind.OTHER_OWNER, ReasonKind.SECOND_OWNER)
    ]
    lower = replace(others[0], wanted=1)
    plan = Plan((), (LIMITED, *others, lower))
    assert advice_of((NARROW, HOT), plan, a_hundred_each, ("two owners",)) == (
        "racers: spread the key",
        *["raise shard count of racers from 2 to 4: 3,000 records/s (the change costs about $200 a "
          "month)"] * 3,
        "lower shard count of racers from 2 to 1: 3,000 records/s (the change saves about $100 a "
        "month)",
        "two owners",
    )  # fmt: skip
    told = advice_of((), Plan((), (others[0],)), lambda *_: 0.0)
    assert told == ("raise shard count of racers from 2 to 4: 3,000 records/s",)


def test_of_a_lever_that_only_the_file_holds_a_person_learns_which_max_would_cure() -> None:
    assert advice_of((NARROW,), Plan((), (HELD_BACK,)), a_hundred_each) == (
        "raise max of the shard count of racers in the pipeline file to 4: 3,000 records/s (the "
        "change costs about $200 a month)",
    )
    also_else = replace(HELD_BACK, held_by=(AT_MOST, Reason.told("change-window", "closed")))
    plan = Plan((), (LIMITED, replace(HELD_BACK, wanted=1), also_else))
    assert advice_of((NARROW,), plan, a_hundred_each) == ()
    assert advice_of((replace(NARROW, cured_by=()),), Plan((), (HELD_BACK,)), a_hundred_each) == ()


@pytest.mark.parametrize(
    ("numbers", "is_advised"),
    [({"min": 1, "max": 9}, False), ({"until": SEEN.series.judged_until}, False), ({}, True)],
    ids=["another scaler's bounds", "changed again and again", "not known to set it"],
)
def test_what_another_owner_goes_on_setting_is_not_for_a_person_to_set(
    numbers: dict[str, object], is_advised: bool
) -> None:
    reason = Reason.of(ReasonKind.SECOND_OWNER, "theirs", **numbers)
    plan = Plan((), (replace(HELD_BACK, held_by=(reason,)),))
    assert bool(advice_of((), plan, a_hundred_each)) is is_advised


def test_a_change_is_said_with_its_reason_and_with_what_limits_it() -> None:
    assert (change_verb(RAISED), change_verb(replace(RAISED, allowed=1))) == ("raised", "lowered")
    assert change_words(RAISED) == "shard count of racers from 2 to 4: 3,000 records/s"
    assert change_words(LIMITED) == (
        "shard count of racers from 2 to 3: 3,000 records/s (instead of 4: the file keeps it to 3)"
    )
    assert held_words(LIMITED) == (
        "shard count of racers is set to 3 instead of 4: the file keeps it to 3"
    )
    both = replace(HELD_BACK, held_by=(AT_MOST, LOAD))
    assert held_words(both) == (
        "shard count of racers stays at 2 instead of 4: the file keeps it to 3; 3,000 records/s"
    )


def test_what_is_held_is_each_demand_not_met_and_each_change_that_did_not_go_through() -> None:
    twice = replace(HELD_BACK, wanted=1, held_by=(LOAD, AT_MOST, LOAD))
    changes = (
        change(Outcome.DONE),
        change(None),
        change(Outcome.FAILED, detail="no shards left", refusal="quota-exceeded"),
        change(Outcome.UNKNOWN, detail="no answer"),
    )
    told = "the change of shard count of racers from 2 to 4 was not made: "
    assert held_of(Plan((), (RAISED, twice)), changes) == (
        Held("shard_count of racers", False, ("file-range", "load"), held_words(twice)),
        Held("shard_count of racers", True, ("quota-exceeded",), told + "no shards left"),
        Held("shard_count of racers", True, ("unknown",), told + "no answer"),
    )


def test_data_points_that_nothing_can_have_measured_are_told() -> None:
    windows = {
        METRIC: Window(METRIC, NOON, (), unusable=2),
        replace(METRIC, name="Refused"): Window(METRIC, NOON, (), unusable=1),
        replace(METRIC, name="Fine"): Window(METRIC, NOON - timedelta(hours=1), (1.0,)),
    }
    assert left_out(windows) == (
        "IncomingRecords of racers: 2 invalid data points ignored (AWS/Kinesis metrics are never "
        "negative, infinite or not a number)",
        "Refused of racers: 1 invalid data point ignored (AWS/Kinesis metrics are never negative, "
        "infinite or not a number)",
    )


@pytest.mark.parametrize(
    ("catch_up_seconds", "expected"), [(300, Health.SICK), (900, Health.HEALING)]
)
def test_a_backlog_in_the_parents_of_a_reshard_heals_until_the_deadline_of_that_change(
    catch_up_seconds: float, expected: Health
) -> None:
    """Twelve minutes ago; nobody doubts what is read."""
    rising = [10_000.0 * minutes for minutes in range(36, 76)]
    ages = newest(signals(a_pipeline(shards=2)), iterator_age_milliseconds=rising)
    ages = newest(ages, "scorer", duration_sum_milliseconds=[1000.0] * 90)  # Few are busy.
    raised = change_of(SHARDS, 1, 2, minutes_ago=12)
    step = SettingStep(LeverKind.SHARD_COUNT, "racers", raised.begun_at, 1)
    seen = replace(ages, steps=(step,), changed_at=raised.begun_at)
    spec = replace(SPEC, objective=replace(SPEC.objective, catch_up_seconds=catch_up_seconds))
    look = a_look(seen, diagnose(seen), spec, history(raised))
    assert health_of(look, Plan((), ()), (), ())[0] is expected
    (advice,) = advice_of(look.diagnoses, Plan((), ()), lambda *_: 0.0)
    assert "readers of racers are past that change" in advice
