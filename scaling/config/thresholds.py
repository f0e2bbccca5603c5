"""The thresholds of built-in rules that a pipeline sets itself."""

from collections.abc import Iterator, Mapping
from math import inf
from typing import TYPE_CHECKING, Any

from tidegate.scaling.model.errors import shown

if TYPE_CHECKING:
    # The packs are read where thresholds are set, not at every cold start.
    from tidegate.rules.graph import Kinds
    from tidegate.rules.pack_rule import Threshold

__all__ = ["KEPT_BY", "RuleThresholds", "mistakes_of_thresholds"]

KEPT_BY = {
    "records-near-shard-limit": "shard",
    "bytes-near-shard-limit": "shard",
    "executions-busy": "concurrency",
    "busy": "parallelism",
}
"""The key of ``target_utilization`` that sizes what the rule judges."""

_PER_SHARE = {"busy": 1000}
"""Thresholds that aren't shares: milliseconds of a second."""


class RuleThresholds:
    """For editors: the rules that may be set, each with its default and what is allowed."""

    __slots__ = ()

    def __get_pydantic_json_schema__(self, core_schema: Any, handler: Any) -> Any:
        """Each rule as a key of its own; pydantic itself takes any, and what is wrong with one is
        said with the other mistakes."""
        from tidegate.rules.kinds.packs import thresholds

        described = {key: each for key, each in handler(core_schema).items() if key == "type"}
        known = {each.name: _described(each) for each in thresholds() if _may_be_set(each)}
        return {**described, "properties": known, "additionalProperties": False}


def _may_be_set(rule: "Threshold") -> bool:
    return rule.set_by is None and rule.same_as is None


def _described(rule: "Threshold") -> dict[str, Any]:
    words = f"{rule.judged} {rule.comparison.value} {rule.words(rule.share)}; {rule.allowed}"
    limits = {} if rule.most == inf else {"maximum": rule.most}
    return {
        "type": "number", "default": rule.share, "minimum": 0, **limits, "description": words,
    }  # fmt: skip


def mistakes_of_thresholds(
    said: Mapping[str, float], use: Mapping[str, float | None], kinds: "Kinds"
) -> Iterator[tuple[str, str]]:
    """What is wrong with a threshold, with the rule that it is of. ``use`` is the target
    utilization: a threshold below it would call the steady state sick."""
    if not said:
        return
    from tidegate.rules.kinds.packs import thresholds

    known = {each.name: each for each in thresholds(kinds.signals)}
    for name, share in said.items():
        if name not in known:
            yield name, f"{shown(name)} is not a rule; {_hint(name, known)}"
            continue
        words = known[name].mistake(share)
        if words is not None:
            yield name, f"{name} {words}"
            continue
        kept = use.get(KEPT_BY.get(name, ""))
        if kept is not None and share < kept * _PER_SHARE.get(name, 1):
            below = f"{kept * _PER_SHARE.get(name, 1):g} (target_utilization.{KEPT_BY[name]})"
            yield name, f"{name} is {share:g}, less than the {below} that scaling keeps"


def _hint(name: str, known: "Mapping[str, Threshold]") -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1)
    return f"did you mean {close[0]!r}?" if close else "tidegate rules shows them"
