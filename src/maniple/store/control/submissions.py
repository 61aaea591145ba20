"""Submissions: bundles that authors hand in, and the thread of what is said and decided about each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from maniple.errors import UsageError
from maniple.store.control import tables
from maniple.store.control.database import Database
from maniple.store.control.ids import new_id
from maniple.store.control.submission_rows import (
    OPEN,
    EntryKind,
    EntryRow,
    NoticeRow,
    PublicationRow,
    RoundRow,
    SubmissionRow,
    SubmissionState,
)
from maniple.store.control.words import ambiguous, did_you_mean

TABLE = tables.submissions
WORDS: Mapping[SubmissionState, str] = {
    "released": "released internally",
    "under_review": "under review",
    "changes_requested": "waiting for changes",
    "approved": "approved",
    "rejected": "rejected",
    "withdrawn": "withdrawn",
    "deprecated": "deprecated",
}
"""The states as a sentence says them: the submission *is ...*."""
STEPS: Mapping[EntryKind, tuple[tuple[SubmissionState, ...], SubmissionState | None]] = {
    "released": (("released",), "released"),
    "submitted": (OPEN, "under_review"),
    "comment": (tuple(WORDS), None),
    "answer": (tuple(WORDS), None),
    "changes_requested": (("under_review",), "changes_requested"),
    "approved": (("under_review",), "approved"),
    "rejected": (("under_review", "changes_requested"), "rejected"),
    "withdrawn": (OPEN, "withdrawn"),
    "deprecated": (("approved",), "deprecated"),
}
"""For everything that may be done: the states in which it may be, and the state that follows; None leaves it."""
DOING: Mapping[EntryKind, str] = {
    "released": "released internally",
    "submitted": "submitted again",
    "comment": "commented on",
    "answer": "answered",
    "changes_requested": "sent back for changes",
    "approved": "approved",
    "rejected": "rejected",
    "withdrawn": "withdrawn",
    "deprecated": "deprecated",
}


@dataclass(frozen=True)
class Handed:
    """A bundle as its author hands it in."""

    slug: str
    name: str
    version: str
    author: str
    email: str | None
    bundle: bytes
    sha256: str
    report: Mapping[str, Any]
    note: str = ""
    internal: bool = False


@dataclass(frozen=True)
class Word:
    """What is said or decided. `seen_round` is the bundle that was looked at; None does not ask which."""

    kind: EntryKind
    who: str
    text: str = ""
    file: str | None = None
    line: int | None = None
    seen_round: int | None = None


@dataclass(frozen=True)
class Told:
    """A notice that goes with it."""

    recipient: str
    text: str


@dataclass(frozen=True)
class Move:
    """Where a connection finds its manifest from now on; with `version` and `text` when that is another version."""

    path: str
    version: str | None = None
    text: str | None = None


Effect = Callable[[SubmissionRow], None]
"""Changes the catalogue's files; called last before the transaction commits, so that nothing is recorded that did not
happen."""


class Submissions(Database):
    """The part of the control plane that keeps submissions. What was said is never changed or deleted."""

    def hand_in(self, handed: Handed, *, notice: Told | None = None, effect: Effect | None = None) -> SubmissionRow:
        """Keep a bundle: as the next round of the open submission of this integration, or as a new submission.

        Raises UsageError when the open one is somebody else's, or may not be handed in again as it stands.
        """
        kind: EntryKind = "released" if handed.internal else "submitted"
        moment = self.now()
        with self.writing() as connection:
            found = _newest(connection, handed.slug)
            if found is not None and found.state in OPEN:
                row = _amended(found, handed, kind, moment)
                connection.execute(update(TABLE).where(TABLE.c.id == row.id).values(asdict(row)))
            else:
                row = self._begun(handed, kind, moment)
                connection.execute(insert(TABLE).values(asdict(row)))
            connection.execute(insert(tables.rounds).values(_round_values(row, handed, moment)))
            _say(connection, row, Word(kind, handed.author, handed.note), notice, moment)
            if handed.internal:
                _publish(connection, row, handed.author, moment, internal=True)
            if effect is not None:
                effect(row)
        return row

    def _begun(self, handed: Handed, kind: EntryKind, moment: float) -> SubmissionRow:
        state = STEPS[kind][1]
        assert state is not None
        return SubmissionRow(
            id=new_id("sub_", self.dice),
            slug=handed.slug,
            name=handed.name,
            version=handed.version,
            author=handed.author,
            email=handed.email,
            state=state,
            round=1,
            created_at=moment,
            updated_at=moment,
        )

    def record(
        self,
        submission_id: str,
        word: Word,
        *,
        notice: Told | None = None,
        effect: Effect | None = None,
        moves: Mapping[str, Move] | None = None,
    ) -> SubmissionRow:
        """Keep what is said or decided. What is approved becomes what the catalogue holds; `moves` says what becomes of
        connections then, by the path of their manifest.

        Raises UsageError when it may not be in the state that the submission is in, or when the author handed in another
        bundle since `seen_round`. Of two who decide at once the second is told so.
        """
        moment = self.now()
        with self.writing() as connection:
            found = _one(connection, submission_id)
            state = _next_state(connection, found, word)
            row = SubmissionRow(**{**asdict(found), "state": state, "updated_at": moment})
            if state != found.state:
                changes = {"state": state, "updated_at": moment}
                connection.execute(update(TABLE).where(TABLE.c.id == row.id).values(changes))
            _say(connection, row, word, notice, moment)
            if word.kind == "approved":
                _publish(connection, row, word.who, moment, internal=False)
            for old, move in (moves or {}).items():
                _move(connection, old, move)
            if effect is not None:
                effect(row)
        return row

    def find_submission(self, word: str) -> SubmissionRow:
        """The submission with this id, the newest of the integration with this slug, or the only one whose id begins so.

        Raises UsageError naming the nearest ones.
        """
        with self.reading() as connection:
            found = connection.execute(select(TABLE).where(TABLE.c.id == word)).first()
            if found is not None:
                return SubmissionRow(**found._asdict())
            newest = _newest(connection, word)
            if newest is not None:
                return newest
            begun = [row for row in connection.execute(select(TABLE.c.id, TABLE.c.slug)) if row.id.startswith(word)]
            if word.startswith("sub_") and len(begun) == 1:
                return _one(connection, begun[0].id)
            slugs = list(connection.scalars(select(TABLE.c.slug)))
        if word.startswith("sub_") and begun:
            raise ambiguous(word, [row.id for row in begun])
        raise UsageError(
            f"there is no submission `{word}`",
            hint=did_you_mean(word, slugs) or "`maniple submit PATH` hands one in",
        )

    def list_submissions(
        self, states: Sequence[SubmissionState] = (), *, slug: str | None = None
    ) -> list[SubmissionRow]:
        """The submissions in these states (none: in any), the newest first."""
        query = select(TABLE).order_by(TABLE.c.updated_at.desc(), TABLE.c.id)
        if states:
            query = query.where(TABLE.c.state.in_(states))
        if slug is not None:
            query = query.where(TABLE.c.slug == slug)
        with self.reading() as connection:
            return [SubmissionRow(**row._asdict()) for row in connection.execute(query)]

    def rounds(self, submission_id: str) -> list[RoundRow]:
        """The bundles of a submission, the first first, without their bytes."""
        columns = [column for column in tables.rounds.c if column.name != "bundle"]
        query = select(*columns).where(tables.rounds.c.submission_id == submission_id).order_by(tables.rounds.c.number)
        with self.reading() as connection:
            return [RoundRow(**row._asdict()) for row in connection.execute(query)]

    def newest_reports(self) -> dict[str, Mapping[str, Any]]:
        """What was found in the newest bundle of every submission, by the submission's id."""
        rounds = tables.rounds
        query = select(rounds.c.submission_id, rounds.c.report).join(
            TABLE, (TABLE.c.id == rounds.c.submission_id) & (TABLE.c.round == rounds.c.number)
        )
        with self.reading() as connection:
            return {row.submission_id: row.report for row in connection.execute(query)}

    def bundle(self, submission_id: str, number: int) -> bytes:
        """The bytes of a bundle. Raises UsageError when there is none with this number."""
        rounds = tables.rounds
        query = select(rounds.c.bundle).where(rounds.c.submission_id == submission_id, rounds.c.number == number)
        with self.reading() as connection:
            found: bytes | None = connection.scalar(query)
        if found is None:
            raise UsageError(f"submission `{submission_id}` has no round {number}")
        return bytes(found)

    def entries(self, submission_id: str) -> list[EntryRow]:
        """What was said and decided, in order."""
        table = tables.entries
        query = select(table).where(table.c.submission_id == submission_id).order_by(table.c.id)
        with self.reading() as connection:
            return [EntryRow(**row._asdict()) for row in connection.execute(query)]

    def notices(self, recipient: str, *, unseen: bool = True) -> list[NoticeRow]:
        """What a person has been told, the newest first."""
        table = tables.notices
        query = select(table).where(table.c.recipient == recipient).order_by(table.c.id.desc())
        if unseen:
            query = query.where(table.c.seen_at.is_(None))
        with self.reading() as connection:
            return [NoticeRow(**row._asdict()) for row in connection.execute(query)]

    def mark_seen(self, recipient: str) -> None:
        """The person has read everything."""
        table = tables.notices
        unread = (table.c.recipient == recipient) & table.c.seen_at.is_(None)
        with self.writing() as connection:
            connection.execute(update(table).where(unread).values(seen_at=self.now()))

    def list_publications(self) -> list[PublicationRow]:
        """What was published into the catalogue, by slug."""
        query = select(tables.publications).order_by(tables.publications.c.slug)
        with self.reading() as connection:
            return [PublicationRow(**row._asdict()) for row in connection.execute(query)]

    def publication(self, slug: str) -> PublicationRow | None:
        """What was published of one integration."""
        table = tables.publications
        with self.reading() as connection:
            found = connection.execute(select(table).where(table.c.slug == slug)).first()
        return PublicationRow(**found._asdict()) if found is not None else None


