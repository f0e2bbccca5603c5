"""A first pipeline file from what an account has."""
