"""Readers, writers and operators that are none of the pipeline's."""
