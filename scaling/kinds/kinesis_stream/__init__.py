"""Kinesis data streams."""
