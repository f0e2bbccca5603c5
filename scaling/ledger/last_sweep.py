"""When each pipeline was last swept to its end: how late the one is that waits longest."""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from tidegate.scaling.config.specification import PipelineSpec
from tidegate.scaling.model.change_record import moment_in
from tidegate.scaling.ports import Ledger
from tidegate.scaling.report.sweep_report import SweepReport

__all__ = ["last_swept", "note_sweeps"]

NOTE = "swept"


def note_sweeps(
    report: SweepReport, specs: Sequence[PipelineSpec], ledger: Ledger, now: datetime
) -> float:
    """Write down which pipelines were swept; the age in seconds of the sweep that is longest ago.

    A pipeline that was never swept counts from when it was first seen here.
    """
    known = last_swept(ledger)
    moments = {spec.name: known.get(spec.name, now) for spec in specs}
    moments |= {each.name: now for each in report.pipelines}
    if moments != known:
        ledger.keep(NOTE, json.dumps({name: at.isoformat() for name, at in moments.items()}))
    return max(((now - at).total_seconds() for at in moments.values()), default=0.0)


def last_swept(ledger: Ledger) -> dict[str, datetime]:
    """When each pipeline was last swept by the schedule; what can't be read is left out."""
    found: dict[str, datetime] = {}
    with suppress(AttributeError, ValueError):
        for name, text in json.loads(ledger.kept(NOTE) or "{}").items():
            with suppress(TypeError, ValueError):
                found[name] = moment_in(text)
    return found
