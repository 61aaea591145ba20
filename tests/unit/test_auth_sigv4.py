"""AWS Signature Version 4 against the examples that AWS prints, and roles that are taken on first."""

from __future__ import annotations

import pytest

from maniple.auth.aws_sigv4 import AwsSigV4, canonical_request, signed
from maniple.auth.kind import Credential, Denied
from maniple.wire import Reply, Request
from support.stage import Stage, form_of, given

KEYS = {
    "access_key": "AKIAIOSFODNN7EXAMPLE",
    "secret_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
}
MAY_24_2013 = 1369353600.0
AUGUST_30_2015 = 1440938160.0
BUCKET = "https://examplebucket.s3.amazonaws.com"
EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
S3 = {
    "GET Object": (
        Request("GET", f"{BUCKET}/test.txt", (("Range", "bytes=0-9"), ("User-Agent", "maniple"))),
        "host;range;x-amz-content-sha256;x-amz-date",
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    ),
    "PUT Object": (
        Request(
            "PUT",
            f"{BUCKET}/test$file.text",
            (("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")),
            b"Welcome to Amazon S3.",
        ),
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    ),
    "GET Bucket Lifecycle": (
        Request("GET", f"{BUCKET}/?lifecycle"),
        "host;x-amz-content-sha256;x-amz-date",
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543",
    ),
    "Get Bucket (List Objects)": (
        Request("GET", f"{BUCKET}/?max-keys=2&prefix=J"),
        "host;x-amz-content-sha256;x-amz-date",
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
    ),
}


@pytest.mark.parametrize("example", S3)
def test_an_example_of_the_s3_documentation_gets_its_signature(example: str) -> None:
    request, names, wanted = S3[example]

    authorization = dict(signed(request, KEYS, "us-east-1", "s3", MAY_24_2013).headers)["Authorization"]

    assert authorization == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        f"SignedHeaders={names}, Signature={wanted}"
    )


def test_the_iam_example_of_the_general_reference_gets_its_signature() -> None:
    keys = {"access_key": "AKIDEXAMPLE", "secret_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
    url = "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08"
    request = Request("GET", url, (("Content-Type", "application/x-www-form-urlencoded; charset=utf-8"),))

    authorization = dict(signed(request, keys, "us-east-1", "iam", AUGUST_30_2015).headers)["Authorization"]

    assert authorization == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


def test_the_canonical_request_is_that_of_the_s3_put_example() -> None:
    hashed = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
    request, _, _ = S3["PUT Object"]
    full = request.with_header("X-Amz-Date", "20130524T000000Z").with_header("X-Amz-Content-Sha256", hashed)

    text, _ = canonical_request(full, hashed, "s3")

    assert text.splitlines() == [
        "PUT",
        "/test%24file.text",
        "",
        "date:Fri, 24 May 2013 00:00:00 GMT",
        "host:examplebucket.s3.amazonaws.com",
        f"x-amz-content-sha256:{hashed}",
        "x-amz-date:20130524T000000Z",
        "x-amz-storage-class:REDUCED_REDUNDANCY",
        "",
        "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
        hashed,
    ]


def test_other_services_encode_the_path_once_more() -> None:
    text, _ = canonical_request(Request("GET", "https://a.test/a%20b"), EMPTY, "execute-api")

    assert text.splitlines()[1] == "/a%2520b"


ROLE = AwsSigV4(kind="aws_sigv4", region="eu-west-1", role_arn="arn:aws:iam::1:role/r", external_id="ext")
OWN = given({"$access_key": "AKIDOWN", "$secret_key": "own-secret"})
TAKEN = b"""<AssumeRoleResponse><AssumeRoleResult><Credentials>
  <AccessKeyId>ASIATEMP</AccessKeyId><SecretAccessKey>temp&amp;secret</SecretAccessKey>
  <SessionToken>session/token==</SessionToken><Expiration>2015-08-30T13:36:00Z</Expiration>
</Credentials></AssumeRoleResult></AssumeRoleResponse>"""


def test_a_role_is_taken_on_once_and_its_keys_sign() -> None:
    stage = Stage(tokens=[Reply(200, body=TAKEN)], moment=AUGUST_30_2015)

    got = stage.play(ROLE.obtain(OWN, None))
    again = stage.play(ROLE.obtain(OWN, None))
    request = stage.play(ROLE.sign(Request("GET", f"{BUCKET}/"), OWN, got))

    assert (
        got
        == again
        == Credential({"access_key": "ASIATEMP", "secret_key": "temp&secret", "session_token": "session/token=="})
    )
    (asked,) = stage.asked
    assert asked.url == "https://sts.eu-west-1.amazonaws.com/"
    assert form_of(asked) == {
        "Action": "AssumeRole",
        "Version": "2011-06-15",
        "RoleArn": "arn:aws:iam::1:role/r",
        "RoleSessionName": "maniple",
        "DurationSeconds": "3600",
        "ExternalId": "ext",
    }
    assert "Credential=AKIDOWN/20150830/eu-west-1/sts/" in dict(asked.headers)["Authorization"]
    headers = dict(request.headers)
    assert headers["X-Amz-Security-Token"] == "session/token=="
    assert "Credential=ASIATEMP/20150830/eu-west-1/s3/" in headers["Authorization"]
    assert {"ASIATEMP", "temp&secret", "session/token=="} <= set(stage.concealed)


def test_the_keys_of_a_role_are_replaced_a_minute_before_they_end() -> None:
    stage = Stage(tokens=[Reply(200, body=TAKEN), Reply(200, body=TAKEN)], moment=AUGUST_30_2015)

    stage.play(ROLE.obtain(OWN, None))
    stage.moment += 3600 - 61
    stage.play(ROLE.obtain(OWN, None))
    assert len(stage.asked) == 1
    stage.moment += 1
    stage.play(ROLE.obtain(OWN, None))
    assert len(stage.asked) == 2


def test_a_role_that_may_not_be_taken_on_says_who_must_act() -> None:
    refused = (
        b"<ErrorResponse><Error><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>"
    )
    stage = Stage(tokens=[Reply(403, body=refused)])

    denied = stage.play(ROLE.obtain(OWN, None))

    assert denied == Denied(
        "Sign-in refused",
        "AWS did not let the role be taken on (`AccessDenied`): check the role, its trust policy and the external id. "
        "AWS says: not authorized",
        Reply(403, body=refused),
    )


def test_a_region_that_would_be_another_host_is_refused() -> None:
    kind = AwsSigV4(kind="aws_sigv4", region="evil.test/", role_arn="arn:aws:iam::1:role/r")

    denied = Stage().play(kind.obtain(OWN, None))

    assert denied.message == "`evil.test/` is not an AWS region: correct it in the connection's settings"
