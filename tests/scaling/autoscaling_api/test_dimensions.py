from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.rules.cause import LeverKind
from tidegate.scaling.autoscaling_api.dimensions import (
    Dimension,
    UnknownDimension,
    dimension_named,
    dimension_of,
    dimensions,
    is_theirs,
)
from tidegate.scaling.config.lever_spec import Owner
from tidegate.scaling.config.specification import (
    ApplicationSpec,
    ConsumerSpec,
    IndexSpec,
    Levers,
    LeverSpec,
    PipelineSpec,
    ResourceSpec,
    TableSpec,
)
from tidegate.scaling.model.change_record import Lever

TABLE = TableSpec("scores", indexes=[IndexSpec("by-race")])
RACE = PipelineSpec("race", "racers", [ConsumerSpec("scorer", [TABLE])])
CLICKS = PipelineSpec(
    "clicks", topic="clicks", applications=[ApplicationSpec("counter", ["scores"])],
    resources=[ResourceSpec("queue", "orders", {"shard_count": LeverSpec(max=8)})],
)  # fmt: skip


def test_every_lever_that_gives_capacity_is_a_dimension_once_in_a_file() -> None:
    found = dimensions([RACE, CLICKS])
    assert [(each.spec.name, each.dimension_id) for each in found] == [
        ("race", "shard_count~racers"),
        ("race", "parallelization_factor~scorer"),
        ("race", "write_capacity~scores"),
        ("race", "read_capacity~scores"),
        ("race", "write_capacity~scores~by-race"),
        ("race", "read_capacity~scores~by-race"),
        ("clicks", "shard_count~orders"),
        ("clicks", "parallelism~counter"),
        ("clicks", "parallelism_per_kpu~counter"),
    ]
    assert [each.dimension_id for each in found if each.is_table] == [
        "write_capacity~scores", "read_capacity~scores"
    ]  # fmt: skip


def test_each_dimension_is_found_by_its_id_and_by_its_lever() -> None:
    specs = [RACE, CLICKS]
    for dimension in dimensions(specs):
        assert dimension_named(specs, dimension.dimension_id) == dimension
        assert dimension_of(specs, dimension.lever) == dimension


@given(st.text("abcXYZ019_.-", min_size=3, max_size=255))
@pytest.mark.slow
def test_an_index_that_the_file_does_not_name_is_a_dimension_of_its_table(index: str) -> None:
    found = dimension_named([RACE], f"read_capacity~scores~{index}")
    assert found == Dimension(RACE, Lever.of(LeverKind.READ_CAPACITY, f"scores/{index}"))
    assert found.dimension_id == f"read_capacity~scores~{index}"


@pytest.mark.parametrize(
    "dimension_id",
    ["", "scores", "write_capacity~another", "write_capacity~scores~a", "write_capacity~scores~",
     "write_capacity~scores~by-race~b", "shard_count~racers~by-race", "WRITE_CAPACITY~scores",
     "retention_hours~racers", "batching_window_seconds~scorer", "write_capacity~scores~a/b/c"],
)  # fmt: skip
def test_what_is_no_dimension_is_refused_by_name(dimension_id: str) -> None:
    with pytest.raises(UnknownDimension) as error:
        dimension_named([RACE], dimension_id)
    assert str(error.value) == f"there is no scalable dimension {dimension_id!r}"


@pytest.mark.parametrize(
    ("owner", "theirs"), [("application-autoscaling", True), ("tidegate", False), (None, False)]
)
def test_a_dimension_is_theirs_where_the_file_says_so(owner: Owner | None, theirs: bool) -> None:
    said = LeverSpec(max=8, owner=owner)
    spec = replace(RACE, levers=Levers(shard_count=said))
    shards, factor, *_ = dimensions([spec])
    assert (is_theirs(shards), is_theirs(factor)) == (theirs, False)
