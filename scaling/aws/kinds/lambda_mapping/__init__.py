"""Lambda over AWS."""
