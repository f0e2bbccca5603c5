"""The toy kind, a line each in the registries of rules, scaling, AWS and simulator."""

from tests.toy.aws import AWS_KIND
from tests.toy.scaling import QueueType
from tests.toy.signals import QueueSignals
from tests.toy.world import QUEUES
from tidegate.kinds.registry import KindsInUse
from tidegate.rules.graph import Kinds
from tidegate.rules.kinds.registry import SIGNAL_KINDS
from tidegate.scaling.aws.kinds.registry import AWS_KINDS
from tidegate.scaling.kinds.registry import TYPES
from tidegate.simulator.kinds.registry import KINDS as WORLD_KINDS

SIGNALS = (*SIGNAL_KINDS, QueueSignals())
TOY_KINDS = Kinds(lambda: SIGNALS, (*TYPES, QueueType()))
IN_USE = KindsInUse(TOY_KINDS, (*AWS_KINDS, AWS_KIND))
IN_WORLD = (*WORLD_KINDS, QUEUES)

FILE = """\
pipelines:
  - name: mail
    resources:
      - {kind: queue, name: letters, levers: {consumers: {max: 12, owner: OWNER}}}
"""
