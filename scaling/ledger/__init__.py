"""What is remembered between sweeps."""
