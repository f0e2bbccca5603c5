"""What the command line has for single kinds of resource, and the kinds that it works with."""
