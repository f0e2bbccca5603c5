"""Flink applications in a demo."""

from collections.abc import Iterator

from tidegate.kinds.trial_kind import ACT, Layout, Trace, TrialKind, both_runs
from tidegate.rules.kinds.flink_application.state import FlinkApplication, applications_of
from tidegate.scaling.report.sweep_report import PipelineReport
from tidegate.simulator.figures import MinuteTruth
from tidegate.trial import Trial

__all__ = ["KIND"]

_LAYOUT = Layout(
    {
        "records": "records a second",
        "age": "time behind the latest record, seconds",
        "waiting": "records waiting",
        "refused": "refused to producers a minute",
        "down": "seconds of a minute that the job was down",
        "settings": "parallelism and shards",
    },
    "a time behind",
    ACT,
)


class ApplicationTrial(TrialKind):
    """Their parallelism, and when their jobs are down."""

    def cells(self, report: PipelineReport, minute: MinuteTruth) -> Iterator[tuple[str, str]]:
        """Each application's subtasks and KPUs."""
        if _reads(minute):
            applications = applications_of(report.pipeline)
            yield "application", "\n".join(_use(each, minute) for each in applications)

    def layout(self, minute: MinuteTruth) -> Layout | None:
        """With a row for when the job is down."""
        return _LAYOUT if _reads(minute) else None

    def traces(self, trial: Trial, layout: Layout) -> Iterator[Trace]:
        """Both, of both runs."""
        if not _reads(trial.tended.series[-1]):
            return
        for name, series, colour in both_runs(trial):
            down = [float(each.total("seconds_down")) for each in series]
            yield Trace("down", f"down {name}", series, down, colour)
            parallelism = [float(each.total("parallelism")) for each in series]
            name = f"parallelism {name}"
            yield Trace("settings", name, series, parallelism, colour, shape="hv")


def _reads(minute: MinuteTruth) -> bool:
    return "parallelism" in minute.facts


def _use(application: FlinkApplication, minute: MinuteTruth) -> str:
    state = "" if application.is_running else f" {application.status}"
    seconds = minute.facts["seconds_down"][application.name]
    subtasks = minute.facts["parallelism"][application.name]
    down = f", down for {seconds} s" if seconds else ""
    noun = "subtask" if subtasks == 1 else "subtasks"
    return f"{subtasks} {noun}{state} on {application.kpus} KPUs{down}"


KIND = ApplicationTrial()
