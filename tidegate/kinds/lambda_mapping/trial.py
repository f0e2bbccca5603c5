"""Functions in a demo."""

from collections.abc import Iterator

from tidegate.kinds.trial_kind import ACT, LIMIT, WITH, Layout, Trace, TrialKind, both_runs
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.simulator.figures import MinuteTruth
from tidegate.trial import Trial

__all__ = ["KIND"]

_LAYOUT = Layout(
    {
        "records": "records a second",
        "age": "iterator age, seconds",
        "waiting": "records waiting",
        "refused": "refused by stream or table a minute",
        "units": "write units",
        "settings": "shards, factor, and the seconds that a batch is waited for",
        "executions": "concurrent executions",
    },
    "iterator age",
    WITH,
)


class FunctionTrial(TrialKind):
    """Their concurrent executions."""

    def age_words(self, minute: MinuteTruth) -> str | None:
        """As Kinesis calls it."""
        return "iterator age" if _reads(minute) else None

    def cells(self, report: PipelineReport, minute: MinuteTruth) -> Iterator[tuple[str, str]]:
        """How many executions are busy."""
        if _reads(minute):
            executions, busy = minute.total("lanes"), minute.total("concurrency")
            yield "lambda", f"{busy:.1f} of {executions} busy"

    def layout(self, minute: MinuteTruth) -> Layout | None:
        """With a row for what the tables have, and one for the executions."""
        return _LAYOUT if _reads(minute) else None

    def traces(self, trial: Trial, layout: Layout) -> Iterator[Trace]:
        """The levers of each mapping, and the executions of all together."""
        tended = trial.tended.series
        if not _reads(tended[-1]):
            return
        for fact, title, colour in (
            ("parallelization_factor", "factor", ACT),
            ("batching_window_seconds", "batching window", LIMIT),
        ):
            of_each = tended[0].facts.get(fact, {})
            for where in of_each:
                name = title if len(of_each) == 1 else f"{title} of {where}"
                values = [float(each.facts[fact][where]) for each in tended]
                yield Trace("settings", name, tended, values, colour, shape="hv")
        for name, series, colour in both_runs(trial):
            busy = [each.total("concurrency") for each in series]
            yield Trace("executions", f"busy {name}", series, busy, colour)
        executions = [float(each.total("lanes")) for each in tended]
        yield Trace("executions", "lanes", tended, executions, LIMIT, dash="dash", shape="hv")


def _reads(minute: MinuteTruth) -> bool:
    return "lanes" in minute.facts


KIND = FunctionTrial()
