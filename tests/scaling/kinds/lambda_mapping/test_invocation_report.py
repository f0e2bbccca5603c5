"""Reports of invocations in a log, in both of Lambda's forms."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tidegate.scaling.kinds.lambda_mapping.invocation_report import Invocation, invocation_in

ID = "8f507cfc-xmpl-4697-b07a-ac58fc914c95"
TEXT = (
    f"REPORT RequestId: {ID}\tDuration: 1203.12 ms\tBilled Duration: 1204 ms\t"
    "Memory Size: 512 MB\tMax Memory Used: 81 MB\t"
)
JSON: dict[str, Any] = {
    "time": "2026-01-05T12:00:00.000Z",
    "type": "platform.report",
    "record": {
        "requestId": ID,
        "metrics": {
            "durationMs": 1203.12,
            "billedDurationMs": 1204,
            "memorySizeMB": 512,
            "maxMemoryUsedMB": 81,
        },
        "status": "success",
    },
}
WARM = Invocation(NOON, 512, 81, 1203.12, 1204)
COLD = Invocation(NOON, 512, 81, 1203.12, 1204, 213.5)
FAILED = Invocation(NOON, 512, 81, 1203.12, 1204, None, "timeout")
XRAY = "\nXRAY TraceId: 1-5bef4de7-ad49b0e87f6ef6c87fc2e700\tSegmentId: 9a9\tSampled: true\t\n"
METRICS = JSON["record"]["metrics"]


def as_json(metrics: object = METRICS, **record: Any) -> str:
    return json.dumps({**JSON, "record": {**JSON["record"], **record, "metrics": metrics}})


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (f"{TEXT}\n", WARM),
        (f"{TEXT}Init Duration: 213.50 ms\t\n", COLD),
        (f"{TEXT}Init Duration: 213.50 ms\t{XRAY}", COLD),
        (f"{TEXT}{XRAY}", WARM),
        (f"{TEXT}Restore Duration: 300.00 ms\tBilled Restore Duration: 97 ms\t\n", WARM),
        (f"{TEXT}Status: timeout", FAILED),
        (
            f"{TEXT}Status: error\tError Type: Runtime.OutOfMemory\n",
            Invocation(NOON, 512, 81, 1203.12, 1204, None, "Runtime.OutOfMemory"),
        ),
        (as_json(), WARM),
        (as_json({**METRICS, "initDurationMs": 213.5}), COLD),
        (as_json(status="timeout"), FAILED),
        (
            as_json(status="error", errorType="Runtime.OutOfMemory"),
            Invocation(NOON, 512, 81, 1203.12, 1204, None, "Runtime.OutOfMemory"),
        ),
    ],
    ids=[
        "plain", "cold", "cold-traced", "traced", "restored", "timeout", "out-of-memory",
        "json", "json-cold", "json-timeout", "json-out-of-memory",
    ],
)  # fmt: skip
def test_a_report_is_read(message: str, expected: Invocation) -> None:
    assert invocation_in(message, NOON) == expected


@pytest.mark.parametrize(
    "message",
    [
        "",
        f"START RequestId: {ID} Version: $LATEST\n",
        "the REPORT RequestId: is mine\tDuration: 1 ms",
        TEXT.replace("Memory Size: 512 MB\t", ""),
        TEXT.replace("512", "0"),
        TEXT.replace("1203.12", "1.2.3"),
        TEXT.replace("1203.12", "9" * 400),
        '{"type": "platform.report", "record": null}',
        '{"type": "platform.report", "record": {"metrics": []}}',
        '{"type": "platform.start", "note": "platform.report"}',
        '{"type": "platform.report"',
        '{"platform.report": ' * 30_000,
        as_json({**METRICS, "durationMs": True}),
        as_json({**METRICS, "durationMs": "1203"}),
        as_json({**METRICS, "durationMs": -1}),
        as_json({**METRICS, "durationMs": 10**400}),
    ],
)
def test_anything_else_is_none(message: str) -> None:
    assert invocation_in(message, NOON) is None


MEGABYTES = st.integers(128, 10_240)
MILLISECONDS = st.floats(0, 900_000).map(lambda value: round(value, 2))
INVOCATIONS = st.builds(
    Invocation,
    st.just(NOON),
    MEGABYTES,
    MEGABYTES,
    MILLISECONDS,
    st.integers(1, 900_000).map(float),
    st.none() | MILLISECONDS,
    st.sampled_from([None, "timeout", "error", "Runtime.ExitError"]),
)


def text_of(each: Invocation, *, traced: bool) -> str:
    parts = [
        f"REPORT RequestId: {ID}",
        f"Duration: {each.duration_milliseconds:.2f} ms",
        f"Billed Duration: {each.billed_milliseconds:.0f} ms",
        f"Memory Size: {each.memory_megabytes} MB",
        f"Max Memory Used: {each.used_megabytes} MB",
    ]
    if each.init_milliseconds is not None:
        parts.append(f"Init Duration: {each.init_milliseconds:.2f} ms")
    if each.failed_by is not None:
        parts.append(f"Status: {each.failed_by}")
    return "\t".join(parts) + (XRAY if traced else "\t\n")


def json_of(each: Invocation) -> str:
    init = {} if each.init_milliseconds is None else {"initDurationMs": each.init_milliseconds}
    metrics = {
        "durationMs": each.duration_milliseconds,
        "billedDurationMs": each.billed_milliseconds,
        "memorySizeMB": each.memory_megabytes,
        "maxMemoryUsedMB": each.used_megabytes,
        **init,
    }
    return as_json(metrics, status=each.failed_by or "success")


@given(INVOCATIONS, st.booleans())
def test_what_is_written_is_read_again(each: Invocation, traced: bool) -> None:
    assert invocation_in(text_of(each, traced=traced), NOON) == each
    assert invocation_in(json_of(each), NOON) == each


@pytest.mark.slow
@given(st.text())
def test_no_text_upsets_it(text: str) -> None:
    assert invocation_in(text, NOON) is None
    found = invocation_in(TEXT + text, NOON)
    assert found is None or found.memory_megabytes == 512


@pytest.mark.slow
@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), lambda each: st.lists(each) | st.dictionaries(st.sampled_from(["type", "record", "metrics", *METRICS]), each)))  # fmt: skip
def test_no_json_upsets_it(value: object) -> None:
    message = json.dumps({"type": "platform.report", "record": value})
    found = invocation_in(message, NOON)
    assert found is None or found.memory_megabytes >= 1
