"""Where a request and a description differ knowingly. Everything else that differs is a defect."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Deviation:
    """One difference: `found` is what the validator says, or the path of what the description does not know.

    `found` may hold `*` for any text. `reason` says why the request is right all the same.
    """

    destination: str
    endpoint: str
    found: str
    reason: str


_NO_CREDENTIALS = "security: no credentials of a kind that the description asks for"

DEVIATIONS: tuple[Deviation, ...] = (
    Deviation(
        "onesignal",
        "PATCH /apps/{app_id}/users/by/{alias_label}/{alias_id}",
        _NO_CREDENTIALS,
        "the file of 2023 says bearer; App API keys of today go with the scheme Key, older ones with Basic",
    ),
)
