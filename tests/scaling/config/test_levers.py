from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import a_pipeline, a_table, of_types
from tests.flink_builders import a_flink_pipeline, an_application
from tidegate.rules.cause import LEVER_KINDS, LeverKind
from tidegate.scaling.config.levers import (
    all_settings,
    capacities_like,
    current_capacities,
    lever_spec,
    other_settings,
    part_of,
    resource_of,
    resources_of,
    said_of,
)
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


def only(max: int) -> Levers:
    """Levers of which each has that maximum, so that it shows where they are from."""
    said = LeverSpec(max=max)
    return Levers(
        parallelization_factor=said, parallelism=said, write_capacity=said, shard_count=said
    )


INDEX = IndexSpec("by-race", only(5))
TABLE = TableSpec("scores", only(4), [INDEX])
SCORER = ConsumerSpec("scorer", ["plain", TABLE], only(3))
COUNTER = ApplicationSpec("counter", [TableSpec("counts")], only(2))
SPEC = PipelineSpec(
    "race", "racers", [SCORER], levers=only(1), applications=[COUNTER],
    resources=[ResourceSpec("queue", "orders", {"shard_count": LeverSpec(max=6)})],
)  # fmt: skip
WRITE, READ, FACTOR, SHARDS, PARALLELISM, PER_KPU, RETENTION, WINDOW = (
    LeverKind.WRITE_CAPACITY,
    LeverKind.READ_CAPACITY,
    LeverKind.PARALLELIZATION_FACTOR,
    LeverKind.SHARD_COUNT,
    LeverKind.PARALLELISM,
    LeverKind.PARALLELISM_PER_KPU,
    LeverKind.RETENTION_HOURS,
    LeverKind.BATCHING_WINDOW,
)


@pytest.mark.parametrize(
    ("kind", "where", "maximum", "path"),
    [
        (WRITE, "scores/by-race", 5, ("consumers", 0, "tables", 1, "indexes", 0)),
        (WRITE, "scores/unnamed", 4, ("consumers", 0, "tables", 1)),
        (WRITE, "scores", 4, ("consumers", 0, "tables", 1)),
        (WRITE, "plain", 3, ("consumers", 0)),
        (WRITE, "counts", 2, ("applications", 0)),
        (WRITE, "another", 1, ()),
        (FACTOR, "scorer", 3, ("consumers", 0)),
        (FACTOR, "another", 1, ()),
        (PARALLELISM, "counter", 2, ("applications", 0)),
        (PARALLELISM, "scorer", 1, ()),
        (SHARDS, "racers", 1, ()),
        (SHARDS, "orders", 6, ("resources", 0)),
    ],
)
def test_the_most_specific_place_of_the_file_speaks_of_a_lever(
    kind: LeverKind, where: str, maximum: int, path: tuple[str | int, ...]
) -> None:
    lever = Lever.of(kind, where)
    assert said_of(SPEC, lever) == (LeverSpec(max=maximum), path)
    assert lever_spec(SPEC, lever) == LeverSpec(max=maximum)


def test_a_place_that_says_nothing_of_a_lever_leaves_it_to_the_next() -> None:
    silent = replace(SPEC, consumers=[replace(SCORER, tables=[TableSpec("scores")])])
    assert said_of(silent, Lever.of(WRITE, "scores")) == (LeverSpec(max=3), ("consumers", 0))


def test_of_a_lever_that_the_file_says_nothing_of_there_is_no_spec() -> None:
    for lever in (Lever.of(READ, "scores"), Lever.of(RETENTION, "racers")):
        assert said_of(SPEC, lever) is None
        assert lever_spec(SPEC, lever) is None


def test_every_lever_is_listed_with_its_setting_downstream_first() -> None:
    capacities = {
        Lever.of(WRITE, "scores"): 100,
        Lever.of(READ, "scores"): 10,
        Lever.of(FACTOR, "scorer"): 2,
        Lever.of(SHARDS, "racers"): 3,
    }
    others = {Lever.of(WINDOW, "scorer"): 0, Lever.of(RETENTION, "racers"): 24}
    pipeline = a_pipeline(shards=3, factor=2, table=a_table(100))
    assert list(current_capacities(pipeline).items()) == list(capacities.items())
    assert other_settings(pipeline) == others
    assert all_settings(pipeline) == capacities | others
    flink = a_flink_pipeline(an_application(6, parallelism_per_kpu=2), topic=True)
    assert all_settings(flink) == {
        Lever.of(PER_KPU, "counter"): 2,
        Lever.of(PARALLELISM, "counter"): 6,
    }


