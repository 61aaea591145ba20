"""Which description belongs to which destination: a line for each folder of `integrations/`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Description:
    """A partner's file, as a path in the folder of descriptions.

    `servers` are where its API is really served, when the file names none, a placeholder or hosts of the past. `at`
    is the path of what it describes, for formats that name none.
    """

    path: str
    servers: tuple[str, ...] = ()
    at: str = ""


@dataclass(frozen=True)
class Undescribed:
    """Endpoints that no description has: those whose method and URL match `pattern` (`*` is any text), and why."""

    pattern: str
    reason: str


@dataclass(frozen=True)
class Partner:
    """What describes a destination's API. Without `descriptions`, `undescribed` says why there is none."""

    descriptions: tuple[Description, ...] = ()
    undescribed: tuple[Undescribed, ...] = ()


def _partner(*descriptions: Description | str, undescribed: dict[str, str] | None = None) -> Partner:
    return Partner(
        tuple(Description(each) if isinstance(each, str) else each for each in descriptions),
        tuple(Undescribed(pattern, reason) for pattern, reason in (undescribed or {}).items()),
    )


def _nothing(reason: str) -> Partner:
    return _partner(undescribed={"*": reason})


_LEFT_OUT = "the partner's whole file has it, and it fits; the copy that is kept leaves it out"

UNLISTED = _nothing("the destination has no line in the table yet")

_GRAPH = ("https://graph.facebook.com",)
_LAUNCHDARKLY = ("https://app.launchdarkly.com", "https://app.eu.launchdarkly.com", "https://app.launchdarkly.us")
_MARKETO = ("https://{munchkin}.mktorest.com",)
_KLAVIYO = (
    "create_list",
    "get_lists",
    "bulk_import_profiles",
    "get_bulk_import_profiles_job",
    "get_errors_for_bulk_import_profiles_job",
    "create_or_update_profile",
    "get_profiles",
    "add_profiles_to_list",
    "remove_profiles_from_list",
)

PARTNERS: dict[str, Partner] = {
    "amazon-s3": _partner(
        Description(
            "amazon-s3/s3-2006-03-01.putobject.service-2.json",
            servers=("https://{bucket}.s3.{region}.amazonaws.com",),
        )
    ),
    "braze": _partner(
        "braze/users-track.trimmed.openapi.json",
        undescribed={"POST */partners/*": "the partner endpoints for cohorts are documented in prose only"},
    ),
    "cohort-webhooks": _nothing("the receiver is the user's own; the body is Amplitude's, described in prose only"),
    "customer-io": _partner(
        # The file as a whole names both regions, its operations only the first.
        Description(
            "customer-io/track-api.trimmed.openapi.json",
            ("https://track.customer.io", "https://track-eu.customer.io"),
        ),
        "customer-io/app-api.segments.derived.openapi.yml",
        undescribed={"GET */v1/segments/*/customer_count": "the partner's reference has it, the derived file does not"},
    ),
    "facebook-ads": _partner(
        Description("facebook-ads/AdAccount.customaudiences.json", _GRAPH, at="/{version}/act_{account}"),
        Description("facebook-ads/CustomAudience.json", _GRAPH, at="/{version}/{id}"),
    ),
    "google-ads": _partner("google-ads/datamanager.v1.discovery.json"),
    "hubspot": _nothing("its OpenAPI files are proprietary: they were read, and are not kept"),
    "infobip": _partner(
        Description("infobip/people.trimmed.openapi.json", servers=("https://{account}.api.infobip.com",)),
        undescribed={"POST */saas/amplitude/1/lists*": "the partner endpoints are in Amplitude's pages only"},
    ),
    "intercom": _partner("intercom/openapi-2.16-trimmed.yaml"),
    "iterable": _partner(
        "iterable/lists.transcribed.openapi.yaml",
        undescribed={"GET */api/lists/*/size": _LEFT_OUT},
    ),
    "klaviyo": _partner(
        *(f"klaviyo/{name}.json" for name in _KLAVIYO),
        undescribed={"[DGP]* https://a.klaviyo.com/api/lists/*": _LEFT_OUT},
    ),
    "launchdarkly": _partner(
        Description(
            "launchdarkly/integration-framework-amplitude-manifest.json",
            _LAUNCHDARKLY,
            at="/api/v2/segment-targets/amplitude",
        ),
        "launchdarkly/openapi-segments-trimmed.yaml",
        undescribed={"GET */api/v2/caller-identity": _LEFT_OUT},
    ),
    "mailchimp": _partner(
        Description("mailchimp/swagger-segments-trimmed.yaml", ("https://{server}.api.mailchimp.com/3.0",)),
        Description("mailchimp/swagger-lists-trimmed.yaml", ("https://{server}.api.mailchimp.com/3.0",)),
        undescribed={"GET */segments/*/members[?]*": _LEFT_OUT},
    ),
    "marketo-static-list": _partner(
        Description("marketo-static-list/swagger-asset-staticlists-trimmed.json", _MARKETO),
        Description("marketo/swagger-mapi-trimmed.json", _MARKETO),
        Description("marketo/swagger-identity-trimmed.json", _MARKETO),
        undescribed={"POST */rest/asset/v1/staticList/*/delete.json": _LEFT_OUT},
    ),
    "onesignal": _partner(
        # The file of 2023 names the host of that time.
        Description("onesignal/api-1.2.2-users-segments-trimmed.json", ("https://api.onesignal.com",)),
    ),
    "salesforce-marketing-cloud-v2": _nothing("documented in prose and by a SOAP service, whose WSDL is not kept"),
    "thetradedesk": _partner(
        Description(
            "thetradedesk/ttd-data-api.advertiser.json",
            ("https://{region}-data.adsrvr.org", "https://data-cn2.adsrvr.cn"),
        )
    ),
    "twitter-ads": _nothing("the only machine-readable description is of version 6, years behind"),
}
