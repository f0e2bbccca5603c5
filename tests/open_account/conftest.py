from tests.losses.conftest import account, endpoint

__all__ = ["account", "endpoint"]
