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

_OAUTH_AS_BEARER = "the file knows API keys by Basic only; OAuth 2 tokens go as Bearer, as the guides say"

_NO_METHOD = "the description has the path but not the method"

DEVIATIONS: tuple[Deviation, ...] = (
    Deviation(
        "customer-io",
        "DELETE /v1/segments/7",
        _NO_METHOD,
        "the partner's reference has the call; the file was derived from other pages",
    ),
    Deviation(
        "facebook-ads",
        "POST /{version}/act_{account}/customaudiences",
        "query.appsecret_proof",
        "a parameter that every call of the Graph API takes; the files list those of single edges only",
    ),
    Deviation("mailchimp", "POST /lists/{list_id}/segments", _NO_CREDENTIALS, _OAUTH_AS_BEARER),
    Deviation("mailchimp", "POST /lists/{list_id}/segments/{segment_id}", _NO_CREDENTIALS, _OAUTH_AS_BEARER),
    Deviation("mailchimp", "GET /lists/{list_id}/segments", _NO_CREDENTIALS, _OAUTH_AS_BEARER),
    Deviation("mailchimp", "GET /lists/{list_id}/segments/{segment_id}", _NO_CREDENTIALS, _OAUTH_AS_BEARER),
    Deviation("mailchimp", "DELETE /lists/{list_id}/segments/{segment_id}", _NO_CREDENTIALS, _OAUTH_AS_BEARER),
    Deviation(
        "mailchimp",
        "PATCH /3.0/lists/57afe96172/segments/49377",
        _NO_METHOD,
        "the partner's whole file has it, with the name alone as what it needs; the copy that is kept leaves it out",
    ),
    Deviation(
        "marketo-static-list",
        "DELETE /rest/v1/lists/{listId}/leads.json",
        "query id: Missing required query parameter: id",
        "the file wants ids in the query and in the body; one of the two is enough, as the guides say",
    ),
    Deviation(
        "marketo-static-list",
        "POST /rest/v1/leads.json",
        "body.input[].email",
        "a person has the fields of its instance, which the file cannot list",
    ),
    Deviation(
        "onesignal",
        "PATCH /apps/{app_id}/users/by/{alias_label}/{alias_id}",
        _NO_CREDENTIALS,
        "the file of 2023 says bearer; App API keys of today go with the scheme Key, older ones with Basic",
    ),
    Deviation(
        "thetradedesk",
        "POST /data/advertiser",
        "header TTD-Auth: Missing required header parameter: TTD-Auth",
        "a request signed with the advertiser's secret key has TtdSignature instead, the scheme before tokens",
    ),
)
