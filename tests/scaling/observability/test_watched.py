"""What alarms and rows depend on comes out of the pipeline file."""

from dataclasses import replace

from tests.builders import OURS, SPEC, a_pipeline
from tidegate.rules.kinds.packs import in_force
from tidegate.scaling.config.specification import Levers, LeverSpec, Objective
from tidegate.scaling.observability.watched import watched


def test_objective_and_thresholds_are_those_of_the_file() -> None:
    objective = Objective(iterator_age_max_seconds=30)
    spec = replace(SPEC, objective=objective, thresholds={"duration-near-timeout": 0.7})
    seen = watched(a_pipeline(), spec)
    assert seen.iterator_age_max_seconds == 30
    assert seen.thresholds == in_force({"duration-near-timeout": 0.7})


def test_only_levers_whose_owner_is_tidegate_are_owned() -> None:
    owned = {lever.kind_word for lever in watched(a_pipeline(), SPEC).owned}
    assert owned == {
        "shard_count", "parallelization_factor", "write_capacity", "read_capacity",
        "retention_hours",
    }  # fmt: skip
    theirs = LeverSpec(max=64, owner="application-autoscaling")
    spec = replace(SPEC, levers=replace(OURS, shard_count=theirs, read_capacity=None))
    owned = {lever.kind_word for lever in watched(a_pipeline(), spec).owned}
    assert owned == {"parallelization_factor", "write_capacity", "retention_hours"}
    assert watched(a_pipeline(), replace(SPEC, levers=Levers())).owned == frozenset()
