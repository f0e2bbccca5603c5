from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.scaling.observability.alarm_changes import Change, changes
from tidegate.scaling.observability.alarms import Alarm


def alarm(name: str, **configuration: Any) -> Alarm:
    return Alarm(name, configuration)


LATE = alarm("p/late", AlarmDescription="records are old", Threshold=60.0, Dimensions=[
    {"Name": "a", "Value": "1"}, {"Name": "b", "Value": "2"}], Metrics=[
    {"Id": "m1", "MetricStat": {"Metric": {"MetricName": "x"}}}, {"Id": "e1"}])  # fmt: skip
ANY, SOME = (alarm(f"p/any{end}", AlarmRule='ALARM("p/late")') for end in ("", "-1"))


def as_found(**changed: Any) -> Alarm:
    """The alarm as AWS returns it, with settings of its own and in another order."""
    told = {**LATE.configuration, "StateValue": "OK", **changed}
    return Alarm(LATE.name, {
        **told,
        "Dimensions": [*reversed(told["Dimensions"])],
        "Metrics": [*reversed(told["Metrics"])],
    })  # fmt: skip


def test_an_alarm_that_is_there_as_it_is_wanted_is_left() -> None:
    assert changes([as_found()], [LATE]) == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"Threshold": 61.0},
        {"Dimensions": [{"Name": "a", "Value": "1"}, {"Name": "b", "Value": "3"}]},
        {"Dimensions": [{"Name": "a", "Value": "1"}]},
        {"Dimensions": [*LATE.configuration["Dimensions"], {"Name": "c", "Value": "3"}]},
        {"Metrics": [{"Id": "m1", "MetricStat": "x"}, {"Id": "e1"}]},
        {"Metrics": [{"Id": "m1"}, {"Id": "e1"}]},
    ],
    ids=["number", "value", "fewer", "more", "other-kind", "nested"],
)
def test_whatever_differs_in_a_wanted_setting_is_put_anew(changed: dict[str, Any]) -> None:
    assert changes([as_found(**changed)], [LATE]) == (Change("change", LATE),)


def test_a_setting_that_aws_does_not_have_is_put() -> None:
    assert changes([alarm("p/late", Threshold=60.0)], [LATE]) == (Change("change", LATE),)
    nothing = alarm("p/late", OKActions=[])
    assert changes([alarm("p/late", OKActions=None)], [nothing]) == ()


def test_puts_come_first_and_of_what_is_removed_the_composite_ones() -> None:
    other = alarm("p/other", Threshold=1)
    assert changes([LATE, SOME, ANY], [other]) == (
        Change("create", other),
        Change("remove", ANY),
        Change("remove", SOME),
        Change("remove", LATE),
    )


ALARMS = st.dictionaries(
    st.sampled_from(["p/a", "p/b", "p/any", "p/any-1"]),
    st.dictionaries(st.sampled_from(["Threshold", "AlarmRule"]), st.integers(0, 2)),
).map(lambda told: [Alarm(*each) for each in told.items()])


@given(ALARMS, ALARMS)
def test_the_steps_lead_from_what_is_there_to_what_is_wanted(
    have: list[Alarm], want: list[Alarm]
) -> None:
    there = {each.name: dict(each.configuration) for each in have}
    for step in changes(have, want):
        if step.verb == "remove":
            del there[step.alarm.name]
        else:
            assert (step.verb == "change") is (step.alarm.name in there)
            there[step.alarm.name] = dict(step.alarm.configuration)
    assert there.keys() == {each.name for each in want}
    assert all(there[each.name].items() >= each.configuration.items() for each in want)


def test_a_step_is_said_with_what_the_alarm_is_for_unless_it_goes() -> None:
    assert str(Change("create", LATE)) == "create p/late: records are old"
    assert str(Change("remove", LATE)) == "remove p/late"
