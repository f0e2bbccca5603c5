"""Flink applications on the command line."""
