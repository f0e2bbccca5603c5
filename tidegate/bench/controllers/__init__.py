"""The controllers, a file each: Tidegate, and its peers emulated from their own sources."""
