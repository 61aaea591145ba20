"""The exact text of XML bodies."""

from __future__ import annotations

from typing import Any

from support.bodies import body, content_type, prepared

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
SOAP = """
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="urn:xsi">
  <!-- what the partner documents -->
  <soap:Header><token>{{ list_id | string }}</token></soap:Header>
  <soap:Body to="$amp_cohort_name">
    <Delete xmlns="http://acme.test/wsdl">
      <Objects xsi:type="Row">$items</Objects>
    </Delete>
  </soap:Body>
</soap:Envelope>
"""


def xml(*users: Any, **changes: Any) -> str:
    return body(*users, **changes).removeprefix(DECLARATION)


def test_a_tree_is_elements_attributes_and_text() -> None:
    tree = {"users": {"@list": "$list_id", "#text": "of $operation", "user": "$items", "last": None}}

    assert xml("u1", "<2>", xml=tree, item={"@id": "$user_key", "on": True}) == (
        '<users list="7">of add<user id="u1"><on>true</on></user><user id="&lt;2&gt;"><on>true</on></user><last/></users>'
    )
    assert content_type("u1", xml=tree, item="$user_key") == "application/xml"


def test_a_list_repeats_its_element() -> None:
    tree = {"a": {"n": [1, {"@x": "y"}, "$operation"], "user": {"id": "$items"}}}

    assert xml("u1", "u2", xml=tree, item="$user_key") == (
        '<a><n>1</n><n x="y"/><n>add</n><user><id>u1</id><id>u2</id></user></a>'
    )


def test_xml_text_keeps_its_elements_and_repeats_the_one_around_the_items() -> None:
    item = {"Keys": {"Key": {"Name": "id", "Value": "$user_key"}}}

    assert xml("a&b", "]]>", xml=SOAP, item=item, name='x"<') == (
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="urn:xsi">'
        '<soap:Header><token>7</token></soap:Header><soap:Body to="x&quot;&lt;">'
        '<Delete xmlns="http://acme.test/wsdl">'
        '<Objects xsi:type="Row"><Keys><Key><Name>id</Name><Value>a&amp;b</Value></Key></Keys></Objects>'
        '<Objects xsi:type="Row"><Keys><Key><Name>id</Name><Value>]]&gt;</Value></Key></Keys></Objects>'
        "</Delete></soap:Body></soap:Envelope>"
    )


def test_text_and_holes_may_stand_among_elements() -> None:
    text = "<p>for <b>$user_key</b>, $operation &amp; more</p>"

    assert xml("u1", xml=text, batch={"items": 1}) == "<p>for <b>u1</b>, add &amp; more</p>"


def test_what_may_be_absent_is_left_out() -> None:
    tree = {"u": {"id": "$user_key", "none~": "$user.none", "@none~": "$user.none", "deep": {"none~": "$user.none"}}}

    assert xml("u1", xml=tree, batch={"items": 1}) == "<u><id>u1</id></u>"


def test_a_map_of_a_user_is_text_and_a_list_repeats_the_authors_element() -> None:
    tree = {"u": {"many": "$user_key"}}

    assert xml({"@a": "<b/>"}, xml=tree, batch={"items": 1}) == '<u><many>{"@a":"&lt;b/&gt;"}</many></u>'
    assert xml(["a", {"b": 1}], xml=tree, batch={"items": 1}) == '<u><many>a</many><many>{"b":1}</many></u>'
    assert xml({"@a": "b"}, xml={"u": {"user": "$items"}}, item={"v": "$user_key"}) == (
        '<u><user><v>{"@a":"b"}</v></user></u>'
    )


def test_the_outermost_element_is_there_once_whatever_its_value() -> None:
    assert xml(["a", "b"], xml={"u": "$user_key"}, batch={"items": 1}) == '<u>["a","b"]</u>'


def test_a_case_chooses_the_elements() -> None:
    item = {"$case": "$operation", "add": {"new": {"id": "$user_key"}}, "else": "gone"}

    assert xml("u1", xml={"us": {"u": "$items"}}, item=item) == "<us><u><new><id>u1</id></new></u></us>"


def test_characters_that_xml_lacks_are_replaced_and_line_breaks_are_kept() -> None:
    assert xml("a\x00\x0b\ufffe\r\n\tz", xml={"u": {"@a": "$user_key", "#text": "$user_key"}}, batch={"items": 1}) == (
        '<u a="a\ufffd\ufffd\ufffd&#13;&#10;&#9;z">a\ufffd\ufffd\ufffd&#13;\n\tz</u>'
    )


def test_joined_items_are_text() -> None:
    assert xml("u1", "u2", xml="<u>all: $items</u>", item="$user_key", join=",") == "<u>all: u1,u2</u>"


def test_the_manifests_own_content_type_is_kept() -> None:
    headers = {"Content-Type": "text/xml; charset=utf-8"}

    assert (
        content_type("u1", xml="<u><i>$items</i></u>", item="$user_key", headers=headers) == "text/xml; charset=utf-8"
    )


def test_an_item_that_is_left_out_is_skipped() -> None:
    found = prepared("u1", None, xml={"us": {"u": "$items"}}, item={"id~": "$user_key"})

    assert [verdict.row for verdict in found.verdicts] == [1]
