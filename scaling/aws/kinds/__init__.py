"""AWS's descriptions of one kind of resource each."""
