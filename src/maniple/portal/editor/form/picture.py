"""A PNG as half-block pixels (PNG, third edition, W3C)."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from textual.color import Color
from textual.content import Content
from textual.style import Style

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
MOST_BYTES = 2_000_000
MOST_PIXELS = 2_000_000
COLUMNS = 24
"""How wide a logo is drawn."""

Pixel = tuple[int, int, int, int]


class NoPicture(Exception):
    """The file is no PNG that can be shown. Says why and what to do, in the author's words."""


@dataclass(frozen=True)
class Picture:
    """Rows of pixels: red, green, blue, opacity, each 0 to 255."""

    width: int
    height: int
    rows: tuple[tuple[Pixel, ...], ...]


def logo_content(path: Path) -> Content:
    """The logo as it can be drawn, or what is wrong with it."""
    try:
        content = path.read_bytes() if path.is_file() and path.stat().st_size <= MOST_BYTES else None
    except OSError as cause:
        return Content.styled(f"▲ `{path.name}` cannot be read: {cause.strerror}", "$text-warning")
    if content is None:
        problem = "is not beside the manifest" if not path.is_file() else f"has more than {MOST_BYTES:,} bytes"
        return Content.styled(f"▲ `{path.name}` {problem}", "$text-warning")
    try:
        width, height, _ = size_of(content)
        note = Content.styled(f"{path.name}, {width} × {height}", "dim")
        picture = read_png(content)
    except NoPicture as cause:
        return Content.styled(f"▲ `{path.name}`: {cause}", "$text-warning")
    return Content("\n").join([*drawn(picture), note])


def size_of(content: bytes) -> tuple[int, int, bytes]:
    """Width, height and the header of a PNG. Raises NoPicture."""
    if not content.startswith(_SIGNATURE) or content[12:16] != b"IHDR" or len(content) < 33:
        raise NoPicture("this is no PNG file; export the logo as PNG")
    width, height = struct.unpack(">II", content[16:24])
    if not 0 < width * height <= MOST_PIXELS:
        raise NoPicture(f"it has {width:,} × {height:,} pixels; 512 × 512 is enough")
    return width, height, content[16:29]


def read_png(content: bytes) -> Picture:
    """The pixels of a PNG of 8 bits a channel that is not interlaced. Raises NoPicture for any other."""
    width, height, header = size_of(content)
    depth, kind, _, _, interlaced = header[8:13]
    if depth != 8 or interlaced or kind not in _CHANNELS:
        raise NoPicture("it cannot be drawn here: only 8 bits a channel, without interlacing")
    chunks = _chunks(content)
    size = width * _CHANNELS[kind]
    try:
        raw = zlib.decompressobj().decompress(chunks.get(b"IDAT", b""), (size + 1) * height)
    except zlib.error as cause:
        raise NoPicture("its picture data are damaged; export it again") from cause
    if len(raw) < (size + 1) * height:
        raise NoPicture("its picture data end too early; export it again")
    palette = _palette(chunks)
    rows: list[tuple[Pixel, ...]] = []
    above = bytearray(size)
    for row in range(height):
        start = row * (size + 1)
        above = _unfiltered(raw[start], bytearray(raw[start + 1 : start + 1 + size]), above, _CHANNELS[kind])
        rows.append(_pixels(above, kind, palette))
    return Picture(width, height, tuple(rows))


def _chunks(content: bytes) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = {}
    at = 8
    while at + 8 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        name = content[at + 4 : at + 8]
        found[name] = found.get(name, b"") + content[at + 8 : at + 8 + length]
        at += 12 + length
    return found


def _palette(chunks: dict[bytes, bytes]) -> list[Pixel]:
    colors, clear = chunks.get(b"PLTE", b""), chunks.get(b"tRNS", b"")
    return [
        (*colors[3 * place : 3 * place + 3], clear[place] if place < len(clear) else 255)
        for place in range(len(colors) // 3)
    ]


def _unfiltered(method: int, line: bytearray, above: bytearray, step: int) -> bytearray:
    """A line with its filter taken off (section 9.2)."""
    for place in range(len(line)):
        left = line[place - step] if place >= step else 0
        up = above[place]
        corner = above[place - step] if place >= step else 0
        match method:
            case 1:
                line[place] = (line[place] + left) & 255
            case 2:
                line[place] = (line[place] + up) & 255
            case 3:
                line[place] = (line[place] + (left + up) // 2) & 255
            case 4:
                line[place] = (line[place] + _paeth(left, up, corner)) & 255
    return line


def _paeth(left: int, up: int, corner: int) -> int:
    guess = left + up - corner
    by_left, by_up, by_corner = abs(guess - left), abs(guess - up), abs(guess - corner)
    if by_left <= by_up and by_left <= by_corner:
        return left
    return up if by_up <= by_corner else corner


def _pixels(line: bytearray, kind: int, palette: list[Pixel]) -> tuple[Pixel, ...]:
    match kind:
        case 0:
            return tuple((gray, gray, gray, 255) for gray in line)
        case 2:
            return tuple((line[at], line[at + 1], line[at + 2], 255) for at in range(0, len(line), 3))
        case 3:
            return tuple(palette[place] if place < len(palette) else (0, 0, 0, 255) for place in line)
        case 4:
            return tuple((line[at], line[at], line[at], line[at + 1]) for at in range(0, len(line), 2))
        case _:
            return tuple((line[at], line[at + 1], line[at + 2], line[at + 3]) for at in range(0, len(line), 4))


def drawn(picture: Picture, columns: int = COLUMNS) -> list[Content]:
    """The picture in lines of half blocks, two pixels a cell, at most `columns` wide and as high as it is wide."""
    columns = min(columns, picture.width)
    lines = max(2, round(columns * picture.height / picture.width))
    lines = min(lines + lines % 2, max(2, columns))
    found: list[Content] = []
    for line in range(0, lines - 1, 2):
        parts = []
        for column in range(columns):
            x = column * picture.width // columns
            upper = picture.rows[line * picture.height // lines][x]
            lower = picture.rows[(line + 1) * picture.height // lines][x]
            parts.append(_cell(upper, lower))
        found.append(Content.assemble(*parts))
    return found


def _cell(upper: Pixel, lower: Pixel) -> Content:
    seen_above, seen_below = upper[3] > 127, lower[3] > 127
    above, below = Color(*upper[:3]), Color(*lower[:3])
    if seen_above and seen_below:
        return Content.styled("▀", Style(foreground=above, background=below))
    if seen_above:
        return Content.styled("▀", Style(foreground=above))
    if seen_below:
        return Content.styled("▄", Style(foreground=below))
    return Content(" ")
