"""What is known of a Kafka topic: what an application says of it."""

from dataclasses import dataclass

from tidegate.rules.graph import Resource, Role

__all__ = ["Topic"]


@dataclass(frozen=True, slots=True)
class Topic:
    """A Kafka topic, of which nothing is ours to set. ``arn`` is that of a reading application."""

    name: str
    arn: str

    @property
    def roles(self) -> tuple[Role, ...]:
        """Records wait in it."""
        return (Role.SOURCE,)

    @property
    def writes(self) -> tuple[Resource, ...]:
        """Nothing: it is read."""
        return ()
