"""A manifest as a form: sections and controls made from its schema."""
