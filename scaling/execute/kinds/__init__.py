"""What a kind carries out by an executor of its own, one package per kind of resource."""
