"""Beginning a new integration, step by step."""
