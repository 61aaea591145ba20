"""What is found in the base manifest with some of its keys changed."""

from __future__ import annotations

from _generate.rule_pages import Example, findings

from maniple.diagnostics.model import Diagnostic


def found_in(change: str, **options: tuple[str, ...]) -> list[Diagnostic]:
    """The findings; `options` are those of a fence, such as `remove=("create_list",)`."""
    return findings(Example("bad", change, 0, 0, options))


def summaries(change: str, **options: tuple[str, ...]) -> list[str]:
    """Each finding as code and message."""
    return [f"{each.code}: {each.message}" for each in found_in(change, **options)]


def underlined(diagnostic: Diagnostic) -> str:
    """The text under the caret."""
    assert diagnostic.source is not None
    assert diagnostic.span is not None
    return diagnostic.source.text[diagnostic.span.start : diagnostic.span.end]


def add_users(*lines: str) -> str:
    """An `add_users` call with these lines besides its method and URL."""
    head = ("add_users:", "  method: POST", "  url: https://api.acme.test/v2/lists/$list_id/add")
    return "\n".join((*head, *(f"  {line}" for line in lines))) + "\n"
