"""The body that a call sends for some users."""

from __future__ import annotations

from typing import Any

from maniple.runtime.prepare import Batch, Prepared, prepare
from support.manifests import context, program


def prepared(*users: Any, name: str = "My cohort", auth: Any = None, **changes: Any) -> Prepared:
    """The one request of `add_users`, its body and item replaced by `changes`, for users with these keys."""
    call = {"method": "POST", "url": "https://api.acme.test/lists/$list_id/add", **changes}
    of = program(add_users=call, **({"auth": auth} if auth else {}))
    settings = None if auth is None else {}
    (found,) = prepare(
        of.call_for("add"),
        context(of, name=name, settings=settings),
        Batch("add", 0, {"user_key": list(users)}, len(users)),
    )
    return found


def body(*users: Any, **changes: Any) -> str:
    """The body as text."""
    request = prepared(*users, **changes).request
    assert request is not None
    return (request.body or b"").decode()


def content_type(*users: Any, **changes: Any) -> str | None:
    """What the request calls its body."""
    request = prepared(*users, **changes).request
    assert request is not None
    return next((value for name, value in request.headers if name == "Content-Type"), None)
