"""The physics of the embedded world, one package per kind of resource."""
