"""Laws of reading an answer: the pieces in which its bytes come make no difference, and no bytes break the reader."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from maniple.delivery.answer import Answer, BrokenOff, Unreadable
from maniple.wire import Headers

BODIES = st.binary(max_size=40)
TAILS = st.sampled_from([b"", b"", b"x", b"HTTP/1.1 500 No\r\n\r\n"])
BREAKS = st.sampled_from([b"\r\n", b"\n"])


@st.composite
def written(draw: st.DrawFn) -> bytes:
    """An answer as bytes, and maybe something after it."""
    end = draw(BREAKS)
    body = draw(BODIES)
    interim = draw(st.sampled_from([b"", b"HTTP/1.1 100 Continue" + end * 2]))
    head = interim + draw(st.sampled_from([b"HTTP/1.1 200 OK", b"HTTP/1.0 404 No", b"HTTP/1.1 204"])) + end
    match draw(st.sampled_from(["length", "chunks", "neither"])):
        case "length":
            return head + b"Content-Length: %d" % len(body) + end * 2 + body + draw(TAILS)
        case "chunks":
            cut = draw(st.integers(0, len(body)))
            chunks = b"".join(b"%x" % len(part) + end + part + end for part in (body[:cut], body[cut:]) if part)
            trailer = draw(st.sampled_from([b"", b"X: y" + end]))
            return head + b"Transfer-Encoding: chunked" + end * 2 + chunks + b"0" + end + trailer + end + draw(TAILS)
        case _:
            return head + end + body


def result(pieces: list[bytes]) -> tuple[int, Headers, bytes | None, bool] | str:
    """What pieces come to, the connection ending after the last one."""
    answer = Answer("POST")
    try:
        if not any([answer.feed(piece) for piece in pieces[:-1]]) and not answer.feed(pieces[-1]):
            answer.end()
        return answer.status, answer.headers, answer.body(), answer.is_last
    except (Unreadable, BrokenOff) as error:
        return type(error).__name__


def cut(octets: bytes, places: list[int]) -> list[bytes]:
    ends = [0, *sorted(place % (len(octets) + 1) for place in places), len(octets)]
    return [octets[start:end] for start, end in pairwise(ends)]


def first_complete(pieces: list[bytes]) -> list[bytes]:
    """The pieces up to the one that completes the answer: nobody feeds an answer that is complete."""
    answer = Answer("POST")
    for at, piece in enumerate(pieces):
        if answer.feed(piece):
            return pieces[: at + 1]
    return pieces


@given(written(), st.lists(st.integers(0, 1000), max_size=6))
def test_the_pieces_of_an_answer_make_no_difference(octets: bytes, places: list[int]) -> None:
    whole = result([octets])
    pieces = first_complete(cut(octets, places))
    in_pieces = result(pieces)

    # Whether something follows is only known when it comes with the end.
    assert (whole[:3] if b"".join(pieces) != octets else whole) == (
        in_pieces[:3] if b"".join(pieces) != octets else in_pieces
    )


@given(
    st.lists(
        st.sampled_from(
            [
                b"HTTP/1.1 200 OK\r\n",
                b"Content-Length: 3",
                b"\r\n",
                b"0",
                b"3",
                b"abc",
                b"\x00",
                b"Transfer-Encoding: chunked",
            ]
        )
        | st.binary(max_size=5),
        min_size=1,
        max_size=12,
    )
)
def test_whatever_comes_is_an_answer_or_said_to_be_none(pieces: list[bytes]) -> None:
    found = result([b"".join(pieces)])

    assert found in ("Unreadable", "BrokenOff") or 100 <= int(found[0]) <= 999
