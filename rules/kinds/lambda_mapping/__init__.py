"""Lambda functions reading a stream."""
