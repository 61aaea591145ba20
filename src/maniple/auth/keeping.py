"""Credentials that are got once and kept until they end, by one flow for all of a connection."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from maniple.auth.kind import Credential, Denied
from maniple.wire import Conceal, Flow, Hold, Moment, Recall, Release, Remember

MARGIN = 60.0
"""Seconds before its end at which a credential is replaced: a request under way must still arrive with it."""
SHARE = 0.1
"""Of one that lives shortly, the share of its time that is left for that."""
_ADDRESS = re.compile(r"(?:https?://)?[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?::[0-9]+)?(?:/[^?#]*)?")


@dataclass(frozen=True, slots=True)
class Kept:
    """A credential as it is remembered. `ends` is in seconds since the Unix epoch; None: nobody knows.

    `made_from` tells the settings by which it was got, so that nothing is used that was got with others.
    """

    values: Mapping[str, Any] = field(repr=False)
    made_from: str = field(repr=False)
    ends: float | None = None
    refresh_token: str | None = field(default=None, repr=False)

    def is_usable(self, now: float, expired: Credential | None) -> bool:
        """Its time is not over, and it is not the one that the partner has just refused."""
        return (self.ends is None or now < self.ends) and (expired is None or expired.values != self.values)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What of it must be shown nowhere: everything but addresses."""
        texts = [value for value in (*self.values.values(), self.refresh_token) if isinstance(value, str)]
        return tuple(text for text in texts if text and not _ADDRESS.fullmatch(text))

    def written(self) -> dict[str, Any]:
        """It as plain data, from which `read` makes it again."""
        return {
            "values": dict(self.values),
            "made_from": self.made_from,
            "ends": self.ends,
            "refresh_token": self.refresh_token,
        }

    @classmethod
    def read(cls, written: Any, made_from: str) -> Kept | None:
        """What was remembered; None when that is nothing, or was got with other settings."""
        match written:
            case {
                "values": dict() as values,
                "made_from": str() as origin,
                "ends": float() | int() | None as ends,
                "refresh_token": str() | None as refresh_token,
            } if origin == made_from:
                return cls(values, origin, ends, refresh_token)
            case _:
                return None


def ends_at(now: float, seconds: float | None) -> float | None:
    """When to replace a credential that was asked for at `now` and lives for `seconds` (None: nobody knows)."""
    return None if seconds is None else now + seconds - min(MARGIN, seconds * SHARE)


def fingerprint(*texts: str) -> str:
    """A short digest of texts, by which equal ones are known again."""
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def keep(
    key: str, made_from: str, expired: Credential | None, get: Callable[[Kept | None, float], Flow[Kept | Denied]]
) -> Flow[Credential | Denied]:
    """The credential kept under `key`, or the one that `get` gets: once, however many flows ask.

    `get` is given what was kept before and the time, in seconds since the Unix epoch.
    """
    kept = Kept.read((yield Recall(key)), made_from)
    if kept is None or not kept.is_usable((yield Moment()), expired):
        word = yield Hold(key)
        if isinstance(word, Denied):
            # Who had the turn asked while this flow waited; asking again would get the same answer.
            yield Release(key, word)
            return word
        kept = Kept.read((yield Recall(key)), made_from)
        now = yield Moment()
        if kept is None or not kept.is_usable(now, expired):
            got = yield from get(kept, now)
            if isinstance(got, Denied):
                yield Release(key, got)
                return got
            yield Conceal(got.secrets)
            yield Remember(key, got.written())
            kept = got
        yield Release(key)
    yield Conceal(kept.secrets)
    return Credential(kept.values)
