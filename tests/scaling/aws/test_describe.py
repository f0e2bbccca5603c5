"""What is asked of AWS of a pipeline, by boto3 over the embedded world."""

from typing import Any

import pytest

from tests.orders import SPEC
from tidegate.rules.kinds.kinesis_stream.state import stream_of
from tidegate.rules.kinds.lambda_mapping.state import account_of, consumers_of
from tidegate.scaling.aws.clients import Clients
from tidegate.scaling.aws.cloud import AwsCloud
from tidegate.scaling.constraints.operator import constrain
from tidegate.scaling.kinds.lambda_mapping.levers import factor_constraints
from tidegate.simulator.embedded import embedded
from tidegate.simulator.scenarios import load_scenario
from tidegate.simulator.world import World


@pytest.mark.parametrize(("unreserved", "factor"), [(1000, 10), (14, 7), (1, 1)])
def test_a_function_may_have_what_the_reservations_of_the_others_leave(
    unreserved: int, factor: int
) -> None:
    limit = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": unreserved}

    class Answered:
        status_code = 200

    def answer(**_: Any) -> Any:
        return Answered, {"AccountLimit": limit, "ResponseMetadata": {}}

    with embedded(World(load_scenario("index-throttled"), 1)) as session:
        session.events.register_first("before-call.lambda.GetAccountSettings", answer)
        pipeline = AwsCloud(Clients(session)).describe(SPEC)
    assert (account_of(pipeline).concurrency, account_of(pipeline).unreserved_concurrency) == (
        1000,
        unreserved,
    )
    assert stream_of(pipeline).shard_count == 2
    bounds = factor_constraints(
        consumers_of(pipeline)[0], 2, account_of(pipeline).unreserved_concurrency
    )
    assert constrain(1, 10, bounds)[0] == factor
