"""What a sweep saw, concluded and did."""
