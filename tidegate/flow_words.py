"""The flow of records through a pipeline, as lines for a person."""

from collections.abc import Iterator

from tidegate.rules.diagnosis.balance import Balance
from tidegate.rules.flow import ReaderHealth
from tidegate.scaling.model.health import Health
from tidegate.scaling.report.sweep_report import PipelineReport

__all__ = ["flow_lines"]

_PARTS = (
    ("incoming", "{:,.0f} came in"),
    ("read", "{:,.0f} read"),
    ("filtered_out", "{:,.0f} filtered out"),
    ("succeeded", "{:,.0f} processed"),
    ("failed", "{:,.0f} in attempts that failed{}"),
    ("discarded", "{:,.0f} discarded"),
    ("written_units", "{:,.0f} write units consumed in its tables"),
)


def flow_lines(report: PipelineReport) -> Iterator[str]:
    """A line for each reader, with the grade of one that is healthy, and for those that the file
    doesn't name."""
    yield from map(_reader, report.readers, report.reader_healths)
    balance = report.balance
    if balance is not None and (balance.foreign or balance.others):
        yield _others(balance)
    if balance is not None and balance.apart:
        yield (
            "consumers with enhanced fan-out that the file does not name, whose reads are not "
            f"among the stream's: {', '.join(balance.apart)}"
        )


def _reader(reader: ReaderHealth, health: Health) -> str:
    flow = reader.flow
    inferred = " (inferred from the invocations that failed)" if flow.failed_is_inferred else ""
    told = (
        words.format(value, inferred)
        for name, words in _PARTS
        if (value := getattr(flow, name)) is not None and (value or name in ("incoming", "read"))
    )
    grade = reader.grade if health is Health.HEALTHY else None
    verdict = health.value if grade is None else grade.value
    minutes, parts = flow.seconds // 60, ", ".join(told) or "no metric"
    return f"{reader.name}: {verdict}; in {minutes} min {parts}"


def _others(balance: Balance) -> str:
    named = f" ({', '.join(balance.others)})" if balance.others else ""
    unnamed = f", {balance.unexplained} not known by name" if balance.unexplained else ""
    return (
        f"readers that the file does not name: {len(balance.others)} by event source "
        f"mappings{named}{unnamed}; in {balance.seconds // 60} min {balance.read:,.0f} records "
        f"were read in all, of {balance.incoming:,.0f} that came in"
    )
