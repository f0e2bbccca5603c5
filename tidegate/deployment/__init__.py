"""From a pipeline file to what runs in an account."""
