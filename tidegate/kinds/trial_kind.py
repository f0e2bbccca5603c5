"""What a demo shows of a kind of resource, in the terminal and in its report."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tidegate.scaling.report.sweep_report import PipelineReport
    from tidegate.simulator.figures import MinuteTruth
    from tidegate.trial import Trial

__all__ = ["ACT", "LIMIT", "WITH", "WITHOUT", "Layout", "Trace", "TrialKind", "both_runs"]

WITHOUT, WITH, LIMIT, ACT = "#c0392b", "#1f6f5c", "#8a8a8a", "#8a6200"
"""Colours of a report: the world left alone, the one with Tidegate, what limits, what was done
(numbers are written in it: 4.5:1 on white and, as style.html.jinja turns it, on black)."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The report of a pipeline whose processors are of one kind: the titles of its rows by their
    keys, top to bottom, what the age is called, and the colour of what the source is set to."""

    rows: Mapping[str, str]
    age: str
    source_colour: str


@dataclass(frozen=True, slots=True)
class Trace:
    """One line of a report, in a row by its key; ``dash`` and ``shape`` as Plotly has them."""

    row: str
    name: str
    series: "Sequence[MinuteTruth]"
    values: Sequence[float]
    colour: str
    dash: str = "solid"
    shape: str = "linear"


class TrialKind:
    """One kind of resource in a demo. A kind says more of these than nothing."""

    def age_words(self, minute: "MinuteTruth") -> str | None:
        """What the age is called where its resources read, None where none does."""
        return None

    def cells(self, report: "PipelineReport", minute: "MinuteTruth") -> Iterator[tuple[str, str]]:
        """Columns of the live table with what stands in them."""
        return iter(())

    def layout(self, minute: "MinuteTruth") -> Layout | None:
        """The report of a pipeline that its resources process, None of any other."""
        return None

    def traces(self, trial: "Trial", layout: Layout) -> Iterator[Trace]:
        """Its lines of the report."""
        return iter(())


def both_runs(trial: "Trial") -> "tuple[tuple[str, Sequence[MinuteTruth], str], ...]":
    """The run without and the one with Tidegate: name, minutes and colour of each."""
    return ("without", trial.alone.series, WITHOUT), ("with Tidegate", trial.tended.series, WITH)
