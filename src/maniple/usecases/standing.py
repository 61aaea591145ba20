"""Where integrations stand, and what their authors have been told. Imports nothing that a list of them does not need."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from maniple.store.control.submission_rows import NoticeRow, PublicationRow, SubmissionRow, SubmissionState

if TYPE_CHECKING:
    from maniple.store.control.store import ControlStore


@dataclass(frozen=True)
class Standing:
    """Where an integration stands. `state` is `draft` when nobody else has seen it; `live` is what the catalogue holds."""

    state: Literal["draft"] | SubmissionState
    submission: SubmissionRow | None = None
    live: PublicationRow | None = None


DRAFT = Standing("draft")


def standings(store: ControlStore) -> dict[str, Standing]:
    """Where every integration stands that is more than a draft, by slug: the newest submission of each."""
    live = {publication.slug: publication for publication in store.list_publications()}
    newest: dict[str, SubmissionRow] = {}
    for row in store.list_submissions():
        if row.slug not in newest or row.created_at > newest[row.slug].created_at:
            newest[row.slug] = row
    return {slug: Standing(row.state, row, live.get(slug)) for slug, row in newest.items()}


def state_of(store: ControlStore, slug: str) -> Standing:
    """Where one integration stands."""
    return standings(store).get(slug, DRAFT)


def notices(store: ControlStore, author: str, *, unseen: bool = True) -> list[NoticeRow]:
    """What an author has been told, newest first; reviewers are `submission_rows.REVIEWERS`."""
    return store.notices(author, unseen=unseen)


def mark_seen(store: ControlStore, author: str) -> None:
    """The author has read all notices."""
    store.mark_seen(author)
