"""Replies in XML and in lines: as plain data, safely, and for every path of a manifest."""

from __future__ import annotations

from typing import Any

import pytest

from maniple.runtime.classify import Accepted, Refused, classify, contains_in_xml
from maniple.runtime.rejects import read_rejects
from maniple.runtime.search import search
from maniple.wire import MAX_DEPTH, Reply
from support.manifests import context, program

SOAP = b"""\xef\xbb\xbf<?xml version="1.0"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/">
  <soap:Body>
    <CreateResponse xmlns="http://acme.test/wsdl">
      <Results code="7"><StatusCode>Error</StatusCode><Key>u1</Key></Results>
      <Results><StatusCode>OK</StatusCode><Key>u2</Key></Results>
      <RequestID> 12 </RequestID>
      <Note lang="en"> Not
        all </Note>
      <None/>
    </CreateResponse>
  </soap:Body>
</soap:Envelope>"""
S3 = b"<Error><Code>NoSuchBucket</Code><Message>No &lt;bucket&gt;</Message><Attempts>3</Attempts></Error>"


def xml(body: bytes, status: int = 200, kind: str = "text/xml") -> Reply:
    return Reply(status, (("Content-Type", kind),), body)


def test_elements_are_maps_lists_and_texts_by_local_names() -> None:
    assert xml(SOAP).tree == {
        "Envelope": {
            "Body": {
                "CreateResponse": {
                    "Results": [
                        {"@code": "7", "StatusCode": "Error", "Key": "u1"},
                        {"StatusCode": "OK", "Key": "u2"},
                    ],
                    "RequestID": " 12 ",
                    "Note": {"@lang": "en", "#text": "Not\n        all"},
                    "None": "",
                }
            }
        }
    }


@pytest.mark.parametrize("kind", ["application/xml", "text/plain", "application/json", ""])
def test_what_begins_as_xml_is_read_as_xml(kind: str) -> None:
    assert xml(S3, kind=kind).tree["Error"]["Code"] == "NoSuchBucket"


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0" encoding="ISO-8859-1"?><a>\xfc</a>',
        '<?xml version="1.0" encoding="UTF-16"?><a>ü</a>'.encode("utf-16"),
        "<a>ü</a>".encode(),
    ],
)
def test_the_encoding_is_the_one_that_is_declared(body: bytes) -> None:
    assert xml(body).tree == {"a": "ü"}


@pytest.mark.parametrize(
    "body",
    [
        b"<a><b></a>",
        b"<a/><b/>",
        b"<!DOCTYPE a><a/>",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b"<a>&nbsp;</a>",
        b'<?xml version="1.0" encoding="no-such"?><a/>',
        b"<a>\xff</a>",
        b"<" * 100,
    ],
)
def test_what_is_not_plain_xml_is_nothing(body: bytes) -> None:
    assert xml(body).tree is None


def test_a_page_for_people_is_nothing() -> None:
    assert xml(b"<html><body>Bad gateway</body></html>", kind="text/html; charset=utf-8").tree is None


def test_no_entity_is_expanded() -> None:
    laughs = "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10 if at else "lol"}">' for at in range(10))
    assert xml(f"<!DOCTYPE l [{laughs}]><l>&l9;</l>".encode()).tree is None
    blowup = f'<!DOCTYPE l [<!ENTITY a "{"a" * 50_000}">]><l>{"&a;" * 50_000}</l>'
    assert xml(blowup.encode()).tree is None


