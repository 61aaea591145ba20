"""The normal forms that advertising partners hash, said in the language; digests are those of `sha256sum`."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from maniple.cohort.member import INVALID
from support.manifests import program

ADA = "24fa47595737a979eee92dfdb7a0614917c9d47d0c4f713746603471ca2587c7"
"""Of `ada@x.test`."""
GMAIL = "cd98a25152ad884b29e524ea5d3d8d35615ed0afbbc5ea3a6d4215572b0b2bde"
"""Of `adalovelace@gmail.com`."""
PLUS = "8a59780bb8cd2ba022bfa5ba2ea3b6e07af17a7d8b30c1f9b3390e36f69019e4"
"""Of `+15551234567`."""
PLAIN = "d6736136ea896c1bfdc553e0e86e702c70d060d805696ca3e4e9e0961353860a"
"""Of `15551234567`."""


def sent(value: Any, normalize: str | None = None, hash_: str | None = "sha256", format_: Any = "any") -> Any:
    """What a user's value is sent as."""
    rule = {"normalize": f"{{{{ value | {normalize} }}}}"} if normalize else {}
    of = program(mappings=[{"name": "user_key", "label": "Id", **rule, "hash": hash_, "format": format_}])
    convert = of.mappings[0].converter({}, {})
    assert convert is not None
    return convert([value])[0]


@pytest.mark.parametrize("value", ["ada@x.test", " Ada@X.test\t", "ADA@X.TEST"])
def test_an_address_trimmed_and_in_lower_case(value: str) -> None:
    assert sent(value, "trim | lower", format_="email") == ADA


@pytest.mark.parametrize("value", ["Ada @ x.test", " a d a@x.test "])
def test_an_address_without_any_white_space(value: str) -> None:
    assert sent(value, "strip_spaces | lower", format_="email") == ADA


@pytest.mark.parametrize(
    ("value", "digest"),
    [
        ("Ada.Lovelace@GMail.com", GMAIL),
        ("adalovelace@gmail.com", GMAIL),
        ("Ada.Lovelace@x.test", "da4969bdea0bbee6917cd50fe27f44d771d44f44c8a5180500f768d691b4dd6c"),
    ],
)
def test_an_address_whose_dots_do_not_count_at_one_provider(value: str, digest: str) -> None:
    assert sent(value, "trim | lower | gmail_dots") == digest


@pytest.mark.parametrize("value", ["a.d.a+news@X.test", "ada@x.test", "A.da+a.b@x.test"])
def test_an_address_without_dots_and_tag_at_any_provider(value: str) -> None:
    assert sent(value, "trim | lower | local_dots | plus_tag") == ADA


@pytest.mark.parametrize("value", ["+1 (555) 123-4567", "001 555 123 4567", "555.123.4567", "1-555-123-4567"])
def test_a_phone_number_with_its_plus(value: str) -> None:
    assert sent(value, "e164('1')", format_="e164") == PLUS


@pytest.mark.parametrize("value", ["+1 (555) 123-4567", "001 555 123 4567", "555 123 4567"])
def test_a_phone_number_as_digits_with_its_country_code(value: str) -> None:
    assert sent(value, "e164('1') | digits") == PLAIN


@pytest.mark.parametrize("value", ["+44 (0)20 7946 0000", "020 7946 0000", "0044 20 7946 0000"])
def test_a_phone_number_without_the_zero_of_calls_inside_a_country(value: str) -> None:
    assert sent(value, "e164('44') | digits") == "38e62b3e091778f9214de3aa00ae498aa4b78433d73dec5977eb2ec1c8be4a69"


def test_the_country_of_phone_numbers_may_be_what_the_end_user_filled_in() -> None:
    phone = {"name": "user_key", "label": "Phone", "normalize": "{{ value | e164(code) | digits }}", "hash": "sha256"}
    of = program(mappings=[phone], fields=[{"name": "code", "label": "Country code"}])
    convert = of.mappings[0].converter({"code": "+1"}, {})

    assert convert is not None
    assert convert(["(555) 123-4567"]) == [PLAIN]


def test_a_phone_number_without_country_code_as_sha1() -> None:
    assert sent("+1 (555) 123-4567", "e164('1') | replace('+1', '')", "sha1") == (
        "b8e04c986aa87857dfb4d364371d1a4195abf1bb"
    )


@pytest.mark.parametrize("value", ["call me", "12", "+1 555"])
def test_a_text_that_is_no_phone_number_is_not_hashed(value: str) -> None:
    assert sent(value, "e164('1') | digits") is INVALID


