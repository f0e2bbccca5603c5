"""DynamoDB tables and their indexes."""
