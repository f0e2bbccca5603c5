"""The version of the form in which ledgers keep what they keep."""

__all__ = ["SCHEMA_VERSION"]

SCHEMA_VERSION = 1
"""Higher by one whenever an earlier version of Tidegate would read or write something amiss; a
column or an attribute that may be missing is no such change. Ledgers from before there was a
version have 0."""
