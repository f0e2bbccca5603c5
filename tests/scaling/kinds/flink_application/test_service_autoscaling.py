"""Applications whose parallelism the file and the service both move."""

from dataclasses import replace
from typing import Literal

import pytest

from tests.flink_builders import FLINK_SPEC, a_flink_pipeline, an_application
from tidegate.rules.kinds.flink_application.state import applications_of
from tidegate.scaling.config.in_file import in_file
from tidegate.scaling.config.specification import ApplicationSpec, Levers, LeverSpec
from tidegate.scaling.kinds.flink_application.service_autoscaling import conflicts

THEIRS = Levers(parallelism=LeverSpec(max=64, owner="application-autoscaling"))


@pytest.mark.parametrize(
    ("enabled", "keeps", "levers", "is_told"),
    [
        (True, "keep", FLINK_SPEC.levers, True),
        (True, "keep", THEIRS, True),
        (False, "keep", FLINK_SPEC.levers, False),
        (True, "off", FLINK_SPEC.levers, False),
        (True, "keep", Levers(), False),
        (True, "keep", Levers(parallelism=LeverSpec(max=64)), False),
        (True, "keep", Levers(parallelism_per_kpu=LeverSpec(max=8, owner="tidegate")), False),
    ],
    ids=["both", "both from outside", "the service doesn't", "it will be switched off",
         "nothing said", "no owner", "another lever"],
)  # fmt: skip
def test_two_owners_of_a_parallelism_are_a_conflict(
    enabled: bool, keeps: Literal["keep", "off"], levers: Levers, is_told: bool
) -> None:
    said = [ApplicationSpec("counter", service_autoscaling=keeps)]
    spec = replace(FLINK_SPEC, levers=levers, applications=said)
    pipeline = a_flink_pipeline(an_application(autoscaling_enabled=enabled))
    found = list(conflicts(applications_of(pipeline), in_file(spec)))
    assert len(found) == is_told
    assert all("counter" in each for each in found)
