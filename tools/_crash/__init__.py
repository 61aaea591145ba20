"""Syncs killed at random moments, resumed, and held against what the partner has."""
