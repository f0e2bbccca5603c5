"""Incidents and their notifications."""
