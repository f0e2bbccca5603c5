import re

from hypothesis import example, given
from hypothesis import strategies as st

from tidegate.scaling.observability.composite_alarm import composite

ACTIONS = ["arn:aws:sns:eu-west-1:123456789012:pager"]


def test_one_alarm_over_all_others_notifies_of_an_incident_and_its_end() -> None:
    assert list(composite("race", "t/race/", ["t/race/a", "t/race/b"], ACTIONS)) == [
        (
            "t/race/any",
            {
                "AlarmDescription": "race has an incident: one of its alarms is in ALARM",
                "AlarmRule": 'ALARM("t/race/a") OR ALARM("t/race/b")',
                "AlarmActions": ACTIONS,
                "OKActions": ACTIONS,
            },
        )
    ]


def test_more_than_a_hundred_are_grouped_under_alarms_in_between_that_notify_nobody() -> None:
    names = [f"t/race/{at}" for at in range(101)]
    first, second, whole = composite("race", "t/race/", names, ACTIONS)
    words = "race: at least one of these alarms is in ALARM"
    assert (first[0], second) == (
        "t/race/any-1",
        ("t/race/any-2", {"AlarmDescription": words, "AlarmRule": 'ALARM("t/race/100")'}),
    )
    assert first[1].keys() == {"AlarmDescription", "AlarmRule"}
    assert whole[0] == "t/race/any"
    assert whole[1]["AlarmRule"] == 'ALARM("t/race/any-1") OR ALARM("t/race/any-2")'


@given(st.lists(st.integers(1, 255), min_size=1, max_size=400))
@example([255] * 120)
def test_no_rule_is_more_than_cloudwatch_takes_and_every_alarm_is_in_one(
    lengths: list[int],
) -> None:
    names = [f"{at}-".ljust(length, "x") for at, length in enumerate(lengths)]
    made = list(composite("race", "t/race/", names, []))
    watched = [re.findall(r'ALARM\("([^"]+)"\)', told["AlarmRule"]) for _, told in made]
    assert all(0 < len(each) <= 100 for each in watched)
    assert all(len(told["AlarmRule"]) <= 10_240 for _, told in made)
    assert [name for each in watched for name in each if name in names] == names
    assert len(made) == 1 or watched[-1] == [name for name, _ in made[:-1]]
