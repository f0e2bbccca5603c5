"""DynamoDB over AWS."""
