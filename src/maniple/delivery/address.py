"""Which addresses maniple refuses to call: everything that is not plainly on the public internet.

A manifest or a setting names the host, so whoever writes one could otherwise make the machine that runs
maniple call its own neighbours. The judgement is made on addresses, never on how a host is spelt.
"""

from __future__ import annotations

from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)
from typing import TypeAlias

from maniple.errors import ForbiddenAddress

Address: TypeAlias = IPv4Address | IPv6Address

OPENED_BY_FLAG = frozenset({"loopback", "private", "shared"})
"""The reasons that `--allow-private-hosts` sets aside: an in-house service or a stub, never cloud metadata."""

HINT = "`--allow-private-hosts` or `MANIPLE_ALLOW_PRIVATE_HOSTS=1` lets maniple call loopback and private addresses"

# Metadata services answer with the credentials of the machine; `168.63.129.16` looks public and is not.
METADATA = frozenset(
    map(
        ip_address,
        (
            "169.254.169.254",
            "169.254.170.2",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "fd00:ec2::254",
            "fd20:ce::254",
            "fd00:42::42",
        ),
    )
)

IPV4 = tuple(
    (IPv4Network(network), reason)
    for network, reason in (
        ("0.0.0.0/32", "unspecified"),
        ("0.0.0.0/8", "reserved"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved"),
        ("192.0.2.0/24", "documentation"),
        ("192.88.99.0/24", "reserved"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "reserved"),
        ("198.51.100.0/24", "documentation"),
        ("203.0.113.0/24", "documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)

IPV6 = tuple(
    (IPv6Network(network), reason)
    for network, reason in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b:1::/48", "reserved"),
        ("2001:db8::/32", "documentation"),
        ("2001::/23", "reserved"),
        ("3ffe::/16", "reserved"),
        ("3fff::/20", "documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "private"),
        ("ff00::/8", "multicast"),
    )
)

PUBLIC_IPV6 = IPv6Network("2000::/3")
MAPPED = IPv6Network("::ffff:0:0/96")
NAT64 = IPv6Network("64:ff9b::/96")
SIX_TO_FOUR = IPv6Network("2002::/16")
TEREDO = IPv6Network("2001::/32")


def is_forbidden(ip: Address) -> str | None:
    """Why `ip` must not be called, in a word (`loopback`, `private`, `metadata` ...), or None for a public address.

    An IPv6 address that carries an IPv4 address is judged by what it carries.
    """
    if ip in METADATA:
        return "metadata"
    if isinstance(ip, IPv4Address):
        listed = next((reason for network, reason in IPV4 if ip in network), None)
        return listed or (None if ip.is_global else "reserved")
    # A zone (`fe80::1%eth0`) would make the address unlike every other one.
    ip = IPv6Address(int(ip))
    if ip in METADATA:
        return "metadata"
    if carried := carried_addresses(ip):
        reasons = [reason for inner in carried if (reason := is_forbidden(inner))]
        return reasons[0] if reasons else ("reserved" if ip in TEREDO else None)
    listed = next((reason for network, reason in IPV6 if ip in network), None)
    return listed or (None if ip in PUBLIC_IPV6 and ip.is_global else "reserved")


def carried_addresses(ip: IPv6Address) -> tuple[IPv4Address, ...]:
    """The IPv4 addresses inside an IPv4-mapped, NAT64, 6to4 or Teredo address; none for any other."""
    number = int(ip)
    if ip in MAPPED or ip in NAT64:
        return (IPv4Address(number & 0xFFFF_FFFF),)
    if ip in SIX_TO_FOUR:
        return (IPv4Address(number >> 80 & 0xFFFF_FFFF),)
    if ip in TEREDO:
        return IPv4Address(number >> 64 & 0xFFFF_FFFF), IPv4Address(~number & 0xFFFF_FFFF)
    return ()


def refusal(literal: str, *, allow_private: bool) -> str | None:
    """Why the address written as `literal` must not be called, or None. What cannot be read is refused."""
    try:
        reason = is_forbidden(ip_address(literal))
    except ValueError:
        return "unreadable"
    return None if allow_private and reason in OPENED_BY_FLAG else reason


def forbidden(host: str, literal: str, reason: str) -> ForbiddenAddress:
    """The error that says that `host` leads to the address `literal`, and what opens the way if anything does."""
    article = "an" if reason[0] in "aeiou" else "a"
    place = f"`{host}` is" if host.strip("[]") == literal else f"`{host}` leads to `{literal}`,"
    hint = HINT if reason in OPENED_BY_FLAG else "no setting opens this address; use the partner's public host"
    return ForbiddenAddress(f"{place} {article} {reason} address", hint=hint)
