"""What `tools/generate` writes is up to date."""

from __future__ import annotations

from pathlib import Path

import pytest
from _generate import ROOT, generated, outdated

PATHS = [path for path, _ in generated()]


def test_no_generated_file_is_out_of_date() -> None:
    assert outdated() == {}, "run `tools/generate`"


def test_the_schemas_and_the_reference_are_generated() -> None:
    assert [path.relative_to(ROOT).as_posix() for path in PATHS[:5]] == [
        "schemas/manifest.v1.json",
        "schemas/cases.v1.json",
        "schemas/quality.v1.json",
        "docs/reference/language.md",
        "docs/rules/README.md",
    ]


def test_a_difference_is_shown_by_its_first_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = tmp_path / "page.md"
    stale.write_text("one\ntwo\n")
    monkeypatch.setattr("_generate.generated", lambda: iter([(stale, "one\nthree\n")]))
    assert outdated() == {stale: "--- written\n+++ wanted\n@@ -1,2 +1,2 @@\n one\n-two\n+three"}
