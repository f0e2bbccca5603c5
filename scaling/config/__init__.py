"""The pipeline file as values: its keys, its validation, its compiled form."""
