"""The toy sink, a line each in the registries of rules, scaling, AWS and simulator."""

from tests.toy.sink.aws import AWS_KIND
from tests.toy.sink.scaling import ShelfType
from tests.toy.sink.signals import ShelfSignals
from tests.toy.sink.world import SHELVES
from tidegate.kinds.registry import KindsInUse
from tidegate.rules.graph import Kinds
from tidegate.rules.kinds.registry import SIGNAL_KINDS
from tidegate.scaling.aws.kinds.registry import AWS_KINDS
from tidegate.scaling.kinds.registry import TYPES
from tidegate.simulator.kinds.registry import KINDS as WORLD_KINDS

SIGNALS = (*SIGNAL_KINDS, ShelfSignals())
TOY_KINDS = Kinds(lambda: SIGNALS, (ShelfType(), *TYPES))
"""Downstream first."""
IN_USE = KindsInUse(TOY_KINDS, (*AWS_KINDS, AWS_KIND))
IN_WORLD = (SHELVES, *WORLD_KINDS)

FILE = """\
pipelines:
  - name: orders
    stream: orders
    consumers: [{function: order-writer}]
    levers:
      shard_count: {max: 16, owner: tidegate}
      parallelization_factor: {max: 10, owner: tidegate}
    resources:
      - {kind: shelf, name: jars, levers: {slots: {max: 1000, owner: OWNER}}}
"""
