import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tidegate.rules.cause import LEVER_KINDS, Cause, Diagnosis, LeverKind
from tidegate.rules.reason import Reason
from tidegate.scaling.model.health import Health
from tidegate.scaling.model.snapshot import Held, StatusSnapshot, from_text, to_text

HELD = Held("shard_count of racers", True, ("budget-spent",), "stays at 2 instead of 4")
EVIDENCE = Reason.of("busy", "{share:.0%} busy", share=0.9)
DIAGNOSIS = Diagnosis(
    Cause.STREAM_TOO_NARROW, "racers", (EVIDENCE,), (LeverKind.SHARD_COUNT,), "look"
)
SICK = StatusSnapshot("race", NOON, Health.SICK, (DIAGNOSIS,), (HELD,), "not reached", "throttled")
TOLD = json.loads(to_text(SICK))


def read(data: object) -> StatusSnapshot:
    return from_text(json.dumps(data), "race", NOON)


kept = st.builds(Reason.told, st.just("kept"), st.text())
kinds = st.lists(st.sampled_from(list(LEVER_KINDS.values())), max_size=2).map(tuple)
diagnoses = st.builds(
    Diagnosis, st.sampled_from(Cause), st.text(), st.lists(kept, max_size=2).map(tuple), kinds,
    st.none() | st.text(),
)  # fmt: skip
words = st.lists(st.text(), max_size=2).map(tuple)
held = st.builds(Held, st.text(), st.booleans(), words, st.text())


@given(
    st.builds(
        StatusSnapshot, st.just("race"), st.just(NOON), st.sampled_from(Health),
        st.lists(diagnoses, max_size=2).map(tuple), st.lists(held, max_size=2).map(tuple),
        st.none() | st.text(), st.none() | st.text(),
    )
)  # fmt: skip
def test_a_snapshot_is_read_as_it_was_written(snapshot: StatusSnapshot) -> None:
    assert from_text(to_text(snapshot), "race", NOON) == snapshot


def test_evidence_is_kept_as_a_sentence_with_its_numbers_beside_it() -> None:
    assert TOLD["diagnoses"][0]["evidence"] == ["90% busy"]
    assert TOLD["diagnoses"][0]["reasons"] == [
        {"kind": "busy", "numbers": {"share": 0.9}, "words": "90% busy"}
    ]
    (diagnosis,) = read(TOLD).diagnoses
    assert diagnosis == replace(DIAGNOSIS, evidence=(Reason.told("kept", "90% busy"),))


def test_what_only_another_version_knows_is_unknown_with_its_own_word() -> None:
    of_tomorrow = {**TOLD["diagnoses"][0], "cause": "rusty-pipe", "cured_by": ["hammer"]}
    seen = read({**TOLD, "health": "sleepy", "diagnoses": [of_tomorrow], "invented": 1})
    (diagnosis,) = seen.diagnoses
    assert (seen.health, diagnosis.cause, diagnosis.cured_by) == (Health.UNKNOWN, Cause.UNKNOWN, ())
    assert diagnosis.because == "rusty-pipe, found by another version of Tidegate; 90% busy"


def test_what_was_held_is_read_from_the_sentences_of_an_earlier_version() -> None:
    earlier = {key: value for key, value in TOLD.items() if key != "held"}
    words = "stays at 2 instead of 4"
    assert read(earlier).held == (Held("", True, (words,), words),)
    assert read({"health": "healthy"}) == StatusSnapshot("race", NOON, Health.HEALTHY)


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "7", "null", "{}", '{"health": []}', '{"health": "sick", "diagnoses": [{}]}',
     '{"health": "sick", "held": [{"lever": 1}]}'],
)  # fmt: skip
def test_what_can_not_be_read_is_a_pipeline_that_was_not_reached(text: str) -> None:
    seen = from_text(text, "race", NOON)
    assert seen == StatusSnapshot("race", NOON, Health.UNKNOWN, unreached=seen.unreached)
    assert (seen.unreached or "").startswith("what was seen can't be read, by this version of Ti")


def test_other_figures_of_the_same_hold_have_the_same_gist() -> None:
    assert replace(HELD, words="stays at 3 instead of 9").gist == HELD.gist
    for other in (
        replace(HELD, lever="read_capacity of scores"),
        replace(HELD, is_raise=False),
        replace(HELD, kinds=("refused",)),
    ):
        assert other.gist != HELD.gist
