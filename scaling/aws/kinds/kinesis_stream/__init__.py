"""Kinesis over AWS."""
