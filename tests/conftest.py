"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

# In CI the same examples are tried at every run, so that a red build is about the change; elsewhere new ones are.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("local", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")