@pytest.mark.parametrize(
    ("value", "normalize", "digest"),
    [
        ("O'Neil", "lower | strip_punctuation | trim", "67a42a846e98e3c1a96cd6ba14883a5ea05990cd93964ce8b832aa9497ca785c"),
        (" Mary ", "trim | lower", "6915771be1c5aa0c886870b6951b03d7eafc121fea0e80a5ea83beb7c449f4ec"),
        ("Mary", "trim | lower | first", "62c66a7a5dd70c3146618063c344e531e6d4b59e379808443ce962b3abd63c5a"),
        ("Male", "trim | lower | truncate(1)", "62c66a7a5dd70c3146618063c344e531e6d4b59e379808443ce962b3abd63c5a"),
        ("1815-12-10", "date('%Y')", "934aa7be7deafc0053e92ce49a029603af8bc0b3891322a10b7ab730dfaa5d63"),
        ("1815-12-10", "date('%m')", "6b51d431df5d7f141cbececcf79edf3dd861c3b4069f0b11661a3eefacbba918"),
        ("1815-12-10", "date('%d')", "4a44dc15364204a80fe80e9039455cc1608281820fe2b24f1e5233ade6af1dd5"),
        ("New York", "lower | letters", "350c754ba4d38897693aa077ef43072a859d23f613443133fecbbd90a3512ca5"),
        ("München 1", "lower | letters", "f75c175f552c8b2bf46ef4b282ee782c81cf8687f66a8fe8278cc56fa727503e"),
        ("NY", "trim | lower", "1b06e2003f8420d6fa42badd8f77ec0f706b976b7a48b13c567dc5a559681683"),
        ("SW1A-1 AA", "lower | strip_spaces | replace('-', '')", "830e1d4b9838bab1f5c2acdb23e0b502ff13a9832c4632e8d67a1d43d3b7f614"),
        ("US", "trim | lower", "79adb2a2fce5c6ba215fe5f27f532d4e7edbac4b6a5e09e1ef3a08084a904621"),
        ("@Ada_L ", "trim | lower | replace('@', '')", "f41d8dbd601dd7a5a9add5201267dfdd9874419ceb130dbe03501c148be47ff8"),
        (
            " EA7583CD-A667-48BC-B806-42ECB2B48606",
            "trim | lower",
            "6cd6140c54b2741b81b0099b232a3ddaeed82df456f43563574877baec22b632",
        ),
    ],
)  # fmt: skip
def test_names_dates_places_handles_and_devices(value: str, normalize: str, digest: str) -> None:
    assert sent(value, normalize) == digest


def test_an_address_as_md5() -> None:
    assert sent("Ada@x.test", "trim | lower", "md5") == "cd2413d38c0217ac7e33dae267c0b4bd"


@pytest.mark.parametrize("hash_", ["md5", "sha1", "sha256", "sha512"])
def test_a_value_that_is_hashed_already_is_not_hashed_again(hash_: str) -> None:
    digest = hashlib.new(hash_, b"ada@x.test").hexdigest()

    assert sent(digest, "trim | lower", hash_, "email") == digest


@pytest.mark.parametrize("value", [ADA.upper(), f" {ADA}\n"])
def test_a_hash_is_sent_in_lower_case_and_without_white_space(value: str) -> None:
    assert sent(value, "trim | lower", format_="email") == ADA


def test_a_hash_of_another_kind_is_no_hash() -> None:
    digest = hashlib.md5(b"ada@x.test", usedforsecurity=False).hexdigest()

    assert sent(digest, hash_="sha256") == hashlib.sha256(digest.encode()).hexdigest()
    assert sent(digest, hash_="sha256", format_="email") is INVALID


@pytest.mark.parametrize("value", [None, "", "  ", "\t"])
def test_nothing_is_never_hashed(value: Any) -> None:
    assert sent(value, "trim | lower") is None


def test_what_a_normal_form_leaves_nothing_of_is_never_hashed() -> None:
    assert sent("...", "strip_punctuation | trim") is None
    assert sent("n/a", "digits") is None


def test_a_number_is_hashed_as_its_text() -> None:
    assert sent(15551234567) == PLAIN


def test_a_value_that_is_not_hashed_keeps_its_case() -> None:
    assert sent(" Case-Sensitive+Token==", "trim", None) == "Case-Sensitive+Token=="