def test_of_one_kind_its_levers_are_listed_alone() -> None:
    pipeline = a_pipeline(shards=3, factor=2, table=a_table(100))
    shards = Lever.of(SHARDS, "racers")
    assert capacities_like(pipeline, shards) == {shards: 3}
    tables = {Lever.of(WRITE, "scores"): 100, Lever.of(READ, "scores"): 10}
    assert capacities_like(pipeline, Lever.of(READ, "others")) == tables


def test_a_kind_that_the_pipeline_was_described_without_has_no_levers() -> None:
    shards = Lever.of(SHARDS, "racers")
    assert capacities_like(of_types(a_pipeline()), shards) == {}
    assert capacities_like(a_pipeline(), Lever("of_tomorrow", "racers")) == {}


@pytest.mark.parametrize(
    ("lever", "resource"),
    [
        (Lever.of(SHARDS, "racers"), "stream/racers"),
        (Lever.of(RETENTION, "racers"), "stream/racers"),
        (Lever.of(WINDOW, "scorer"), "function/scorer"),
        (Lever.of(PER_KPU, "counter"), "application/counter"),
        (Lever.of(READ, "scores/by-race"), "table/scores"),
        (Lever("of_tomorrow", "orders"), ""),
    ],
)
def test_levers_that_one_call_sets_share_a_resource(lever: Lever, resource: str) -> None:
    assert resource_of(lever) == resource


def test_the_resources_of_a_pipeline_are_each_named_once() -> None:
    twice = replace(SPEC, consumers=[SCORER, replace(SCORER, function="auditor")])
    assert resources_of(twice) == (
        "stream/racers", "function/scorer", "function/auditor", "application/counter",
        "table/plain", "table/scores", "table/counts", "stream/orders",
    )  # fmt: skip
    assert resources_of(PipelineSpec("clicks", topic="t", applications=[COUNTER])) == (
        "application/counter", "table/counts"
    )  # fmt: skip


ALONE = replace(SPEC, consumers=[], applications=[], resources=[])
WRITERS = replace(
    SPEC, consumers=[replace(SCORER, tables=[])], applications=[replace(COUNTER, tables=[])]
)
"""A sink is described with who may write to it; what else they write to needn't be asked for."""


@pytest.mark.parametrize(
    ("lever", "part"),
    [
        (Lever.of(FACTOR, "scorer"), replace(ALONE, consumers=[replace(SCORER, tables=[])])),
        (
            Lever.of(PER_KPU, "counter"),
            replace(ALONE, applications=[replace(COUNTER, tables=[])]),
        ),
        (
            Lever.of(WRITE, "scores/by-race"),
            replace(ALONE, consumers=[replace(SCORER, tables=[TABLE])]),
        ),
        (
            Lever.of(READ, "counts"),
            replace(ALONE, applications=[replace(COUNTER, tables=[TableSpec("counts")])]),
        ),
        (Lever.of(SHARDS, "racers"), ALONE),
        (Lever.of(SHARDS, "orders"), WRITERS),
        (Lever.of(WINDOW, "scorer"), replace(ALONE, consumers=[replace(SCORER, tables=[])])),
    ],
    ids=["factor", "per-kpu", "index", "table", "stream", "resource", "window"],
)
def test_the_part_of_a_pipeline_that_a_lever_belongs_to_is_its_resource_with_the_source(
    lever: Lever, part: PipelineSpec
) -> None:
    assert part_of(SPEC, lever) == part


@given(st.data())
def test_the_part_of_a_lever_has_its_resource_and_the_source(data: st.DataObject) -> None:
    places = {"stream": "racers", "function": "scorer", "application": "counter",
              "table": "scores/by-race"}  # fmt: skip
    kinds = [each for each in LEVER_KINDS.values() if each.resource in places]
    kind = data.draw(st.sampled_from(kinds))
    lever = Lever.of(kind, places[kind.resource])
    assert {resource_of(lever), "stream/racers"} <= {*resources_of(part_of(SPEC, lever))}


def test_a_part_of_what_reads_another_kind_of_source_has_that_source() -> None:
    source, sink = ResourceSpec("queue", "orders"), ResourceSpec("queue", "bills")
    spec = PipelineSpec("race", resources=[source, sink, ResourceSpec("queue", "others")])
    lever = Lever.of(SHARDS, "bills")
    assert part_of(spec, lever).resources == [source, sink]


def test_the_part_of_a_sink_that_is_listed_has_no_other_sink() -> None:
    two = replace(SPEC, resources=[*SPEC.resources, ResourceSpec("queue", "bills")])
    assert part_of(two, Lever.of(SHARDS, "orders")) == WRITERS


def test_of_a_table_that_two_write_one_reader_is_enough() -> None:
    twice = replace(SPEC, consumers=[SCORER, replace(SCORER, function="auditor")])
    assert part_of(twice, Lever.of(WRITE, "scores")).consumers == [replace(SCORER, tables=[TABLE])]
