"""What every lever should be set to, before constraints."""
