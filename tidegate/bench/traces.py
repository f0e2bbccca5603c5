"""Loads from files: the shared traces, or one's own as ``second,value`` columns."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from math import isfinite, nan
from pathlib import Path

from tidegate.bench.loads import Half, Load
from tidegate.bench.shapes import HOUR
from tidegate.scaling.model.errors import ConfigurationError, Mistake

__all__ = ["NAMES", "PEAKS", "Series", "load_of", "read_trace", "shared_loads", "window"]

NAMES: dict[str, Half] = {
    "elb_request_count": "tuning",
    "nasa_http_rate": "held-out",
    "nyc_taxi": "tuning",
    "tweets_amzn": "held-out",
    "twitter_rate": "tuning",
}
"""The shared traces; see SOURCES.md beside them."""

PEAKS = (1_500, 6_000)
"""Records a second that the highest value of a trace's window is scaled to."""

WINDOW_SECONDS = 8 * HOUR
COLUMNS = ("second", "value")
SHORTEST_SECONDS = 600
LOWEST_SHARE = 0.01
"""A rate never falls below this share of the peak, so that there is always something to need."""

Series = tuple[tuple[float, float], ...]


def read_trace(file: Path) -> Series:
    """Points (second, value) of a CSV file. ConfigurationError has every mistake of the file, each
    with its line and column."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError((Mistake(str(file), 1, 1, f"not readable: {error}"),)) from error
    return _Reader(str(file)).read(text.splitlines())


@dataclass(slots=True)
class _Reader:
    file: str
    mistakes: list[Mistake] = field(default_factory=list)

    def read(self, lines: list[str]) -> Series:
        heading = [name.strip() for name in lines[0].split(",")] if lines else []
        if missing := [name for name in COLUMNS if name not in heading]:
            self._fail(1, 1, f"no column {missing[0]!r}; the first line must name second and value")
        else:
            places = [heading.index(name) for name in COLUMNS]
            rows = [
                (
                    number,
                    [
                        self._number(number, line, *each)
                        for each in zip(COLUMNS, places, strict=True)
                    ],
                )
                for number, line in enumerate(lines[1:], start=2)
                if line.strip()
            ]
            if not self.mistakes:
                self._check(rows)
        if self.mistakes:
            raise ConfigurationError(tuple(self.mistakes))
        return tuple((second, value) for _, (second, value) in rows)

    def _fail(self, line: int, column: int, words: str) -> None:
        self.mistakes.append(Mistake(self.file, line, column, words))

    def _number(self, line: int, text: str, name: str, place: int) -> float:
        cells = text.split(",")
        cell = cells[place].strip() if place < len(cells) else ""
        try:
            number = float(cell)
        except ValueError:
            number = nan
        if not isfinite(number) or (name == "value" and number < 0):
            column = 1 + sum(len(each) + 1 for each in cells[:place])
            what = "a number" if name == "second" else "a number of at least 0"
            self._fail(line, column, f"{name}: {cell!r} is not {what}")
        return number

    def _check(self, rows: list[tuple[int, list[float]]]) -> None:
        if len(rows) < 2:
            self._fail(1, 1, "a trace needs at least two rows")
        elif not any(value for _, (_, value) in rows):
            self._fail(1, 1, "value: no row has more than 0")
        else:
            self._check_length(rows)
        for (_, (before, _)), (line, (second, _)) in pairwise(rows):
            if second <= before:
                self._fail(line, 1, f"second: {second:g} does not come after {before:g}")

    def _check_length(self, rows: list[tuple[int, list[float]]]) -> None:
        lasts = rows[-1][1][0] - rows[0][1][0]
        if lasts < SHORTEST_SECONDS:
            words = f"second: the trace lasts {lasts:g} s; it needs at least {SHORTEST_SECONDS}"
            self._fail(rows[-1][0], 1, words)


def window(series: Series, seconds: int) -> tuple[float, float]:
    """The part, so many seconds long, in which the hourly mean changes most: its start and end.
    All of the series where that is shorter."""
    first, last = series[0][0], series[-1][0]
    if last - first <= seconds:
        return first, last
    hours = [
        _mean(series, first + HOUR * at, first + HOUR * (at + 1))
        for at in range(int((last - first) // HOUR))
    ]
    width = seconds // HOUR
    ranges = [
        max(hours[at : at + width]) - min(hours[at : at + width])
        for at in range(len(hours) - width + 1)
    ]
    start = first + HOUR * ranges.index(max(ranges))
    return start, start + seconds


def _mean(series: Series, start: float, end: float) -> float:
    inside = [value for second, value in series if start <= second < end]
    return sum(inside) / len(inside) if inside else 0.0


def load_of(name: str, half: Half, series: Series, peak: float, part: tuple[float, float]) -> Load:
    """The part of a series from one second to another as a load, scaled so that its highest value
    is ``peak``; what comes before the part is its past."""
    start, end = part
    scale = peak / max(value for second, value in series if start <= second <= end)
    points = tuple(
        (second - start, max(value * scale, peak * LOWEST_SHARE)) for second, value in series
    )
    return Load(name, half, points, int(end - start) // 60 * 60)


def shared_loads(folder: Path) -> tuple[Load, ...]:
    """Every shared trace at every peak, cut to its window; () without the folder."""
    return tuple(_shared(folder)) if folder.is_dir() else ()


def _shared(folder: Path) -> Iterator[Load]:
    for name, half in NAMES.items():
        file = folder / f"{name}.csv"
        if not file.is_file():
            continue
        series = read_trace(file)
        part = window(series, WINDOW_SECONDS)
        for peak in PEAKS:
            yield load_of(f"{name}@{peak}", half, series, peak, part)
