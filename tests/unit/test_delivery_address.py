"""The judgement on addresses."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maniple.delivery.address import forbidden, is_forbidden, refusal

FORBIDDEN = {
    "0.0.0.0": "unspecified",
    "0.1.2.3": "reserved",
    "10.0.0.0": "private",
    "10.255.255.255": "private",
    "100.64.0.1": "shared",
    "100.127.255.255": "shared",
    "100.100.100.200": "metadata",
    "127.0.0.1": "loopback",
    "127.255.255.254": "loopback",
    "168.63.129.16": "metadata",
    "169.254.0.1": "link-local",
    "169.254.169.254": "metadata",
    "169.254.170.2": "metadata",
    "172.16.0.1": "private",
    "172.31.255.255": "private",
    "192.0.0.1": "reserved",
    "192.0.0.9": "reserved",
    "192.0.0.192": "metadata",
    "192.0.2.1": "documentation",
    "192.88.99.1": "reserved",
    "192.168.0.1": "private",
    "198.18.0.1": "reserved",
    "198.19.255.255": "reserved",
    "198.51.100.1": "documentation",
    "203.0.113.1": "documentation",
    "224.0.0.1": "multicast",
    "239.255.255.255": "multicast",
    "240.0.0.1": "reserved",
    "255.255.255.255": "reserved",
    "::": "unspecified",
    "::1": "loopback",
    "::127.0.0.1": "reserved",
    "::ffff:0:127.0.0.1": "reserved",
    "::ffff:127.0.0.1": "loopback",
    "::ffff:10.0.0.1": "private",
    "::ffff:169.254.169.254": "metadata",
    "64:ff9b::7f00:1": "loopback",
    "64:ff9b::a9fe:a9fe": "metadata",
    "64:ff9b::1:7f00:1": "reserved",
    "64:ff9b:1::7f00:1": "reserved",
    "64:ff9b:1::808:808": "reserved",
    "100::1": "reserved",
    "2001::1": "unspecified",
    "2001:0:7f00:1::": "loopback",
    "2001:0:808:808:0:0:f5ff:fffe": "private",
    "2001:0:808:808:0:0:f7f7:f7f7": "reserved",
    "2001:2::1": "reserved",
    "2001:20::1": "reserved",
    "2001:db8::1": "documentation",
    "2002:7f00:1::": "loopback",
    "2002:a00:1::1": "private",
    "2002:a9fe:a9fe::": "metadata",
    "3ffe::1": "reserved",
    "3fff::1": "documentation",
    "4000::1": "reserved",
    "5f00::1": "reserved",
    "fc00::1": "private",
    "fd12:3456::1": "private",
    "fd00:ec2::254": "metadata",
    "fd20:ce::254": "metadata",
    "fe80::1": "link-local",
    "fe80::1%eth0": "link-local",
    "fec0::1": "private",
    "ff02::1": "multicast",
    "ff0e::1": "multicast",
}
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "168.63.129.17",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "198.17.255.255",
    "198.20.0.0",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2001:4860:4860::8888",
    "2a00:1450::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "2002:808:808::1",
]
V4 = st.integers(0, 2**32 - 1).map(IPv4Address)


@pytest.mark.parametrize("literal", FORBIDDEN)
def test_what_is_not_public_is_forbidden(literal: str) -> None:
    assert is_forbidden(ip_address(literal)) == FORBIDDEN[literal]


@pytest.mark.parametrize("literal", PUBLIC)
def test_what_is_public_is_not(literal: str) -> None:
    assert is_forbidden(ip_address(literal)) is None


@given(V4)
def test_an_ipv4_address_is_judged_the_same_inside_an_ipv6_address(ip: IPv4Address) -> None:
    number = int(ip)
    mapped = IPv6Address(0xFFFF_0000_0000 | number)
    nat64 = IPv6Address(0x0064_FF9B << 96 | number)
    six_to_four = IPv6Address(0x2002 << 112 | number << 80 | 0xABCD)

    assert {is_forbidden(mapped), is_forbidden(nat64), is_forbidden(six_to_four)} == {is_forbidden(ip)}


@given(V4)
def test_nothing_that_python_calls_private_is_let_through(ip: IPv4Address) -> None:
    assert is_forbidden(ip) or ip.is_global


@given(st.integers(0, 2**128 - 1).map(IPv6Address))
def test_only_global_unicast_and_translated_ipv6_is_let_through(ip: IPv6Address) -> None:
    assert is_forbidden(ip) or int(ip) >> 125 == 1 or int(ip) >> 32 in (0xFFFF, 0x0064_FF9B << 64)


@pytest.mark.parametrize("literal", ["127.0.0.1", "::1", "10.0.0.1", "192.168.0.1", "fd12::1", "100.64.0.1"])
def test_the_flag_opens_loopback_and_private_addresses(literal: str) -> None:
    assert refusal(literal, allow_private=True) is None


@pytest.mark.parametrize(
    ("literal", "reason"),
    [
        ("169.254.169.254", "metadata"),
        ("100.100.100.200", "metadata"),
        ("fd00:ec2::254", "metadata"),
        ("fe80::1", "link-local"),
        ("0.0.0.0", "unspecified"),
        ("224.0.0.1", "multicast"),
    ],
)
def test_the_flag_opens_nothing_else(literal: str, reason: str) -> None:
    assert refusal(literal, allow_private=True) == reason


@pytest.mark.parametrize("literal", ["", "localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "::1%25%"])
def test_what_is_no_plain_address_is_refused(literal: str) -> None:
    assert refusal(literal, allow_private=True) is not None


def test_the_error_names_host_address_and_reason() -> None:
    error = forbidden("api.acme.test", "169.254.1.1", "link-local")

    assert error.message == "`api.acme.test` leads to `169.254.1.1`, a link-local address"
    assert error.hint == "no setting opens this address; use the partner's public host"
