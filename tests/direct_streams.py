"""A world's streams as a reshard sees them, without AWS in between."""

from tidegate.direct import DirectCloud
from tidegate.rules.kinds.kinesis_stream.state import Stream
from tidegate.scaling.model.errors import ResourceMissing
from tidegate.simulator.kinds.kinesis_stream.face import StreamFace
from tidegate.simulator.world import World


class DirectStreams(DirectCloud):
    """``tidegate.scaling.execute.kinds.kinesis_stream.reshard.Resharder`` over a world."""

    def __init__(self, world: World) -> None:
        super().__init__(world)
        self.face = StreamFace(world.site)

    def describe_stream(self, name: str) -> Stream:
        found = self.face.stream(name)
        if found is None:
            raise ResourceMissing("describe", name, "there is no such stream")
        return found
