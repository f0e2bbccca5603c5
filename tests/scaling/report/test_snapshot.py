from dataclasses import replace
from typing import Any

import pytest

from tests.builders import NOON, a_pipeline
from tidegate.rules.cause import Cause, Diagnosis, LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.model.errors import Throttled
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.snapshot import Held, StatusSnapshot
from tidegate.scaling.report.snapshot import differs, of_report, of_unreached
from tidegate.scaling.report.sweep_report import PipelineReport, Unreached

DIAGNOSIS = Diagnosis(
    Cause.STREAM_TOO_NARROW, "racers", (Reason.told("load", "9/s"),), (LeverKind.SHARD_COUNT,)
)
HELD = Held("shard_count of racers", True, ("file-range",), "stays at 2 instead of 4")
SICK = StatusSnapshot("race", NOON, Health.SICK, (DIAGNOSIS,), (HELD,))
UNREACHED = Unreached("race", Throttled("kinesis:ListShards", "racers", "slow down"))


def test_a_report_is_kept_with_its_health_its_causes_and_what_was_held() -> None:
    report = PipelineReport(
        "race", NOON, Health.SICK, a_pipeline(), {}, (), (DIAGNOSIS,), (), (), ("advice",), (HELD,)
    )
    assert of_report(report) == SICK
    assert report.held_back == ("stays at 2 instead of 4",)


def test_a_pipeline_that_could_not_be_looked_at_is_unknown_with_the_error() -> None:
    assert of_unreached(UNREACHED, NOON) == StatusSnapshot(
        "race",
        NOON,
        Health.UNKNOWN,
        unreached="kinesis:ListShards on racers: slow down",
        unreached_about="throttled kinesis:ListShards racers",
    )


@pytest.mark.parametrize(
    ("changed", "is_new"),
    [
        ({}, False),
        ({"at": NOON.replace(hour=13)}, False),
        ({"diagnoses": (replace(DIAGNOSIS, evidence=()),)}, False),
        ({"diagnoses": (DIAGNOSIS, DIAGNOSIS)}, False),
        ({"held": (replace(HELD, words="stays at 3 instead of 9"),)}, False),
        ({"unreached": "in other words"}, False),
        ({"health": Health.HEALING}, True),
        ({"diagnoses": ()}, True),
        ({"diagnoses": (replace(DIAGNOSIS, where="others"),)}, True),
        ({"diagnoses": (replace(DIAGNOSIS, cause=Cause.HOT_KEY),)}, True),
        ({"held": (replace(HELD, kinds=("paused",)),)}, True),
        ({"unreached_about": "denied"}, True),
    ],
)
def test_only_another_health_cause_hold_or_error_is_recorded(
    changed: dict[str, Any], is_new: bool
) -> None:
    assert differs(replace(SICK, **changed), SICK) is is_new
    assert differs(SICK, None)
