from dataclasses import replace
from typing import Any

import pytest

from tidegate.rules.rule import Comparison, MissingData, Rule, Severity
from tidegate.rules.window import Metric
from tidegate.scaling.config.specification import UserRule
from tidegate.scaling.config.user_rules import mistakes_of_rule, user_rule

SAID = UserRule(
    name="memory-full", namespace="CWAgent", metric="mem_used_percent", threshold=90.5,
    dimensions={"host": "a", "zone": "b"}, statistic="p99", period_seconds=300, comparison=">=",
    hold_seconds=600, severity="critical", missing_data="firing", unit="%", source="runbook 7",
)  # fmt: skip


def test_a_users_rule_is_one_like_any_other() -> None:
    dimensions = (("host", "a"), ("zone", "b"))
    assert user_rule(SAID, "race") == Rule(
        name="memory-full", where="a, b",
        metric=Metric("CWAgent", "mem_used_percent", dimensions, "p99", 300),
        comparison=Comparison.AT_LEAST, threshold=90.5, hold_seconds=600,
        severity=Severity.CRITICAL, missing_data=MissingData.FIRING, unit="%", source="runbook 7",
        threshold_because="90.5 %",
    )  # fmt: skip
    assert list(mistakes_of_rule(SAID)) == []


def test_a_rule_without_dimensions_is_of_its_pipeline() -> None:
    plain = user_rule(UserRule("r", "Mine", "orders", 1_000.0), "race")
    assert (plain.where, plain.threshold_because) == ("race", "1000")


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"statistic": "p101"}, "statistic", "'p101' is not a statistic of CloudWatch; "),
        ({"statistic": "average"}, "statistic", "'average' is not a statistic of CloudWatch; "),
        ({"statistic": "TM(:)"}, "statistic", "'TM(:)' is not a statistic of CloudWatch; "),
        ({"statistic": "PR(1%:2%)"}, "statistic", "'PR(1%:2%)' is not a statistic of Cloud"),
        (
            {"period_seconds": 90},
            "period_seconds",
            "period_seconds is 90; a multiple of 60 is allowed",
        ),
        (
            {"period_seconds": 5_280},
            "period_seconds",
            "period_seconds is 5280; a sweep reads 90 minutes, the last of them late: at most 5220 "
            "is allowed",
        ),
        (
            {"hold_seconds": 5_101},
            "hold_seconds",
            "hold_seconds is 5101; a sweep reads 90 minutes, the last of them late: at most 5100 "
            "is allowed",
        ),
    ],
)
def test_a_rule_that_could_never_fire_is_a_mistake_at_its_key(
    changes: dict[str, Any], key: str, words: str
) -> None:
    ((found_key, found_words),) = mistakes_of_rule(replace(SAID, **changes))
    assert found_key == key
    assert found_words.startswith(words)


@pytest.mark.parametrize(
    "changes",
    [
        *({"statistic": each} for each in
          ("IQM", "p100", "p99.9", "tm0", "TM(10%:90%)", "WM(:95%)", "TC(5:)", "PR(:300)")),
        {"period_seconds": 5_220},
        {"hold_seconds": 5_100},
        {"hold_seconds": 0},
    ],
)  # fmt: skip
def test_whatever_cloudwatch_has_and_a_sweep_sees_is_allowed(changes: dict[str, Any]) -> None:
    assert list(mistakes_of_rule(replace(SAID, **changes))) == []
