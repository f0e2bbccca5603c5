"""The kinds of resource that a draft knows, by the module that has each: like commands they are
loaded when they are asked for, so that help is quick."""

from importlib import import_module

from tidegate.kinds.draft_kind import DraftKind

__all__ = ["draft_kinds"]

_KINDS = ("kinesis_stream", "lambda_mapping", "dynamodb_table")


def draft_kinds() -> tuple[DraftKind, ...]:
    """Upstream first."""
    return tuple(import_module(f"tidegate.kinds.{name}.draft").KIND for name in _KINDS)
