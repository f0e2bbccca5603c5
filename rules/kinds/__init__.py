"""What is configured, measured and wrong, one package per kind of resource."""
