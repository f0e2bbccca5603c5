"""What is advised of a function's memory, and what is said not to be known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import NOON
from tidegate.scaling.kinds.lambda_mapping.invocation_report import Invocation
from tidegate.scaling.kinds.lambda_mapping.memory import AtSize, Verdict, advise, by_size


def at(megabytes: int, used: float, milliseconds: float = 1000, runs: int = 100) -> AtSize:
    return AtSize(megabytes, runs, used, milliseconds, milliseconds)


ARTICLE = (at(128, 90, 4000), at(512, 90, 990), at(1024, 90, 490), at(2048, 90, 300), at(3008, 90, 299))  # fmt: skip


@pytest.mark.parametrize(
    ("sizes", "now", "cpu", "verdict", "megabytes"),
    [
        ((), 512, None, Verdict.WAIT, None),
        ((at(256, 90),), 512, None, Verdict.WAIT, None),
        ((at(512, 90, runs=29),), 512, None, Verdict.WAIT, None),
        ((at(512, 461, runs=1),), 512, None, Verdict.RAISE, 640),
        ((at(512, 512),), 512, None, Verdict.RAISE, 768),
        ((at(10_240, 10_240),), 10_240, None, Verdict.KEEP, None),
        ((at(512, 450),), 512, None, Verdict.KEEP, None),
        ((at(512, 320),), 512, None, Verdict.KEEP, None),
        ((at(512, 90),), 512, None, Verdict.LOWER, 128),
        ((at(512, 90),), 512, 0.05, Verdict.LOWER, 128),
        ((at(512, 90),), 512, 0.25, Verdict.KEEP, None),
        ((at(128, 60),), 128, None, Verdict.KEEP, None),
        (ARTICLE, 3008, None, Verdict.LOWER, 1024),
        (ARTICLE, 128, None, Verdict.RAISE, 1024),
        (ARTICLE, 1024, None, Verdict.KEEP, None),
        ((at(256, 240, 1000), at(512, 240, 900)), 512, None, Verdict.KEEP, None),
        ((at(256, 90, 1000, runs=9), at(512, 90, 900)), 512, None, Verdict.LOWER, 128),
    ],
    ids=[
        "nothing seen", "not at this size", "too few", "near the limit", "at the limit",
        "at the most there is", "fits", "a change too small", "far too much", "idle processor",
        "bound by the processor", "the least there is", "article from above", "article from below",
        "article at its best", "cheaper but too small", "too few at the other size",
    ],
)  # fmt: skip
def test_what_is_advised(
    sizes: tuple[AtSize, ...],
    now: int,
    cpu: float | None,
    verdict: Verdict,
    megabytes: int | None,
) -> None:
    advice = advise(sizes, now, cpu)
    assert (advice.verdict, advice.megabytes) == (verdict, megabytes)
    assert advice.evidence


def test_a_lower_size_never_tried_says_what_is_not_known() -> None:
    advice = advise([at(512, 90)], 512)
    assert advice.evidence == (
        "up to 90 of 512 MB used (18%)",
        "at 128 MB the function costs less unless it takes more than 4.0 times as long",
    )
    assert "its share of a vCPU falls from 0.29 to 0.07" in advice.unknown[0]


def test_measured_sizes_are_compared_in_cost_and_duration() -> None:
    advice = advise([at(512, 90, 990), at(1024, 90, 490)], 512)
    assert advice.evidence == (
        "measured: 1,024 MB costs 1% less and takes 0.49 times as long as 512 MB",
    )
    assert advice.unknown[0].startswith("whether batches and traffic were similar")


def test_out_of_memory_says_that_the_need_is_not_known() -> None:
    killed = Invocation(NOON, 512, 500, 100, 101, None, "Runtime.OutOfMemory")
    advice = advise(by_size([killed]), 512)
    assert advice.verdict is Verdict.RAISE
    assert advice.evidence[1] == "1 invocations ran out of memory"
    assert advice.unknown == ("how much memory the function needs: it was stopped at the limit",)


@given(
    st.lists(
        st.builds(
            at, st.integers(128, 10_240), st.floats(1, 10_240), st.floats(1, 900_000),
            st.integers(1, 1000),
        ),
        unique_by=lambda each: each.memory_megabytes, max_size=6,
    ),
    st.integers(128, 10_240),
    st.none() | st.floats(0, 6),
)  # fmt: skip
def test_an_advised_size_is_one_that_lambda_has_and_holds_what_was_used(
    sizes: list[AtSize], now: int, cpu: float | None
) -> None:
    advice = advise(sizes, now, cpu)
    if advice.megabytes is None:
        assert advice.verdict in (Verdict.KEEP, Verdict.WAIT)
        return
    assert 128 <= advice.megabytes <= 10_240
    assert (advice.megabytes > now) == (advice.verdict is Verdict.RAISE)
    used = next(each.used_max_megabytes for each in sizes if each.memory_megabytes == now)
    assert advice.megabytes >= min(used, 10_240)
