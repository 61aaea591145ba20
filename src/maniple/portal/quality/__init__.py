"""How good an integration is, and what would make it better."""
