"""Tables in a demo."""

from collections.abc import Iterator

from tidegate.kinds.trial_kind import LIMIT, WITH, Layout, Trace, TrialKind
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.simulator.figures import MinuteTruth
from tidegate.trial import Trial

__all__ = ["KIND"]


class TableTrial(TrialKind):
    """Their write units."""

    def cells(self, report: PipelineReport, minute: MinuteTruth) -> Iterator[tuple[str, str]]:
        """How much of each capacity is used, behind functions."""
        if "lanes" in minute.facts:
            yield "tables", _use(minute)

    def traces(self, trial: Trial, layout: Layout) -> Iterator[Trace]:
        """What each is provisioned for, and consumes."""
        tended = trial.tended.series
        for where in tended[0].facts.get("write_units", {}):
            units = [float(each.facts["write_units"][where]) for each in tended]
            yield Trace("units", f"{where} provisioned", tended, units, WITH, shape="hv")
            consumed = [each.facts["consumed_write_units"][where] for each in tended]
            yield Trace("units", f"{where} consumed", tended, consumed, LIMIT)


def _use(minute: MinuteTruth) -> str:
    return "\n".join(
        f"{where} {minute.facts['consumed_write_units'][where] / units:.0%} of {units:,}"
        for where, units in minute.facts["write_units"].items()
    )


KIND = TableTrial()
