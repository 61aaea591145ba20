"""A PNG read and drawn."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from maniple.portal.editor.form.picture import NoPicture, drawn, logo_content, read_png, size_of


def png(width: int, height: int, rows: list[bytes], kind: int = 2, depth: int = 8, extra: bytes = b"") -> bytes:
    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + extra
        + chunk(b"IDAT", zlib.compress(b"".join(rows)))
        + chunk(b"IEND", b"")
    )


RED, BLUE = (255, 0, 0, 255), (0, 0, 255, 255)


def test_lines_with_each_filter_are_read() -> None:
    first = b"\x00" + b"\xff\x00\x00" * 2
    sub = b"\x01" + b"\xff\x00\x00" + b"\x00\x00\x00"
    up = b"\x02" + b"\x00\x00\x00" * 2
    average = b"\x03" + bytes([128, 0, 0]) + bytes([0, 0, 0])
    paeth = b"\x04" + b"\x00\x00\x00" * 2
    picture = read_png(png(2, 5, [first, sub, up, average, paeth]))
    assert (RED, RED) == picture.rows[0] == picture.rows[1] == picture.rows[2] == picture.rows[3] == picture.rows[4]


def test_two_pixels_stand_in_one_cell() -> None:
    picture = read_png(png(1, 2, [b"\x00\xff\x00\x00", b"\x00\x00\x00\xff"]))
    assert ["▀"] == [line.plain for line in drawn(picture)]


def test_clear_pixels_are_left_out() -> None:
    picture = read_png(png(1, 2, [b"\x00\xff\x00\x00\x00", b"\x00\x00\x00\xff\xff"], kind=6))
    assert ["▄"] == [line.plain for line in drawn(picture)]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"GIF89a", "this is no PNG file; export the logo as PNG"),
        (png(5000, 5000, []), "it has 5,000 × 5,000 pixels; 512 × 512 is enough"),
    ],
)
def test_what_is_no_logo_is_said(content: bytes, words: str) -> None:
    with pytest.raises(NoPicture, match=words.split(";")[0]):
        size_of(content)


def test_a_picture_that_ends_too_early_is_no_picture() -> None:
    with pytest.raises(NoPicture, match="too early"):
        read_png(png(2, 2, [b"\x00" + b"\xff\x00\x00" * 2]))


def test_a_logo_that_is_not_there_is_said(tmp_path: Path) -> None:
    assert "▲ `logo.png` is not beside the manifest" == logo_content(tmp_path / "logo.png").plain
