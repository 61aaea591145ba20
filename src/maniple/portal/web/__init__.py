"""The portal in a browser."""
