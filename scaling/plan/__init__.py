"""From recommendations and constraints to actions."""
