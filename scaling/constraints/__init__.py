"""What keeps a recommendation from being carried out."""
