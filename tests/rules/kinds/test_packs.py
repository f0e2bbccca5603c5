"""The packs as a whole, and the thresholds that are in force for a pipeline."""

import json

import yaml

from tests.builders import a_pipeline
from tidegate.rules.kinds.packs import in_force, packs, rules_for, thresholds
from tidegate.rules.kinds.registry import SIGNAL_KINDS
from tidegate.rules.kinds.signal_kind import SignalKind


def test_every_rule_has_a_name_of_its_own_and_a_source() -> None:
    names = [each.name for each in thresholds()]
    assert len(names) == len(set(names))
    assert [each.name for each in thresholds() if not each.source] == []


def test_every_share_and_percentage_knows_the_most_that_it_can_come_to() -> None:
    """But of what may go on without end, as an age does beside its objective."""
    shares = ("of 1", "%", "of the records brought")
    endless = {
        "iterator-age-over-objective", "function-iterator-age-over-objective",
        "function-iterator-age-near-retention", "behind-over-objective", "behind-near-retention",
        "checkpoint-slow", "state-near-running-storage", "hot-shard-full",
        "subtasks-without-source",
    }  # fmt: skip
    without = {
        each.name
        for each in thresholds()
        if (each.of is not None or each.unit in shares) and each.most == float("inf")
    }
    assert without == endless


def test_without_changes_the_defaults_are_in_force() -> None:
    assert in_force({}) == {each.name: each.share for each in thresholds()}


def test_a_threshold_that_is_changed_is_that_of_the_concrete_rule() -> None:
    told = {
        each.name: each
        for each in rules_for(a_pipeline(), 60, in_force({"duration-near-timeout": 0.5}))
    }
    near = told["duration-near-timeout"]
    assert near.threshold == 0.5 * 15_000
    assert near.threshold_because == "50% of the timeout (7,500 ms)"


def test_what_is_judged_as_a_share_names_all_that_it_is_a_share_of() -> None:
    shared = {each.name: each.among for each in packs() if each.among}
    assert shared == {
        "producers-throttled": ("WriteProvisionedThroughputExceeded", "IncomingRecords"),
        "function-throttled": ("Throttles", "Invocations"),
        "writes-throttled": ("WriteThrottleEvents", "ConsumedWriteCapacityUnits"),
        "reads-throttled": ("ReadThrottleEvents", "ConsumedReadCapacityUnits"),
    }


class Compiled(SignalKind):
    """A kind whose rules were compiled for deployment."""

    def __init__(self, kind: SignalKind) -> None:
        self.name, self.pack = kind.name, kind.pack
        self._text = json.dumps(yaml.safe_load(kind.rules()))

    def rules(self) -> str:
        return self._text


def test_rules_that_were_compiled_to_json_are_the_same_rules() -> None:
    compiled = [Compiled(each) for each in SIGNAL_KINDS]
    assert thresholds(compiled) == thresholds()
    assert packs(compiled) == packs()
