"""The kinds of resource that a demo shows, by the module that has each: like commands they are
loaded when they are asked for, so that help is quick."""

from functools import cache
from importlib import import_module

from tidegate.kinds.trial_kind import Layout, TrialKind
from tidegate.simulator.figures import MinuteTruth

__all__ = ["age_words", "in_columns", "in_legends", "layout_of"]

_COLUMNS = ("kinesis_stream", "lambda_mapping", "dynamodb_table", "flink_application")
_LEGENDS = ("dynamodb_table", "flink_application", "kinesis_stream", "lambda_mapping")


@cache
def _kind(name: str) -> TrialKind:
    found: TrialKind = import_module(f"tidegate.kinds.{name}.trial").KIND
    return found


def in_columns() -> tuple[TrialKind, ...]:
    """In the order of the live table's columns."""
    return tuple(map(_kind, _COLUMNS))


def in_legends() -> tuple[TrialKind, ...]:
    """In the order of a report's legend."""
    return tuple(map(_kind, _LEGENDS))


def age_words(minute: MinuteTruth) -> str:
    """What the age is called in the terminal."""
    told = (kind.age_words(minute) for kind in in_columns())
    return next((words for words in told if words is not None), "behind by")


def layout_of(minute: MinuteTruth) -> Layout:
    """The report of a pipeline like that of a minute. LookupError where no kind processes it."""
    layouts = (kind.layout(minute) for kind in in_legends())
    for layout in layouts:
        if layout is not None:
            return layout
    raise LookupError("no kind of resource processes this pipeline")
