"""Steps from one shape of the control plane's database to the next."""

HEAD = "0002"
"""The revision this version of maniple works with. A test holds it equal to the newest step."""

KNOWN = ("0001", HEAD)
"""Every revision this version can start from, oldest first. Another one was written by a newer version."""