def test_depth_and_number_of_values_are_bounded() -> None:
    deepest = b"<a>" * MAX_DEPTH + b"</a>" * MAX_DEPTH
    assert xml(deepest).tree is not None
    assert xml(b"<a>" + deepest + b"</a>").tree is None
    many = xml(b"<a>" + b"<b/>" * 500_000 + b"</a>")
    assert (many.tree, many.is_beyond_reading) == (None, True)
    attributes = xml(b"<a " + b" ".join(b'a%d=""' % at for at in range(500_001)) + b"/>")
    assert (attributes.tree, attributes.is_beyond_reading) == (None, True)
    assert not xml(b"<a>" + b"," * 600_000 + b"</a>").is_beyond_reading


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("Envelope.Body.*.Results[] | [?StatusCode=='Error'].Key", ["u1"]),
        ("Envelope.Body.CreateResponse.[RequestID][]", [" 12 "]),
        ("Envelope.Body.CreateResponse.[Results][]|length(@)", 2),
        ("Envelope.Body.CreateResponse.[Absent][]", []),
    ],
)
def test_paths_find_their_way(path: str, found: Any) -> None:
    import jmespath

    compiled = jmespath.compile(path)
    assert search(compiled, xml(SOAP).tree) in (found, [found])


def refused(reply: Reply, *errors: dict[str, Any], success: str | None = None) -> str | None:
    of = program(errors=list(errors), **({"success": success} if success else {}))
    step = of.call_for("add").first
    read = classify(step.rules, step.success, reply, {})
    return None if isinstance(read, Accepted) else read.why.message if isinstance(read, Refused) else None


@pytest.mark.parametrize(
    "body",
    [
        {"Error": {"Code": "NoSuchBucket"}},
        {"Error": {"Attempts": 3}},
        {"Error": [{"Code": "NoSuchBucket"}]},
        {"Error": {}},
    ],
)
def test_a_fragment_fits_a_reply_in_xml(body: dict[str, Any]) -> None:
    rule = {"status": 404, "body": body, "reason": "Gone", "message": "{{ reply.Error.Message }}"}

    assert refused(xml(S3, 404), rule) == "No <bucket>"


@pytest.mark.parametrize(
    "body", [{"Error": {"Code": "Other"}}, {"Error": {"Attempts": 4}}, {"Fault": {}}, {"Error": None}]
)
def test_another_fragment_does_not_fit(body: dict[str, Any]) -> None:
    assert not contains_in_xml(xml(S3).tree, body)


def test_success_is_a_path_into_xml() -> None:
    path = "length([Envelope.Body.CreateResponse.Results][] | [?StatusCode!='OK']) == `0`"

    assert refused(xml(SOAP), success=path) is not None
    assert refused(xml(SOAP.replace(b">Error<", b">OK<")), success=path) is None


@pytest.mark.parametrize(
    ("body", "users"),
    [
        (b"<r><bad><id>u2</id><why>Unknown</why></bad></r>", [1]),
        (b"<r><bad><id>u2</id><why>Unknown</why></bad><bad><id>u1</id><why>Unknown</why></bad></r>", [0, 1]),
        (b"<r/>", []),
    ],
)
def test_one_refused_user_is_a_row_as_well_as_several(body: bytes, users: list[int]) -> None:
    of = program(rejects={"rows": "r.bad", "by": "value", "at": "id", "item": "$user_key", "reason": "why"})
    rejects = of.call_for("add").first.rejects
    assert rejects is not None

    found = read_rejects(rejects, xml(body), {"user_key": ["u1", "u2"]}, context(of).scope, 2)

    assert [(each.row, each.reason) for each in found.verdicts] == [(user, "Unknown") for user in users]


def test_a_count_may_be_in_words() -> None:
    of = program(rejects={"count": "r.failed"})
    rejects = of.call_for("add").first.rejects
    assert rejects is not None

    assert read_rejects(rejects, xml(b"<r><failed>2</failed></r>"), {"user_key": ["a", "b", "c"]}, {}, 3).uncounted == 2


@pytest.mark.parametrize("kind", ["application/x-ndjson", "application/jsonl; charset=utf-8", "application/jsonlines"])
def test_lines_are_a_list(kind: str) -> None:
    assert xml(b'{"id": 1}\n\n[2]\r\nno\n', kind=kind).tree == [{"id": 1}, [2], None]
