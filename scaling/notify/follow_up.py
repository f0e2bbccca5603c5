"""What follows a plan: the snapshot is recorded, people are notified, the dashboard is drawn."""

from dataclasses import replace
from hashlib import sha256

from tidegate.rules.window import LOOK_BACK
from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.boundary import Unfinished, going_on
from tidegate.scaling.model.snapshot import StatusSnapshot
from tidegate.scaling.notify.deliver import notify
from tidegate.scaling.observability.dashboard import dashboard_name
from tidegate.scaling.ports import Edges, Ledger, Notices
from tidegate.scaling.report.snapshot import differs, of_report
from tidegate.scaling.report.sweep_report import PipelineReport

__all__ = ["follow_up", "keep"]


def follow_up(
    report: PipelineReport, spec: PipelineSpec, edges: Edges, holder: str
) -> PipelineReport:
    """The report with whatever could not be recorded, delivered or drawn.

    Nothing is raised: the report says what was changed, and must not be lost.
    """
    failures: list[Unfinished] = []
    with going_on(f"what was seen of {report.name} is not in the ledger", failures):
        keep(of_report(report), edges.ledger)
    failures += notify(report, spec, edges, holder, report.at)
    if edges.notices is not None and spec.update_dashboard:
        with going_on(f"dashboard {dashboard_name(spec.name)}", failures):
            _draw(report, spec, edges.ledger, edges.notices)
    return replace(report, undelivered=tuple(failures))


def keep(snapshot: StatusSnapshot, ledger: Ledger) -> None:
    """Write down what was seen when it is new."""
    if differs(snapshot, ledger.last_snapshot(snapshot.pipeline, snapshot.at)):
        ledger.keep_snapshot(snapshot)


def _draw(report: PipelineReport, spec: PipelineSpec, ledger: Ledger, notices: Notices) -> None:
    """Draw the limits anew when they are not those of the last drawing."""
    # Imported here: few files ask for it, and a cold start is shorter without it.
    from tidegate.scaling.observability.dashboard import body
    from tidegate.scaling.observability.pipeline_rows import rows

    note = f"dashboard/{spec.name}"
    region = report.pipeline.source.arn.split(":")[3]
    change_records = ledger.change_records(spec.name, report.at - LOOK_BACK)
    drawn = body(rows(report.pipeline, spec), region, spec.name, report.at, change_records)
    digest = sha256(drawn.encode()).hexdigest()
    if ledger.kept(note) != digest:
        notices.draw(dashboard_name(spec.name), drawn)
        ledger.keep(note, digest)