def _one(connection: Connection, submission_id: str) -> SubmissionRow:
    found = connection.execute(select(TABLE).where(TABLE.c.id == submission_id)).first()
    if found is None:
        raise UsageError(f"there is no submission with the id `{submission_id}`")
    return SubmissionRow(**found._asdict())


def _newest(connection: Connection, slug: str) -> SubmissionRow | None:
    query = select(TABLE).where(TABLE.c.slug == slug).order_by(TABLE.c.created_at.desc(), TABLE.c.id.desc()).limit(1)
    found = connection.execute(query).first()
    return SubmissionRow(**found._asdict()) if found is not None else None


def _amended(found: SubmissionRow, handed: Handed, kind: EntryKind, moment: float) -> SubmissionRow:
    if found.author != handed.author:
        raise UsageError(
            f"`{found.slug}` is {WORDS[found.state]}, handed in by {found.author}",
            hint="let them amend it, or wait until it is decided",
        )
    allowed, state = STEPS[kind]
    if found.state not in allowed:
        raise UsageError(
            f"`{found.slug}` is {WORDS[found.state]} and cannot be {DOING[kind]}",
            hint=f"`maniple review withdraw {found.slug}` takes it back first",
        )
    changes = {"name": handed.name, "version": handed.version, "email": handed.email or found.email, "state": state}
    return SubmissionRow(**{**asdict(found), **changes, "round": found.round + 1, "updated_at": moment})


