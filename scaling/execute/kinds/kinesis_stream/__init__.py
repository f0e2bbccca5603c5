"""A reshard of a stream, operation by operation."""
