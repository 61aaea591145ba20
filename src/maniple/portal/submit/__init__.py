"""Handing an integration in, and what is said about it."""
