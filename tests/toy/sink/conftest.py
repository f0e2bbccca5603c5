from tests.losses.conftest import account

__all__ = ["account"]
