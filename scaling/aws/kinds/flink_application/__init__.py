"""Managed Service for Apache Flink over AWS."""
