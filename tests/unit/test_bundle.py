"""What a bundle takes, and what it refuses to open."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from maniple.errors import OperatorError, UsageError
from maniple.usecases import bundle as bundles
from maniple.usecases.bundle import Bundle, gather
from support.submitted import png, write_integration


def archive(*names: str, content: bytes = b"x") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as writing:
        for name in names:
            writing.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("name", ["../secret.key", "/etc/passwd", "a/b", "..", ".env", "a\\b", "c:x", "new\nline"])
def test_an_archive_with_a_name_that_leads_elsewhere_is_not_opened(name: str) -> None:
    with pytest.raises(OperatorError) as caught:
        Bundle.unpack(archive(name))

    assert "the bundle in the database is not one that maniple made" == caught.value.message


def test_an_archive_that_grows_without_bound_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundles, "MOST_BYTES", 10)

    with pytest.raises(OperatorError):
        Bundle.unpack(archive("manifest.yaml", content=b"x" * 11))


def test_an_archive_of_too_many_files_is_not_opened() -> None:
    with pytest.raises(OperatorError):
        Bundle.unpack(archive(*(f"file-{number}" for number in range(21))))


@pytest.mark.parametrize("spoil", [lambda packed: b"", lambda packed: packed[:-9], lambda packed: b"PK" + packed[:40]])
def test_a_damaged_archive_is_told(spoil: object) -> None:
    packed = Bundle({"manifest.yaml": b"slug: acme\n" * 50}).pack()

    with pytest.raises(OperatorError) as caught:
        Bundle.unpack(spoil(packed))  # type: ignore[operator]

    assert "the bundle in the database is damaged" == caught.value.message


def test_a_changed_byte_is_noticed() -> None:
    packed = bytearray(Bundle({"manifest.yaml": bytes(range(256)) * 8}).pack())
    packed[60] ^= 0xFF

    with pytest.raises(OperatorError):
        Bundle.unpack(bytes(packed))


def test_a_logo_of_another_name_belongs_when_it_is_named(tmp_path: Path) -> None:
    folder = write_integration(tmp_path, logo="mark.png")
    (folder / "mark.png").write_bytes(png())
    (folder / "logo.png").write_bytes(png())

    assert {"README.md", "cases.yaml", "manifest.yaml", "mark.png"} == set(gather(folder, logo="mark.png").files)


def test_files_that_are_too_large_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_integration(tmp_path)
    monkeypatch.setattr(bundles, "MOST_BYTES", 100)

    with pytest.raises(UsageError) as caught:
        gather(folder)

    assert caught.value.message.endswith("bytes, and 100 are allowed")
