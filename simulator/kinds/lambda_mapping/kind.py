"""Functions and their mappings as kinds of participants."""

from typing import Any

from tidegate.simulator.kind import Kind
from tidegate.simulator.kinds.lambda_mapping.account import AccountState
from tidegate.simulator.kinds.lambda_mapping.data import (
    AccountData,
    FunctionData,
    MappingData,
    functions_of,
)
from tidegate.simulator.kinds.lambda_mapping.face import FunctionFace
from tidegate.simulator.kinds.lambda_mapping.function import FunctionState
from tidegate.simulator.kinds.lambda_mapping.limits import CALLS_PER_SECOND
from tidegate.simulator.kinds.lambda_mapping.mapping import MappingState, uuid_of
from tidegate.simulator.participant import Subscriber
from tidegate.simulator.site import Site

__all__ = ["FUNCTIONS", "MAPPINGS"]


def _account_of(site: Site) -> AccountState:
    for account in site.all(AccountState):
        return account
    data = site.scenario.find(AccountData) or AccountData()
    site.participants.append(AccountState(data, site))
    return _account_of(site)


def _build_function(site: Site, data: Any) -> FunctionState:
    return FunctionState(data, site, _account_of(site), site.sinks_of(data.writes))


def _build_mapping(site: Site, data: MappingData) -> MappingState:
    functions = [each for each in site.all(FunctionState) if data.function in ("", each.name)]
    if not functions:
        raise LookupError(f"there is no function {data.function!r} for a mapping")
    function = functions[0]
    source = site.source(data.source)
    width = data.batches_per_shard
    reader = Subscriber(
        function.name,
        width,
        CALLS_PER_SECOND,
        fan_out=data.fan_out,
        filtered_share=data.filtered_share,
    )
    uuid = uuid_of(sum(1 for _ in site.all(MappingState)))
    mapping = MappingState(data, uuid, function, source.subscribe(reader))
    function.mappings.append(mapping)
    return mapping


FUNCTIONS = Kind("lambda_function", (FunctionData,), functions_of, _build_function, FunctionFace)
MAPPINGS = Kind("lambda_mapping", (MappingData,), lambda _: (), _build_mapping)
