"""Streams on the command line."""
