"""What all tests share."""

from __future__ import annotations

import os
import signal

from hypothesis import settings

# In CI the same examples are tried at every run, so that a red build is about the change; elsewhere new ones are.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("local", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")

# Who starts tests in the background may have Ctrl-C ignored, and every command that a test starts would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
