"""Marks that stand in previews for what is known only when a request is sent."""

from __future__ import annotations


def mark_of(name: str) -> str:
    """What a preview shows in the place of a value that `auth` fills in.

    >>> mark_of("access_token")
    'access_token_from_auth'
    """
    return f"{name}_from_auth"
