"""URLs read backwards."""

from __future__ import annotations

from typing import Any

import pytest

from maniple.testing.simulator.match import plain
from maniple.testing.simulator.urls import url_shape
from support.manifests import program

REGION: dict[str, Any] = {"name": "region", "label": "Region", "type": "select", "default": "us"}
REGION["options"] = [{"label": word, "value": word, "host": f"api.{word}.acme.test"} for word in ("us", "eu")]


def read(url: str, host: str, target: str, query: dict[str, Any] | None = None, /, **fields: Any) -> Any:
    given = [{"label": name, "name": name, **rest} for name, rest in fields.items()]
    update = {"method": "POST", "url": url, "query": query or {}, "json": {"users": "$items"}, "item": "$user_key"}
    # Fields and mappings that no URL uses stand in a header.
    headers = {f"X-{name.replace('_', '-')}": f"${name}" for name in fields}
    of = program(
        fields=given, headers=headers, create_list=None, add_users=None, remove_users=None, update_users=update
    )
    call = of.call_for("add")
    known = {"operation": "add", "membership": True}
    captures = url_shape(call, {field.name: field for field in of.fields}, known).read(host, target, {})
    return None if captures is None else plain(captures)


def test_a_segment_is_taken_out_and_decoded() -> None:
    url = "https://api.acme.test/lists/$amp_cohort_id/add"
    assert read(url, "api.acme.test", "/lists/a%2Fb%3F%20%C3%A9/add") == {"amp_cohort_id": "a/b? é"}
    assert read(url, "api.acme.test", "/lists/a/b/add") is None
    assert read(url, "api.acme.test", "/lists/a/remove") is None


def test_another_host_is_another_address() -> None:
    assert read("https://api.acme.test/x", "api.other.test", "/x") is None
    assert read("https://API.acme.test/x", "api.ACME.test", "/x") == {}
    assert read("https://api.acme.test:443/x", "api.acme.test", "/x") == {}
    assert read("https://api.acme.test:8443/x", "api.acme.test", "/x") is None


def test_a_url_without_a_path_is_asked_for_with_a_slash() -> None:
    assert read("https://api.acme.test", "api.acme.test", "/") == {}
    assert read("https://api.acme.test", "api.acme.test", "/x") is None


def test_a_host_out_of_options_is_one_of_them() -> None:
    url = "https://$region.host/x"
    assert read(url, "api.eu.acme.test", "/x", region=REGION) == {"region.host": "api.eu.acme.test"}
    assert read(url, "api.xx.acme.test", "/x", region=REGION) is None


def test_a_subdomain_is_one_name() -> None:
    url = "https://$tenant.acme.test/x"
    assert read(url, "us.acme.test", "/x", tenant={"type": "subdomain"}) == {"tenant": "us"}
    assert read(url, "us.other.test", "/x", tenant={"type": "subdomain"}) is None


@pytest.mark.parametrize("target", ["/", "/in", "/in?tenant=7&kind=a%20b"])
def test_an_address_of_the_end_users_own_may_be_any(target: str) -> None:
    assert read("$url", "127.0.0.1:8080", target, url={"type": "url"}) is not None


def test_what_follows_an_address_of_the_end_users_own_is_read() -> None:
    found = read("$url/lists/$amp_cohort_id", "me.test", "/base/lists/7", url={"type": "url"})
    assert found == {"url": "me.test/base", "amp_cohort_id": "7"}


def test_query_parameters_are_read_in_any_order_and_others_are_let_be() -> None:
    query = {"cohort": "$amp_cohort_id", "fixed": "yes"}
    url = "https://api.acme.test/x"
    assert read(url, "api.acme.test", "/x?fixed=yes&key=1&cohort=a%26b%20c", query) == {"amp_cohort_id": "a&b c"}
    assert read(url, "api.acme.test", "/x?fixed=no&cohort=a", query) is None
    assert read(url, "api.acme.test", "/x?cohort=a", query) is None


def test_a_query_parameter_with_a_mark_may_be_absent() -> None:
    query = {"link~": "$amp_cohort_url"}
    assert read("https://api.acme.test/x", "api.acme.test", "/x", query) == {}
    assert read("https://api.acme.test/x", "api.acme.test", "/x?link=l", query) == {"amp_cohort_url": "l"}


def test_a_query_in_the_url_itself_is_read() -> None:
    url = "https://api.acme.test/x?v=1&cohort=$amp_cohort_id"
    assert read(url, "api.acme.test", "/x?v=1&cohort=a%26b") == {"amp_cohort_id": "a&b"}
    assert read(url, "api.acme.test", "/x?v=1&cohort=a&more=2") == {"amp_cohort_id": "a"}
    assert read(url, "api.acme.test", "/x?v=2&cohort=a") is None


def test_a_filtered_path_keeps_its_slashes() -> None:
    found = read("https://api.acme.test/{{ amp_cohort_id | path }}/add", "api.acme.test", "/a/b%20c/add")
    assert found == {"amp_cohort_id | path": "a/b c"}


def test_the_operation_in_a_url_is_fixed_text() -> None:
    assert read("https://api.acme.test/$operation", "api.acme.test", "/add") == {}
    assert read("https://api.acme.test/$operation", "api.acme.test", "/remove") is None
