"""Work on one manifest: as a form and as text."""
