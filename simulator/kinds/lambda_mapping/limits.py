"""What AWS takes of a mapping, for this world alone; a test compares it with the product's."""

__all__ = ["BATCHING_WINDOW", "CALLS_PER_SECOND", "PARALLELIZATION_FACTOR"]

PARALLELIZATION_FACTOR = (1, 10)
BATCHING_WINDOW = (0, 300)
"""UpdateEventSourceMapping (API reference): the least and the most."""

CALLS_PER_SECOND = 1.0
"""How often Lambda asks each shard for records, for each mapping (Lambda developer guide, Kinesis:
"a base rate of once per second")."""
