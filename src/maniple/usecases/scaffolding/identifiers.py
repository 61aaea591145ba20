"""Words that partners use for users, lists and secrets, and what a sample value looks like."""

from __future__ import annotations

import re
from typing import Final, Literal

from maniple.usecases.scaffolding.draft import Identifier


def bare(name: str) -> str:
    """A name without case and separators: `userId`, `user_id` and `User-ID` are one.

    >>> bare("userId"), bare("external_user_id")
    ('userid', 'externaluserid')
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())


def snake(name: str) -> str:
    """A variable name: `workspaceId` is `workspace_id`.

    >>> snake("workspaceId"), snake("X-App-Key"), snake("YOUR-ACCOUNT ID"), snake("2fa")
    ('workspace_id', 'x_app_key', 'your_account_id', 'value_2fa')
    """
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", name).strip("_").lower()
    return (split if split[:1].isalpha() else f"value_{split}".rstrip("_"))[:60]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


EMAIL: Final = Identifier(
    "email",
    "Email Mapping",
    _words("email emails emailaddress emailaddresses mail useremail emailid"),
    ("email",),
    "email",
    ("ada@example.com", "grace@example.com", "alan@example.com"),
    "{{ value | trim | lower }}",
)
PHONE: Final = Identifier(
    "phone",
    "Phone Mapping",
    _words("phone phones phonenumber phonenumbers msisdn msisdns mobile mobilenumber sms smsnumber tel"),
    ("phone", "phone_number"),
    "e164",
    ("+15550100001", "+15550100002", "+15550100003"),
    "{{ value | e164 }}",
)
EXTERNAL_ID: Final = Identifier(
    "external_id",
    "External ID Mapping",
    _words("externalid externalids externaluserid externaluserids externalkey"),
    ("external_id", "user_id"),
    "any",
    ("ext-1", "ext-2", "ext-3"),
)
USER_ID: Final = Identifier(
    "user_id",
    "User ID Mapping",
    _words(
        "userid userids uid uids id ids user users identifier identifiers customerid customerids memberid memberids "
        "contactid contactids profileid profileids subscriberid subscriberids personid subscriberkey distinctid identity"
    ),
    ("user_id",),
    "any",
    ("user-1", "user-2", "user-3"),
)
IDENTIFIERS: Final = (EMAIL, PHONE, EXTERNAL_ID, USER_ID)
"""Every kind of identifier that is guessed."""

COLLECTIONS: Final = _words(
    "list lists staticlist staticlists segment segments audience audiences group groups cohort cohorts tag tags "
    "contactlist contactlists mailinglist mailinglists userlist userlists customerlist customerlists customaudience "
    "customaudiences"
)
"""Words for what holds the members of a cohort."""
PEOPLE: Final = _words(
    "user users member members contact contacts subscriber subscribers profile profiles people person customers"
)
LIST_KEYS: Final = _words(
    "listid segmentid audienceid groupid cohortid tagid staticlistid contactlistid list segment audience userlistid "
    "customerlistid customaudienceid"
)
NAME_KEYS: Final = (
    "name",
    "listname",
    "segmentname",
    "audiencename",
    "groupname",
    "cohortname",
    "title",
    "displayname",
    "label",
)
"""Members that hold a list's name, the likeliest first."""
PERSONAL: Final = _words(
    "firstname lastname fullname name birthday birthdate dob age gender city country region state zip zipcode "
    "postalcode address company locale language timezone createdat updatedat signedupat joinedat timestamp"
)
"""Members of a user that are sample data of one person and no constants."""
PROPERTY_HOLDERS: Final = _words(
    "attributes customattributes properties userproperties customproperties tags traits customfields fields set"
)

_SECRET_NAME = re.compile(
    r"(api|auth|access|app|secret|private|rest|server|client|write|master|account)?(key|token|secret|password|passwd|signature)|"
    r"auth|authorization|apikey|pwd"
)
_EMAIL_VALUE = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE_VALUE = re.compile(r"\+[0-9][0-9 ().-]{6,18}")
_HASHES = {32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}


def secret_name(name: str) -> bool:
    """A header, parameter or member of this name holds a credential."""
    word = re.sub(r"^x", "", bare(name)) if name.lower().startswith("x-") else bare(name)
    return _SECRET_NAME.fullmatch(word) is not None or word.endswith(
        ("apikey", "token", "secret", "accesskey", "authkey")
    )


def secret_value(value: str) -> bool:
    """A text that looks like a credential whatever it is called: long, without spaces, digits among letters."""
    return (
        re.fullmatch(r"[A-Za-z0-9_.+/=~-]{20,}", value) is not None
        and re.search(r"[0-9]", value) is not None
        and re.search(r"[A-Za-z]", value) is not None
        and not is_uuid(value)
    )


def is_uuid(value: str) -> bool:
    """A UUID in its usual form."""
    return re.fullmatch(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", value) is not None


def hash_of(value: str) -> str | None:
    """The hash that a sample value seems to be made with."""
    return _HASHES.get(len(value)) if re.fullmatch(r"[0-9a-fA-F]+", value) else None


def identifier_of(key: str, value: object) -> Identifier | None:
    """The kind of identifier that a member holds, by its key, or else by its sample value; None when it is none."""
    word = re.sub(r"(sha256|sha1|md5|hashed|hash)", "", bare(key))
    for identifier in IDENTIFIERS:
        if word in identifier.keys and word:
            # `id: "ada@example.com"`: the value tells more than a key that fits anything.
            return identifier_of("", value) or identifier if identifier is USER_ID else identifier
    text = value if isinstance(value, str) else ""
    if _EMAIL_VALUE.fullmatch(text):
        return EMAIL
    return PHONE if _PHONE_VALUE.fullmatch(text) else None


def placeholder(text: str) -> str | None:
    """The name in a placeholder of a documentation page; None for any other text.

    >>> placeholder("{listId}"), placeholder("<your key>"), placeholder(":id"), placeholder("$LIST_ID"), placeholder("abc")
    ('listId', 'key', 'id', 'LIST_ID', None)
    """
    for pattern in (
        r"\{\{?\s*([\w .-]+?)\s*\}?\}",
        r"<\s*([\w .-]+?)\s*>",
        r"\[\s*([A-Za-z][\w .-]*?)\s*\]",
        r":([A-Za-z]\w*)",
        r"\$\{?([A-Za-z]\w*)\}?",
        r"((?:YOUR|MY|INSERT)[_ -][A-Z0-9_ -]+)",
        r"((?:your|my|insert)[_-][a-z0-9_-]+)",
        r"([A-Z][A-Z0-9]*_[A-Z0-9_]+)",
    ):
        found = re.fullmatch(pattern, text.strip())
        if found is not None:
            return re.sub(r"^(your|my|insert|the)[_ -]+", "", found[1], flags=re.IGNORECASE)
    return None


def role_of(name: str) -> Literal["list", "user", "secret", "other"]:
    """What a placeholder of this name stands for."""
    word = bare(name)
    if secret_name(name):
        return "secret"
    if word in LIST_KEYS or any(word in (each, f"{each}id") for each in COLLECTIONS):
        return "list"
    if word in PEOPLE or any(word in identifier.keys and word != "id" for identifier in IDENTIFIERS):
        return "user"
    return "other"
