"""The address guard where it counts: at the socket, whatever the host is called."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest

from maniple.delivery.sender import BulkSender
from maniple.errors import ForbiddenAddress
from maniple.wire import Request
from support.names import Names
from support.stub_server import StubServer, answer

FLAG = "`--allow-private-hosts` or `MANIPLE_ALLOW_PRIVATE_HOSTS=1` lets maniple call loopback and private addresses"
LOOPBACK = [
    "127.0.0.1",
    "127.1",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "2130706433",
    "127.0.0.1.",
    "localhost",
    "LOCALHOST",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[0:0:0:0:0:ffff:7f00:1]",
    "0.0.0.0",
    "[::]",
]
ELSEWHERE = {
    "10.0.0.5": "private",
    "172.31.0.1": "private",
    "192.168.1.1": "private",
    "100.64.0.1": "shared",
    "169.254.169.254": "metadata",
    "[fd00:ec2::254]": "metadata",
    "[fe80::1]": "link-local",
    "[fe80::1%25lo]": "link-local",
    "[64:ff9b::7f00:1]": "loopback",
    "[2002:7f00:1::]": "loopback",
}


def ipv6_loopback() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@pytest.fixture
async def guarded() -> AsyncIterator[BulkSender]:
    sender = BulkSender()
    yield sender
    await sender.close()


@pytest.fixture
async def opened() -> AsyncIterator[BulkSender]:
    sender = BulkSender(allow_private=True)
    yield sender
    await sender.close()


@pytest.fixture
def dialled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that were dialled; none is connected to, so that no test leaves the machine."""
    addresses: list[str] = []

    async def refuse(sock: socket.socket, address: tuple[str, int]) -> None:
        addresses.append(address[0])
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(asyncio.SelectorEventLoop, "sock_connect", lambda _, sock, address: refuse(sock, address))
    return addresses


@pytest.mark.parametrize("host", LOOPBACK)
async def test_no_spelling_of_loopback_reaches_a_server(guarded: BulkSender, host: str) -> None:
    async with StubServer() as partner:
        with pytest.raises(ForbiddenAddress):
            await guarded.send(Request("POST", f"http://{host}:{partner.port}/", body=b"x"))

    assert partner.connections == 0


@pytest.mark.parametrize("host", ELSEWHERE)
async def test_no_private_address_is_dialled(guarded: BulkSender, dialled: list[str], host: str) -> None:
    with pytest.raises(ForbiddenAddress, match=f"an? {ELSEWHERE[host]} address"):
        await guarded.send(Request("POST", f"http://{host}/", body=b"x"))

    assert dialled == []


async def test_the_refusal_says_where_the_host_leads_and_what_opens_the_way(guarded: BulkSender) -> None:
    Names({"partner.test": [["10.0.0.5"]]}).answer_for_this_loop()

    with pytest.raises(ForbiddenAddress) as caught:
        await guarded.send(Request("POST", "http://partner.test/"))

    assert (caught.value.message, caught.value.hint) == ("`partner.test` leads to `10.0.0.5`, a private address", FLAG)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_the_flag_opens_loopback(opened: BulkSender, host: str) -> None:
    async with StubServer() as partner:
        reply = await opened.send(Request("POST", f"http://{host}:{partner.port}/"))

    assert (reply.status, len(partner.received)) == (200, 1)


@pytest.mark.skipif(not ipv6_loopback(), reason="this machine has no IPv6 loopback")
async def test_the_flag_opens_ipv6_loopback(opened: BulkSender) -> None:
    async with StubServer(host="::1") as partner:
        reply = await opened.send(Request("POST", partner.url))

    assert (reply.status, partner.received[0].header("Host")) == (200, f"[::1]:{partner.port}")


async def test_an_old_spelling_is_named_even_with_the_flag(opened: BulkSender) -> None:
    reply = await opened.send(Request("POST", "http://127.1/"))

    assert (reply.failure, reply.in_doubt) == ("the address `127.1` must be written out as `127.0.0.1`", False)


async def test_the_flag_does_not_open_metadata(opened: BulkSender, dialled: list[str]) -> None:
    with pytest.raises(ForbiddenAddress) as caught:
        await opened.send(Request("GET", "http://169.254.169.254/latest/meta-data/"))

    assert (caught.value.hint, dialled) == ("no setting opens this address; use the partner's public host", [])


async def test_a_name_that_turns_private_after_it_was_public_is_not_followed(
    guarded: BulkSender, dialled: list[str]
) -> None:
    names = Names({"rebind.test": [["8.8.8.8"], ["127.0.0.1"]]})
    names.answer_for_this_loop()

    public = await guarded.send(Request("POST", "http://rebind.test:81/"))
    with pytest.raises(ForbiddenAddress):
        await guarded.send(Request("POST", "http://rebind.test:82/"))

    assert public.failure == "the connection was refused"
    assert (names.asked, dialled) == (["rebind.test", "rebind.test"], ["8.8.8.8"])


async def test_a_name_with_a_public_and_a_private_address_is_dialled_at_the_public_one_only(
    guarded: BulkSender, dialled: list[str]
) -> None:
    Names({"both.test": [["10.0.0.5", "8.8.8.8", "::1"]]}).answer_for_this_loop()

    with pytest.raises(ForbiddenAddress):
        await guarded.send(Request("POST", "http://both.test/"))

    assert set(dialled) == {"8.8.8.8"}


async def test_a_redirect_to_a_private_host_is_not_followed(opened: BulkSender) -> None:
    async with StubServer() as inside:
        moved = answer(307, headers=[("Location", f"{inside.url}/secrets")])
        async with StubServer(moved) as partner:
            reply = await opened.send(Request("POST", partner.url, body=b"x"))

    assert (reply.status, inside.connections) == (307, 0)


async def test_a_stand_in_is_guarded_too() -> None:
    async with StubServer() as stand_in:
        sender = BulkSender(via=stand_in.url)
        with pytest.raises(ForbiddenAddress, match=r"`127\.0\.0\.1` is a loopback address"):
            await sender.send(Request("POST", "https://api.acme.test/"))
        await sender.close()

    assert stand_in.connections == 0


async def test_the_partners_own_host_is_not_looked_up_when_there_is_a_stand_in() -> None:
    names = Names({"stub.test": [["127.0.0.1"]]})
    names.answer_for_this_loop()
    async with StubServer() as stand_in:
        sender = BulkSender(allow_private=True, via=f"http://stub.test:{stand_in.port}")
        await sender.send(Request("POST", "https://10.0.0.5/"))
        await sender.close()

    assert names.asked == ["stub.test"]
    assert stand_in.received[0].header("Host") == "10.0.0.5"
