"""AWS's descriptions and calls of one kind of resource each."""
