"""What pydantic found, in the author's words and at its place."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError

from maniple.diagnostics.from_pydantic import diagnostics_from
from maniple.diagnostics.model import Diagnostic
from maniple.source.text import Source
from maniple.source.yaml import read_yaml


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


class NoAuth(Part):
    kind: Literal["none"]


class BasicAuth(Part):
    kind: Literal["basic"]
    username: str
    """Who calls. Often the key."""
    header: dict[str, str] = {}


class HeaderAuth(Part):
    kind: Literal["header"]
    header: str
    value: str


Auth = Annotated[NoAuth | BasicAuth | HeaderAuth, Field(discriminator="kind")]


class RetryAfter(Part):
    after: str


class Rule(Part):
    status: int | Literal["4xx", "5xx"] | list[int | Literal["4xx", "5xx"]] | None = None
    retry: bool | RetryAfter | None = None
    reason: str | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Rule:
        if self.status is None:
            raise PydanticCustomError("MAN403", "a rule needs a `status`", {"hint": "add `status: 400`"})
        return self


class SameAs(Part):
    same_as: Literal["create_list", "add_users"]


class Whole(Part):
    kind: Literal["list", "property"]
    version: Annotated[str, Field(pattern=r"^\d+\.\d+$")] = "1.0"
    """The version, semver. More on it elsewhere."""
    manifest: Literal[1] = 1
    items: Annotated[int, Field(ge=1, le=10_000)] = 1
    share: Annotated[float, Field(gt=0, lt=1, multiple_of=0.5)] = 0.5
    gzip: bool = False
    name: Annotated[str, Field(min_length=1, max_length=5)] = "n"
    variable: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] = "v"
    define: dict[Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")], str] = {}
    tags: Annotated[list[str], Field(min_length=1, max_length=2)] = ["t"]
    as_: str | None = Field(default=None, alias="as")
    auth: Auth | list[Auth] | None = None
    errors: list[Rule | SameAs] | SameAs = []
    batch: int | Literal["all"] | None = None
    url: str | None = None

    @field_validator("url")
    @classmethod
    def _no_ftp(cls, value: str) -> str:
        if value.startswith("ftp"):
            raise PydanticCustomError(
                "MAN302", "`{url}` is no web address", {"url": value, "notes": "a", "label": "here"}
            )
        if value.startswith("file"):
            raise ValueError("A file is not a web address.")
        return value


def _found(text: str) -> list[Diagnostic]:
    document, findings = read_yaml(Source("m.yaml", text))
    assert document is not None, findings
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate(document.data)
    return diagnostics_from(caught.value, document, Whole)


def _told(text: str) -> list[tuple[str, str, str, str | None]]:
    return [
        (found.code, found.message, text[found.span.start : found.span.end], found.hint)
        for found in _found(text)
        if found.span is not None
    ]


LIST = "kind: list\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("items: '5'", ("MAN401", "`items` is the text `5`; it must be a whole number", "'5'", "write `5` without quotes")),
        ("items: many", ("MAN401", "`items` is the text `many`; it must be a whole number", "many", None)),
        ("items: 1.5", ("MAN401", "`items` is 1.5; it must be a whole number", "1.5", None)),
        ("items: true", ("MAN401", "`items` is `true`; it must be a whole number", "true", None)),
        ("items: [1]", ("MAN401", "`items` is a list; it must be a whole number", "items", None)),
        ("items: 0", ("MAN401", "`items` is 0; it must be 1 or more", "0", None)),
        ("items: 20000", ("MAN401", "`items` is 20000; it must be 10,000 or less", "20000", None)),
        ("items:", ("MAN401", "`items` is empty; it must be a whole number", "", "leave the key out, or give it a value")),
        ("share: 0", ("MAN401", "`share` is 0; it must be more than 0", "0", None)),
        ("share: 1.5", ("MAN401", "`share` is 1.5; it must be less than 1", "1.5", None)),
        ("share: 0.3", ("MAN401", "`share` is 0.3; it must be a multiple of 0.5", "0.3", None)),
        ("gzip: yes", ("MAN401", "`gzip` is the text `yes`; it must be `true` or `false`", "yes", "write `true`")),
        ("gzip: 0", ("MAN401", "`gzip` is 0; it must be `true` or `false`", "0", None)),
        ("version: 1.10", ("MAN401", "`version` is 1.10; it must be text", "1.10", 'put quotes around it: `"1.10"`')),
        ("version: v1", ("MAN401", "`version` is the text `v1`, which does not have the right form", "v1", None)),
        ("name: ''", ("MAN401", "`name` has no character; it needs 1 character or more", "''", None)),
        ("name: abcdefg", ("MAN401", "`name` has 7 characters; it may have 5 characters at most", "abcdefg", None)),
        ("tags: []", ("MAN401", "`tags` has no entry; it needs 1 entry or more", "tags", None)),
        ("tags: [a, b, c]", ("MAN401", "`tags` has 3 entries; it may have 2 entries at most", "tags", None)),
        ("tags: a", ("MAN401", "`tags` is the text `a`; it must be a list", "a", "write it as a list: `[a]`")),
        ("tags: [1]", ("MAN401", "entry 1 of `tags` is 1; it must be text", "1", 'put quotes around it: `"1"`')),
        ("define: []", ("MAN401", "`define` is a list; it must be a map", "define", None)),
        ("define: {a-b: x}", ("MAN208", "`a-b` cannot be a variable name", "a-b", "write `a_b`")),
        ("variable: user-id", ("MAN208", "`user-id` cannot be a variable name", "user-id", "write `user_id`")),
        ("variable: 1a é", ("MAN401", "`1a é` cannot be a variable name", "1a é", "write `_1a__`")),
        ("manifest: '1'", ("MAN404", "`manifest` is the text `1`; it must be `1`", "'1'", "write `1` without quotes")),
        ("batch: alll", ("MAN404", "`batch` is the text `alll`; it must be `all` or a whole number", "alll",
                         "did you mean `all`?")),
        ("batch: {}", ("MAN401", "`batch` is a map; it must be `all` or a whole number", "batch", None)),
        ("iitems: 5", ("MAN402", "the manifest has no key `iitems`", "iitems", "did you mean `items`?")),
        ("as_: 5", ("MAN402", "the manifest has no key `as_`", "as_", "did you mean `as`?")),
        ("url: ftp://x", ("MAN302", "`ftp://x` is no web address", "ftp://x", None)),
        ("url: file://x", ("MAN401", "`url`: a file is not a web address", "file://x", None)),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_told_in_the_authors_words(text: str, expected: tuple[Any, ...]) -> None:
    assert _told(LIST + text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("auth: {kind: basc}", ("MAN405", "`auth` has no kind `basc`", "basc", "did you mean `basic`?")),
        ("auth: {username: a}", ("MAN405", "`auth` needs `kind`", "auth", "add `kind: basic`")),
        ("auth: {kind: basic}", ("MAN403", "`auth` needs `username`", "auth", None)),
        ("auth: {kind: basic, user_name: a}", ("MAN402", "`auth` has no key `user_name`", "user_name",
                                               "did you mean `username`?")),
        ("auth: [{kind: basic}]", ("MAN403", "entry 1 of `auth` needs `username`", "{kind: basic}", None)),
        ("auth:\n- kind: none\n- kind: basic\n  username: 1\n", ("MAN401", "`username` is 1; it must be text", "1",
                                                                 'put quotes around it: `"1"`')),
        ("auth: {kind: basic, username: a, header: {a: 1}}", ("MAN401", "`a` is 1; it must be text", "1",
                                                              'put quotes around it: `"1"`')),
        ("auth: {kind: header, header: X}", ("MAN403", "`auth` needs `value`", "auth", None)),
        ("auth: basic", ("MAN401", "`auth` is the text `basic`; it must be a map or a list", "basic",
                         "write `auth: {kind: basic}`")),
        ("errors: [{status: 400, reson: x}]", ("MAN402", "entry 1 of `errors` has no key `reson`", "reson",
                                               "did you mean `reason`?")),
        ("errors: [{same_ass: add_users}]", ("MAN402", "entry 1 of `errors` has no key `same_ass`", "same_ass",
                                             "did you mean `same_as`?")),
        ("errors: {same_as: add_user}", ("MAN404", "`same_as` is the text `add_user`; "
                                         "it must be `create_list` or `add_users`", "add_user",
                                         "did you mean `add_users`?")),
        ("errors: [{reason: x}]", ("MAN403", "a rule needs a `status`", "{reason: x}", "add `status: 400`")),
        ("errors: [{status: 4x}]", ("MAN404", "`status` is the text `4x`; it must be `4xx`, `5xx`, a whole number or a list",
                                    "4x", "did you mean `4xx`?")),
        ("errors: [{status: [4x]}]", ("MAN404", "entry 1 of `status` is the text `4x`; "
                                      "it must be `4xx`, `5xx` or a whole number", "4x", "did you mean `4xx`?")),
        ("errors: [{status: 400, retry: on}]", ("MAN401", "`retry` is the text `on`; "
                                                "it must be `true`, `false` or a map with `after`", "on", "write `true`")),
        ("errors: [{status: 400, retry: {aftr: 1s}}]", ("MAN402", "`retry` has no key `aftr`", "aftr",
                                                        "did you mean `after`?")),
        ("errors: nope", ("MAN401", "`errors` is the text `nope`; it must be a list or a map with `same_as`", "nope", None)),
    ],
)  # fmt: skip
def test_of_a_union_only_the_branch_that_was_meant_speaks(text: str, expected: tuple[Any, ...]) -> None:
    assert _told(LIST + text) == [expected]


def test_a_missing_key_is_told_at_its_owner_with_what_it_means() -> None:
    (found,) = _found("kind: list\nauth: {kind: basic}\n")
    assert (found.label, found.notes, found.path) == ("`username` is missing", ("`username`: Who calls",), ("auth",))


def test_a_key_missing_at_the_top_is_told_at_the_start() -> None:
    (found,) = _found("\n# a\nitems: 1\n")
    assert (found.code, found.message, found.position) == ("MAN403", "the manifest needs `kind`", (3, 1))


def test_an_empty_file_is_told_to_be_empty() -> None:
    (found,) = _found("# nothing\n")
    assert (found.code, found.message) == ("MAN401", "the manifest is empty; it must be a map")
    assert found.hint == "`maniple new my-partner` makes one to begin with"


def test_the_form_of_a_text_is_explained_by_the_fields_description() -> None:
    (found,) = _found(LIST + "version: x")
    assert found.notes == ("`version`: The version, semver", r"it must fit the pattern `^\d+\.\d+$`")


def test_the_keys_allowed_at_a_place_are_listed() -> None:
    (found,) = _found(LIST + "auth: {kind: header, header: a, value: b, zzz: 1}")
    assert found.notes == ("allowed here: `kind`, `header` and `value`",)


def test_the_known_kinds_are_listed() -> None:
    (found,) = _found(LIST + "auth: {kind: zzz}")
    assert found.notes == ("known: `none`, `basic` and `header`",)


def test_a_validators_own_code_label_and_notes_are_kept() -> None:
    (found,) = _found(LIST + "url: ftp://x")
    assert (found.code, found.label, found.notes) == ("MAN302", "here", ("a",))


def test_findings_are_in_the_order_of_the_text() -> None:
    found = _found("zzz: 1\nitems: 0\nkind: lists\ngzip: 1\nyyy: 1\n")
    assert [each.position[0] for each in found] == [1, 2, 3, 4, 5]


def test_a_document_may_be_called_otherwise() -> None:
    document, _ = read_yaml(Source("cases.yaml", "kind: list\nzzz: 1\n"))
    assert document is not None
    with pytest.raises(ValidationError) as caught:
        Whole.model_validate(document.data)
    (found,) = diagnostics_from(caught.value, document, Whole, whole="the case file")
    assert found.message == "the case file has no key `zzz`"


def test_a_hundred_findings_are_enough() -> None:
    assert len(_found(LIST + "".join(f"zz{number}: 1\n" for number in range(1000)))) == 100
