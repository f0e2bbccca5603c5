"""A layer of a dashboard: its graphs, each with its lines and limits."""

from dataclasses import dataclass

from tidegate.rules.window import Metric
from tidegate.scaling.model.change_record import Lever

__all__ = ["Graph", "Limit", "Line", "Row"]


@dataclass(frozen=True, slots=True)
class Line:
    """A metric, less another where one is named, and what it is multiplied by to be in the graph's
    unit. Of a counter, which goes on since the start, it is what it grows by in a second."""

    metric: Metric
    label: str
    scale: float = 1.0
    less: Metric | None = None
    is_counter: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """A horizontal line: what can't be exceeded, or shouldn't, as it is now. It grows in step with
    each of ``proportional_to``, a lever and what that is set to now. ``published`` tells it minute
    by minute, where AWS has such a metric."""

    label: str
    value: float
    proportional_to: tuple[tuple[Lever, int], ...] = ()
    published: Metric | None = None


@dataclass(frozen=True, slots=True)
class Graph:
    """Lines and limits in one unit."""

    title: str
    unit: str
    lines: tuple[Line, ...]
    limits: tuple[Limit, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A layer, explained, with its graphs."""

    title: str
    text: str
    graphs: tuple[Graph, ...]
