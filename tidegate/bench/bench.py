"""The whole benchmark: all runs over all processors, then the figures."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from multiprocessing import active_children
from typing import Any

from tidegate.bench.case import Case
from tidegate.bench.optimum import Bound, optimum
from tidegate.bench.run import Result, play
from tidegate.bench.score import FaultOutcome, Summary, by_fault, summaries

__all__ = ["Benchmark", "as_json", "run_all"]

Told = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Every run, the least cost of every case by name, and the figures."""

    results: tuple[Result, ...]
    least: dict[str, Bound]
    summaries: tuple[Summary, ...]
    by_fault: tuple[FaultOutcome, ...]


def run_all(
    controllers: Sequence[str], cases: Sequence[Case], processes: int, told: Told
) -> Benchmark:
    """Every controller through every case; ``told`` is called as each run ends.

    The results don't depend on the number of processes or on which run ends first.
    """
    distinct = list({case.name: case for case in cases}.values())
    jobs = [(name, case) for case in cases for name in controllers]
    found: dict[int, Result] = {}
    with ProcessPoolExecutor(processes) as pool, _ended_with_this_process(pool):
        bounds = [pool.submit(optimum, case) for case in distinct]
        by_length = sorted(range(len(jobs)), key=lambda at: -jobs[at][1].load.duration_seconds)
        running = {pool.submit(_play, *jobs[at]): at for at in by_length}
        for future in as_completed(running):
            found[running[future]] = future.result()
            told()
        least = {case.name: bound.result() for case, bound in zip(distinct, bounds, strict=True)}
    results = tuple(found[at] for at in range(len(jobs)))
    usd = {name: bound.usd for name, bound in least.items()}
    return Benchmark(results, least, summaries(results, usd), by_fault(results, usd))


@contextmanager
def _ended_with_this_process(pool: ProcessPoolExecutor) -> Iterator[None]:
    """Left by an interrupt, the pool would first finish all its runs."""
    try:
        yield
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        for child in active_children():
            child.terminate()
        raise


def _play(name: str, case: Case) -> Result:
    """One run; minutes are kept of the first seed only, which is what plots show."""
    result = play(name, case)
    return result if case.seed == 1 else replace(result, minutes=())


def as_json(benchmark: Benchmark) -> dict[str, Any]:
    """All figures, without the minutes of the plots."""
    runs = [asdict(replace(each, minutes=())) for each in benchmark.results]
    return {
        "summaries": [asdict(each) for each in benchmark.summaries],
        "by_fault": [asdict(each) for each in benchmark.by_fault],
        "bound_usd": {
            name: asdict(bound) | {"usd": bound.usd} for name, bound in benchmark.least.items()
        },
        "runs": [{key: value for key, value in run.items() if key != "minutes"} for run in runs],
    }
