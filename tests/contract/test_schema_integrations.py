"""Every destination's files are valid by the published schemas, as an editor checks them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from maniple.manifest.load import read_named

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "integrations").glob("*/manifest.yaml")) + sorted((ROOT / "integrations").glob("*/cases.yaml"))
SCHEMAS = {
    "manifest.yaml": ROOT / "schemas" / "manifest.v1.json",
    "cases.yaml": ROOT / "schemas" / "cases.v1.json",
}


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_file_of_a_destination_is_valid_by_its_schema(path: Path) -> None:
    document, findings = read_named(path.name, path.read_bytes())
    assert findings == []
    assert document is not None
    validator = Draft202012Validator(json.loads(SCHEMAS[path.name].read_text()))
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document.data)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_file_of_a_destination_names_its_schema_for_the_editor(path: Path) -> None:
    first = path.read_text().split("\n", 1)[0]
    assert first == f"# yaml-language-server: $schema=../../schemas/{SCHEMAS[path.name].name}"
