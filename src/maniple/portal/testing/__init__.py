"""Trying an integration while it is written: the form, users, variables, requests, real calls and what they brought."""
