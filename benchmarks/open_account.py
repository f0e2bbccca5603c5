"""What readers and writers that the pipeline file does not name change for Tidegate, as a table."""

from collections import defaultdict
from statistics import fmean
from typing import Any

__all__ = ["open_account"]

MORE_COST, MORE_SECONDS = 0.10, 30
"""What they may change: a tenth, or 30 s."""


def open_account(results: dict[str, Any]) -> str:
    """Of a run of ``tidegate bench --open``: each load alone and beside others, over all seeds."""
    runs: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in results["runs"]:
        if each["controller"] == "tidegate":
            runs[each["case"]].append(each)

    def means(case: str) -> tuple[float, float]:
        usd = fmean(each["cost_usd"] for each in runs[case])
        seconds = fmean(each["seconds_out"] for each in runs[case])
        return seconds, usd / results["bound_usd"][case]["usd"]

    lines = ["| load | alone | in an open account | held |", "| --- | --- | --- | --- |"]
    for case in (name for name in runs if not name.endswith("+open")):
        alone, beside = means(case), means(f"{case}+open")
        held = _is_held(alone, beside)
        told = [f"{seconds:,.0f} s out, {times:.2f} x" for seconds, times in (alone, beside)]
        lines.append(f"| {case} | {told[0]} | {told[1]} | {'yes' if held else 'no'} |")
    lost = sum(each["records_lost"] for each in results["runs"] if each["fault"] == "open")
    return "\n".join([*lines, "", f"Records lost in an open account: {lost:,}."])


def _is_held(alone: tuple[float, float], beside: tuple[float, float]) -> bool:
    seconds_most = max(alone[0] * (1 + MORE_COST), alone[0] + MORE_SECONDS)
    return beside[0] <= seconds_most and beside[1] <= alone[1] * (1 + MORE_COST)
