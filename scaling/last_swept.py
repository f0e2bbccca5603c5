"""When each pipeline was last swept to its end: how late the one is that waits longest."""

import json
from collections.abc import Sequence
from datetime import datetime

from scaling.ports import Ledger
from scaling.report import SweepReport
from scaling.specification import PipelineSpec

__all__ = ["note_sweeps"]

NOTE = "swept"


def note_sweeps(
    report: SweepReport, specs: Sequence[PipelineSpec], ledger: Ledger, now: datetime
) -> float:
    """Write down which pipelines were swept; the age in seconds of the sweep that is longest ago.

    A pipeline that was never swept counts from when it was first seen here.
    """
    known: dict[str, str] = json.loads(ledger.kept(NOTE) or "{}")
    moments = {spec.name: known.get(spec.name, now.isoformat()) for spec in specs}
    moments |= {each.name: now.isoformat() for each in report.pipelines}
    if moments != known:
        ledger.keep(NOTE, json.dumps(moments))
    ages = [(now - datetime.fromisoformat(each)).total_seconds() for each in moments.values()]
    return max(ages, default=0.0)
