"""The parts of the form are those of the language."""

from __future__ import annotations

from pathlib import Path

import pytest

from maniple.manifest.model import CALL_NAMES, Manifest
from maniple.portal.editor.form.sections import sections_of
from maniple.portal.editor.form.slots import MANIFEST, Shape, auth_kinds, described, slots_of
from maniple.usecases.authoring import auth_kind
from maniple.usecases.draft import Draft


def test_every_key_of_a_manifest_stands_in_a_section() -> None:
    draft = Draft(Path("m.yaml"), "".join(f"{name}: {{}}\n" for name in CALL_NAMES))
    shown = {key for section in sections_of(draft) for key in section.keys}
    keys = {field.alias or name for name, field in Manifest.model_fields.items()}
    assert keys - shown == {"manifest"}


def test_every_auth_kind_has_a_class_and_words() -> None:
    for kind, owner in auth_kinds().items():
        assert auth_kind(kind).__name__ == owner
        assert described(owner)


@pytest.mark.parametrize(
    ("owner", "key", "shape"),
    [
        (MANIFEST, "name", Shape.TEXT),
        (MANIFEST, "category", Shape.CHOICE),
        (MANIFEST, "cadences", Shape.CHOICES),
        (MANIFEST, "sources", Shape.LINES),
        (MANIFEST, "headers", Shape.PAIRS),
        (MANIFEST, "limits", Shape.MAP),
        ("Call", "body", Shape.BODY),
        ("Call", "item", Shape.TREE),
        ("Call", "steps", Shape.ROWS),
        ("FormField", "optional", Shape.SWITCH),
        ("ErrorRule", "status", Shape.VALUE),
        ("Limits", "parallel", Shape.NUMBER),
    ],
)
def test_a_key_gets_the_control_that_fits_its_schema(owner: str, key: str, shape: Shape) -> None:
    assert shape is slots_of(owner)[key].shape
