from dataclasses import replace

import pytest

from tidegate.scaling.onboarding.event_sources import (
    SeenMapping,
    Source,
    function_name,
    sorted_out,
)

ACCOUNT = "eu-west-1:123456789012"
STREAM = f"arn:aws:kinesis:{ACCOUNT}:stream/racers"
SCORER = f"arn:aws:lambda:{ACCOUNT}:function:scorer"
READS = SeenMapping(STREAM, SCORER, "Enabled")


@pytest.mark.parametrize("end", ["", ":7", ":live"])
def test_a_function_is_known_by_its_name_whatever_its_version_or_alias(end: str) -> None:
    assert function_name(SCORER + end) == "scorer"


def test_a_stream_has_each_of_its_functions_once_by_name() -> None:
    others = STREAM.replace("racers", "bikes")
    mappings = [
        READS,
        replace(READS, function_arn=f"{SCORER}:live"),
        replace(READS, function_arn=SCORER.replace("scorer", "auditor"), state="Updating"),
        replace(READS, source_arn=others),
    ]
    assert sorted_out(mappings) == (
        (
            Source("bikes", others, (SCORER,)),
            Source("racers", STREAM, (SCORER.replace("scorer", "auditor"), SCORER)),
        ),
        (),
    )


@pytest.mark.parametrize(
    ("mapping", "reason"),
    [
        (replace(READS, source_arn=f"arn:aws:dynamodb:{ACCOUNT}:table/t/stream/1"),
         "Tidegate supports Kinesis data streams, not DynamoDB streams"),
        (replace(READS, source_arn=STREAM.replace("123456789012", "999999999999")),
         "the stream is of another account"),
        (replace(READS, state="Disabled"), "its event source mapping is Disabled"),
        (replace(READS, state="Disabling"), "its event source mapping is Disabling"),
        (replace(READS, state="Deleting"), "its event source mapping is Deleting"),
    ],
    ids=["dynamodb", "account", "disabled", "disabling", "deleting"],
)  # fmt: skip
def test_what_can_not_be_looked_after_is_told_with_its_reason(
    mapping: SeenMapping, reason: str
) -> None:
    told = f"scorer reading {mapping.source_arn}: {reason}"
    assert sorted_out([mapping]) == ((), (told,))
    assert sorted_out([mapping, READS]) == ((Source("racers", STREAM, (SCORER,)),), (told,))


def test_a_function_that_reads_through_a_consumer_with_fan_out_reads_the_stream() -> None:
    fast = replace(READS, source_arn=f"{STREAM}/consumer/fast:1700000000")
    assert sorted_out([fast]) == ((Source("racers", STREAM, (SCORER,)),), ())


@pytest.mark.parametrize(
    "source", [f"arn:aws:sqs:{ACCOUNT}:queue", f"arn:aws:kafka:{ACCOUNT}:cluster/c", "", "kinesis"]
)
def test_queues_topics_and_brokers_are_passed_over(source: str) -> None:
    assert sorted_out([replace(READS, source_arn=source)]) == ((), ())
