"""Laws of bodies: real readers get back what was meant, and no value of a user adds a row, a part or an element."""

from __future__ import annotations

import csv
import io
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import orjson
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from python_multipart.multipart import FormParser

from maniple.markup import read_markup
from maniple.runtime.prepare import Batch, prepare
from maniple.runtime.program import Program
from maniple.template.text import text_of
from maniple.wire import MAX_DEPTH, MAX_VALUES, Request
from support.manifests import context, program

POISON = (
    "]]>",
    "<!--",
    "</a>",
    "&lt;",
    "--boundary\r\n",
    '"',
    "'",
    "a,b",
    "\r\n",
    "\n",
    "\x00",
    "=1+1",
    "%0A",
    "&b=c",
    "+",
)
texts = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.lists(st.sampled_from(POISON), min_size=1, max_size=4).map("".join),
)
users = st.lists(texts, min_size=1, max_size=6)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=6,
)


def call(**body: Any) -> Program:
    return program(add_users={"method": "POST", "url": "https://api.acme.test/a", **body})


def sent(of: Program, values: list[Any]) -> Request:
    (found,) = prepare(of.call_for("add"), context(of), Batch("add", 0, {"user_key": values}, len(values)))
    assert found.request is not None
    return found.request


FORM = call(form={"id": "$items", "of": "$operation"}, item="$user_key")
LINES = call(ndjson={"id": "$user_key"})
CSV = call(csv={"columns": {"id": "$user_key", "a,b\n": "x"}})
TABS = call(csv={"columns": {"id": "$user_key", "of": "$operation"}, "delimiter": "\t", "header": False})
PARTS = call(
    multipart=[
        {"name": "id", "value": "$items"},
        {"name": "f", "filename": "u-$amp_cohort_name.csv", "csv": {"columns": {"id": "$user_key"}}},
    ]
)
TREE = call(xml={"p:us": {"@xmlns:p": "urn:p", "u": "$items"}}, item={"@a": "$user_key", "i": "$user_key"})
MARKUP = call(xml="<us of='$operation'><u k='1'>$items</u> <n/></us>", item={"@a": "$user_key", "i": "$user_key"})


@given(users)
def test_a_form_reads_back(values: list[str]) -> None:
    read = parse_qsl((sent(FORM, values).body or b"").decode(), keep_blank_values=True, strict_parsing=True)

    assert read == [*(("id", value) for value in values), ("of", "add")]


@given(st.lists(anything.filter(lambda value: value is not None), min_size=1, max_size=4))
def test_a_form_has_a_pair_for_each_text_whatever_the_values(values: list[Any]) -> None:
    read = parse_qsl((sent(FORM, values).body or b"").decode(), keep_blank_values=True, strict_parsing=True)

    assert len(read) == len(values) + 1


@given(users)
def test_lines_read_back(values: list[str]) -> None:
    lines = (sent(LINES, values).body or b"").split(b"\n")

    assert lines.pop() == b""
    assert [orjson.loads(line) for line in lines] == [{"id": value} for value in values]


@pytest.mark.parametrize("of", [CSV, TABS])
@given(values=users)
@example(values=[""])
def test_rows_read_back(of: Program, values: list[str]) -> None:
    text = (sent(of, values).body or b"").decode()
    read = list(csv.reader(io.StringIO(text, newline=""), delimiter="," if of is CSV else "\t", strict=True))

    header = [["id", "a,b\n"]] if of is CSV else []
    assert read == [*header, *([value, "x" if of is CSV else "add"] for value in values)]


@given(st.lists(anything, min_size=1, max_size=4))
def test_a_row_has_its_cells_whatever_the_values(values: list[Any]) -> None:
    text = (sent(CSV, values).body or b"").decode()

    assert [len(row) for row in csv.reader(io.StringIO(text, newline=""))] == [2] * (len(values) + 1)


@given(users)
def test_parts_read_back_by_two_readers(values: list[str]) -> None:
    request = sent(PARTS, values)
    rows = io.StringIO(newline="")
    csv.writer(rows).writerows([["id"], *([value] for value in values)])
    ids = [orjson.dumps({"id": value}) for value in values]

    assert by_python_multipart(request) == by_email(request) == (ids, [rows.getvalue().encode()])


def by_python_multipart(request: Request) -> tuple[list[bytes], list[bytes]]:
    kind = dict(request.headers)["Content-Type"]
    fields: list[bytes] = []
    files: list[bytes] = []

    def take_file(file: Any) -> None:
        file.file_object.seek(0)
        files.append(file.file_object.read())

    parser = FormParser(
        "multipart/form-data",
        lambda field: fields.append(field.value or b""),
        take_file,
        boundary=kind.partition("boundary=")[2],
    )
    parser.write(request.body or b"")
    parser.finalize()
    return fields, files


def by_email(request: Request) -> tuple[list[bytes], list[bytes]]:
    kind = dict(request.headers)["Content-Type"]
    head = f"Content-Type: {kind}\r\nContent-Transfer-Encoding: binary\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + (request.body or b""))
    parts = list(message.iter_parts())
    bodies = [part.get_payload(decode=True) for part in parts]
    named = [part.get_filename() for part in parts]
    return (
        [body for body, name in zip(bodies, named, strict=True) if name is None],
        [body for body, name in zip(bodies, named, strict=True) if name is not None],
    )


def in_xml(value: Any) -> str:
    """The value as XML 1.0 can have it."""
    return "".join(
        char
        if char in "\t\n\r" or " " <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd" or char >= "\U00010000"
        else "\ufffd"
        for char in text_of(value)
    )


@pytest.mark.parametrize("of", [TREE, MARKUP])
@given(values=users)
def test_elements_read_back(of: Program, values: list[str]) -> None:
    root = ElementTree.fromstring(sent(of, values).body or b"")

    assert [(user.get("a"), [(child.tag, child.text or "") for child in user]) for user in root.iter("u")] == [
        (in_xml(value), [("i", in_xml(value))]) for value in values
    ]
    assert len(list(root)) == len(values) + (of is MARKUP)


@pytest.mark.parametrize("of", [TREE, MARKUP])
@given(values=st.lists(anything, min_size=1, max_size=4))
def test_only_the_authors_elements_are_there_whatever_the_values(of: Program, values: list[Any]) -> None:
    assume(not any(value == [] for value in values))
    root = ElementTree.fromstring(sent(of, values).body or b"")

    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names <= {"us", "u", "i", "n"}
    assert {key for element in root.iter() for key in element.attrib} <= {"a", "k", "of"}
    assert len(root.findall("u")) == len(values)


@given(users)
def test_what_is_written_as_xml_is_read_as_it_was(values: list[str]) -> None:
    tree = read_markup(sent(TREE, values).body or b"", MAX_VALUES, MAX_DEPTH)
    found = tree["us"]["u"]

    assert (found if isinstance(found, list) else [found]) == [
        {"@a": in_xml(value), "i": in_xml(value)} for value in values
    ]


@given(st.binary(max_size=60).map(lambda text: b"<a" + text))
def test_no_bytes_break_the_reading_of_xml(body: bytes) -> None:
    tree = read_markup(body, MAX_VALUES, MAX_DEPTH)

    assert tree is None or isinstance(tree, dict)
