"""A kind of resource is loaded when something other than its levers is asked for, and then whole."""

from copy import deepcopy

import pytest

from tidegate.scaling.kinds.kinesis_stream.resource import KinesisStream
from tidegate.scaling.kinds.registry import TYPES
from tidegate.scaling.model.deferred_type import deferred
from tidegate.scaling.model.resource_type import ResourceType

STREAM = KinesisStream()


def a_deferred(loaded: list[str]) -> ResourceType:
    def load() -> ResourceType:
        loaded.append("stream")
        return STREAM

    return deferred(load, STREAM.levers, STREAM.scalable_dimensions)


def test_its_levers_load_nothing() -> None:
    loaded: list[str] = []
    kind = a_deferred(loaded)
    assert (kind.levers, kind.scalable_dimensions) == (STREAM.levers, STREAM.scalable_dimensions)
    assert loaded == []


def test_all_else_is_the_kinds_own() -> None:
    loaded: list[str] = []
    assert a_deferred(loaded).operations == STREAM.operations
    assert loaded == ["stream"]


def test_a_copy_loads_nothing_and_is_as_good() -> None:
    loaded: list[str] = []
    copied = deepcopy(a_deferred(loaded))
    assert loaded == []
    assert copied.kind_in_file is None


@pytest.mark.parametrize("kind", TYPES, ids=lambda each: next(iter(each.levers)).resource)
def test_a_kind_of_the_registry_is_told_as_it_is(kind: ResourceType) -> None:
    loaded = kind.statuses.__self__  # type: ignore[attr-defined]
    assert (kind.levers, kind.scalable_dimensions) == (loaded.levers, loaded.scalable_dimensions)
