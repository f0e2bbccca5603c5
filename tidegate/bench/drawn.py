"""Loads that nobody chose: every shape with parameters, and every trace with hours and a peak, that
a seed draws. Whoever changes how Tidegate decides can't have looked at those of a new seed."""

from collections.abc import Callable, Iterator
from math import exp, log
from pathlib import Path
from random import Random

from tidegate.bench import shapes
from tidegate.bench.case import Case
from tidegate.bench.faults import FAULTS, HEALTHY
from tidegate.bench.loads import Load
from tidegate.bench.shapes import DAY, HOUR, MINUTE
from tidegate.bench.suite import FAULTY_SECONDS
from tidegate.bench.traces import NAMES, WINDOW_SECONDS, Series, load_of, read_trace, window
from tidegate.scaling.model.errors import ConfigurationError, Mistake

__all__ = ["drawn"]

EACH = 3
"""How many loads are drawn of each shape and of each trace."""

PEAKS = (1_000, 8_000)
"""Records a second, drawn so that each doubling is as likely."""

SHAPE_SECONDS = 6 * HOUR


def drawn(seed: int, traces: Path) -> tuple[Case, ...]:
    """Each load with healthy consumers and, cut to three hours, with one fault that is drawn too;
    the shapes alone without the folder of traces. ConfigurationError for a trace that is too short
    to be drawn from."""
    found = []
    for load in (*_shapes(seed), *_traces(seed, traces)):
        fault = Random(f"{seed}/{load.name}/fault").choice(FAULTS)
        found += [Case(load, HEALTHY, 1), Case(load.cut(FAULTY_SECONDS), fault, 1)]
    return tuple(found)


def _shapes(seed: int) -> Iterator[Load]:
    for name, shape in _SHAPES.items():
        for number in range(1, EACH + 1):
            yield shape(f"{name}-{number}", Random(f"{seed}/{name}/{number}"))


def _traces(seed: int, folder: Path) -> Iterator[Load]:
    for name in NAMES:
        file = folder / f"{name}.csv"
        if not file.is_file():
            continue
        series = read_trace(file)
        starts = _starts(series)
        if not starts:
            words = (
                "too short to draw from: a day must come before eight hours that the suite leaves"
            )
            raise ConfigurationError((Mistake(str(file), 1, 1, words),))
        for number in range(1, EACH + 1):
            random = Random(f"{seed}/{name}/{number}")
            start = random.choice(starts)
            peak = _peak(random)
            called = f"{name}-{number}"
            yield load_of(called, "drawn", series, peak, (start, start + WINDOW_SECONDS))


def _starts(series: Series) -> list[float]:
    """Every minute that leaves a day of past and the hours of a run, none of them those that the
    suite runs."""
    first, last = series[0][0] + DAY, series[-1][0] - WINDOW_SECONDS
    known, _ = window(series, WINDOW_SECONDS)
    minutes = (first + MINUTE * at for at in range(int(last - first) // MINUTE + 1))
    return [each for each in minutes if abs(each - known) >= WINDOW_SECONDS]


def _peak(random: Random) -> float:
    return exp(random.uniform(*map(log, PEAKS)))


def _step(name: str, random: Random) -> Load:
    high = _peak(random)
    points = shapes.step(high / random.uniform(2, 6), high, held=random.uniform(1, 2) * HOUR)
    return Load(name, "drawn", points, 4 * HOUR, (HOUR,))


def _ramp(name: str, random: Random) -> Load:
    high = _peak(random)
    points = shapes.ramp(high / random.uniform(3, 12), high, rising=random.uniform(0.5, 1.5) * HOUR)
    return Load(name, "drawn", points, SHAPE_SECONDS)


def _days(name: str, random: Random) -> Load:
    highest, start = _peak(random), random.uniform(0, 7) * DAY
    lowest, weekend = highest * random.uniform(0.05, 0.5), random.uniform(0.3, 1.0)
    points = shapes.days(lowest, highest, WINDOW_SECONDS, start=start, weekend=weekend)
    return Load(name, "drawn", points, WINDOW_SECONDS)


def _flash_crowd(name: str, random: Random) -> Load:
    high = _peak(random)
    low = high / random.uniform(3, 12)
    crowd = shapes.Crowd(
        random.uniform(1, 3) * HOUR,
        rising=random.uniform(2, 15) * MINUTE,
        dying=random.uniform(10, 80) * MINUTE,
    )
    points = shapes.flash_crowd(low, high, crowd, SHAPE_SECONDS)
    return Load(name, "drawn", points, SHAPE_SECONDS)


def _spikes(name: str, random: Random) -> Load:
    high = _peak(random)
    low, every = high / random.uniform(2, 5), random.randint(20, 90) * MINUTE
    points = shapes.spikes(low, high, every, random.randint(2, 8) * MINUTE, SHAPE_SECONDS)
    return Load(name, "drawn", points, SHAPE_SECONDS)


def _noise(name: str, random: Random) -> Load:
    high, most = _peak(random), random.uniform(1.1, 1.5)
    points = shapes.noise(high / 2, (high / 5, high), (1 / most, most), SHAPE_SECONDS, random)
    return Load(name, "drawn", points, SHAPE_SECONDS)


def _growth(name: str, random: Random) -> Load:
    high, times = _peak(random), random.uniform(2, 8)
    return Load(name, "drawn", shapes.growth(high / times, times, WINDOW_SECONDS), WINDOW_SECONDS)


_SHAPES: dict[str, Callable[[str, Random], Load]] = {
    "step": _step,
    "ramp": _ramp,
    "days": _days,
    "flash-crowd": _flash_crowd,
    "spikes": _spikes,
    "noise": _noise,
    "growth": _growth,
}
