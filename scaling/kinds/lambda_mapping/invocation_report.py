"""What Lambda writes to a function's log at the end of each invocation, read.

Two forms: a ``REPORT`` line of text, and in JSON a ``platform.report`` event (Lambda guide, log
formats, and telemetry schema reference). Anything else in a log is no report.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from math import isfinite
from typing import Any

__all__ = ["Invocation", "invocation_in"]

_FIELDS = re.compile(
    r"\b(Billed Restore Duration|Billed Duration|Restore Duration|Init Duration|Duration"
    r"|Memory Size|Max Memory Used): (\d+(?:\.\d+)?) (?:ms|MB)(?=\s|$)"
)
_STATUS = re.compile(r"\bStatus: (\S+)")
_ERROR = re.compile(r"\bError Type: (\S+)")
_NEEDED = ("Memory Size", "Max Memory Used", "Duration", "Billed Duration")
_JSON_NEEDED = ("memorySizeMB", "maxMemoryUsedMB", "durationMs", "billedDurationMs")


@dataclass(frozen=True, slots=True)
class Invocation:
    """One invocation: memory configured and used in MB, times in milliseconds.

    ``init_milliseconds`` is there for cold starts. ``failed_by`` is Lambda's own word, such as
    ``timeout`` or ``Runtime.OutOfMemory``.
    """

    at: datetime
    memory_megabytes: int
    used_megabytes: int
    duration_milliseconds: float
    billed_milliseconds: float
    init_milliseconds: float | None = None
    failed_by: str | None = None

    @property
    def megabyte_milliseconds(self) -> float:
        """What Lambda charges by: memory configured x time billed (Lambda pricing)."""
        return self.memory_megabytes * self.billed_milliseconds


def invocation_in(message: str, at: datetime) -> Invocation | None:
    """The invocation that a log message reports, None where it reports none."""
    text = message.strip()
    if text.startswith("REPORT RequestId: "):
        return _of_text(text, at)
    if text.startswith("{") and "platform.report" in text:
        return _of_json(text, at)
    return None


def _of_text(text: str, at: datetime) -> Invocation | None:
    found: dict[str, float] = {}
    for name, value in _FIELDS.findall(text):
        if isfinite(float(value)):
            found.setdefault(name, float(value))
    if not all(name in found for name in _NEEDED):
        return None
    error, status = _ERROR.search(text), _STATUS.search(text)
    failed_by = error or status
    return _invocation(
        at,
        [found[name] for name in _NEEDED],
        found.get("Init Duration"),
        None if failed_by is None else failed_by[1],
    )


def _of_json(text: str, at: datetime) -> Invocation | None:
    try:
        event = json.loads(text)
    except (ValueError, RecursionError):
        return None
    record = event.get("record")
    if event.get("type") != "platform.report" or not isinstance(record, dict):
        return None
    metrics = record.get("metrics")
    if not isinstance(metrics, dict):
        return None
    needed = [_number(metrics.get(name)) for name in _JSON_NEEDED]
    values = [each for each in needed if each is not None]
    if len(values) < len(needed):
        return None
    failed_by = record.get("errorType") or record.get("status")
    init = _number(metrics.get("initDurationMs"))
    return _invocation(at, values, init, failed_by if isinstance(failed_by, str) else None)


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if isfinite(number) and number >= 0 else None


def _invocation(
    at: datetime, values: list[float], init: float | None, failed_by: str | None
) -> Invocation | None:
    memory, used, duration, billed = values
    if memory < 1:
        return None
    failed_by = None if failed_by == "success" else failed_by
    return Invocation(at, int(memory), int(used), duration, billed, init, failed_by)
