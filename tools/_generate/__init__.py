"""The files of this repository that are made from its models, and whether they are up to date."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _generate import index, language, rule_pages
from maniple.manifest.schema import cases_schema, manifest_schema, quality_schema

ROOT = Path(__file__).resolve().parents[2]
_SHOWN_LINES = 12


def generated() -> Iterator[tuple[Path, str]]:
    """Every generated file with the text it must have."""
    yield ROOT / "schemas" / "manifest.v1.json", _as_json(manifest_schema())
    yield ROOT / "schemas" / "cases.v1.json", _as_json(cases_schema())
    yield ROOT / "schemas" / "quality.v1.json", _as_json(quality_schema())
    yield ROOT / "docs" / "reference" / "language.md", language.page()
    yield ROOT / "docs" / "rules" / "README.md", index.page()
    for page in rule_pages.pages():
        yield rule_pages.PAGES / f"{page.code}.md", page.refreshed()


def write() -> list[Path]:
    """Write the files that are out of date, and say which they are."""
    changed = []
    for path, text in generated():
        if _text_of(path) != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def outdated() -> dict[Path, str]:
    """The files that are out of date, each with the first lines of the difference."""
    return {path: _difference(written, text) for path, text in generated() if (written := _text_of(path)) != text}


def _text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _difference(written: str, wanted: str) -> str:
    lines = list(difflib.unified_diff(written.splitlines(), wanted.splitlines(), "written", "wanted", lineterm="", n=1))
    more = [f"... and {len(lines) - _SHOWN_LINES} more lines"] if len(lines) > _SHOWN_LINES else []
    return "\n".join(lines[:_SHOWN_LINES] + more)


def _as_json(schema: dict[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
