"""An illness of a pipeline from start to end, and what is told of it: pure functions.

An illness begins when a sweep finds a cause and ends when the pipeline has been well for ten
minutes, so that one that flickers is one illness. At its beginning a page is due, when its causes
change an update, at its end a resolution. What is due is kept until it is delivered.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import Enum

from rules.diagnosis import Cause, Diagnosis
from scaling.report import Health, PipelineReport
from scaling.specification import PipelineSpec

__all__ = [
    "Destination",
    "Due",
    "Illness",
    "Kind",
    "Notice",
    "advance",
    "delivered",
    "from_text",
    "known_as",
    "to_text",
]

WELL_AGAIN = timedelta(minutes=10)
SILENCE = timedelta(minutes=10)
"""Metrics arrive up to three minutes late: silence is an illness only when it lasts."""

SUBJECT_MAX = 100
"""Characters of an SNS subject (Publish, API reference)."""

_WELL = (Cause.HEALTHY, Cause.OVERSIZED)


class Kind(Enum):
    """What a notice is: the one page, a change of the illness, its end."""

    PAGE = "page"
    UPDATE = "update"
    RESOLVED = "resolved"


class Destination(Enum):
    """Where a notice goes. A topic gets the page and the resolution, the others everything."""

    SNS = "sns"
    OPS_ITEM = "ops-item"
    EVENT_BUS = "event-bus"


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to tell: the same facts as text for a phone and as plain data for machines."""

    kind: Kind
    illness_id: str
    pipeline: str
    at: str
    causes: tuple[str, ...]
    found: tuple[str, ...]
    done: tuple[str, ...]
    to_do: tuple[str, ...]
    dashboard: str

    @property
    def subject(self) -> str:
        """One line, plain ASCII, as SNS wants it."""
        state = "well again" if self.kind is Kind.RESOLVED else ", ".join(self.causes)
        line = f"Tidegate: {self.pipeline}: {state}"
        return line.encode("ascii", "replace").decode()[:SUBJECT_MAX]

    @property
    def text(self) -> str:
        """What a person reads on a phone."""
        parts = [self.subject, *self._part("Found", self.found), *self._part("Done", self.done)]
        parts += self._part("To be done by you", self.to_do)
        return "\n".join([*parts, "", self.dashboard])

    def _part(self, title: str, lines: tuple[str, ...]) -> Iterator[str]:
        if lines:
            yield f"\n{title}:"
            yield from (f"- {line}" for line in lines)

    def as_json(self) -> str:
        """For machines."""
        return json.dumps({**asdict(self), "kind": self.kind.value})


@dataclass(frozen=True, slots=True)
class Due:
    """A notice that a destination hasn't got yet."""

    notice: Notice
    destination: Destination


@dataclass(frozen=True, slots=True)
class Illness:
    """What is remembered of a pipeline between sweeps. Without an ``illness_id`` it is well.

    ``well_since`` and ``silent_since`` are moments in ISO 8601; ``was_seen`` tells whether there
    ever were metrics to judge by; ``known_as`` has what an illness is called at a destination, such
    as an OpsItem's id.
    """

    illness_id: str | None = None
    causes: tuple[str, ...] = ()
    well_since: str | None = None
    silent_since: str | None = None
    was_seen: bool = False
    known_as: tuple[tuple[str, str], ...] = ()
    due: tuple[Due, ...] = ()


def to_text(illness: Illness) -> str:
    """To be kept in the ledger."""
    return json.dumps(asdict(illness), default=lambda value: value.value)


def from_text(text: str | None) -> Illness:
    """What was kept; a pipeline that nothing was kept of is well."""
    if text is None:
        return Illness()
    data = json.loads(text)
    due = tuple(
        Due(_notice(each["notice"]), Destination(each["destination"])) for each in data["due"]
    )
    known = tuple((name, value) for name, value in data["known_as"])
    return Illness(**{**data, "causes": tuple(data["causes"]), "known_as": known, "due": due})


def _notice(data: dict[str, object]) -> Notice:
    plain = {key: tuple(each) if isinstance(each, list) else each for key, each in data.items()}
    return Notice(**{**plain, "kind": Kind(plain["kind"])})  # type: ignore[arg-type]


