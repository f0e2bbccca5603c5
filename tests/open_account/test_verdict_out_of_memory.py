"""A function that runs out of memory is named as that where Lambda Insights is enabled."""

from dataclasses import replace
from typing import Any

import pytest

from tests.losses.account import Account
from tests.losses.worlds import OURS, Played, a_world, play
from tests.open_account.test_verdict_bad_deploy import failing, first, verdict
from tidegate.rules.cause import Cause
from tidegate.simulator.kinds.lambda_mapping.data import FunctionData
from tidegate.simulator.scenario import Fault
from tidegate.simulator.traffic import Traffic

LAYERS = "580247275435:layer:LambdaInsightsExtension"
OTHER = {"Arn": "arn:aws:lambda:us-east-1:123456789012:layer:parsers:3"}


def layered(account: Account, *arns: str) -> None:
    """The function has these layers beside one of its own."""
    layers = [OTHER, *({"Arn": each, "CodeSize": 1} for each in arns)]

    def answer(_: Any, real: Any) -> Any:
        return real() | {"Layers": layers}

    account.on("GetFunctionConfiguration", answer)


def used(account: Account, percent: float) -> None:
    """Of its memory, while its invocations fail; before that it was 43 %."""
    for back in range(60, 0, -1):
        most = percent if back <= 10 else 43
        own = {"function_name": "order-writer"}
        account.put("LambdaInsights", own, back, {"memory_utilization": most})


@pytest.mark.sampled(2)
@pytest.mark.parametrize("shards", [2, 1], ids=["two batches at a time", "one batch at a time"])
@pytest.mark.parametrize(
    ("layer", "percent", "expected"),
    [
        (f"arn:aws:lambda:us-east-1:{LAYERS}:53", 100, "out-of-memory"),
        (f"arn:aws:lambda:us-east-1:{LAYERS}-Arm64:20", 99, "out-of-memory"),
        ("arn:aws-cn:lambda:cn-north-1:488211338238:layer:LambdaInsightsExtension:11", 100,
         "out-of-memory"),
        (f"arn:aws:lambda:us-east-1:{LAYERS}:53", 60, None),
        (None, 100, None),
    ],
    ids=["x86", "Arm", "China", "memory is left", "without the layer"],
)  # fmt: skip
def test_all_that_fails_with_all_memory_used_lacks_memory(
    account: Account, layer: str | None, percent: float, expected: str | None, shards: int
) -> None:
    account.pipeline(shards=shards, write=400)
    layered(account, *([layer] if layer else []))
    account.minutes(since=60, until=11)
    failing(account)
    used(account, percent)
    code, pipeline = verdict(account)
    (only,) = pipeline["diagnoses"]
    # One batch that fails each time may be one record's fault.
    exception = "bad-deploy" if shards == 2 else "poison-batch"
    assert (code, only["cause"]) == (1, expected or exception)
    assert pipeline["actions"] == []
    assert any("memory is not short" in each for each in pipeline["advice"]) is (percent == 60)


def test_without_the_layer_no_metric_of_it_is_paid_for(account: Account) -> None:
    def asked() -> list[str]:
        calls = [params for name, params in account.calls if name == "GetMetricData"]
        queries = (each for call in calls for each in call["MetricDataQueries"])
        return [each["MetricStat"]["Metric"]["Namespace"] for each in queries]

    account.pipeline(write=400)
    account.minutes(since=60)
    layered(account)
    verdict(account)
    assert "LambdaInsights" not in asked()
    before = len([name for name, _ in account.calls if name == "GetMetricData"])
    layered(account, f"arn:aws:lambda:us-east-1:{LAYERS}:53")
    verdict(account)
    assert "LambdaInsights" in asked()
    assert len([name for name, _ in account.calls if name == "GetMetricData"]) == 2 * before


# ---- in the embedded world


def played(function: FunctionData, *faults: Fault) -> Played:
    scenario = a_world(Traffic(((0, 300),)), function, shards=2, units=700, hours=0.75)
    return play(replace(scenario, faults=faults), OURS, 1)


def test_a_cache_that_fills_the_memory_is_named_and_more_memory_ends_it() -> None:
    function = FunctionData("order-writer", 30, has_insights=True)
    run = played(
        function,
        Fault(900, "function", {"used_megabytes": 520}),
        Fault(1500, "function", {"memory_megabytes": 1024}),
    )
    assert first(run, Cause.OUT_OF_MEMORY) - 900 <= 360
    named = {each.cause for report in run.reports for each in report.diagnoses}
    assert Cause.BAD_DEPLOY not in named
    assert [action for at, action in run.changes if 900 <= at < 1500] == []
    assert run.reports[-1].health.value == "healthy"


def test_larger_batches_that_do_not_fit_the_memory_are_named() -> None:
    """Records grow: a full batch no longer fits, a small one does, and Lambda retries it whole."""
    function = FunctionData("order-writer", 30, has_insights=True)
    run = played(function, Fault(900, "function", {"used_megabytes_per_record": 200.0}))
    assert first(run, Cause.OUT_OF_MEMORY) - 900 <= 360


def test_a_function_that_always_uses_all_of_its_memory_and_fails_was_deployed_badly() -> None:
    function = FunctionData("order-writer", 30, has_insights=True, used_megabytes=511.9)
    run = played(function, Fault(900, "deploy", {"failing_share": 1.0}))
    assert first(run, Cause.BAD_DEPLOY) - 900 <= 360
    named = {each.cause for report in run.reports for each in report.diagnoses}
    assert Cause.OUT_OF_MEMORY not in named
