import json
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tidegate.scaling.model.notification import Kind, Notification

PAGE = Notification(
    Kind.PAGE, "illness-1", "race", "2026-01-05T12:00:00+00:00", ("hot-key", "timeout-near"),
    ("scorer is slow",), ("raised shard count",), ("look at scorer",), "https://dashboard",
)  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (Kind.PAGE, "Tidegate: race: hot-key, timeout-near"),
        (Kind.UPDATE, "Tidegate: race: hot-key, timeout-near"),
        (Kind.RESOLVED, "Tidegate: race: resolved: hot-key, timeout-near"),
    ],
)
def test_the_subject_says_what_is_wrong_or_was(kind: Kind, subject: str) -> None:
    assert replace(PAGE, kind=kind).subject == subject


@given(st.text(), st.lists(st.text(), max_size=4))
@example("räce", ["hot-key"] * 30)
def test_a_subject_is_what_sns_takes(pipeline: str, causes: list[str]) -> None:
    subject = replace(PAGE, pipeline=pipeline, causes=tuple(causes)).subject
    assert subject.isascii()
    assert 0 < len(subject) <= 100


def test_the_text_has_the_parts_that_there_are_and_the_dashboard_last() -> None:
    assert PAGE.text == (
        "Tidegate: race: hot-key, timeout-near\n"
        "\nFound:\n- scorer is slow\n"
        "\nDone:\n- raised shard count\n"
        "\nTo be done by you:\n- look at scorer\n"
        "\nhttps://dashboard"
    )
    assert replace(PAGE, found=(), done=(), to_do=("a", "b")).text == (
        "Tidegate: race: hot-key, timeout-near\n\nTo be done by you:\n- a\n- b\n\nhttps://dashboard"
    )


def test_machines_get_the_same_facts() -> None:
    assert json.loads(PAGE.as_json()) == {
        "kind": "page", "illness_id": "illness-1", "pipeline": "race",
        "at": "2026-01-05T12:00:00+00:00", "causes": ["hot-key", "timeout-near"],
        "found": ["scorer is slow"], "done": ["raised shard count"], "to_do": ["look at scorer"],
        "dashboard": "https://dashboard",
    }  # fmt: skip