def advance(before: Illness, report: PipelineReport, spec: PipelineSpec) -> Illness:
    """The illness after one more sweep, with the notices that have become due."""
    now = report.at
    ill = tuple(each for each in report.diagnoses if each.cause not in _WELL)
    is_silent = any(each.cause is Cause.UNKNOWN for each in ill)
    after = replace(
        before,
        silent_since=_since(before.silent_since, is_silent, now),
        was_seen=before.was_seen or not is_silent,
    )
    if is_silent and not (after.was_seen and _lasts(after.silent_since, SILENCE, now)):
        return after
    told = tuple(each for each in ill if not _is_suppressed(each, spec, now.date()))
    if told:
        return _ill(after, told, report, spec)
    return _well(after, report, spec) if after.illness_id is not None else after


def _since(before: str | None, holds: bool, now: datetime) -> str | None:
    return (before or now.isoformat()) if holds else None


def _lasts(since: str | None, long: timedelta, now: datetime) -> bool:
    return since is not None and now - datetime.fromisoformat(since) >= long


def _is_suppressed(diagnosis: Diagnosis, spec: PipelineSpec, today: date) -> bool:
    return any(
        each.cause in (None, diagnosis.cause.value) and today <= each.until
        for each in spec.suppressions
    )


def _ill(
    before: Illness, told: tuple[Diagnosis, ...], report: PipelineReport, spec: PipelineSpec
) -> Illness:
    causes = tuple(dict.fromkeys(f"{each.cause.value} at {each.where}" for each in told))
    if before.illness_id is None:
        moment = report.at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        begun = replace(
            before,
            illness_id=f"{report.name}-{moment}",
            causes=causes,
            well_since=None,
            known_as=(),
        )
        return _with_due(begun, Kind.PAGE, told, report, spec)
    after = replace(before, causes=causes, well_since=None)
    changed = set(causes) != set(before.causes) or any(_done(report))
    return _with_due(after, Kind.UPDATE, told, report, spec) if changed else after


def _well(before: Illness, report: PipelineReport, spec: PipelineSpec) -> Illness:
    is_well = report.health is Health.HEALTHY
    after = replace(before, well_since=_since(before.well_since, is_well, report.at))
    if not _lasts(after.well_since, WELL_AGAIN, report.at):
        return after
    told = _with_due(after, Kind.RESOLVED, (), report, spec)
    return replace(told, illness_id=None, causes=(), well_since=None)


def _done(report: PipelineReport) -> Iterator[str]:
    for change in report.changes:
        for each in change.decisions:
            how = "" if change.detail is None else f" ({change.detail})"
            yield f"{each.lever}: {each.current:,} -> {each.allowed:,}, {each.because}{how}"


def _with_due(
    illness: Illness,
    kind: Kind,
    told: tuple[Diagnosis, ...],
    report: PipelineReport,
    spec: PipelineSpec,
) -> Illness:
    notice = Notice(
        kind=kind,
        illness_id=illness.illness_id or "",
        pipeline=report.name,
        at=report.at.isoformat(),
        causes=illness.causes,
        found=tuple(f"{each.cause.value} at {each.where}: {each.because}" for each in told),
        done=tuple(_done(report)),
        to_do=report.advice,
        dashboard=_dashboard(report),
    )
    due = (Due(notice, each) for each in _destinations(spec, kind))
    return replace(illness, due=(*illness.due, *due))


def _dashboard(report: PipelineReport) -> str:
    region = report.pipeline.stream.arn.split(":")[3]
    console = f"https://{region}.console.aws.amazon.com/cloudwatch/home?region={region}"
    return f"{console}#dashboards:name=tidegate-{report.name}"


def _destinations(spec: PipelineSpec, kind: Kind) -> Iterator[Destination]:
    if spec.notices.sns_topic_arn is not None and kind is not Kind.UPDATE:
        yield Destination.SNS
    if spec.notices.ops_items:
        yield Destination.OPS_ITEM
    if spec.notices.event_bus is not None:
        yield Destination.EVENT_BUS


def known_as(illness: Illness, due: Due) -> str | None:
    """What the illness of a notice is called at its destination."""
    return dict(illness.known_as).get(_place(due))


def _place(due: Due) -> str:
    return f"{due.destination.value}/{due.notice.illness_id}"


def delivered(illness: Illness, due: Due, name: str | None) -> Illness:
    """After a delivery: it is due no more, and later notices of the illness know it by its name
    there, until it is resolved."""
    left = tuple(each for each in illness.due if each != due)
    names = dict(illness.known_as)
    if due.notice.kind is Kind.RESOLVED:
        names.pop(_place(due), None)
    elif name is not None:
        names[_place(due)] = name
    return replace(illness, due=left, known_as=tuple(names.items()))
