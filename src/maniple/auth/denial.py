"""Why no token was got, in words that say who must act."""

from __future__ import annotations

from typing import Any

from maniple.auth.kind import Denied, Given
from maniple.wire import Reply

REASON = "Sign-in refused"
TROUBLE = "Sign-in not available"
NOTHING_GIVEN = "The sign-in gave no token"
_TRANSIENT = frozenset({0, 408, 425, 429})


def is_transient(reply: Reply) -> bool:
    """The token endpoint may answer otherwise when it is asked again."""
    return reply.status in _TRANSIENT or reply.status >= 500


def denial(reply: Reply, given: Given, path: str, *, grants: bool, variable: str | None = None) -> Denied:
    """What a reply of a token endpoint without a usable token means.

    `path` is where the token, or the saved `variable`, should have been. `grants`: a refresh token or a key was
    given for it, which may be what is refused (RFC 6749, section 5.2).
    """
    if reply.status == 0:
        return Denied(
            TROUBLE, f"The partner's sign-in could not be reached: {reply.failure or 'no answer'}", reply, False
        )
    if is_transient(reply):
        return Denied(TROUBLE, f"The partner's sign-in answered {reply.status}; try again later", reply, False)
    error, told = _error_of(reply)
    if 200 <= reply.status < 300 and not error:
        what = f"no `{variable}`" if variable else "no access token"
        message = f"The partner's sign-in answered {reply.status} with {what} at `{path}`. The destination's manifest must say in `save` where it is."
        return Denied(NOTHING_GIVEN, message, reply)
    return Denied(REASON, f"{_meaning(error, reply, given, grants=grants)}{told}", reply)


def _error_of(reply: Reply) -> tuple[str, str]:
    """The error code, and the partner's own words in a sentence."""
    tree: Any = reply.tree
    if not isinstance(tree, dict):
        return "", ""
    error, words = tree.get("error"), tree.get("error_description") or tree.get("message")
    code = error if isinstance(error, str) else ""
    spoken = words if isinstance(words, str) else ""
    return code, f". The partner says: {spoken[:500]}" if spoken else f" (`{code[:60]}`)" if code else ""


def _meaning(error: str, reply: Reply, given: Given, *, grants: bool) -> str:
    who = "whoever runs maniple must correct it" if given.by_operator else "enter it again in the connection's settings"
    match error:
        case "invalid_client":
            return f"The partner does not know this client, or its secret is another one: {who}"
        case "invalid_grant" if grants:
            return (
                "The access that was granted has ended or was withdrawn: the end user must give it again, and put the "
                "new refresh token or key into the connection's settings"
            )
        case "invalid_scope":
            return "The partner does not grant the scopes that the destination asks for: the account lacks a permission"
        case "unauthorized_client" | "unsupported_grant_type":
            return "The partner does not let this client sign in in this way: the client must be allowed to, at the partner"
        case _ if reply.status in (401, 403):
            return f"The partner refused the credentials ({reply.status}): {who}"
        case _:
            return f"The partner refused the sign-in ({reply.status})"
