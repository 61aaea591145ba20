"""The pages of `docs/rules`: their examples are manifests, and what a page prints is what the engine prints.

A fenced block `yaml bad` or `yaml good` holds the top-level keys in which a manifest differs from
`tests/rules/base.yaml`: each of its keys replaces the base's, a new key goes to the end. After the word, a fence may say

- `whole`: the block is the whole text, not a change of the base;
- `remove=KEY,KEY`: these keys of the base are left out;
- `also=CODE,CODE`: other codes that the bad example gives besides the page's;
- `files=NAME,NAME`: what lies in the manifest's folder, for the rules that are about files;
- `pictures`: a picture of a control character, such as U+2407, stands for that character.

In a bad example ` # <--` marks the line of the caret; the mark is no part of the example.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from maniple.diagnostics.model import Diagnostic
from maniple.diagnostics.render import render_text
from maniple.manifest.load import load_manifest
from maniple.review.lint import lint, lint_files
from maniple.review.trials import try_values
from maniple.runtime.compile import try_compile

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "rules"
BASE = ROOT / "tests" / "rules" / "base.yaml"
FOLDER = "acme"
FILES = ("README.md", "cases.yaml", "manifest.yaml")

_FENCE = re.compile(
    r"^```(?P<language>yaml|text) (?P<word>bad|good|output)(?P<more>[^\n]*)\n(?P<text>.*?)^```$", re.M | re.S
)
_MARK = re.compile(r"[ \t]*# <--[ \t]*$", re.M)
_BLOCK = re.compile(r"^(?=[^\s#])", re.M)


@dataclass(frozen=True)
class Example:
    """One fenced block of a page. `start:end` is where its text stands in the page."""

    word: Literal["bad", "good", "output"]
    text: str
    start: int
    end: int
    options: dict[str, tuple[str, ...]]

    @property
    def meant(self) -> str:
        """The text, with control characters for their pictures."""
        if "pictures" not in self.options:
            return self.text
        return re.sub("[\u2400-\u241f]", lambda found: chr(ord(found[0]) - 0x2400), self.text)

    @property
    def manifest(self) -> str:
        """The whole text of the manifest that the example describes."""
        text = _MARK.sub("", self.meant)
        return text if "whole" in self.options else _merged(text, self.options.get("remove", ()))

    @property
    def marked_line(self) -> str | None:
        """The line that the caret must be on, without the mark."""
        found = [line for line in self.meant.split("\n") if _MARK.search(line)]
        return _MARK.sub("", found[0]) if found else None


@dataclass(frozen=True)
class Page:
    """The page of one code."""

    code: str
    text: str

    @property
    def examples(self) -> list[Example]:
        """Its fenced blocks, in order."""
        return [
            Example(found["word"], found["text"], found.start("text"), found.end("text"), _options(found["more"]))  # type: ignore[arg-type]
            for found in _FENCE.finditer(self.text)
        ]

    def refreshed(self) -> str:
        """The page with every output block made anew from the bad example before it."""
        text, bad = "", None
        after = 0
        for example in self.examples:
            if example.word == "bad":
                bad = example
            elif example.word == "output" and bad is not None:
                text += self.text[after : example.start] + printed(findings(bad)) + "\n"
                after = example.end
        return text + self.text[after:]


def pages() -> Iterator[Page]:
    """Every page, by code."""
    for path in sorted(PAGES.glob("MAN*.md")):
        yield Page(path.stem, path.read_text(encoding="utf-8"))


def findings(example: Example) -> list[Diagnostic]:
    """Everything that is found in an example, as for a manifest of the catalogue."""
    name = f"integrations/{FOLDER}/manifest.yaml"
    loaded = load_manifest(name, example.manifest.encode(), folder=FOLDER, in_catalogue=True)
    found = list(loaded.diagnostics)
    if loaded.manifest is None or loaded.document is None:
        return found
    compilation = try_compile(loaded.manifest, loaded.document)
    found.extend(compilation.diagnostics)
    if compilation.program is not None:
        found.extend(lint(loaded.manifest, loaded.document, compilation.program))
        found.extend(try_values(compilation.program, loaded.document).findings)
        found.extend(lint_files(loaded.document, example.options.get("files", FILES)))
    return found


def printed(diagnostics: list[Diagnostic]) -> str:
    """What a terminal shows for the findings."""
    return "\n\n".join(render_text(diagnostic) for diagnostic in diagnostics)


def _options(words: str) -> dict[str, tuple[str, ...]]:
    pairs = (word.partition("=") for word in words.split())
    return {name: tuple(values.split(",")) if values else () for name, _, values in pairs}


def _merged(change: str, removed: tuple[str, ...]) -> str:
    """The base manifest with the top-level keys of `change` in place of its own."""
    changes = {_key(block): block for block in _blocks(change)}
    merged = []
    for block in _blocks(BASE.read_text(encoding="utf-8")):
        key = _key(block)
        if key in removed:
            continue
        merged.append(
            changes.pop(key).rstrip("\n") + "\n" + "\n" * (len(block) - len(block.rstrip("\n")) - 1)
            if key in changes
            else block
        )
    return "".join((*merged, *("\n" + block for block in changes.values())))


def _blocks(text: str) -> list[str]:
    return [block for block in _BLOCK.split(text) if block.strip()]


def _key(block: str) -> str:
    return block.partition(":")[0].strip("\"'")
