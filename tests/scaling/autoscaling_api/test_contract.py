from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import SPEC, a_pipeline, a_stream, with_stream
from tidegate.rules.cause import LeverKind
from tidegate.scaling.autoscaling_api.contract import (
    BadRequest,
    ScalableTargetDimension,
    ScalingStatus,
    desired_capacity,
    with_lever,
)
from tidegate.scaling.autoscaling_api.dimensions import Dimension, UnknownDimension
from tidegate.scaling.model.change_record import Lever

SHARDS = Lever.of(LeverKind.SHARD_COUNT, "racers")
WHOLE = st.integers(1, 10**9)


@given(WHOLE | WHOLE.map(float))
def test_a_whole_number_in_either_form_is_a_desired_capacity(wanted: float) -> None:
    found = desired_capacity({"desiredCapacity": wanted, "scalableTargetDimensionId": "any"})
    assert (found, type(found)) == (wanted, int)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (None, 'the body must be {"desiredCapacity": <number>}'),
        ([2], 'the body must be {"desiredCapacity": <number>}'),
        ({}, 'the body must be {"desiredCapacity": <number>}'),
        ({"desiredCapacity": None}, "desiredCapacity must be a number"),
        ({"desiredCapacity": "2"}, "desiredCapacity must be a number"),
        ({"desiredCapacity": True}, "desiredCapacity must be a number"),
        ({"desiredCapacity": 2.5}, "desiredCapacity must be a whole number: 2.0 is, 2.5 is not"),
        ({"desiredCapacity": float("inf")},
         "desiredCapacity must be a whole number: 2.0 is, 2.5 is not"),
        ({"desiredCapacity": float("nan")},
         "desiredCapacity must be a whole number: 2.0 is, 2.5 is not"),
        ({"desiredCapacity": 0}, "desiredCapacity must be from 1 to 1,000,000,000"),
        ({"desiredCapacity": -1.0}, "desiredCapacity must be from 1 to 1,000,000,000"),
        ({"desiredCapacity": 10**9 + 1}, "desiredCapacity must be from 1 to 1,000,000,000"),
    ],
)  # fmt: skip
def test_whatever_else_is_asked_for_is_refused_and_says_what_is_allowed(
    body: Any, words: str
) -> None:
    with pytest.raises(BadRequest) as error:
        desired_capacity(body)
    assert str(error.value) == words


@pytest.mark.parametrize("failure", [None, "no shards left"])
def test_an_answer_has_the_fields_of_the_contract_and_a_failure_where_there_is_one(
    failure: str | None,
) -> None:
    status = ScalingStatus.IN_PROGRESS if failure is None else ScalingStatus.FAILED
    answer = ScalableTargetDimension(Dimension(SPEC, SHARDS), 2, 4, status, failure).as_json()
    told = {} if failure is None else {"failureReason": failure}
    assert answer == {
        "scalableTargetDimensionId": "shard_count~racers",
        "version": "1.0",
        "actualCapacity": 2.0,
        "desiredCapacity": 4.0,
        "scalingStatus": "InProgress" if failure is None else "Failed",
        "resourceName": "racers",
        "dimensionName": "shard_count",
        **told,
    }
    assert {type(answer[key]) for key in ("actualCapacity", "desiredCapacity")} == {float}


def test_the_words_of_a_status_are_those_of_the_contract() -> None:
    words = {each.value for each in ScalingStatus}
    assert words == {"Pending", "InProgress", "Successful", "Failed"}


def test_a_lever_that_can_not_be_set_is_an_unknown_dimension() -> None:
    pipeline = a_pipeline()
    assert with_lever(pipeline, SHARDS) is pipeline
    on_demand = with_stream(pipeline, a_stream(mode="ON_DEMAND"))
    for seen, lever in ((on_demand, SHARDS), (pipeline, replace(SHARDS, where="others"))):
        with pytest.raises(UnknownDimension) as error:
            with_lever(seen, lever)
        assert str(error.value) == f"{lever} can't be set: the resource is on demand or missing"