def _next_state(connection: Connection, found: SubmissionRow, word: Word) -> SubmissionState:
    allowed, state = STEPS[word.kind]
    if found.state not in allowed:
        by = _last_decision(connection, found)
        raise UsageError(
            f"`{found.slug}` is {WORDS[found.state]}{by} and cannot be {DOING[word.kind]}",
            hint=f"`maniple review show {found.id}` shows how it came to that",
        )
    if word.seen_round is not None and word.seen_round != found.round:
        raise UsageError(
            f"{found.author} handed in round {found.round} of `{found.slug}` after round {word.seen_round} was looked at",
            hint=f"`maniple review show {found.id}` shows the new one",
        )
    if word.kind == "withdrawn" and found.state != "released" and _is_out(connection, found):
        return "released"
    return state or found.state


def _last_decision(connection: Connection, found: SubmissionRow) -> str:
    table = tables.entries
    query = (
        select(table.c.who)
        .where(table.c.submission_id == found.id, table.c.kind == found.state)
        .order_by(table.c.id.desc())
        .limit(1)
    )
    who = connection.scalar(query)
    return f" (by {who})" if who else ""


def _is_out(connection: Connection, found: SubmissionRow) -> bool:
    """The catalogue holds an internal release of it."""
    table = tables.publications
    return (
        connection.scalar(select(table.c.slug).where(table.c.submission_id == found.id, table.c.internal)) is not None
    )


def _round_values(row: SubmissionRow, handed: Handed, moment: float) -> dict[str, Any]:
    return {
        "submission_id": row.id,
        "number": row.round,
        "version": handed.version,
        "sha256": handed.sha256,
        "size": len(handed.bundle),
        "internal": handed.internal,
        "report": dict(handed.report),
        "note": handed.note,
        "bundle": handed.bundle,
        "at": moment,
    }


def _say(connection: Connection, row: SubmissionRow, word: Word, notice: Told | None, moment: float) -> None:
    said = {"kind": word.kind, "who": word.who, "text": word.text, "file": word.file, "line": word.line}
    place = {"submission_id": row.id, "round": row.round, "at": moment}
    connection.execute(insert(tables.entries).values({**said, **place}))
    if notice is not None:
        told = {"recipient": notice.recipient, "text": notice.text, "submission_id": row.id, "at": moment}
        connection.execute(insert(tables.notices).values(told))
    if word.kind == "deprecated":
        table = tables.publications
        why = {"deprecated_at": moment, "deprecation": word.text}
        connection.execute(update(table).where(table.c.submission_id == row.id).values(why))
    if word.kind == "withdrawn" and row.state == "withdrawn":
        table = tables.publications
        connection.execute(delete(table).where(table.c.submission_id == row.id, table.c.internal))


def _publish(connection: Connection, row: SubmissionRow, by: str, moment: float, *, internal: bool) -> None:
    table = tables.publications
    publication = PublicationRow(
        row.slug, row.name, row.version, internal, row.id, row.round, by, moment, deprecated_at=None, deprecation=None
    )
    connection.execute(delete(table).where(table.c.slug == row.slug))
    connection.execute(insert(table).values(asdict(publication)))


def _move(connection: Connection, old: str, move: Move) -> None:
    table = tables.connections
    values = {"manifest_path": move.path}
    if move.version is not None and move.text is not None:
        # The copy counts where the file is not: on another machine that uses the same database.
        values |= {"manifest_version": move.version, "manifest_text": move.text}
    connection.execute(update(table).where(table.c.manifest_path == old).values(values))
