"""The flow of records as lines."""

from dataclasses import dataclass

import pytest

from tidegate.flow_words import flow_lines
from tidegate.rules.diagnosis.balance import Balance
from tidegate.rules.flow import Flow, Grade, ReaderHealth
from tidegate.rules.reason import Reason
from tidegate.scaling.model.health import Health

WHY = Reason.told("why", "so it is")


@dataclass
class Report:
    readers: tuple[ReaderHealth, ...] = ()
    reader_healths: tuple[Health, ...] = ()
    balance: Balance | None = None


def lines(
    *readers: ReaderHealth, balance: Balance | None = None, ill: Health | None = None
) -> list[str]:
    healths = (
        ill or (Health.UNKNOWN if each.grade is None else Health.HEALTHY) for each in readers
    )
    return list(flow_lines(Report(readers, tuple(healths), balance)))  # type: ignore[arg-type]


@pytest.mark.parametrize("health", [Health.HEALING, Health.SICK, Health.UNKNOWN])
@pytest.mark.parametrize("grade", [Grade.INFERRED, None], ids=["works", "not shown"])
def test_a_grade_is_told_of_who_is_healthy_alone(health: Health, grade: Grade | None) -> None:
    of = ReaderHealth("scorer", grade, WHY, Flow(900, 4500))
    assert lines(of, ill=health) == [f"scorer: {health.value}; in 15 min 4,500 came in"]


def test_each_reader_has_its_grade_and_what_became_of_its_records() -> None:
    counted = ReaderHealth("scorer", Grade.COUNTED, WHY, Flow(1800, 9000, 9000, 10, 8990, 0, 0, 50))
    inferred = ReaderHealth("mailer", Grade.INFERRED, WHY, Flow(900, 4500, 4500))
    unknown = ReaderHealth("copier", None, WHY, Flow(900, 4500, failed=7, discarded=2))
    assert lines(counted, inferred, unknown) == [
        "scorer: counted; in 30 min 9,000 came in, 9,000 read, 10 filtered out, 8,990 processed, "
        "50 write units consumed in its tables",
        "mailer: inferred; in 15 min 4,500 came in, 4,500 read",
        "copier: unknown; in 15 min 4,500 came in, 7 in attempts that failed, 2 discarded",
    ]
    of = Flow(900, 4500, failed=7, failed_is_inferred=True)
    assert lines(ReaderHealth("copier", None, WHY, of)) == [
        "copier: unknown; in 15 min 4,500 came in, 7 in attempts that failed (inferred from the "
        "invocations that failed)"
    ]
    assert lines(ReaderHealth("counter", None, WHY, Flow(600))) == [
        "counter: unknown; in 10 min no metric"
    ]


def test_readers_that_the_file_does_not_name_have_a_line_where_there_are_any() -> None:
    assert lines(balance=Balance(900, 9000, 27_000, 1, ("audit",), 2)) == [
        "readers that the file does not name: 1 by event source mappings (audit), 1 not known by "
        "name; in 15 min 27,000 records were read in all, of 9,000 that came in"
    ]
    assert lines(balance=Balance(900, 9000, 9000, 1, ("audit",), 0))[0].startswith(
        "readers that the file does not name: 1 by event source mappings (audit); in 15 min"
    )
    (apart,) = lines(balance=Balance(900, 9000, 9000, 1, (), 0, ("lake", "search")))
    assert apart.endswith("whose reads are not among the stream's: lake, search")
    assert lines(balance=Balance(900, 9000, 9000, 1, (), 0)) == []
    assert lines(balance=Balance(900, 9000, 9000, 1, (), None)) == []
