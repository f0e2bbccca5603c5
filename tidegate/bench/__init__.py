"""The benchmark: every controller on every load, in the same world, with the same seeds."""
