"""What a pipeline costs, and what it would cost otherwise."""
