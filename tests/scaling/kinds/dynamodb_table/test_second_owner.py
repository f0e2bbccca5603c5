from dataclasses import replace
from typing import Any

import pytest

from tests.builders import a_pipeline, a_table
from tidegate.rules.cause import LeverKind
from tidegate.rules.scalable_targets import ScalableTarget, ScalableTargets
from tidegate.scaling.kinds.dynamodb_table import words
from tidegate.scaling.kinds.dynamodb_table.second_owner import second_owners
from tidegate.scaling.model.change_record import Lever
from tidegate.scaling.model.plan import Prohibition

WRITE, READ = (
    Lever.of(kind, "scores") for kind in (LeverKind.WRITE_CAPACITY, LeverKind.READ_CAPACITY)
)
TARGET = ScalableTarget("scores", LeverKind.WRITE_CAPACITY, 5, 500)
SCALED = words.SCALED_TOO(lever=WRITE, min=5, max=500)
REPLICATED = words.REPLICATED(table="scores", regions="eu-west-1, us-west-2")


@pytest.mark.parametrize(
    ("lever", "replicas", "targets", "found"),
    [
        (WRITE, (), ScalableTargets(), []),
        (WRITE, ("eu-west-1", "us-west-2"), ScalableTargets(), [REPLICATED]),
        (READ, ("eu-west-1", "us-west-2"), ScalableTargets(), []),
        (WRITE, (), ScalableTargets((TARGET,)), [SCALED]),
        (READ, (), ScalableTargets((TARGET,)), []),
        (WRITE, ("eu-west-1", "us-west-2"), ScalableTargets((TARGET,)), [REPLICATED, SCALED]),
        (WRITE, (), ScalableTargets((TARGET,), "AccessDenied"), [SCALED]),
        (
            READ,
            (),
            ScalableTargets((TARGET,), "AccessDenied"),
            [words.OWNERS_UNKNOWN(lever=READ, unread="AccessDenied")],
        ),
    ],
    ids=["alone", "global", "reads-of-a-global-table", "scaled", "other-lever", "both",
         "known-all-the-same", "unread"],
)  # fmt: skip
def test_each_other_owner_of_a_capacity_prohibits_its_change(
    lever: Lever, replicas: tuple[str, ...], targets: ScalableTargets, found: list[Any]
) -> None:
    table = replace(a_table(), replicas=replicas)
    pipeline = replace(a_pipeline(table=table), scalable_targets=targets)
    assert list(second_owners(pipeline, table, lever)) == [Prohibition(each) for each in found]
