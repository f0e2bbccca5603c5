"""The load now, its history and its forecast."""
