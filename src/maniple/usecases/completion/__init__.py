"""What can be typed at a place of a manifest, and what stands there. Pure, and for texts that cannot be read too."""

from __future__ import annotations

from maniple.usecases.completion.explain import explain
from maniple.usecases.completion.offers import Completion
from maniple.usecases.completion.schema import the_schema
from maniple.usecases.completion.suggest import completions, readable


def warm() -> None:
    """Make what the first completion or explanation would wait for."""
    the_schema()


__all__ = ["Completion", "completions", "explain", "readable", "warm"]
