"""Applications of Managed Service for Apache Flink."""
