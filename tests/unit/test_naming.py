"""A new destination's name and slug are free in the catalogue and in the author's folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from maniple.usecases.naming import Known, Names, read_names


def place(root: Path, slug: str, text: str) -> None:
    (root / slug).mkdir(parents=True)
    (root / slug / "manifest.yaml").write_text(text)


@pytest.fixture
def names(tmp_path: Path) -> Names:
    """Two destinations of the catalogue, one that cannot be read, and one of the author's own."""
    place(tmp_path / "catalogue", "acme", "slug: acme\nname: Acme Engage\nkind: list\nsummary: Mails.")
    place(tmp_path / "catalogue", "broken", "name: [")
    place(tmp_path / "mine", "zoe", "name: Zoe\nkind: property")
    (tmp_path / "mine" / "notes").mkdir()
    return read_names(tmp_path / "mine", [tmp_path / "catalogue", tmp_path / "none", tmp_path / "mine"])


def test_what_is_there_is_known_once_and_a_broken_one_by_its_folder(names: Names, tmp_path: Path) -> None:
    assert [(each.slug, each.name, each.own) for each in names.known] == [
        ("zoe", "Zoe", True),
        ("acme", "Acme Engage", False),
        ("broken", "broken", False),
    ]
    path = tmp_path / "catalogue" / "acme" / "manifest.yaml"
    assert names.known[1] == Known("acme", "Acme Engage", "list", "Mails.", path, own=False)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("New", ""),
        ("  ", "A name is needed"),
        ("!?", "A name has letters or digits"),
        ("x" * 81, "80 characters at most"),
        (" acme  ENGAGE ", "`Acme Engage` is there already: `acme`, in the catalogue"),
        ("zoe", "`Zoe` is there already: `zoe`, one of yours"),
    ],
)
def test_a_name_is_needed_and_unique_whatever_its_case_and_spaces(names: Names, name: str, problem: str) -> None:
    assert names.name_problem(name) == problem


@pytest.mark.parametrize(
    ("slug", "problem"),
    [
        ("new", ""),
        ("A b", "Lower-case letters, digits and single hyphens; type `a-b`"),
        ("notes", "Your folder has `notes` already"),
        ("acme", "The catalogue has `acme` already"),
    ],
)
def test_a_slug_is_free(names: Names, slug: str, problem: str) -> None:
    assert names.slug_problem(slug) == problem


@pytest.mark.parametrize(("name", "slug"), [("New One", "new-one"), ("Acme", "acme-2"), ("!", "")])
def test_a_free_slug_is_made_of_a_name(names: Names, name: str, slug: str) -> None:
    assert names.free_slug(name) == slug


def test_an_author_without_a_folder_has_nothing_taken(tmp_path: Path) -> None:
    assert read_names(tmp_path / "none", []) == Names()
