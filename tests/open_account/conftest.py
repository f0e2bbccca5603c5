"""The same account as that of the losses."""

from tests.losses.conftest import account

__all__ = ["account"]
