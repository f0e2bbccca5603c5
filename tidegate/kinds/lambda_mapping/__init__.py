"""Functions on the command line."""
