"""The first screen: the author's integrations and the catalogue."""
