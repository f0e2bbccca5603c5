"""Causes in the order of cure."""
