"""The review desk: what waits, what was found in it, what is decided."""
