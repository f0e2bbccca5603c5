"""Levers, limits and sizing, one package per kind of resource."""
