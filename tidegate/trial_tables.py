"""What a trial came to, side by side: its figures, and what each layer is set to at the end."""

from collections.abc import Iterator

from tidegate.trial import Trial

__all__ = ["duration_words", "figure_rows", "figure_words", "setting_rows"]


def duration_words(seconds: float) -> str:
    """Seconds as a person says them."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


_FIGURES = {
    "seconds_out_of_objective": "out of objective",
    "seconds_late": "with waits at producers",
    "iterator_age_max_seconds": "highest iterator age",
    "records_written": "records written",
    "records_read": "records read",
    "records_lost": "records lost",
    "producer_throttles": "refusals to producers, retries too",
    "table_throttles": "writes throttled by tables",
    "cost_usd": "cost of the run",
    "limit_violations": "calls refused by AWS",
    "seconds_down": "job down",
    "records_read_again": "records read again",
}
_OF_APPLICATIONS = ("seconds_down", "records_read_again")
_IN_SECONDS = (
    "seconds_out_of_objective",
    "seconds_late",
    "iterator_age_max_seconds",
    "seconds_down",
)


def figure_words(name: str, value: float) -> str:
    """A figure with its unit."""
    if name in _IN_SECONDS:
        return duration_words(value)
    return f"${value:,.2f}" if name == "cost_usd" else f"{value:,}"


def figure_rows(trial: Trial) -> Iterator[tuple[str, str, str]]:
    """What each figure came to: its name, without Tidegate, with it."""
    without, tended = trial.without, trial.with_tidegate
    facts = trial.tended.series[-1].facts
    for name, words in _FIGURES.items():
        if name in _OF_APPLICATIONS and "parallelism" not in facts:
            continue
        if name == "table_throttles" and "write_units" not in facts:
            continue
        if name == "iterator_age_max_seconds" and "parallelism" in facts:
            words = "furthest behind"
        yield (
            words,
            figure_words(name, getattr(without, name)),
            figure_words(name, getattr(tended, name)),
        )


_SETTINGS = {
    "shard_count": ("shards{of}", "{:,}"),
    "parallelization_factor": ("parallelization factor{of}", "{:,}"),
    "batching_window_seconds": ("batching window{of}", "{} s"),
    "parallelism": ("parallelism{of}", "{:,}"),
    "kpus": ("KPUs{of}, with one for orchestration", "{:,}"),
    "write_units": ("write units of {where}", "{:,}"),
    "retention_hours": ("retention{of}", "{} h"),
}
"""What each setting is called, and its unit."""

_IF_CHANGED = ("batching_window_seconds", "retention_hours")


def setting_rows(trial: Trial) -> Iterator[tuple[str, str, str]]:
    """What each layer is set to at the end: without Tidegate, with it."""
    before, after = trial.alone.series[-1], trial.tended.series[-1]
    # A topic's partitions are not ours to set.
    hidden = ("shard_count",) if "partitions" in after.facts else ()
    for fact, (title, unit) in _SETTINGS.items():
        settings = after.facts.get(fact, {})
        for where, value in settings.items():
            was = before.facts[fact][where]
            if (fact in _IF_CHANGED and was == value) or fact in hidden:
                continue
            of = f" of {where}" if len(settings) > 1 else ""
            yield title.format(of=of, where=where), unit.format(was), unit.format(value)
